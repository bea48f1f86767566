import { expect, test } from 'vitest'
import { PATTERNS, type PatternDefinition } from '../../../src/core/patterns/index.js'
import { told } from '../../../src/core/patterns/profile-levels.js'
import { walkRecords } from '../../../src/core/recording/index.js'
import { istDayStartMs, parseClock, parseDate } from '../../../src/core/time/index.js'
import {
  active,
  calm,
  goOn,
  type MinuteRow,
  minuteAt,
  recordingOfScenario,
  runScenario,
  SCENARIO_DATE,
} from '../../support/scenario.js'
import { watched } from '../../support/structure.js'

/** Ten thousand shares a minute, not a share more. */
const even = (first: string, count: number): MinuteRow[] =>
  Array.from({ length: count }, (_, i) => ({
    at: minuteAt(first, i),
    open: 100,
    high: 100.5,
    low: 99.5,
    close: 100,
    volume: 10_000,
  }))

const timeOf = (clock: string): number => istDayStartMs(parseDate(SCENARIO_DATE) as number) + (parseClock(clock) as number) * 1000

/** The recording without what was received in between. */
function without(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const kept: number[] = []
  walkRecords(bytes, 'big', (received_ms, begin, end) => {
    const is_lost = received_ms >= timeOf(from) && received_ms < timeOf(to)
    if (!is_lost) kept.push(...bytes.subarray(begin, end))
  })
  return Uint8Array.from(kept)
}

const others = (ratios: readonly number[]): number[] => ratios.filter((ratio) => !Number.isNaN(ratio) && ratio !== 1)

test('a recording that begins at 11:00 compares volume with the minutes it has heard, once there are 10', () => {
  const seen = watched({ shows: 'even volume', minutes: even('11:00', 40) }, ({ rv, rv3 }) => [rv, rv3])
  expect(others(seen.flat())).toEqual([])
  expect(seen.slice(0, 10).every(([rv]) => Number.isNaN(rv))).toBe(true)
  expect(seen.slice(14).every(([rv, rv3]) => rv === 1 && rv3 === 1)).toBe(true)
})

test('minutes that a gap took are not taken for minutes without a trade', () => {
  const scenario = { shows: 'even volume', minutes: even('09:15', 90) }
  const bytes = without(recordingOfScenario(scenario), '09:50:20', '10:02:40')
  const seen = watched(scenario, ({ now_ms, rv, rv3, bar }) => ({ now_ms, rv, rv3, complete: bar.complete }), bytes)
  const whole = seen.filter(({ complete }) => complete)
  expect(whole.length).toBeLessThan(80)
  expect(others(whole.map(({ rv }) => rv))).toEqual([])
  // Three minutes of which one was cut have less volume, and that is all.
  expect(whole.every(({ rv3 }) => !(rv3 > 1))).toBe(true)
  expect(whole.at(-1)).toMatchObject({ rv: 1, rv3: 1 })
})

test('a minute without a trade counts as one', () => {
  const minutes = even('09:15', 30).filter((_, i) => i !== 12 && i !== 17)
  const seen = watched({ shows: 'two silent minutes', minutes }, ({ rv }) => rv)
  expect(seen.at(-1)).toBe(20 / 18)
})

test('the opening range is known to who has heard all of it', () => {
  const openingOf = (first: string): number[] =>
    watched({ shows: 'a late begin', minutes: even(first, 60) }, (view) => [view.opening_high, view.opening_low]).flat()
  expect(openingOf('11:00').every(Number.isNaN)).toBe(true)
  expect(openingOf('09:29').every(Number.isNaN)).toBe(true)
  expect(openingOf('09:15').at(-1)).toBe(9950)
  const scenario = { shows: 'even volume', minutes: even('09:15', 60) }
  const cut = without(recordingOfScenario(scenario), '09:20:20', '09:22:40')
  expect(watched(scenario, (view) => view.opening_high, cut).every(Number.isNaN)).toBe(true)
})

