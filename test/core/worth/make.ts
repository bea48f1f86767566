import type { Candle, Instrument } from '../../../src/core/market/index.js'
import type { QuoteUpdate } from '../../../src/core/options/index.js'
import type { Random } from '../../../src/core/random.js'
import { istDayStartMs, MINUTE_MS } from '../../../src/core/time/index.js'
import {
  type JudgedAlert,
  type Outcome,
  type OutcomeRules,
  type SessionEvidence,
  SessionOutcomes,
} from '../../../src/core/worth/index.js'
import { dayNumber, stubCalendar } from '../../support/stub-calendar.js'

export const DAY = dayNumber(2025, 10, 6)
/** 09:15 IST. */
export const OPEN_MS = istDayStartMs(DAY) + 9.25 * 3_600_000
export const CLOSE_MS = istDayStartMs(DAY) + 15.5 * 3_600_000

export const stock = (over: Partial<Instrument> = {}): Instrument => ({
  instrument_token: 738_561,
  exchange: 'NSE',
  symbol: 'RELIANCE',
  name: '',
  segment: 'NSE',
  instrument_type: 'EQ',
  asset_class: 'equity_cash',
  underlying: undefined,
  expiry: undefined,
  strike: undefined,
  lot_size: 1,
  tick_size: 0.05,
  price_divisor: 100,
  has_derivatives: false,
  known: true,
  ...over,
})

export const alertOf = (over: Partial<JudgedAlert> = {}): JudgedAlert => ({
  alert_id: 'a',
  pattern_type: 'volume_spike',
  instrument: stock(),
  direction: 'BUY',
  confidence: 0.9,
  emitted_at_ms: OPEN_MS + 60 * MINUTE_MS,
  stop: Number.NaN,
  target: Number.NaN,
  expires_at_ms: Number.NaN,
  legs: [],
  ...over,
})

/** One packet as the engine accepts it. Without `bid` and `ask` it has no book; NaN is an empty side. */
export interface Tick {
  readonly token?: number
  readonly at_ms: number
  readonly price: number
  readonly traded: boolean
  readonly bid?: number
  readonly ask?: number
}

export const RULES: OutcomeRules = { latency_ms: 500, from: 'ticks' }

/** A session fed with ticks (in order) and bars (told when the first tick at or after their end comes). */
export function sessionOf(
  ticks: readonly Tick[],
  alerts: readonly JudgedAlert[],
  {
    rules = RULES,
    instruments = [stock()],
    bars = [],
    sampled = [],
    day = DAY,
  }: {
    rules?: OutcomeRules
    instruments?: readonly Instrument[]
    bars?: readonly Candle[]
    sampled?: readonly string[]
    day?: number
  } = {},
): SessionEvidence {
  const session = new SessionOutcomes({ day, calendar: stubCalendar, alerts, sampled: new Set(sampled), rules })
  const watches = new Map<number, ReturnType<SessionOutcomes['watch']>>()
  const waiting = [...bars]
  for (const tick of ticks) {
    const token = tick.token ?? (instruments[0] as Instrument).instrument_token
    while ((waiting[0]?.close_time_ms ?? Number.POSITIVE_INFINITY) <= tick.at_ms) session.onCandle(waiting.shift() as Candle)
    if (!watches.has(token))
      watches.set(token, session.watch(instruments.find((one) => one.instrument_token === token) as Instrument))
    watches.get(token)?.onQuote(updateOf(tick), tick.traded)
  }
  for (const bar of waiting) session.onCandle(bar)
  const [begin_ms, now_ms] = [ticks[0]?.at_ms ?? Number.POSITIVE_INFINITY, ticks.at(-1)?.at_ms ?? Number.NEGATIVE_INFINITY]
  return session.finish({ begin_ms, now_ms, isOverGap: () => false })
}

export const outcomesOf = (...args: Parameters<typeof sessionOf>): readonly Outcome[] => sessionOf(...args).outcomes

function updateOf({ at_ms, price, bid, ask }: Tick): QuoteUpdate {
  const book =
    bid === undefined || ask === undefined
      ? undefined
      : {
          bid_price: bid,
          ask_price: ask,
          bid_quantity: Number.isNaN(bid) ? 0 : 100,
          ask_quantity: Number.isNaN(ask) ? 0 : 100,
        }
  return { received_ms: at_ms, exchange_ms: at_ms, last_price: price, volume: 1, oi: Number.NaN, book }
}

/** A random walk in paise around 1000 rupees, with silences, empty sides, packets without a book and packets without a trade. */
export function randomTicks(
  random: Random,
  { from_ms, to_ms, token, mean_ms = 2500 }: { from_ms: number; to_ms: number; token?: number; mean_ms?: number },
): Tick[] {
  const ticks: Tick[] = []
  const bookless = random.unit() < 0.15
  let price = 100_000
  let at_ms = from_ms
  while (at_ms < to_ms) {
    const rare = random.unit()
    at_ms += rare < 0.01 ? random.below(200_000) : rare < 0.04 ? random.below(40_000) : random.below(2 * mean_ms)
    const traded = random.unit() < 0.7
    if (traded) price = Math.max(50_000, price + 5 * (random.below(41) - 20))
    const spread = 5 * (1 + random.below(5))
    const bid = random.unit() < 0.1 ? Number.NaN : price - spread
    const ask = random.unit() < 0.1 ? Number.NaN : price + 5
    const book = bookless || random.unit() < 0.05 ? {} : { bid, ask }
    ticks.push({ at_ms, price, traded, ...(token === undefined ? {} : { token }), ...book })
  }
  return ticks
}
