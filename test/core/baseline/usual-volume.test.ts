import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SessionFigures, UsualVolume } from '../../../src/core/baseline/index.js'
import { figures, MONDAY, REGULAR, volumes } from './figures.js'

const TODAY = { hours: REGULAR, expiry_day: false }

/** One session for each list of volumes, one a day. */
const sessions = (lists: readonly (readonly number[])[], facts: Partial<SessionFigures> = {}): SessionFigures[] =>
  lists.map((volume, n) => figures({ day: MONDAY - lists.length + n, volume, ...facts }))

const same = (count: number, volume: readonly number[]): number[][] => Array.from({ length: count }, () => [...volume])

describe('3.14: the median of the same minutes', () => {
  // One wild session (results, a block deal) moves a mean of five from 120 to 896, and not the median.
  const wild = [{ 10: 100 }, { 10: 110 }, { 10: 120 }, { 10: 150 }, { 10: 4000 }].map((told) => volumes(told))

  test('is not carried away by one session', () => {
    expect(new UsualVolume(sessions(wild), TODAY).median(10, 1)).toBe(120)
  })

  test('is that of whole stretches, not a sum of medians of minutes', () => {
    // Each session trades 90 in three minutes, most of it in another minute: the medians of the minutes are 10, 10 and 10.
    const lists = [
      { 0: 70, 1: 10, 2: 10 },
      { 0: 10, 1: 70, 2: 10 },
      { 0: 10, 1: 10, 2: 70 },
      { 0: 10, 1: 70, 2: 10 },
      { 0: 70, 1: 10, 2: 10 },
    ].map((told) => volumes(told))
    const usual = new UsualVolume(sessions(lists), TODAY)
    expect([0, 1, 2].map((minute) => usual.median(minute, 1))).toEqual([10, 10, 10])
    expect(usual.median(0, 3)).toBe(90)
    expect(usual.median(0, 375)).toBe(90)
  })

  test('of an even number is the mean of the two in the middle', () => {
    const lists = [1, 2, 3, 5, 8, 13].map((volume) => volumes({ 0: volume }))
    expect(new UsualVolume(sessions(lists), TODAY).median(0, 1)).toBe(4)
  })

  test('may be 0, which is no unknown', () => {
    expect(new UsualVolume(sessions(same(5, volumes({}))), TODAY).median(7, 1)).toBe(0)
  })

  test('needs five sessions', () => {
    expect(new UsualVolume(sessions(same(4, volumes({ 0: 1 }))), TODAY).median(0, 1)).toBeUndefined()
    expect(new UsualVolume(sessions(same(5, volumes({ 0: 1 }))), TODAY).median(0, 1)).toBe(1)
  })

  test('looks back on the newest twenty', () => {
    const old = same(30, volumes({ 0: 1000 }))
    const recent = Array.from({ length: 20 }, (_, n) => volumes({ 0: n + 1 }))
    expect(new UsualVolume(sessions([...old, ...recent]), TODAY).median(0, 1)).toBe(10.5)
  })

  test('is not known outside the session', () => {
    const usual = new UsualVolume(sessions(same(5, volumes({}))), TODAY)
    expect([
      usual.median(-1, 1),
      usual.median(375, 1),
      usual.median(374, 2),
      usual.median(0, 0),
      usual.median(Number.NaN, 1),
    ]).toEqual(Array.from({ length: 5 }, () => undefined))
    expect(usual.median(374, 1)).toBe(0)
  })

  test('is that of a plain sort, whatever was traded and whatever is missing', () => {
    const list = fc.array(fc.nat(1000), { minLength: 375, maxLength: 375 })
    const gap = fc.tuple(fc.nat(374), fc.nat(20)).map(([from, length]): [number, number] => [from, Math.min(375, from + length)])
    fc.assert(
      fc.property(
        fc.array(fc.record({ volume: list, unknown: fc.array(gap, { maxLength: 2 }) }), { maxLength: 9 }),
        fc.nat(374),
        fc.integer({ min: 1, max: 40 }),
        (told, minute, minutes) => {
          const given = told.map((facts, n) => figures({ day: MONDAY - 20 + n, ...facts }))
          const isKnown = ({ unknown }: SessionFigures): boolean =>
            !unknown.some(([from, to]) => Math.max(from, minute) < Math.min(to, minute + minutes))
          const sums = given
            .filter(isKnown)
            .map(({ volume = [] }) => volume.slice(minute, minute + minutes).reduce((sum, each) => sum + each, 0))
            .sort((a, b) => a - b)
          const middle = [sums[(sums.length - 1) >> 1] as number, sums[sums.length >> 1] as number]
          const expected =
            sums.length < 5 || minute + minutes > 375 ? undefined : ((middle[0] as number) + (middle[1] as number)) / 2
          expect(new UsualVolume(given, TODAY).median(minute, minutes)).toBe(expected)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('which sessions count', () => {
  const five = same(5, volumes({ 0: 100, 200: 100 }))

  test('half days and sessions in the evening do not', () => {
    const half = sessions(same(5, volumes({ 0: 9 }, 180)), { hours: [[33_300, 44_100]] })
    const evening = sessions(same(5, volumes({ 0: 9 }, 60)), { hours: [[65_700, 69_300]] })
    expect(new UsualVolume([...half, ...evening], TODAY).median(0, 1)).toBeUndefined()
    expect(new UsualVolume([...half, ...evening, ...sessions(five)], TODAY).median(0, 1)).toBe(100)
  })

  test('split special sessions do not, and nothing is usual in one', () => {
    const split = [
      [33_300, 36_000],
      [41_400, 45_000],
    ] as const
    expect(new UsualVolume(sessions(same(5, volumes({}, 195)), { hours: split }), TODAY).median(0, 1)).toBeUndefined()
    expect(
      new UsualVolume(sessions(same(5, volumes({}, 195)), { hours: split }), { ...TODAY, hours: split }).median(0, 1),
    ).toBeUndefined()
  })

  test('of options, days of an expiry with such days, others with others', () => {
    const both = [...sessions(five), ...sessions(same(5, volumes({ 0: 900 })), { expiry_day: true })]
    expect(new UsualVolume(both, TODAY).median(0, 1)).toBe(100)
    expect(new UsualVolume(both, { ...TODAY, expiry_day: true }).median(0, 1)).toBe(900)
  })

  test('what has no volume has nothing usual', () => {
    expect(new UsualVolume(sessions(five, { volume: undefined }), TODAY).median(0, 1)).toBeUndefined()
  })

  test('a stretch that was not recorded does not, the rest of that session does', () => {
    const [first, ...others] = sessions([volumes({ 0: 5000, 200: 5000 }), ...five])
    const joined_late = { ...(first as SessionFigures), unknown: [[0, 100]] as const }
    const usual = new UsualVolume([joined_late, ...others.slice(0, 4)], TODAY)
    expect(usual.median(0, 1)).toBeUndefined()
    expect(usual.median(99, 2)).toBeUndefined()
    expect(usual.median(200, 1)).toBe(100)
  })
})

describe('hours that have changed, as on 2026-08-03', () => {
  const even = (minutes: number): number[] => Array.from({ length: minutes }, () => 10)

  test.each([
    ['375 minutes seen from 360', 375, 360],
    ['375 minutes seen from 385', 375, 385],
    ['870 minutes seen from 895', 870, 895],
  ])('%s: minutes are stretched, the day keeps its volume', (_, before, now) => {
    const hours = (minutes: number) => [[33_300, 33_300 + minutes * 60]] as const
    const past = sessions(same(5, even(before)), { hours: hours(before) })
    const usual = new UsualVolume(past, { hours: hours(now), expiry_day: false })
    expect(usual.median(0, now)).toBe(10 * before)
    expect(usual.median(0, 1)).toBeCloseTo((10 * before) / now, 9)
    expect(usual.median(now - 1, 1)).toBeCloseTo((10 * before) / now, 9)
    expect(usual.day_volume).toBe(10 * before)
  })

  test('what is stretched over a minute that is not known is not known', () => {
    const past = sessions(same(5, even(375)), { unknown: [[100, 101]] })
    const usual = new UsualVolume(past, { hours: [[33_300, 33_300 + 360 * 60]], expiry_day: false })
    // Minute 96 of 360 begins with minute 100 of 375.
    expect([usual.median(94, 1), usual.median(95, 1), usual.median(96, 1), usual.median(97, 1)]).toEqual([
      expect.any(Number),
      expect.any(Number),
      undefined,
      expect.any(Number),
    ])
  })
})

describe('the volume of a day', () => {
  test('is the mean of the sessions that are known well enough', () => {
    const lists = [volumes({ 0: 100 }), volumes({ 0: 300 }), volumes({ 0: 9000 })]
    const [first, second, third] = sessions(lists) as [SessionFigures, SessionFigures, SessionFigures]
    const late = { ...third, unknown: [[0, 100]] as const }
    expect(new UsualVolume([first, second, late], TODAY).day_volume).toBe(200)
    expect(new UsualVolume([late], TODAY).day_volume).toBeUndefined()
    expect(new UsualVolume([], TODAY).day_volume).toBeUndefined()
  })
})
