import type { BarFlow, Candle, Instrument } from '../../../src/core/market/index.js'
import { choosePatterns, PATTERNS, PatternBank } from '../../../src/core/patterns/index.js'
import type { Random } from '../../../src/core/random.js'
import { MINUTE_MS } from '../../../src/core/time/index.js'
import { stubCalendar } from '../../support/stub-calendar.js'
import { openMs, type WalkAlert, type Walks } from './walks.js'

const ACTIVE = choosePatterns(PATTERNS, { only: [], parameters: {} })
const COOLDOWN_MINUTES = 15
const INTERVALS = [1, 5, 15]

/** What all detectors that need no options claim on one session of random walks, whatever its confidence. Minutes are those in which they could be acted on. */
export function noiseDetections(random: Random, all: Walks, session: number): WalkAlert[] {
  const walk = all.sessions[session]
  if (walk === undefined) return []
  const alerts: WalkAlert[] = []
  const last = new Map<string, number>()
  const tokens = all.instruments.map(({ instrument_token }) => instrument_token)
  const bank = new PatternBank({
    patterns: ACTIVE,
    calendar: stubCalendar,
    onFault: (fault) => {
      throw new Error(JSON.stringify(fault))
    },
    onDetection: ({ pattern, candidate, instrument, known_at_ms, bar }) => {
      const minute = Math.round((known_at_ms - openMs(walk.day)) / MINUTE_MS)
      if (candidate.direction === 'NEUTRAL' || minute > 355) return
      const sign = candidate.direction === 'BUY' ? 1 : -1
      const key = `${pattern.id}|${instrument.instrument_token}|${sign}`
      if (minute - (last.get(key) ?? -COOLDOWN_MINUTES) < COOLDOWN_MINUTES) return
      last.set(key, minute)
      const stop = candidate.stop ?? Number.NaN
      const risk = Number.isFinite(stop) && stop !== bar.close ? Math.abs(bar.close - stop) / bar.close : 0.004
      alerts.push({ session, instrument: tokens.indexOf(instrument.instrument_token), minute, sign, pattern: pattern.id, risk })
    },
  })
  const minutes = all.instruments.map((instrument) =>
    minuteBars(random, instrument, walk.prices.get(`NSE:${instrument.symbol}`), openMs(walk.day)),
  )
  for (let minute = 0; minute < 374; minute++) {
    for (const interval of INTERVALS)
      if ((minute + 1) % interval === 0)
        for (const bars of minutes) bank.onCandle(rolledUp(bars.slice(minute + 1 - interval, minute + 1), interval))
    bank.onMoment(openMs(walk.day) + (minute + 1) * MINUTE_MS)
  }
  return alerts
}

function minuteBars(random: Random, instrument: Instrument, path: Float64Array = new Float64Array(0), open_ms: number): Candle[] {
  return Array.from({ length: path.length - 1 }, (_, minute): Candle => {
    const [open, close] = [Math.round(path[minute] as number), Math.round(path[minute + 1] as number)]
    const wick = (): number => Math.floor(30 * random.unit() * random.unit())
    const burst = random.unit() < 0.04 ? 2 + 5 * random.unit() : 1
    const volume = Math.floor(1000 * burst * (0.4 + random.unit() + random.unit() * random.unit()))
    const signed_volume = Math.floor(volume * (2 * random.unit() - 1))
    const book = new Float64Array(20)
    for (let level = 0; level < 5; level++) {
      book.set([close - 5 * level - 5, 10 + random.below(500)], 2 * level)
      book.set([close + 5 * level, 10 + random.below(500)], 10 + 2 * level)
    }
    const time_ms = open_ms + minute * MINUTE_MS
    const flow: BarFlow = {
      prices: open === close ? [close] : [open, close],
      volumes: open === close ? [volume] : [Math.floor(volume / 2), volume - Math.floor(volume / 2)],
      signed_volume,
      unsigned_volume: 0,
      ofi: random.below(2000) - 1000,
      book,
      total_buy_quantity: random.below(100_000),
      total_sell_quantity: random.below(100_000),
      last_seen_ms: time_ms + MINUTE_MS - 1000,
      previous_close: Math.round((path[0] as number) * 0.995),
      day_high: 0,
      day_low: 0,
      day_average_price: 0,
      day_volume: 0,
    }
    return {
      instrument,
      interval: '1m',
      phase: 'continuous',
      open_time_ms: time_ms,
      close_time_ms: time_ms + MINUTE_MS,
      open,
      high: Math.max(open, close) + wick(),
      low: Math.min(open, close) - wick(),
      close,
      volume,
      turnover: (volume * (open + close)) / 2,
      oi: undefined,
      tick_count: 60,
      trade_count: 50,
      complete: true,
      expected_ms: MINUTE_MS,
      gap_volume: 0,
      synthetic_volume: false,
      synthetic: false,
      volume_na: false,
      revision: 0,
      day: undefined,
      flow,
    }
  })
}

function rolledUp(bars: readonly Candle[], minutes: number): Candle {
  const [first, last] = [bars[0] as Candle, bars.at(-1) as Candle]
  if (minutes === 1) return last
  const sum = (of: (bar: Candle) => number): number => bars.reduce((total, bar) => total + of(bar), 0)
  return {
    ...last,
    interval: `${minutes}m`,
    open_time_ms: first.open_time_ms,
    open: first.open,
    high: Math.max(...bars.map(({ high }) => high)),
    low: Math.min(...bars.map(({ low }) => low)),
    volume: sum(({ volume }) => volume),
    turnover: sum(({ turnover }) => turnover),
    tick_count: sum(({ tick_count }) => tick_count),
    trade_count: sum(({ trade_count }) => trade_count),
    expected_ms: minutes * MINUTE_MS,
    flow: undefined,
  }
}