test('a profile of an hour is one of an hour that was heard', () => {
  const tellsFrom = (first: string): number | undefined =>
    watched({ shows: 'a late begin', minutes: even(first, 90) }, (view) => {
      const { poc, vah, val } = view.profile
      const snapshot = { at_ms: view.now_ms, poc, vah, val, nodes: view.profile.nodes() }
      return told(view, snapshot, { profile_minutes: 60 })?.at_ms
    }).find((at_ms) => at_ms !== undefined)
  expect(tellsFrom('09:15')).toBe(timeOf('10:15'))
  expect(tellsFrom('11:00')).toBe(timeOf('12:00'))
})

/** A narrow range until 11:05, then 20 minutes that each rise by 0.06 % on four times the volume. */
const rising = {
  shows: 'a slow rise',
  minutes: goOn(
    calm('09:15', 110, { from: 1000, swing: 1 }),
    Array.from({ length: 20 }, (_, n) => ({ close: 1000 + 0.6 * n, volume: 40_000, buy_share: 0.8 })),
  ),
}

test('a move over a gap is no move of five minutes', () => {
  const lost = without(recordingOfScenario(rising), '11:05:30', '11:17:30')
  const moveIn = (bytes?: Uint8Array): number =>
    Math.max(...watched(rising, (view) => view.r(5), bytes).filter((move) => !Number.isNaN(move)))
  expect(moveIn(lost)).toBeLessThanOrEqual(moveIn())
  const heard = watched(rising, (view) => [view.now_ms, view.r(5)] as const, lost)
  expect(heard.find(([now_ms]) => now_ms === timeOf('11:20'))?.[1]).toBeNaN()
})

test('volume_breakout makes no five minutes of what came before and after a gap', () => {
  const pattern = PATTERNS.find(({ id }) => id === 'volume_breakout') as PatternDefinition
  const lost = without(recordingOfScenario(rising), '11:05:30', '11:17:30')
  const found = runScenario(rising, [active(pattern)], { bytes: lost }).detections.map(({ known_at_ms }) => known_at_ms)
  expect(found.filter((known_at_ms) => known_at_ms <= timeOf('11:20'))).toEqual([])
})

/** Up to 1010 before 10:00, down to 995 after it, then in the middle. */
const eventful = {
  shows: 'both extremes are early',
  minutes: goOn(calm('09:15', 20, { from: 1000 }), [
    ...Array.from({ length: 20 }, (_, n) => ({ close: 1000 + Math.min(10, n), volume: 30_000 })),
    ...Array.from({ length: 30 }, (_, n) => ({ close: 1010 - Math.min(15, n), volume: 10_000 })),
    ...Array.from({ length: 40 }, () => ({ close: 1000, volume: 10_000 })),
  ]),
}

test.each([
  ['a late begin', '09:00', '10:40:20'],
  ['a gap', '09:30:20', '10:30:20'],
])('after %s the extremes and the mean price of the session are those of the exchange', (_, from, to) => {
  const facts = ({ now_ms, session_high, session_low, vwap }: Parameters<Parameters<typeof watched>[1]>[0]) => ({
    now_ms,
    session_high,
    session_low,
    vwap,
  })
  const whole = watched(eventful, facts)
  const heard = watched(eventful, facts, without(recordingOfScenario(eventful), from, to)).filter(
    ({ now_ms }) => now_ms > timeOf(to),
  )
  expect(heard.length).toBeGreaterThan(10)
  for (const { now_ms, session_high, session_low, vwap } of heard) {
    const truth = whole.find((each) => each.now_ms === now_ms)
    expect({ session_high, session_low }).toEqual({ session_high: truth?.session_high, session_low: truth?.session_low })
    // Packets tell the mean in paise.
    expect(Math.abs(vwap - (truth?.vwap as number))).toBeLessThanOrEqual(0.5)
  }
})
