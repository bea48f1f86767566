import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { profileBin, VolumeProfile } from '../../../src/core/indicators/index.js'

type Rows = readonly (readonly [price: number, volume: number])[]

function profileOf(rows: Rows, bin = 1, ...how: [method?: 'one_row' | 'two_row', percent?: number]): VolumeProfile {
  const profile = new VolumeProfile(bin, ...how)
  for (const [price, volume] of rows) profile.add(price, volume)
  return profile
}

const VECTOR: Rows = [
  [100, 50],
  [101, 120],
  [102, 300],
  [103, 260],
  [104, 180],
  [105, 90],
  [106, 40],
  [107, 20],
]

test('3.15: the vector, by one row and by two', () => {
  const one = profileOf(VECTOR)
  expect([one.total, one.poc, one.val, one.vah]).toEqual([1060, 102, 101, 104])
  const two = profileOf(VECTOR, 1, 'two_row')
  expect([two.poc, two.val, two.vah]).toEqual([102, 100, 104])
  expect(one.strength).toBe(300 / 1060)
})

test('3.15: a bin is 0.05 % of the previous close in whole ticks', () => {
  expect(profileBin(285_000, 5)).toBe(145)
  expect(profileBin(500, 5)).toBe(5)
  expect(profileBin(0, 5)).toBe(5)
})

test('a price belongs to the nearest bin', () => {
  const profile = profileOf(
    [
      [97, 1],
      [98, 10],
      [102, 10],
      [103, 4],
    ],
    5,
  )
  expect([profile.poc, profile.volumeAt(100), profile.volumeAt(105), profile.volumeAt(95)]).toEqual([100, 20, 4, 1])
})

describe('the point of control of equals', () => {
  test('is the one nearest to the middle, then the lower', () => {
    expect(
      profileOf([
        [10, 5],
        [13, 9],
        [16, 9],
        [22, 1],
      ]).poc,
    ).toBe(16)
    expect(
      profileOf([
        [10, 1],
        [13, 9],
        [15, 9],
        [18, 1],
      ]).poc,
    ).toBe(13)
  })
})

test('nodes: halts and passages', () => {
  const rows: Rows = [10, 60, 90, 60, 10, 4, 2, 4, 10, 50, 80, 50, 10].map((volume, n) => [100 + n, volume])
  expect(profileOf(rows).nodes()).toEqual({ high: [102, 110], low: [106] })
  // Smoothed, the bin in the middle holds 40 / 3, a quarter of the mean of 460 / 9: little enough. 60 / 3 of 480 / 9 is not.
  const valley = (least: number): Rows => [40, 80, 80, 20, least, 20, 80, 80, 60].map((volume, n) => [100 + n, volume])
  expect(profileOf(valley(0)).nodes().low).toEqual([104])
  expect(profileOf(valley(20)).nodes().low).toEqual([])
  expect(profileOf([[100, 5]]).nodes()).toEqual({ high: [], low: [] })
})

test('concentration: 1 at one price, 0 when even, between them by entropy', () => {
  expect(profileOf([[100, 7]]).concentration).toBe(1)
  expect(
    profileOf([
      [100, 7],
      [101, 7],
      [102, 7],
    ]).concentration,
  ).toBe(0)
  // Shares 1/2, 1/4, 1/4: 1.5 bits of log2(3).
  expect(
    profileOf([
      [100, 2],
      [101, 1],
      [102, 1],
    ]).concentration,
  ).toBeCloseTo(1 - 1.5 / Math.log2(3), 9)
})

test('empty', () => {
  const profile = new VolumeProfile(5)
  profile.add(100, 0)
  expect([profile.poc, profile.vah, profile.val, profile.strength, profile.concentration]).toEqual(Array(5).fill(Number.NaN))
  expect(profile.nodes()).toEqual({ high: [], low: [] })
})

test('one wild price takes no memory', () => {
  const profile = profileOf([
    [100, 5],
    [2_000_000_000, 3],
    [101, 1],
  ])
  expect([profile.total, profile.left_out, profile.poc, profile.volumeAt(101)]).toEqual([6, 3, 100, 1])
})

/** Slow and plain: a map of bins, everything searched for from scratch. */
function reference(rows: Rows, bin: number, method: 'one_row' | 'two_row', percent: number) {
  const volumes = new Map<number, number>()
  for (const [price, volume] of rows)
    if (volume > 0) {
      const at = Math.round(price / bin)
      volumes.set(at, (volumes.get(at) ?? 0) + volume)
    }
  const keys = [...volumes.keys()].sort((a, b) => a - b)
  const [first = 0, last = 0] = [keys[0], keys.at(-1)]
  const total = [...volumes.values()].reduce((sum, volume) => sum + volume, 0)
  const most = Math.max(...volumes.values())
  const far = (at: number): number => Math.abs(at - (first + last) / 2)
  const poc = keys.filter((at) => volumes.get(at) === most).reduce((best, at) => (far(at) < far(best) ? at : best))
  const width = method === 'two_row' ? 2 : 1
  const sum = (from: number, to: number): number =>
    Array.from({ length: to - from + 1 }, (_, n) => volumes.get(from + n) ?? 0).reduce((all, volume) => all + volume, 0)
  let [low, high] = [poc, poc]
  while (sum(low, high) * 100 < total * percent) {
    const above = high < last ? sum(high + 1, high + width) : -1
    const below = low > first ? sum(low - width, low - 1) : -1
    if (above >= below) high = Math.min(last, high + width)
    else low = Math.max(first, low - width)
  }
  return { poc: poc * bin, val: low * bin, vah: high * bin }
}

test('is that of a slow reference, however the volumes come in', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: -60, max: 140 }), fc.integer({ min: 0, max: 8 })), {
    minLength: 1,
    maxLength: 60,
  })
  const bins = fc.constantFrom(1, 5, 7)
  fc.assert(
    fc.property(
      rows,
      bins,
      fc.constantFrom('one_row', 'two_row'),
      fc.integer({ min: 1, max: 100 }),
      (list, bin, method, percent) => {
        fc.pre(list.some(([, volume]) => volume > 0))
        const profile = profileOf(list, bin, method, percent)
        const { poc, val, vah } = profile
        expect({ poc, val, vah }).toEqual(reference(list, bin, method, percent))
        const back = profileOf([...list].reverse(), bin, method, percent)
        expect([back.poc, back.val, back.vah, back.total]).toEqual([poc, val, vah, profile.total])
      },
    ),
    { numRuns: 500 },
  )
})
