import { type IstDay, istDay } from '../time/index.js'
import type { LoggedAlert } from './logged-alert.js'

/**
 * The alerts of one day: those whose time is on it. When there are none, those of the days beside it that are no session of their own: a log in
 * another zone may have moved them.
 */
export function alertsOfDay(alerts: readonly LoggedAlert[], day: IstDay, sessions: ReadonlySet<IstDay>): readonly LoggedAlert[] {
  const own = alerts.filter(({ timestamp_ms }) => istDay(timestamp_ms) === day)
  if (own.length > 0) return own
  return alerts.filter(({ timestamp_ms }) => {
    const other = istDay(timestamp_ms)
    return Math.abs(other - day) === 1 && !sessions.has(other)
  })
}

/** The alerts of one day when the clock of the log is `shift_ms` ahead. */
export const shiftedToDay = (alerts: readonly LoggedAlert[], day: IstDay, shift_ms: number): readonly LoggedAlert[] =>
  alerts.filter(({ timestamp_ms }) => istDay(timestamp_ms - shift_ms) === day)
