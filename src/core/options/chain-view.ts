import { assert } from '../assert.js'
import type { ExpiryMoment } from '../market/index.js'
import type { TimestampMs } from '../time/index.js'
import { atmStrike, atmVolatility, expectedMove, type StrikeVolatility } from './at-the-money.js'
import { black76, discountFactor } from './black76.js'
import { futuresForward } from './futures-forward.js'
import { impliedForward, nearestTheMoney, type StrikePair } from './implied-forward.js'
import { type ImpliedVolatility, impliedVolatility, type NoVolatilityOfPrice } from './implied-volatility.js'
import type { LiveQuote } from './live-quote.js'
import type { OptionType, OptionValue } from './option-terms.js'
import { rounded } from './rounded.js'
import type { Leg, StrikeRow, UnderlyingQuotes } from './strike-row.js'
import { calendarYears } from './time-to-expiry.js'

/** What the quotes alone do not say. */
export interface ChainTerms {
  /** Continuously compounded a year, as a fraction. With the forward from the options themselves it only discounts. */
  readonly rate: number
  /** A book received longer ago is stale. */
  readonly quote_age_max_ms: number
  /** Years between two moments by the clock of the volatilities. */
  yearsTo(at_ms: TimestampMs, expiry_ms: TimestampMs): number
}

/** 6.5 % a year, quotes of the last minute, the calendar clock. */
export const CHAIN_TERMS: ChainTerms = { rate: 0.065, quote_age_max_ms: 60_000, yearsTo: calendarYears }

/**
 * Why an option has no volatility: of its price (`NoVolatilityOfPrice`), or
 * - `no_quote`    not both a bid and an offer: never heard of, quoted on one side, or recorded without its book
 * - `stale`       the book was received too long ago
 * - `crossed`     the bid is above the offer
 * - `no_forward`  nothing says where the underlying will be
 */
export type NoVolatility = NoVolatilityOfPrice | 'no_quote' | 'stale' | 'crossed' | 'no_forward'

/**
 * Where the forward comes from: put-call parity, the future of the same expiry, the line in ln F between the spot and futures around the expiry, or
 * the spot carried at the rate.
 */
export type ForwardMethod = 'parity' | 'future' | 'interpolated_future' | 'spot'

/** The price for delivery at expiry. */
export interface Forward {
  /** Feed units, rounded. */
  readonly price: number
  readonly method: ForwardMethod
  /** Strikes whose parity was used; 0 by other methods. */
  readonly strikes: number
}

/** An option found by its delta. */
export interface DeltaLeg {
  readonly leg: Leg
  readonly delta: number
  readonly volatility: number
}

/** What a view looks at: an `OptionChain`. */
export interface ViewedChain {
  readonly rows: readonly StrikeRow[]
  readonly expires: ExpiryMoment
  readonly quotes: UnderlyingQuotes
  readonly updates: number
}

/** Spread, as a part of the mid, up to which a quote takes part in the forward. */
const SPREAD_MAX = 0.05
/** Listed strikes on each side of the money that may take part in the forward. */
const FORWARD_REACH = 5
/** Listed strikes on each side of the forward in which a volatility for the one at the money is looked for. */
const ATM_REACH = 3

/** The chain at one moment. Everything is computed when it is first asked for, and only that. Money in feed units. */
export class ChainView {
  readonly at_ms: TimestampMs
  /** To expiry; 0 or less when it is past. */
  readonly years: number
  /** Of money to be had at expiry, rounded. */
  readonly discount: number
  readonly #chain: ViewedChain
  readonly #terms: ChainTerms
  readonly #updates: number
  readonly #volatilities = new Map<Leg, ImpliedVolatility<NoVolatility>>()
  #forward: { readonly value: Forward | undefined } | undefined

  constructor(chain: ViewedChain, at_ms: TimestampMs, terms: ChainTerms) {
    this.#chain = chain
    this.#terms = terms
    this.#updates = chain.updates
    this.at_ms = at_ms
    this.years = rounded(terms.yearsTo(at_ms, chain.expires.at_ms))
    this.discount = rounded(discountFactor(terms.rate, Math.max(this.years, 0)))
  }

  /** Undefined after expiry and when nothing tells it. */
  get forward(): Forward | undefined {
    this.#assertCurrent()
    this.#forward ??= { value: this.years > 0 ? (this.#byParity() ?? this.#byFutures() ?? this.#bySpot()) : undefined }
    return this.#forward.value
  }

