import { describe, expect, test } from 'vitest'
import { VolumeProfile } from '../../../src/core/indicators/index.js'
import type {
  Baseline,
  HistoryBar,
  InstrumentBaseline,
  PatternDefinition,
  PatternView,
  PreviousSession,
} from '../../../src/core/patterns/index.js'
import { profileLevels } from '../../../src/core/patterns/profile-levels.js'
import { volumeProfileAdvanced } from '../../../src/core/patterns/volume-profile-advanced.js'
import { volumeProfileBreakout } from '../../../src/core/patterns/volume-profile-breakout.js'
import { formatIso, istDayStartMs, parseDate } from '../../../src/core/time/index.js'
import { active, baselineOf, calm, type MinuteRow, minuteAt, runScenario, type Scenario } from '../../support/scenario.js'
import { atTenths } from './profile-day.js'
import * as hold from './scenarios/volume_profile_advanced.js'
import { textbook } from './scenarios/volume_profile_breakout.js'

// What the scenarios of the two patterns do not show: the day before, the point of control, its way, and context.

const DAY = parseDate('2025-10-06') as number

/** Bars of five minutes of the day before, two rupees from high to low: an ATR from the first bar on. */
const bars: HistoryBar[] = Array.from({ length: 20 }, (_, n) => ({
  open_time_ms: istDayStartMs(DAY - 3) + (13 * 60 + 5 * n) * 60_000,
  open: 100_000,
  high: 100_100,
  low: 99_900,
  close: 100_000,
  volume: 50_000,
  oi: undefined,
}))

const previous: PreviousSession = {
  day: DAY - 3,
  open: 100_000,
  high: 100_500,
  low: 99_500,
  close: 100_000,
  vah: 100_200,
  val: 99_800,
  poc: 100_000,
  vaWidthAt: () => 100,
}

const baseline = (facts: Partial<InstrumentBaseline> = {}): Baseline =>
  baselineOf({ previous, history: { '1m': [], '5m': bars, '15m': [] }, ...facts })

interface Found {
  readonly at: string
  readonly direction: string
  readonly subtype: string | undefined
  readonly evidence: Readonly<Record<string, unknown>>
  readonly missing: readonly string[] | undefined
  readonly confidence: number
  readonly targets: readonly number[] | undefined
}

function found(
  scenario: Scenario,
  pattern: PatternDefinition = volumeProfileBreakout,
  parameters: Readonly<Record<string, number>> = {},
): Found[] {
  const { detections, faults } = runScenario(scenario, [active(pattern, parameters)])
  expect(faults).toEqual([])
  return detections.map(({ known_at_ms, candidate, confidence }) => ({
    at: formatIso(known_at_ms).slice(11, 16),
    direction: candidate.direction,
    subtype: candidate.subtype,
    evidence: candidate.evidence,
    missing: candidate.missing,
    targets: candidate.targets,
    confidence,
  }))
}

/** Two closes at `price`, the second on volume. */
const twoCloses = (at: string, price: number): MinuteRow[] =>
  [0, 1].map((n) => ({
    at: minuteAt(at, n),
    open: price,
    high: price + 0.05,
    low: price - 0.05,
    close: price,
    volume: n === 0 ? 12_000 : 40_000,
  }))

