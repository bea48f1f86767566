import type { Instrument } from '../../src/core/market/index.js'
import type { Baseline, HistoryBar, InstrumentBaseline, UnderlyingBaseline } from '../../src/core/patterns/index.js'
import { optionPrice } from '../../src/core/synth/black76.js'
import { istDayStartMs, parseClock, parseDate } from '../../src/core/time/index.js'
import { instrument } from '../core/market/instruments.js'
import { baselineOf, type MinuteRow, SCENARIO_DATE } from './scenario.js'

export const INDEX_TOKEN = 256 * 1001 + 9

/** The index itself; `NIFTY 50` is that of the options of `NIFTY`. */
export const indexOf = (symbol: string, instrument_token = INDEX_TOKEN): Instrument =>
  instrument({
    instrument_token,
    symbol,
    segment: 'INDICES',
    instrument_type: 'INDEX',
    asset_class: 'indices',
    tick_size: 0,
    lot_size: 0,
  })

/** A future of an index. */
export const futureOf = (underlying: string, expiry: string, instrument_token = 256 * 1500 + 2): Instrument =>
  instrument({
    instrument_token,
    exchange: 'NFO',
    segment: 'NFO-FUT',
    symbol: `${underlying}${expiry.slice(2).replaceAll('-', '')}FUT`,
    name: underlying,
    underlying,
    expiry: parseDate(expiry) as number,
    instrument_type: 'FUT',
    asset_class: 'index_futures',
    lot_size: 75,
  })

/** What a chain is made of. */
export interface ChainFacts {
  readonly underlying: string
  /** `2025-10-07` */
  readonly expiry: string
  readonly strikes: readonly number[]
  /** Of its first option; the others count on. */
  readonly token: number
}

/** Calls and puts in the order of their tokens. */
export const chainInstruments = ({ underlying, expiry, strikes, token }: ChainFacts): Instrument[] =>
  strikes.flatMap((strike, n) =>
    (['CE', 'PE'] as const).map((instrument_type, side) =>
      instrument({
        instrument_token: 256 * (token + 2 * n + side) + 2,
        exchange: 'NFO',
        segment: 'NFO-OPT',
        symbol: `${underlying}${expiry.slice(2).replaceAll('-', '')}${strike}${instrument_type}`,
        name: underlying,
        underlying,
        expiry: parseDate(expiry) as number,
        strike,
        instrument_type,
        asset_class: 'index_options',
        lot_size: 75,
      }),
    ),
  )

/** What the options of a minute are priced by. */
export interface ChainMinute {
  readonly at: string
  /** Of the underlying at the end of the minute. */
  readonly spot: number
  /** At the money, a fraction a year. */
  readonly volatility: number
  /** Of each option. */
  readonly volume?: number
  readonly spread_ticks?: number
  oi?(option: Instrument): number
  /** Premiums are so many times what the model says. */
  readonly dearer?: number
}

/** Quotes of a whole chain, one packet an option and minute unless `busy` names it, by the model of the synthetic market. */
export function chainMinutes(
  facts: ChainFacts,
  minutes: readonly ChainMinute[],
  { date = SCENARIO_DATE, busy = () => false }: { date?: string; busy?: (option: Instrument) => boolean } = {},
): MinuteRow[] {
  const options = chainInstruments(facts)
  const expires_ms = istDayStartMs(parseDate(facts.expiry) as number) + 55_800_000
  const midnight_ms = istDayStartMs(parseDate(date) as number)
  const last = new Map<number, number>()
  return minutes.flatMap(({ at, spot, volatility, volume = 750, spread_ticks = 1, oi, dearer = 1 }) => {
    const years = (expires_ms - midnight_ms - (parseClock(at) as number) * 1000 - 60_000) / (365 * 86_400_000)
    return options.map((option): MinuteRow => {
      const { instrument_token: token, strike = 0, instrument_type } = option
      const forward = spot * (1 + 0.065 * years)
      const model = dearer * optionPrice({ forward, strike, years, volatility, call: instrument_type === 'CE' })
      // The mid is the model's, to half a tick: the last price is the offer.
      const close = Math.max(0.1, Math.round((model + 0.025 * spread_ticks) * 20) / 20)
      const open = last.get(token) ?? close
      last.set(token, close)
      const row = { at, token, open, close, high: Math.max(open, close), low: Math.min(open, close), volume, spread_ticks }
      return { ...row, ...(oi === undefined ? {} : { oi: oi(option) }), ...(busy(option) ? {} : { quiet: true }) }
    })
  })
}

/** Closes whose volatility over 20 days is about `volatility`: up and down by the same step. */
export const closesOf = (price: number, volatility: number, count = 25): number[] =>
  Array.from({ length: count }, (_, i) => price * (i % 2 === 0 ? 1 : 1 + volatility / Math.sqrt(252)))

/** So many days whose volatility goes evenly from `low` to `high`. */
export const ivHistory = (low: number, high: number, count = 100): number[] =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / count)

/**
 * Bars of 15 minutes of the session before, that go up and down by `swing` around `price`, rupees. They rise by `drift` swings a bar up to
 * that price: without, ADX is below 6; with 0.06 it is about 18, with 0.08 24, with 0.1 31.
 */
export function quietBars(price: number, swing: number, drift = 0): HistoryBar[] {
  const count = 60
  const first_ms = istDayStartMs(parseDate(SCENARIO_DATE) as number) - 86_400_000
  return Array.from({ length: count }, (_, i) => {
    const middle = 100 * (price + swing * (((i * 3) % 4) / 4 - 0.375 + drift * (i - count + 1)))
    const reach = 25 * swing
    return {
      open_time_ms: first_ms + i * 900_000,
      open: middle,
      high: middle + reach,
      low: middle - reach,
      close: middle,
      volume: 0,
      oi: undefined,
    }
  })
}

/** A baseline of the index and of what its options cost in earlier sessions. */
export function optionBaseline(
  of_underlying: Pick<UnderlyingBaseline, 'iv' | 'closes'>,
  of_index: Partial<InstrumentBaseline> = {},
): Baseline {
  const index = baselineOf(of_index)
  return {
    ...index,
    of: (one) => (one.instrument_type === 'INDEX' ? index.of(one) : undefined),
    ofUnderlying: () => ({ ...of_underlying, ivOf: () => of_underlying.iv }),
  }
}
