import { usageError } from '../errors.js'

/** A length of bars in clock time, or the bar of the day. */
export interface Interval {
  readonly label: string
  /** Seconds; Infinity for the day, which has the session's own length. */
  readonly length_s: number
}

export const DAY_INTERVAL: Interval = { label: '1d', length_s: Number.POSITIVE_INFINITY }
/** The finest interval; every other one is rolled up from it. */
export const MINUTE_INTERVAL: Interval = { label: '1m', length_s: 60 }
/** Longest intraday bar: one trading day of MCX is 895 minutes. */
const MINUTES_MAX = 1440

/** Reads `1m`, `5m`, `60m`, `1h`, `1d`; throws a usage error that says what is expected. */
export function parseInterval(text: string): Interval {
  const match = /^(\d{1,5})(m|min|h|d)$/.exec(text.trim().toLowerCase())
  const count = Number(match?.[1])
  const unit = match?.[2]
  if (unit === 'd' && count === 1) return DAY_INTERVAL
  const minutes = unit === 'h' ? count * 60 : count
  if (unit === undefined || unit === 'd' || minutes < 1 || minutes > MINUTES_MAX) {
    throw usageError(
      'bad_interval',
      `"${text}" is no bar interval: expected minutes from 1m to ${MINUTES_MAX}m, hours (1h) or 1d.`,
      'mds candles --tf 1m,5m,15m,1d',
      'mds candles --bars tick:100',
    )
  }
  return { label: `${minutes}m`, length_s: minutes * 60 }
}

/** True for the labels of bars that a clock ends, auctions included; false for those that trades end (`100t`). */
export const isClockLabel = (label: string): boolean => /^(?:\d+m|1d|auction)$/.test(label)

/** `1m,5m` or several flags; sorted from fine to coarse, each once. */
export function parseIntervals(texts: readonly string[]): Interval[] {
  const parsed = texts
    .flatMap((text) => text.split(','))
    .filter((text) => text.trim() !== '')
    .map(parseInterval)
  if (parsed.length === 0)
    throw usageError('bad_interval', 'No bar interval given: expected for example 1m,5m.', 'mds candles --tf 1m,5m')
  const by_label = new Map(parsed.map((interval) => [interval.label, interval]))
  return [...by_label.values()].sort((a, b) => a.length_s - b.length_s)
}
