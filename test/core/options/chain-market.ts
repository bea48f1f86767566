import type { Instrument } from '../../../src/core/market/index.js'
import type { LiveQuote, OptionBook } from '../../../src/core/options/index.js'
import { optionPrice } from '../../../src/core/synth/black76.js'
import { type IstDay, parseIso } from '../../../src/core/time/index.js'
import { dayNumber } from '../../support/stub-calendar.js'
import { instrument } from '../market/instruments.js'

export const TUESDAY = dayNumber(2025, 10, 7)
export const NEXT_TUESDAY = dayNumber(2025, 10, 14)
export const MONTH_END = dayNumber(2025, 10, 28)
export const TICK = 5

export const at = (clock: string, date = '2025-10-06'): number => {
  const ms = parseIso(`${date}T${clock}+05:30`)
  if (ms === undefined) throw new RangeError(clock)
  return ms
}

let token = 100
const derivative = (facts: Partial<Instrument>): Instrument =>
  instrument({
    instrument_token: 256 * token++ + 2,
    exchange: 'NFO',
    segment: 'NFO-OPT',
    price_divisor: 100,
    tick_size: 0.05,
    ...facts,
  })

export function option(underlying: string, expiry: IstDay, strike: number, type: 'CE' | 'PE', exchange = 'NFO'): Instrument {
  const symbol = `${underlying}${expiry}${strike}${type}`
  return derivative({ symbol, underlying, expiry, strike, exchange, instrument_type: type, asset_class: 'index_options' })
}

export const future = (underlying: string, expiry: IstDay): Instrument =>
  derivative({ symbol: `${underlying}${expiry}FUT`, underlying, expiry, instrument_type: 'FUT', asset_class: 'index_futures' })

export const index = (symbol: string): Instrument =>
  instrument({
    instrument_token: 256 * token++ + 9,
    symbol,
    segment: 'INDICES',
    instrument_type: 'INDEX',
    asset_class: 'indices',
    tick_size: 0,
  })

/** Call and put of each strike. */
export const ladder = (underlying: string, expiry: IstDay, strikes: readonly number[]): Instrument[] =>
  strikes.flatMap((strike) => [option(underlying, expiry, strike, 'CE'), option(underlying, expiry, strike, 'PE')])

export const strikesFrom = (first: number, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => first + n * step)

export function quoteOf(book: OptionBook, wanted: Instrument): LiveQuote {
  const quote = book.quoteOf(wanted)
  if (quote === undefined) throw new RangeError(`${wanted.symbol} has no quote`)
  return quote
}

/** One packet: a book of the two prices, and what else is told. */
export function tell(
  quote: LiveQuote,
  told: { ms: number; bid?: number; ask?: number; last?: number; oi?: number; volume?: number },
): void {
  const { ms, bid = Number.NaN, ask = Number.NaN, last = Number.NaN, oi = Number.NaN, volume = Number.NaN } = told
  const book = { bid_price: bid, bid_quantity: 75, ask_price: ask, ask_quantity: 150 }
  quote.take({ received_ms: ms, exchange_ms: Math.floor(ms / 1000) * 1000, last_price: last, volume, oi, book })
}

/** Terms of the synthetic market, whose pricing shares no code with the chain. */
export interface Market {
  /** Feed units. */
  readonly forward: number
  readonly years: number
  readonly volatility: number
}

/** What the synthetic market charges, in feed units, not on the grid. */
export const modelPrice = ({ strike = 0, instrument_type }: Instrument, { forward, years, volatility }: Market): number =>
  optionPrice({ forward, strike: strike * 100, years, volatility, call: instrument_type === 'CE' })

/** The volatility behind it: dearer below the forward, both wings raised. */
export function modelVolatility(strike: number, { forward, years, volatility }: Market): number {
  const x = Math.max(-4, Math.min(4, Math.log(strike / forward) / (volatility * Math.sqrt(years))))
  return volatility * (1 - 0.035 * x + 0.022 * x * x)
}

/** Quotes every option one tick wide around the model. */
export function quoteAll(book: OptionBook, options: readonly Instrument[], market: Market, ms: number): void {
  for (const one of options) {
    const bid = Math.floor(modelPrice(one, market) / TICK) * TICK
    tell(quoteOf(book, one), { ms, bid: bid > 0 ? bid : Number.NaN, ask: bid + TICK, last: bid, oi: 1000, volume: 100 })
  }
}
