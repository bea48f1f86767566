import type { Calendar, Instrument, Session } from '../market/index.js'
import { type IstDay, istDayStartMs } from '../time/index.js'
import type { Span } from './session-figures.js'

/** Longer no exchange is closed. */
const CLOSED_DAYS_MAX = 30

/** The `count` trading days of an instrument right before a day, the latest first; fewer where the calendar has none for long. */
export function tradingDaysBefore(calendar: Calendar, instrument: Instrument, day: IstDay, count: number): IstDay[] {
  const days: IstDay[] = []
  for (let before = day - 1, closed = 0; days.length < count && closed < CLOSED_DAYS_MAX; before--) {
    if (isTradingDay(calendar, instrument, before)) {
      days.push(before)
      closed = 0
    } else closed++
  }
  return days
}

/** False for weekends, holidays and days without continuous trading: what is recorded on them is a rehearsal. */
export function isTradingDay(calendar: Calendar, instrument: Instrument, day: IstDay): boolean {
  const { closed, phases } = calendar.sessionOf(instrument, day)
  return !closed && phases.some(({ phase }) => phase === 'continuous')
}

/** Hours of continuous trading, in seconds after midnight. */
export function hoursOf({ day, phases }: Session): Span[] {
  const midnight_s = istDayStartMs(day) / 1000
  return phases
    .filter(({ phase }) => phase === 'continuous')
    .map(({ start_s, end_s }) => [start_s - midnight_s, end_s - midnight_s])
}
