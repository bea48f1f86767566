import type { Candle, Session } from '../market/index.js'

const MINUTE_MS = 60_000

/** Beginning of continuous trading, in ms since the epoch; NaN for a day without any. */
export function continuousStart({ phases }: Session): number {
  const first = phases.find(({ phase }) => phase === 'continuous')
  return first === undefined ? Number.NaN : first.start_s * 1000
}

/** Minutes of continuous trading in a session, from its first to its last. NaN for a day without any. */
export function continuousMinutes(session: Session): number {
  const last = session.phases.findLast(({ phase }) => phase === 'continuous')
  return last === undefined ? Number.NaN : (last.end_s * 1000 - continuousStart(session)) / MINUTE_MS
}

/** Whole minutes from the beginning of continuous trading to the open of the bar, and in the bar; both NaN for a bar that no clock ends. */
export function minutesOf(candle: Candle, session: Session): { minute: number; minutes: number } {
  const minute = (candle.open_time_ms - continuousStart(session)) / MINUTE_MS
  const minutes = (candle.close_time_ms - candle.open_time_ms) / MINUTE_MS
  const is_whole = Number.isInteger(minute) && Number.isInteger(minutes) && minute >= 0 && minutes > 0
  return is_whole ? { minute, minutes } : { minute: Number.NaN, minutes: Number.NaN }
}