  /** What the futures say of the forward, to check it against. Feed units. */
  get future_forward(): number | undefined {
    return this.#byFutures()?.price
  }

  /** The listed strikes nearest the forward. */
  get atm(): StrikeRow | undefined {
    const { forward } = this
    if (forward === undefined) return undefined
    const { rows } = this.#chain
    const strike = atmStrike(
      rows.map((row) => row.strike),
      forward.price,
    )
    return rows.find((row) => row.strike === strike)
  }

  /** Mid of call and put at the money together; undefined unless both have a fresh quote. */
  get straddle(): number | undefined {
    const { atm } = this
    const premium = this.#midOf(atm?.call) + this.#midOf(atm?.put)
    return Number.isNaN(premium) ? undefined : premium
  }

  /** At the forward, between the nearest strikes that have a volatility. */
  get atm_volatility(): number | undefined {
    const { forward } = this
    if (forward === undefined) return undefined
    const { rows } = this.#chain
    const above_at = rows.findIndex(({ strike }) => strike > forward.price)
    const split = above_at < 0 ? rows.length : above_at
    const below = this.#firstVolatility(rows.slice(Math.max(0, split - ATM_REACH), split).reverse())
    if (below?.strike === forward.price) return below.volatility
    const above = this.#firstVolatility(rows.slice(split, split + ATM_REACH))
    if (below === undefined || above === undefined) return undefined
    return rounded(atmVolatility(below, above, forward.price))
  }

  /** One standard deviation of the forward until expiry. */
  get expected_move(): number | undefined {
    const { forward, atm_volatility } = this
    if (forward === undefined || atm_volatility === undefined) return undefined
    return rounded(expectedMove(forward.price, atm_volatility, this.years))
  }

  /** Volatility of one option from its own mid, rounded, or why it has none. */
  volatilityOf(leg: Leg): ImpliedVolatility<NoVolatility> {
    this.#assertCurrent()
    const known = this.#volatilities.get(leg)
    if (known !== undefined) return known
    const found = this.#volatilityOf(leg)
    this.#volatilities.set(leg, found)
    return found
  }

  /** The volatility that counts at a strike: of the side that is out of the money, else of the other one. */
  strikeVolatility(row: StrikeRow): number | undefined {
    const { forward } = this
    if (forward === undefined) return undefined
    const sides = row.strike < forward.price ? [row.put, row.call] : [row.call, row.put]
    for (const leg of sides) {
      const found = leg === undefined ? undefined : this.volatilityOf(leg)
      if (found?.kind === 'volatility') return found.volatility
    }
    return undefined
  }

  /** Price and greeks of one option at its own volatility; delta and gamma by the forward. Not rounded. Undefined without a volatility. */
  valueOf(leg: Leg): OptionValue | undefined {
    const { forward } = this
    const found = this.volatilityOf(leg)
    if (forward === undefined || found.kind === 'none') return undefined
    const { type, strike } = leg
    const { years } = this
    return black76({ type, forward: forward.price, strike, years, volatility: found.volatility, rate: this.#terms.rate })
  }

  /**
   * The out-of-the-money option whose delta is nearest to `delta` in size, e.g. 0.2 for calls and puts alike; of two the one nearer the money.
   * It walks outwards from the money and stops beyond the delta. Undefined when the last strike with a volatility is not beyond it.
   */
  legOfDelta(type: OptionType, delta: number): DeltaLeg | undefined {
    const { forward } = this
    if (forward === undefined) return undefined
    const { rows } = this.#chain
    const outwards =
      type === 'CE'
        ? rows.filter(({ strike }) => strike >= forward.price)
        : rows.filter(({ strike }) => strike <= forward.price).reverse()
    let before: DeltaLeg | undefined
    for (const row of outwards) {
      const leg = type === 'CE' ? row.call : row.put
      const here = leg === undefined ? undefined : this.#deltaOf(leg)
      if (here === undefined) continue
      const size = Math.abs(here.delta)
      if (size > delta) before = here
      else if (before === undefined) return size === delta ? here : undefined
      else return Math.abs(before.delta) - delta <= delta - size ? before : here
    }
    return undefined
  }

  /** True when both sides of a fresh book stand in order. */
  isQuoted(leg: Leg | undefined): leg is Leg {
    return leg !== undefined && this.#faultOf(leg.quote) === undefined
  }

  #deltaOf(leg: Leg): DeltaLeg | undefined {
    const found = this.volatilityOf(leg)
    const value = this.valueOf(leg)
    if (found.kind === 'none' || value === undefined) return undefined
    return { leg, delta: rounded(value.delta), volatility: found.volatility }
  }

  #volatilityOf(leg: Leg): ImpliedVolatility<NoVolatility> {
    const fault = this.#faultOf(leg.quote)
    if (fault !== undefined) return { kind: 'none', reason: fault }
    if (!(this.years > 0)) return { kind: 'none', reason: 'expired' }
    const { forward } = this
    if (forward === undefined) return { kind: 'none', reason: 'no_forward' }
    const { type, strike, tick, quote } = leg
    const { rate } = this.#terms
    const found = impliedVolatility({ type, forward: forward.price, strike, years: this.years, rate, price: quote.mid, tick })
    if (found.kind === 'none') return found
    return { kind: 'volatility', volatility: rounded(found.volatility), error: rounded(found.error) }
  }

