import type { HistoryBar, InstrumentBaseline, PreviousSession } from '../patterns/index.js'
import type { IstDay } from '../time/index.js'
import { type BAR_LABELS, KEPT_BARS, minutesOf, type SessionFigures, VA_MINUTES } from './session-figures.js'
import { type SessionShape, UsualVolume } from './usual-volume.js'

const WEEK_SESSIONS = 5
/** True ranges in the mean of `day_atr`. */
const TRUE_RANGES_MAX = 14
const TRUE_RANGES_MIN = 5
/** Trading days that are looked at one after the other: those true ranges, and the close before them. */
export const DAYS_BACK = TRUE_RANGES_MAX + 1
/** Of a session whose highs and lows are believed, so much must have been recorded. */
const RECORDED_SHARE_MIN = 0.9

/** The session that looks back. */
export interface LookingBack extends SessionShape {
  /** Its trading days right before, the latest first: `DAYS_BACK` where there are so many. */
  readonly days_before: readonly IstDay[]
}

/** `sessions`: all that are earlier than the day looked back from, in order of days. */
export function instrumentBaseline(sessions: readonly SessionFigures[], today: LookingBack): InstrumentBaseline {
  const unbroken = unbrokenDays(sessions, today.days_before)
  const week = unbroken.length >= WEEK_SESSIONS ? unbroken.slice(0, WEEK_SESSIONS) : []
  const usual = new UsualVolume(sessions, today)
  return {
    previous: unbroken[0] === undefined ? undefined : previousSession(unbroken[0]),
    week_high: highest(week.map(({ high }) => high)),
    week_low: -highest(week.map(({ low }) => -low)),
    usual_range_30m: usualRange(sessions),
    day_atr: meanTrueRange(unbroken),
    history: {
      '1m': lastBars(unbroken, '1m'),
      '5m': lastBars(unbroken, '5m'),
      '15m': lastBars(unbroken, '15m'),
    },
    day_volume: usual.day_volume,
    usualVolume: (minute, minutes) => usual.median(minute, minutes),
    usualVolumeSoFar: (minutes) => usual.median(0, minutes),
  }
}

/** The sessions right before, the latest first, up to the first trading day that is missing or was not recorded to its end. */
function unbrokenDays(sessions: readonly SessionFigures[], days: readonly IstDay[]): SessionFigures[] {
  const unbroken: SessionFigures[] = []
  for (const day of days) {
    const session = sessions.findLast((each) => each.day === day)
    if (session === undefined || !isWhole(session)) break
    unbroken.push(session)
  }
  return unbroken
}

function isWhole(session: SessionFigures): boolean {
  const minutes = minutesOf(session)
  const missing = session.unknown.reduce((sum, [from, to]) => sum + to - from, 0)
  // A recorder that stops with the bell leaves the last minute open.
  const is_ended = !session.unknown.some(([from, to]) => to >= minutes && to - from > 1)
  return is_ended && missing <= (1 - RECORDED_SHARE_MIN) * minutes && !Number.isNaN(session.high)
}

function previousSession(session: SessionFigures): PreviousSession {
  const { day, open, high, low, vah, val, poc, va_widths } = session
  const vaWidthAt = (minute: number): number => va_widths[Math.floor(minute / VA_MINUTES) - 1] ?? Number.NaN
  return { day, open, high, low, close: closeOf(session), vah, val, poc, vaWidthAt }
}

const closeOf = ({ close, close_official }: SessionFigures): number => (Number.isNaN(close_official) ? close : close_official)

/** The latest first. */
function meanTrueRange(unbroken: readonly SessionFigures[]): number {
  const ranges = unbroken.slice(0, TRUE_RANGES_MAX).flatMap(({ high, low }, n) => {
    const before = unbroken[n + 1]
    return before === undefined ? [] : [Math.max(high, closeOf(before)) - Math.min(low, closeOf(before))]
  })
  return ranges.length < TRUE_RANGES_MIN ? Number.NaN : ranges.reduce((sum, range) => sum + range, 0) / ranges.length
}

/** NaN for none. */
const highest = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : Math.max(...values))

function usualRange(sessions: readonly SessionFigures[]): number {
  const told = sessions.filter(({ ranges_30m }) => ranges_30m.length > 0).slice(-WEEK_SESSIONS)
  return told.length < WEEK_SESSIONS ? Number.NaN : median(told.flatMap(({ ranges_30m }) => ranges_30m))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/** Of the latest sessions, as many as are kept of one; oldest first. */
function lastBars(latest_first: readonly SessionFigures[], label: (typeof BAR_LABELS)[number]): HistoryBar[] {
  const wanted = KEPT_BARS[label]
  const bars: HistoryBar[] = []
  for (const session of latest_first) {
    if (bars.length >= wanted) break
    bars.unshift(...session.bars[label].slice(-(wanted - bars.length)))
  }
  return bars
}
