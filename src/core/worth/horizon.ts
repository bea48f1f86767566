import { MINUTE_MS, type TimestampMs } from '../time/index.js'

/** How long after the entry is due the price is looked at; `eod`: five minutes before the end of continuous trading. */
export const HORIZONS = ['1m', '5m', '15m', '30m', '60m', 'eod'] as const
export type Horizon = (typeof HORIZONS)[number]

/** Which one decides about a pattern, said before anything is counted (7.5): one p-value each. */
export const PRIMARY_HORIZON: Horizon = '15m'
/** The same for option strategies. */
export const STRATEGY_HORIZON: Horizon = 'eod'

const EOD_BEFORE_CLOSE_MS = 5 * MINUTE_MS
const TOLERANCE_MS = 30_000
const TOLERANCE_SHARE = 0.1

/** Continuous trading of a day, from its first second to its last. */
export interface TradingHours {
  readonly open_ms: TimestampMs
  readonly close_ms: TimestampMs
}

/** A span that is looked at: `(from, end_ms]`. */
export interface Window {
  readonly horizon: Horizon
  readonly end_ms: TimestampMs
  /** Cut by the end of trading. */
  readonly is_truncated: boolean
  /** A last trade older than this at `end_ms` says nothing about the price there: max(30 s, 10 % of the span) (7.2). */
  readonly tolerance_ms: number
}

/** Windows from `due_ms` on, in the order of `HORIZONS`. The one to the end of the day is undefined when that is not ahead. */
export function windowsFrom(due_ms: TimestampMs, hours: TradingHours): (Window | undefined)[] {
  return HORIZONS.map((horizon) => {
    const wanted_ms = horizon === 'eod' ? endOfDay(hours) : due_ms + minutesOf(horizon) * MINUTE_MS
    const end_ms = Math.min(wanted_ms, hours.close_ms)
    if (end_ms <= due_ms) return undefined
    return { horizon, end_ms, is_truncated: end_ms < wanted_ms, tolerance_ms: toleranceOf(end_ms - due_ms) }
  })
}

/** When a trader of the day is out. */
export const endOfDay = ({ close_ms }: TradingHours): TimestampMs => close_ms - EOD_BEFORE_CLOSE_MS

/** How old the last trade may be at the end of a span of this length. */
export const toleranceOf = (span_ms: number): number => Math.max(TOLERANCE_MS, TOLERANCE_SHARE * span_ms)

/** Minutes of a horizon that has a length. */
export function minutesOf(horizon: Exclude<Horizon, 'eod'>): number {
  return Number(horizon.slice(0, -1))
}
