import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../src/core/alerts/index.js'
import { logSide, replayedOf, replaySide, shiftOfLog } from '../../../src/core/validate/index.js'
import { alertDay } from '../../support/alert-day.js'
import { parityOf, placed } from '../../support/parity-setup.js'

// Which alert of the log is which of the replay, where it could be another one.

const day = alertDay({ seed: 7, instruments: 40, rate: 25, until_h: 11 })
const MINUTE_MS = 60_000
type Line = Record<string, unknown> & { timestamp_ms: number }
const lineOf = (n: number): Line => JSON.parse(day.lines[n] as string)
/** The line without some of its fields. */
const without = (line: Line, ...names: readonly string[]): Line =>
  Object.assign(
    { timestamp_ms: line.timestamp_ms },
    Object.fromEntries(Object.entries(line).filter(([name]) => !names.includes(name))),
  )
const told = (lines: readonly object[], alerts: readonly Alert[]) =>
  parityOf(lines.map((line) => JSON.stringify(line)).join('\n'), { ...day, alerts }).differences.map(
    ({ kind, field }) => `${kind}${field === undefined ? '' : ` ${field}`}`,
  )
const [first] = day.alerts as [Alert]
const later = (by_ms: number): Alert => ({
  ...first,
  alert_id: `after ${by_ms}`,
  known_at_ms: first.known_at_ms + by_ms,
  emitted_at_ms: first.emitted_at_ms + by_ms,
  bar_start_ms: first.bar_start_ms + by_ms,
})

describe('an id', () => {
  const line = without(lineOf(0), 'known_at_ms', 'emitted_at_ms', 'bar_start_ms')

  test('finds its alert however far away it is told', () => {
    expect(told([{ ...line, timestamp_ms: line.timestamp_ms + 100 * MINUTE_MS }], [first])).toEqual(['late timestamp_ms'])
  })

  test('wins against an alert at the very time', () => {
    const moved = { ...line, timestamp_ms: line.timestamp_ms + 5 * MINUTE_MS }
    expect(told([moved], [first, later(5 * MINUTE_MS)])).toEqual(['late timestamp_ms', 'missing'])
    expect(told([without(moved, 'alert_id')], [first, later(5 * MINUTE_MS)])).toEqual(['missing'])
  })

  test('is none of an alert of another pattern', () => {
    expect(told([{ ...line, pattern_type: 'killzone' }], [first]).sort()).toEqual(['extra', 'missing'])
  })

  test('twice is one alert told twice, though the second line names another instrument', () => {
    const other = day.instruments.find((one) => one !== first.detection.instrument)
    expect(told([line, { ...line, symbol: other?.symbol, exchange: other?.exchange }], [first])).toEqual(['duplicated'])
  })
})

test('without an id the bar finds it', () => {
  const line = without(lineOf(0), 'alert_id', 'known_at_ms', 'emitted_at_ms')
  const moved = { ...line, timestamp_ms: line.timestamp_ms + 40 * MINUTE_MS }
  expect(told([moved], [first])).toEqual(['late timestamp_ms'])
  expect(told([without(moved, 'bar_start_ms')], [first])).toEqual(['missing', 'extra'])
})

test('of two at one time that with the same numbers is taken', () => {
  const line = without(lineOf(0), 'alert_id')
  const twin = { ...first, alert_id: 'twin', confidence: first.confidence - 0.1 }
  const numbers = (lines: object[], alerts: Alert[]) =>
    parityOf(lines.map((each) => JSON.stringify(each)).join('\n'), { ...day, alerts }).differences.map(
      ({ kind, replayed }) => `${kind} ${replayed?.alert_id}`,
    )
  expect(numbers([line], [twin, first])).toEqual(['missing twin'])
  expect(numbers([{ ...line, confidence: twin.confidence }], [twin, first])).toEqual([`missing ${first.alert_id}`])
})

test('as many as can be are paired, then the nearest', () => {
  const line = without(lineOf(0), 'alert_id', 'bar_start_ms', 'known_at_ms', 'emitted_at_ms')
  const at = (minutes: number) => ({
    ...line,
    confidence: 0.7 + minutes / 1000,
    timestamp_ms: line.timestamp_ms + minutes * MINUTE_MS,
  })
  const alerts = [0, 10].map((minutes) => ({ ...later(minutes * MINUTE_MS), confidence: 0.7 }))
  const times = (lines: object[]) => told(lines, alerts).filter((text) => !text.startsWith('changed'))
  expect(times([at(4), at(20)])).toEqual(['late timestamp_ms', 'late timestamp_ms'])
  expect(times([at(8)])).toEqual(['missing', 'early timestamp_ms'])
  expect(times([at(-16), at(26)])).toEqual(['extra', 'missing', 'missing', 'extra'])
})

test('a difference in the seventh decimal is one', () => {
  const line = lineOf(0)
  expect(told([{ ...line, price: Number(line.price) + 0.0000001 }], [first])).toEqual(['changed_price price'])
})

test('the clock of a log is not that of the few of its alerts that are hours off', () => {
  const lines = day.lines.map((_, n) => {
    const line = without(lineOf(n), 'alert_id')
    return { ...line, timestamp_ms: line.timestamp_ms + (n % 4 === 0 ? 330 : 7) * MINUTE_MS }
  })
  const sides = placed(lines.map((line) => JSON.stringify(line)).join('\n'), day.instruments).map((alert) => logSide(alert, 0))
  expect(lines.length / 4).toBeGreaterThan(10)
  expect(
    shiftOfLog(
      sides,
      day.alerts.map((alert) => replaySide(replayedOf(alert))),
    ),
  ).toBe(0)
})
