import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MdsError } from '../../../src/core/errors.js'
import { MARKET_GROUPS, PHASES, readCalendar } from '../../../src/core/market/index.js'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const read = (path: string): Json => JSON.parse(readFileSync(new URL(`../../../config/${path}`, import.meta.url), 'utf8'))
const calendar = (): Json => read('calendar.json')

function complaint(content: Json): MdsError {
  try {
    readCalendar(content, 'my.json')
  } catch (error) {
    if (error instanceof MdsError) return error
    throw error
  }
  return expect.fail('the calendar was accepted')
}

function at(value: Json, path: string): { parent: { [key: string]: Json }; key: string } {
  const keys = path.split('.')
  const key = keys.pop() ?? ''
  let parent: unknown = value
  for (const step of keys) parent = typeof parent === 'object' && parent !== null ? Reflect.get(parent, step) : undefined
  if (typeof parent !== 'object' || parent === null) throw new Error(`nothing at ${path}`)
  return { parent: Object.assign(parent), key }
}

/** The calendar with one place changed; `undefined` takes it away. */
function changed(path: string, value: Json | undefined): Json {
  const content = calendar()
  const { parent, key } = at(content, path)
  if (value === undefined) delete parent[key]
  else parent[key] = value
  return content
}

test('the calendar that ships is sound', () => {
  expect(() => readCalendar(calendar(), 'calendar.json')).not.toThrow()
})

test.each([
  ['hours.0.from', '2024-02-30', 'hours[0].from: expected a date that exists, as YYYY-MM-DD, found "2024-02-30"'],
  ['hours.0.from', '20240201', 'hours[0].from: expected a date that exists'],
  ['hours.1.to', '2026-08-03', 'hours[1].to: expected a day after `from`'],
  ['hours.1.to', '2026-09-08', 'hours of cash_with_derivatives without gap or overlap around 2026-09-08'],
  ['hours.2.to', '2030-01-01', 'hours of cash_with_derivatives for every day'],
  ['hours.0.applies_to', ['cash', 'cash_with_derivatives'], 'hours[0].applies_to: expected at least one group, none twice'],
  ['hours.0.applies_to.0', 'shares', 'hours[0].applies_to[0]: expected one of cash_with_derivatives'],
  ['hours.0.phases.1.start', '09:10', 'hours[0].phases[1]: expected phases in order of time that do not overlap'],
  ['hours.0.phases.1.end', '09:15', 'hours[0].phases[1]: expected an end after the start'],
  ['hours.0.phases.1.end', '24:01', 'hours[0].phases[1].end: expected a time of day, as HH:MM or HH:MM:SS, found "24:01"'],
  ['hours.0.phases.1.end', '9:30', 'expected a time of day'],
  ['hours.0.phases.1.phase', 'lunch', 'hours[0].phases[1].phase: expected one of pre_open, continuous'],
  ['hours.0.phases', [], 'hours[0].phases: expected at least one phase "continuous"'],
  ['hours.0.verified', 'yes', 'hours[0].verified: expected true or false, found "yes"'],
  ['hours.0.source', '', 'hours[0].source: expected a text that is not empty'],
  ['hours.0.until', '2024-01-01', 'hours[0].until: expected no key "until" here'],
  ['holidays.0.dates.1', '2024-01-22', 'expected 2024-01-22 only once for cash_with_derivatives'],
  ['holidays.0.closed', 'until_1600', 'holidays[0].closed: expected one of all_day, until_1700'],
  ['special_sessions.0.hours', 'own', 'special_sessions[0]: expected `phases` with "hours": "own"'],
  ['special_sessions.1.hours', 'regular', 'special_sessions[1]: expected `phases` with "hours": "own"'],
  ['special_sessions.1.date', '2024-01-20', 'expected 2024-01-20 only once'],
  ['underlying_groups.0.underlyings.1', 'cotton', 'underlying_groups[0].underlyings[1]: expected each underlying once'],
  ['us_daylight_saving', [], 'us_daylight_saving: expected at least one rule'],
  ['us_daylight_saving.0.starts.sunday', 5, 'expected a whole number from 1 to 4, found 5'],
  ['expiry_times.0.at', '15:30:60', 'expiry_times[0].at: expected a time of day'],
  ['expiry_times.1.from', '2026-08-04', 'expiry times of equity_futures without gap or overlap around 2026-08-03'],
  ['expiry_times.1.to', '2030-01-01', 'expiry times of equity_futures for every day'],
  ['expiry_times.1.to', '2026-08-03', 'expiry_times[1].to: expected a day after `from`'],
  ['expiry_times.2.applies_to', ['shares'], 'expected one of cash_with_derivatives'],
  ['group_sets.index', ['currency'], 'expected a set name that is not the name of a group'],
  ['holiday_years', 2024, 'holiday_years: expected a list, found 2024'],
] satisfies [string, Json, string][])('%s = %j is refused', (path, value, words) => {
  const error = complaint(changed(path, value))
  expect(error.message).toContain(words)
  expect(error.message).toMatch(/^my\.json, at /)
  expect([error.code, error.exitCode]).toEqual(['bad_calendar', 2])
})

test('a calendar may know no time of expiry', () => {
  expect(readCalendar(changed('expiry_times', undefined), '').expiry_times).toEqual([])
})

test.each([[null], [[]], ['calendar'], [{}]])('%j is no calendar', (content) => {
  expect(complaint(content).message).toMatch(/^my\.json, at the top: expected an object/)
})

// The schema is for editors, the program checks by itself: both must ask for the same keys.
test('schema and program require and allow the same keys', () => {
  const schema = read('schema/calendar.schema.json')
  const places: [string, string][] = [
    ['', ''],
    ['$defs.daylight.', 'us_daylight_saving.0.'],
    ['$defs.sunday.', 'us_daylight_saving.0.starts.'],
    ['$defs.underlyings.', 'underlying_groups.0.'],
    ['$defs.hours.', 'hours.0.'],
    ['$defs.phase.', 'hours.0.phases.0.'],
    ['$defs.holiday.', 'holidays.0.'],
    ['$defs.special.', 'special_sessions.0.'],
    ['$defs.expiry_time.', 'expiry_times.0.'],
  ]
  for (const [definition, place] of places) {
    const required = at(schema, `${definition}required.x`).parent
    const properties = at(schema, `${definition}properties.x`).parent
    expect(at(schema, `${definition}additionalProperties`).parent.additionalProperties).toBe(false)
    for (const key of Object.values(required))
      expect(() => readCalendar(changed(`${place}${key}`, undefined), ''), place).toThrow(`the key "${key}"`)
    const known = /known: (.*?)\)/.exec(complaint(changed(`${place}zzz`, 1)).message)?.[1]?.split(', ')
    expect(known?.sort()).toEqual(Object.keys(properties).sort())
  }
  expect(Object.values(at(schema, '$defs.group.enum.x').parent)).toEqual(MARKET_GROUPS)
  expect(Object.values(at(schema, '$defs.phase.properties.phase.enum.x').parent)).toEqual(PHASES)
})
