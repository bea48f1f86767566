import { DAY_S, formatDate, type IstDay, parseClock, parseDate } from '../time/index.js'
import type { CalendarData, DaylightRow, ExpiryTimeRow, HolidayRow, HoursRow, PhaseHours, SpecialRow } from './calendar-rows.js'
import { JsonValue } from './json-value.js'
import { MARKET_GROUPS, type MarketGroup } from './market-group.js'
import { PHASES } from './session.js'

/** Commodity exchanges open for the evening on most holidays. */
const EVENING_OPENS = 17 * 3600

/** Checks a calendar file completely; see config/schema/calendar.schema.json. `content` is parsed JSON, `file` its name for complaints. */
export function readCalendar(content: unknown, file: string): CalendarData {
  const root = new JsonValue(content, { file, error_code: 'bad_calendar' })
  const top = root.fields(
    ['holiday_years', 'us_daylight_saving', 'group_sets', 'underlying_groups', 'hours', 'holidays', 'special_sessions'],
    ['$schema', 'note', 'expiry_times'],
  )
  const sets = readGroupSets(top.get('group_sets'))
  const calendar: CalendarData = {
    holiday_years: top
      .get('holiday_years')
      .list()
      .map((year) => year.integer(1990, 2200)),
    us_daylight_saving: readDaylight(top.get('us_daylight_saving')),
    underlying_groups: readUnderlyings(top.get('underlying_groups')),
    hours: top
      .get('hours')
      .list()
      .map((row) => readHours(row, sets)),
    holidays: top
      .get('holidays')
      .list()
      .map((row) => readHoliday(row, sets)),
    special_sessions: top
      .get('special_sessions')
      .list()
      .map((row) => readSpecial(row, sets)),
    expiry_times:
      top
        .maybe('expiry_times')
        ?.list()
        .map((row) => readExpiryTime(row, sets)) ?? [],
  }
  for (const group of MARKET_GROUPS) checkGroup(group, calendar, top)
  return calendar
}

type GroupSets = ReadonlyMap<string, readonly MarketGroup[]>

function readGroupSets(value: JsonValue): GroupSets {
  const sets = new Map<string, readonly MarketGroup[]>(MARKET_GROUPS.map((group) => [group, [group]]))
  for (const [name, members] of value.entries()) {
    if (sets.has(name)) members.fail(`a set name that is not the name of a group ("${name}" is)`)
    sets.set(
      name,
      members.list().map((member) => member.oneOf(MARKET_GROUPS)),
    )
  }
  return sets
}

function readGroups(value: JsonValue, sets: GroupSets): readonly MarketGroup[] {
  const groups = value.list().flatMap((name) => sets.get(name.string()) ?? name.fail(`one of ${[...sets.keys()].join(', ')}`))
  if (groups.length === 0 || new Set(groups).size !== groups.length) value.fail('at least one group, none twice')
  return groups
}

function readDaylight(value: JsonValue): readonly DaylightRow[] {
  const rows = value.list().map((row) => {
    const fields = row.fields(['from_year', 'starts', 'ends', 'source', 'verified'], ['note'])
    readOrigin(fields)
    return {
      from_year: fields.get('from_year').integer(1900, 2200),
      starts: readSunday(fields.get('starts')),
      ends: readSunday(fields.get('ends')),
    }
  })
  if (rows.length === 0) value.fail('at least one rule')
  return rows.sort((a, b) => b.from_year - a.from_year)
}

function readSunday(value: JsonValue): { month: number; sunday: number } {
  const fields = value.fields(['month', 'sunday'])
  return { month: fields.get('month').integer(1, 12), sunday: fields.get('sunday').integer(1, 4) }
}

function readUnderlyings(value: JsonValue): Map<string, MarketGroup> {
  const groups = new Map<string, MarketGroup>()
  for (const row of value.list()) {
    const fields = row.fields(['group', 'underlyings', 'source', 'verified'], ['note'])
    readOrigin(fields)
    const group = fields.get('group').oneOf(MARKET_GROUPS)
    for (const underlying of fields.get('underlyings').list()) {
      const name = underlying.string().toUpperCase()
      if (groups.has(name)) underlying.fail('each underlying once')
      groups.set(name, group)
    }
  }
  return groups
}

function readHours(row: JsonValue, sets: GroupSets): HoursRow {
  const fields = row.fields(['applies_to', 'from', 'to', 'phases', 'source', 'verified'], ['note'])
  return {
    groups: readGroups(fields.get('applies_to'), sets),
    ...readRange(fields.get('from'), fields.get('to')),
    phases: readPhases(fields.get('phases')),
    verified: readOrigin(fields),
  }
}

function readExpiryTime(row: JsonValue, sets: GroupSets): ExpiryTimeRow {
  const fields = row.fields(['applies_to', 'from', 'to', 'at', 'source', 'verified'], ['note'])
  return {
    groups: readGroups(fields.get('applies_to'), sets),
    ...readRange(fields.get('from'), fields.get('to')),
    at: readClock(fields.get('at')),
    verified: readOrigin(fields),
  }
}

function readRange(from: JsonValue, to: JsonValue): { from: IstDay; to: IstDay } {
  const range = { from: from.isNull() ? -Infinity : readDay(from), to: to.isNull() ? Infinity : readDay(to) }
  if (range.from >= range.to) to.fail('a day after `from` (it is the first day on which the row no longer holds)')
  return range
}

