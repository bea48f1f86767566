import type { Calendar, Instrument } from '../market/index.js'
import { istDay, MINUTE_MS, type TimestampMs } from '../time/index.js'

/** Which minutes count towards expiry: all of them, or those in which the option trades. A volatility holds for the clock it was made with. */
export type ExpiryClock = 'calendar' | 'trading'

/** Minutes of 365 days. */
const CALENDAR_YEAR = 525_600
/** Minutes of 252 sessions from 09:15 to 15:30. */
const TRADING_YEAR = 252 * 375

/** Years from a moment to another by the calendar clock; below 0 when it is past. Fractions of minutes count. */
export const calendarYears = (at_ms: TimestampMs, expiry_ms: TimestampMs): number =>
  (expiry_ms - at_ms) / MINUTE_MS / CALENDAR_YEAR

/**
 * Years by the trading clock: minutes of continuous trading of the instrument within `[at_ms, expiry_ms)`. Days that the calendar calls closed
 * have none. 0 when it is past.
 */
export function tradingYears(at_ms: TimestampMs, expiry_ms: TimestampMs, instrument: Instrument, calendar: Calendar): number {
  let left_ms = 0
  for (let day = istDay(at_ms); day <= istDay(expiry_ms); day++) {
    const session = calendar.sessionOf(instrument, day)
    if (session.closed) continue
    for (const { phase, start_s, end_s } of session.phases)
      if (phase === 'continuous') left_ms += Math.max(0, Math.min(end_s * 1000, expiry_ms) - Math.max(start_s * 1000, at_ms))
  }
  return left_ms / MINUTE_MS / TRADING_YEAR
}
