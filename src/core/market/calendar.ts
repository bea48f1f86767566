import { assert } from '../assert.js'
import { civilOf, DAY_S, IST_OFFSET_S, type IstDay, istDayStartMs, weekday } from '../time/index.js'
import { readCalendar } from './calendar-data.js'
import type { CalendarData, PhaseHours } from './calendar-rows.js'
import type { Instrument } from './instrument.js'
import { type GroupChoice, groupOf, type MarketGroup } from './market-group.js'
import type { Calendar, ExpiryMoment, Session, SessionPhase } from './session.js'
import { isUsDaylightSaving } from './us-daylight.js'

/**
 * `content`: a calendar file as parsed JSON, checked completely here. Sessions are worked out once per group and day; a repeated
 * question costs two map look-ups and gives the same object.
 */
export function createCalendar(content: unknown, file = 'calendar.json'): Calendar {
  const calendar = readCalendar(content, file)
  const sessions = new Map<GroupChoice, Map<IstDay, Session>>()
  return {
    sessionOf(instrument: Instrument, day: IstDay): Session {
      const choice = groupOf(instrument, calendar.underlying_groups)
      const days = sessions.get(choice) ?? new Map<IstDay, Session>()
      const session = days.get(day) ?? sessionOfChoice(choice, day, calendar)
      sessions.set(choice, days.set(day, session))
      return session
    },
    expiryOf(instrument: Instrument): ExpiryMoment | undefined {
      const { expiry } = instrument
      if (expiry === undefined) return undefined
      const { group } = groupOf(instrument, calendar.underlying_groups)
      const row = calendar.expiry_times.find(({ groups, from, to }) => from <= expiry && expiry < to && groups.includes(group))
      return row === undefined ? undefined : { at_ms: istDayStartMs(expiry) + row.at * 1000, verified: row.verified }
    },
  }
}

/** Where two groups come into question, the hours are sure only if both keep the same. */
function sessionOfChoice({ group, or }: GroupChoice, day: IstDay, calendar: CalendarData): Session {
  const session = sessionOfGroup(group, day, calendar)
  if (or === undefined || !session.verified) return session
  const other = sessionOfGroup(or, day, calendar)
  return { ...session, verified: other.verified && samePhases(session.phases, other.phases) }
}

/** A special session is stronger than a holiday, a holiday than the weekday. */
function sessionOfGroup(group: MarketGroup, day: IstDay, calendar: CalendarData): Session {
  const regular = calendar.hours.find(({ groups, from, to }) => from <= day && day < to && groups.includes(group))
  assert(regular !== undefined, `the calendar has hours of ${group} for every day`)
  const summer = isUsDaylightSaving(day, calendar.us_daylight_saving)
  const make = (hours: readonly PhaseHours[], closed: boolean, verified: boolean, open_from = 0): Session => ({
    day,
    phases: phasesOf(hours, { day, summer, open_from }),
    closed,
    verified,
  })

  const special = calendar.special_sessions.find((row) => row.day === day && row.groups.includes(group))
  if (special !== undefined) {
    if (special.hours === 'unknown') return make(regular.phases, true, false)
    if (special.hours === 'regular') return make(regular.phases, false, special.verified && regular.verified)
    return make(special.hours, false, special.verified)
  }
  if (isWeekend(day)) return make(regular.phases, true, regular.verified)
  const known_year = calendar.holiday_years.includes(civilOf(day).year)
  const holiday = calendar.holidays.find(({ groups, days }) => groups.includes(group) && days.includes(day))
  if (holiday === undefined) return make(regular.phases, false, known_year && regular.verified)
  const evening = make(regular.phases, false, holiday.verified && regular.verified, holiday.closed_until)
  return evening.phases.length > 0 ? evening : make(regular.phases, true, holiday.verified && regular.verified)
}

interface DayHours {
  day: IstDay
  summer: boolean
  /** Seconds after midnight; nothing is open earlier. */
  open_from: number
}

function phasesOf(hours: readonly PhaseHours[], { day, summer, open_from }: DayHours): SessionPhase[] {
  const midnight_s = day * DAY_S - IST_OFFSET_S
  const phases: SessionPhase[] = []
  for (const { phase, start, end, end_in_us_winter } of hours) {
    const last = summer ? end : end_in_us_winter
    const first = start > open_from ? start : open_from
    if (first < last) phases.push({ phase, start_s: midnight_s + first, end_s: midnight_s + last })
  }
  return phases
}

function samePhases(a: readonly SessionPhase[], b: readonly SessionPhase[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ phase, start_s, end_s }, n) => phase === b[n]?.phase && start_s === b[n].start_s && end_s === b[n].end_s)
  )
}

function isWeekend(day: IstDay): boolean {
  const name = weekday(day)
  return name === 0 || name === 6
}
