import type { Instrument } from '../market/index.js'
import type { IstDay, TimestampMs } from '../time/index.js'
import type { ChainTerms, ChainView, Forward, NoVolatility, ViewedChain } from './chain-view.js'
import { maxPain, oiConcentration, putCallRatio, type StrikeInterest } from './open-interest.js'
import { rounded } from './rounded.js'
import type { Leg, StrikeRow } from './strike-row.js'

/** One option at a moment. Money in feed units; undefined is what is not known. Greeks by Black-76 at its own volatility, rounded. */
export interface LegSnapshot {
  readonly instrument: Instrument
  readonly last_price: number | undefined
  readonly bid_price: number | undefined
  readonly bid_quantity: number | undefined
  readonly ask_price: number | undefined
  readonly ask_quantity: number | undefined
  /** Cumulative of the day. */
  readonly volume: number | undefined
  readonly oi: number | undefined
  /** Since the first open interest told today. */
  readonly oi_change: number | undefined
  readonly exchange_ms: TimestampMs | undefined
  /** Since the book was received. */
  readonly quote_age_ms: number | undefined
  readonly volatility: number | undefined
  readonly volatility_error: number | undefined
  readonly no_volatility: NoVolatility | undefined
  readonly delta: number | undefined
  readonly gamma: number | undefined
  readonly theta_per_day: number | undefined
  /** Per 1.00 of volatility. */
  readonly vega: number | undefined
}

/** Call and put of a listed strike. */
export interface SnapshotRow {
  /** Feed units. */
  readonly strike: number
  readonly call: LegSnapshot | undefined
  readonly put: LegSnapshot | undefined
}

/** A whole chain at a moment. Money in feed units of `price_divisor`. */
export interface ChainSnapshot {
  readonly at_ms: TimestampMs
  readonly underlying: string
  readonly exchange: string
  readonly expiry: IstDay
  readonly price_divisor: number
  readonly years: number
  readonly rate: number
  readonly discount: number
  readonly forward: Forward | undefined
  /** What the futures say of the forward. */
  readonly future_forward: number | undefined
  readonly spot: number | undefined
  readonly atm_strike: number | undefined
  readonly atm_volatility: number | undefined
  readonly straddle: number | undefined
  readonly expected_move: number | undefined
  readonly put_call_ratio: number | undefined
  readonly max_pain: number | undefined
  readonly oi_concentration: number | undefined
  readonly rows: readonly SnapshotRow[]
}

/** The chain that is looked at, with its names. */
export interface NamedChain extends ViewedChain {
  readonly underlying: string
  readonly exchange: string
  readonly expiry: IstDay
  readonly price_divisor: number
}

/** Everything a view can tell. */
export function snapshotOf(chain: NamedChain, view: ChainView, { rate }: ChainTerms): ChainSnapshot {
  const interest = chain.rows.map(interestOf)
  return {
    at_ms: view.at_ms,
    underlying: chain.underlying,
    exchange: chain.exchange,
    expiry: chain.expiry,
    price_divisor: chain.price_divisor,
    years: view.years,
    rate,
    discount: view.discount,
    forward: view.forward,
    future_forward: view.future_forward,
    spot: known(chain.quotes.spot?.last_price),
    atm_strike: view.atm?.strike,
    atm_volatility: view.atm_volatility,
    straddle: view.straddle,
    expected_move: view.expected_move,
    put_call_ratio: putCallRatio(interest),
    max_pain: maxPain(interest),
    oi_concentration: oiConcentration(interest),
    rows: chain.rows.map(({ strike, call, put }) => ({ strike, call: legOf(call, view), put: legOf(put, view) })),
  }
}

const interestOf = ({ strike, call, put }: StrikeRow): StrikeInterest => ({
  strike,
  call_oi: call?.quote.oi ?? Number.NaN,
  put_oi: put?.quote.oi ?? Number.NaN,
})

function legOf(leg: Leg | undefined, view: ChainView): LegSnapshot | undefined {
  if (leg === undefined) return undefined
  const { instrument, quote } = leg
  const found = view.volatilityOf(leg)
  const value = view.valueOf(leg)
  const has_volatility = found.kind === 'volatility'
  return {
    instrument,
    last_price: known(quote.last_price),
    bid_price: known(quote.bid_price),
    bid_quantity: known(quote.bid_quantity),
    ask_price: known(quote.ask_price),
    ask_quantity: known(quote.ask_quantity),
    volume: known(quote.volume),
    oi: known(quote.oi),
    oi_change: known(quote.oi - quote.first_oi),
    exchange_ms: known(quote.exchange_ms),
    quote_age_ms: known(view.at_ms - quote.book_ms),
    volatility: has_volatility ? found.volatility : undefined,
    volatility_error: has_volatility ? found.error : undefined,
    no_volatility: has_volatility ? undefined : found.reason,
    delta: value === undefined ? undefined : rounded(value.delta),
    gamma: value === undefined ? undefined : rounded(value.gamma),
    theta_per_day: value === undefined ? undefined : rounded(value.theta_per_day),
    vega: value === undefined ? undefined : rounded(value.vega),
  }
}

const known = (value: number | undefined): number | undefined => (value === undefined || Number.isNaN(value) ? undefined : value)