  #faultOf(quote: LiveQuote): NoVolatility | undefined {
    if (Number.isNaN(quote.mid)) return 'no_quote'
    if (!(this.at_ms - quote.book_ms <= this.#terms.quote_age_max_ms)) return 'stale'
    return quote.bid_price > quote.ask_price ? 'crossed' : undefined
  }

  #midOf(leg: Leg | undefined): number {
    return this.isQuoted(leg) ? leg.quote.mid : Number.NaN
  }

  #firstVolatility(rows: readonly StrikeRow[]): StrikeVolatility | undefined {
    for (const row of rows) {
      const volatility = this.strikeVolatility(row)
      if (volatility !== undefined) return { strike: row.strike, volatility }
    }
    return undefined
  }

  #byParity(): Forward | undefined {
    const { rows } = this.#chain
    const quoted = rows.flatMap((row, at): (StrikePair & { at: number; is_tight: boolean })[] => {
      const { call, put, strike } = row
      if (!this.isQuoted(call) || !this.isQuoted(put)) return []
      const is_tight = isTight(call.quote) && isTight(put.quote)
      return [{ strike, call: call.quote.mid, put: put.quote.mid, at, is_tight }]
    })
    const center = nearestTheMoney(quoted)
    if (center === undefined) return undefined
    const pairs = quoted.filter(({ at, is_tight }) => is_tight && Math.abs(at - center.at) <= FORWARD_REACH)
    const implied = impliedForward(pairs, center.strike, this.discount)
    if (implied === undefined || !(implied.forward > 0)) return undefined
    return { price: implied.forward, method: 'parity', strikes: implied.strikes }
  }

  #byFutures(): Forward | undefined {
    if (!(this.years > 0)) return undefined
    const { quotes, expires } = this.#chain
    const points = quotes.futures.flatMap(({ expiry_ms, quote }) => {
      const price = this.#priceOf(quote)
      return price === undefined ? [] : [{ years: rounded(this.#terms.yearsTo(this.at_ms, expiry_ms)), price }]
    })
    const found = futuresForward(points, this.#spot, rounded(this.#terms.yearsTo(this.at_ms, expires.at_ms)))
    if (found === undefined) return undefined
    return { price: rounded(found.price), method: found.exact ? 'future' : 'interpolated_future', strikes: 0 }
  }

  #bySpot(): Forward | undefined {
    const spot = this.#spot
    return spot === undefined ? undefined : { price: rounded(spot / this.discount), method: 'spot', strikes: 0 }
  }

  get #spot(): number | undefined {
    const { spot } = this.#chain.quotes
    return spot === undefined ? undefined : this.#priceOf(spot)
  }

  /** Mid of a fresh book, else a fresh last price; undefined when there is neither, or not above 0. */
  #priceOf(quote: LiveQuote): number | undefined {
    const is_fresh = this.at_ms - quote.received_ms <= this.#terms.quote_age_max_ms
    const price = this.#faultOf(quote) === undefined ? quote.mid : is_fresh ? quote.last_price : Number.NaN
    return price > 0 ? price : undefined
  }

  #assertCurrent(): void {
    assert(this.#chain.updates === this.#updates, 'a view of a chain is asked before the next update')
  }
}

const isTight = ({ bid_price, ask_price, mid }: LiveQuote): boolean => ask_price - bid_price <= SPREAD_MAX * mid