describe('the value area of the day before', () => {
  const morning = (count: number): MinuteRow[] => [
    ...calm('09:15', count, { from: 1000, swing: 1.4 }),
    ...twoCloses(minuteAt('09:15', count), 1002.8),
  ]

  test('holds for the first hour', () => {
    const [first, ...more] = found({ shows: '', minutes: morning(30), baseline: baseline() })
    expect(more).toEqual([])
    expect(first).toMatchObject({ at: '09:47', direction: 'BUY', subtype: 'breakout', missing: ['lvn_ahead', 'poc_migration'] })
    expect(first?.evidence).toMatchObject({ reference: 'previous_day', value_area_high: 100_200, value_area_low: 99_800 })
  })

  test('is not made up: without a baseline, or one that does not know it, nothing is said', () => {
    expect(found({ shows: '', minutes: morning(30), baseline: baseline({ previous: undefined }) })).toEqual([])
    const unknown = { ...previous, vah: Number.NaN, val: Number.NaN, poc: Number.NaN }
    expect(found({ shows: '', minutes: morning(30), baseline: baseline({ previous: unknown }) })).toEqual([])
  })

  test('gives way to that of the session after an hour', () => {
    const [first] = found({ shows: '', minutes: morning(73), baseline: baseline() })
    expect(first?.evidence).toMatchObject({ reference: 'developing' })
    expect(first?.evidence.value_area_high).toBeLessThan(100_200)
  })

  test('is not asked for later, when no bar has told of the profile of the session since', () => {
    const silent = (again: string): MinuteRow[] => [
      ...calm('09:15', 56, { from: 1000, swing: 1.4 }),
      ...twoCloses(again, 1002.8).map((row) => ({ ...row, volume: 100_000 })),
    ]
    expect(found({ shows: '', minutes: silent('10:31'), baseline: baseline() })).toEqual([])
    expect(found({ shows: '', minutes: silent('10:12'), baseline: baseline() })).toHaveLength(1)
  })

  test('needs three closes inside', () => {
    const outside: MinuteRow = { at: '09:43', open: 1002.6, high: 1002.7, low: 1002.5, close: 1002.6, volume: 10_000 }
    const minutes = morning(30).map((row) => (row.at === '09:43' ? outside : row))
    expect(found({ shows: '', minutes, baseline: baseline() })).toEqual([])
  })
})

describe('a snapshot of the profile', () => {
  test('is not moved by the bars that leave it', () => {
    const before = textbook.minutes.findIndex(({ at }) => at === '11:07')
    const quiet: MinuteRow = { at: '11:07', open: 1000.2, high: 1000.3, low: 1000.1, close: 1000.2, volume: 10_000 }
    // The second bar ends with five minutes; its volume, ten times that of the morning, would carry the value area along.
    const away = twoCloses('11:08', 1002.9).map((row, n) => (n === 1 ? { ...row, volume: 20_000_000 } : row))
    const minutes = [...textbook.minutes.slice(0, before), quiet, ...away]
    const [first] = found({ ...textbook, minutes })
    expect(first).toMatchObject({ at: '11:10', evidence: { value_area_high: 100_100, value_area_low: 99_950 } })
  })

  test('is of one session, and made when five minutes begin', () => {
    const profile = new VolumeProfile(50)
    const market = (session: object, now_ms: number): PatternView =>
      Object.assign(view, { session, now_ms, open_ms: 0, profile: now_ms === 0 ? new VolumeProfile(50) : profile })
    const view = {} as PatternView
    const monday = {}
    expect(profileLevels(market(monday, 60_000)).asOf(60_000)).toBeUndefined()
    profile.add(100_000, 10)
    expect(profileLevels(market(monday, 300_000)).asOf(299_999)).toBeUndefined()
    profile.add(101_000, 1000)
    const at = (now_ms: number): number | undefined => profileLevels(market(monday, now_ms)).asOf(now_ms)?.poc
    expect([at(360_000), at(599_999), at(600_000)]).toEqual([100_000, 100_000, 101_000])
    expect(profileLevels(market({}, 60_000)).asOf(700_000)).toBeUndefined()
  })
})

