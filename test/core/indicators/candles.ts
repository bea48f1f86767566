import type { IndicatorSurroundings } from '../../../src/core/indicators/index.js'
import type { BarFlow, Candle } from '../../../src/core/market/index.js'
import { stubCalendar } from '../../support/stub-calendar.js'
import { at } from '../candles/feed.js'
import { instrument } from '../market/instruments.js'

/** A minute bar, the `minute`th of a session (0 is a Monday), with four equal prices unless told otherwise. */
export function candle(facts: Partial<Candle> & { close: number; minute?: number; session?: number }): Candle {
  const { minute = 0, session = 0, ...rest } = facts
  const open_time_ms = (at(9, 15) + 60 * minute + 86_400 * session) * 1000
  return {
    instrument: instrument(),
    interval: '1m',
    phase: 'continuous',
    open_time_ms,
    close_time_ms: open_time_ms + 60_000,
    open: facts.close,
    high: facts.close,
    low: facts.close,
    volume: 100,
    turnover: 100 * facts.close,
    oi: undefined,
    tick_count: 1,
    trade_count: 1,
    complete: true,
    expected_ms: 60_000,
    gap_volume: 0,
    synthetic_volume: false,
    synthetic: false,
    volume_na: false,
    revision: 0,
    day: undefined,
    ...rest,
  }
}

export function flow(facts: Partial<BarFlow> = {}): BarFlow {
  return {
    prices: [],
    volumes: [],
    signed_volume: 0,
    unsigned_volume: 0,
    ofi: 0,
    book: undefined,
    total_buy_quantity: 0,
    total_sell_quantity: 0,
    last_seen_ms: 0,
    previous_close: 0,
    day_high: 0,
    day_low: 0,
    day_average_price: 0,
    day_volume: 0,
    ...facts,
  }
}

export const SURROUNDINGS: IndicatorSurroundings = {
  tick_size: 5,
  gap_tr: true,
  baselineOf: () => undefined,
  sessionOf: (candle) => stubCalendar.sessionOf(candle.instrument, Math.floor((candle.open_time_ms / 1000 + 19_800) / 86_400)),
}

/** The 45 bars of 3.0, in paise: what their rule gives in rupees has two decimals. */
export const VECTOR_BARS: readonly Candle[] = Array.from({ length: 45 }, (_, i) => {
  const closeOf = (n: number): number => 10_000 + 50 * ((7 * n) % 13) - 25 * ((5 * n) % 11) + 10 * n
  const close = closeOf(i)
  const open = (i === 0 ? 9_950 : closeOf(i - 1)) + 25 * ((i % 3) - 1)
  const high = Math.max(open, close) + 25 * (((3 * i) % 4) + 1)
  const low = Math.min(open, close) - 25 * (((5 * i) % 3) + 1)
  return candle({ minute: i, open, high, low, close, volume: 1000 + 100 * ((37 * i) % 23) })
})