function readHoliday(row: JsonValue, sets: GroupSets): HolidayRow {
  const fields = row.fields(['applies_to', 'closed', 'dates', 'source', 'verified'], ['note'])
  return {
    groups: readGroups(fields.get('applies_to'), sets),
    days: fields.get('dates').list().map(readDay),
    closed_until: fields.get('closed').oneOf(['all_day', 'until_1700']) === 'all_day' ? DAY_S : EVENING_OPENS,
    verified: readOrigin(fields),
  }
}

function readSpecial(row: JsonValue, sets: GroupSets): SpecialRow {
  const fields = row.fields(['date', 'applies_to', 'hours', 'source', 'verified'], ['phases', 'note'])
  const kind = fields.get('hours').oneOf(['regular', 'unknown', 'own'])
  const phases = fields.maybe('phases')
  if ((kind === 'own') !== (phases !== undefined)) row.fail('`phases` with "hours": "own", and only then')
  return {
    groups: readGroups(fields.get('applies_to'), sets),
    day: readDay(fields.get('date')),
    hours: kind === 'own' ? readPhases(phases ?? row) : kind,
    verified: readOrigin(fields),
  }
}

/** Every row says where it comes from, and whether that has been confirmed. */
function readOrigin(fields: { get(key: 'source' | 'verified'): JsonValue }): boolean {
  fields.get('source').string()
  return fields.get('verified').boolean()
}

function readPhases(value: JsonValue): PhaseHours[] {
  const rows = value.list()
  const phases = rows.map((row) => {
    const fields = row.fields(['phase', 'start', 'end'], ['end_in_us_winter'])
    const end = readClock(fields.get('end'))
    const winter = fields.maybe('end_in_us_winter')
    return {
      phase: fields.get('phase').oneOf(PHASES),
      start: readClock(fields.get('start')),
      end,
      end_in_us_winter: winter === undefined ? end : readClock(winter),
    }
  })
  let free_from = 0
  for (const [n, { start, end, end_in_us_winter }] of phases.entries()) {
    if (start < free_from) rows[n]?.fail('phases in order of time that do not overlap')
    if (end <= start || end_in_us_winter <= start) rows[n]?.fail('an end after the start')
    free_from = Math.max(end, end_in_us_winter)
  }
  if (!phases.some(({ phase }) => phase === 'continuous')) value.fail('at least one phase "continuous"')
  return phases
}

function readDay(value: JsonValue): IstDay {
  const expected = 'a date that exists, as YYYY-MM-DD'
  const text = value.string(expected)
  return (text.length === 10 ? parseDate(text) : undefined) ?? value.fail(expected)
}

function readClock(value: JsonValue): number {
  const expected = 'a time of day, as HH:MM or HH:MM:SS'
  const text = value.string(expected)
  return (/^\d\d:/.test(text) ? parseClock(text) : undefined) ?? value.fail(expected)
}

/** Each day has exactly one row of regular hours and at most one holiday, one special session and one time of expiry. */
function checkGroup(
  group: MarketGroup,
  calendar: CalendarData,
  top: { get(key: 'hours' | 'holidays' | 'special_sessions'): JsonValue; maybe(key: 'expiry_times'): JsonValue | undefined },
): void {
  checkCover(group, calendar.hours, { what: 'hours', value: top.get('hours'), required: true })
  const expiry_times = top.maybe('expiry_times')
  if (expiry_times !== undefined)
    checkCover(group, calendar.expiry_times, { what: 'expiry times', value: expiry_times, required: false })
  const holidays = calendar.holidays.filter(({ groups }) => groups.includes(group)).flatMap(({ days }) => days)
  const twice = repeated(holidays)
  if (twice !== undefined) top.get('holidays').fail(`${name(twice)} only once for ${group}`)
  const special_twice = repeated(calendar.special_sessions.filter(({ groups }) => groups.includes(group)).map(({ day }) => day))
  if (special_twice !== undefined) top.get('special_sessions').fail(`${name(special_twice)} only once for ${group}`)
}

/** Rows of a group follow each other from the beginning to the end of all time. */
function checkCover(
  group: MarketGroup,
  all: readonly { groups: readonly MarketGroup[]; from: IstDay; to: IstDay }[],
  { what, value, required }: { what: string; value: JsonValue; required: boolean },
): void {
  const rows = all.filter(({ groups }) => groups.includes(group)).sort((a, b) => (a.from < b.from ? -1 : 1))
  if (rows.length === 0 && !required) return
  let covered_to = -Infinity
  for (const row of rows) {
    if (row.from !== covered_to) value.fail(`${what} of ${group} without gap or overlap around ${name(covered_to)}`)
    covered_to = row.to
  }
  if (rows.length === 0 || covered_to !== Infinity) value.fail(`${what} of ${group} for every day (null = no limit)`)
}

function repeated(days: readonly IstDay[]): IstDay | undefined {
  const seen = new Set<IstDay>()
  for (const day of days) {
    if (seen.has(day)) return day
    seen.add(day)
  }
  return undefined
}

const name = (day: IstDay): string => (Number.isFinite(day) ? formatDate(day) : 'the beginning (null)')