test('poc_rejection: a bar that comes down to the point of control and leaves it again', () => {
  const at = (n: number): string => minuteAt('09:15', n)
  const minutes: MinuteRow[] = [
    ...calm('09:15', 80, { from: 1000, swing: 0.4, volume: 20_000 }),
    ...calm(at(80), 20, { from: 1003, swing: 0.8, volume: 5000 }),
    { at: at(100), open: 1002.5, high: 1003, low: 1000, close: 1002.7, volume: 60_000 },
  ]
  const [first, ...more] = found({ shows: '', minutes: atTenths(minutes, 1000), previous_close: 1000 })
  expect(more).toEqual([])
  expect(first).toMatchObject({ at: '10:56', direction: 'BUY', subtype: 'poc_rejection' })
  expect(first?.evidence).toMatchObject({ poc: 100_000, reference: 'developing', closes_before: 3 })
  // Without the volume it is no more than a look at the old price.
  const quiet = minutes.map((row, n) => (n === 100 ? { ...row, volume: 8000 } : row))
  expect(found({ shows: '', minutes: atTenths(quiet, 1000), previous_close: 1000 })).toEqual([])
})

test('hvn_hold: not where the price came from both sides, and not where it went through', () => {
  const having = (at: string, facts: Partial<MinuteRow>): Scenario => ({
    ...hold.textbook,
    minutes: hold.textbook.minutes.map((row) => (row.at === at ? { ...row, ...facts } : row)),
  })
  expect(found(having('10:52', {}), volumeProfileAdvanced)).toHaveLength(1)
  expect(found(having('10:51', { low: 999.5, close: 999.6 }), volumeProfileAdvanced)).toEqual([])
  expect(found(having('10:52', { low: 999.6 }), volumeProfileAdvanced)).toEqual([])
})

describe('poc_shift', () => {
  // An hour and a half at 1000, then far more volume at 1006.
  const minutes: MinuteRow[] = [
    ...calm('09:15', 90, { from: 1000, volume: 3000 }),
    ...calm('10:45', 30, { from: 1006, volume: 60_000 }),
  ]
  const scenario: Scenario = { shows: '', minutes, previous_close: 1000 }
  const shifts = (own: Scenario, parameters = {}): Found[] =>
    found(own, volumeProfileAdvanced, { shift_pct_min: 0.4, ...parameters }).filter(({ subtype }) => subtype === 'poc_shift')

  test('is told once, by the snapshot that shows it', () => {
    const [first, ...more] = shifts({ ...scenario, baseline: baseline({ day_atr: 1000 }) })
    expect(more).toEqual([])
    expect(first).toMatchObject({ at: '10:50', direction: 'BUY' })
    expect(first?.evidence).toMatchObject({ poc_before: 100_000, shift_min: 400, day_atr: 1000 })
    expect(first?.evidence.poc).toBeGreaterThan(100_500)
  })

  test('asks for a quarter of the usual day, or 2 %: the larger counts', () => {
    expect(shifts({ ...scenario, baseline: baseline({ day_atr: 4000 }) })).toEqual([])
    expect(shifts({ ...scenario, baseline: baseline({ day_atr: 1000 }) }, { shift_pct_min: 2 })).toEqual([])
  })

  test('says nothing where the usual day is not known', () => {
    expect(shifts(scenario)).toEqual([])
    expect(shifts({ ...scenario, baseline: baseline() })).toEqual([])
  })

  test('tells what else the profile says', () => {
    // At 10:45, the last quarter of an hour, the value area was one bin of half a rupee wide.
    const against = (width: number): Found['evidence'] | undefined => {
      const before = { ...previous, vaWidthAt: (minute: number) => (minute === 90 ? width : Number.NaN) }
      return shifts({ ...scenario, baseline: baseline({ day_atr: 1000, previous: before }) })[0]?.evidence
    }
    expect(against(100)).toMatchObject({ value_area: 'narrower', va_change_pct: -50, is_strong_profile: true })
    expect(against(40)).toMatchObject({ value_area: 'wider', va_change_pct: 25 })
    expect(against(50)).toMatchObject({ va_change_pct: 0 })
    expect(against(50)).not.toHaveProperty('value_area')
    expect(against(Number.NaN)).not.toHaveProperty('va_change_pct')
  })
})
