import type { HistoryBar, InstrumentBaseline, PreviousSession } from '../patterns/index.js'
import type { IstDay } from '../time/index.js'
import { type BAR_LABELS, KEPT_BARS, minutesOf, type SessionFigures } from './session-figures.js'
import { type SessionShape, UsualVolume } from './usual-volume.js'

const WEEK_SESSIONS = 5
/** Of a session whose highs and lows are believed, so much must have been recorded. */
const RECORDED_SHARE_MIN = 0.9

/** The session that looks back. */
export interface LookingBack extends SessionShape {
  /** Its trading days right before, the latest first: five at least where there are so many. */
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
  const is_ended = !session.unknown.some(([, to]) => to >= minutes)
  return is_ended && missing <= (1 - RECORDED_SHARE_MIN) * minutes && !Number.isNaN(session.high)
}

function previousSession({ day, open, high, low, close, close_official, vah, val, poc }: SessionFigures): PreviousSession {
  return { day, open, high, low, close: Number.isNaN(close_official) ? close : close_official, vah, val, poc }
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
