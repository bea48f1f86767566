import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  depthSlope,
  isInvalidBook,
  microprice,
  mid,
  obi,
  spread,
  spreadBps,
  totalObi,
  weightedObi,
} from '../../../src/core/flow/index.js'
import { book, soundBooks } from './books.js'

/** 3.16, in paise. */
const VECTOR = book(
  [
    [10_000, 500],
    [9_995, 300],
    [9_990, 200],
    [9_985, 400],
    [9_980, 600],
  ],
  [
    [10_005, 200],
    [10_010, 350],
    [10_015, 150],
    [10_020, 500],
    [10_025, 300],
  ],
)
const FEATURES = [spread, spreadBps, mid, microprice, (of: Float64Array) => obi(of, 5), weightedObi, depthSlope]

test('3.16: the vector', () => {
  expect(obi(VECTOR, 1)).toBeCloseTo(0.42857143, 8)
  expect(obi(VECTOR, 5)).toBeCloseTo(0.14285714, 8)
  expect(weightedObi(VECTOR)).toBeCloseTo(0.22926829, 8)
  expect(microprice(VECTOR) / 100).toBeCloseTo(100.03571429, 8)
  expect(mid(VECTOR) / 100).toBe(100.025)
  expect(spread(VECTOR)).toBe(5)
  expect(spreadBps(VECTOR)).toBeCloseTo(4.99875, 5)
})

test('depth slope: the least squares of the cumulated quantities', () => {
  // Middle 1000, so a unit of price is 10 bps: bids 10 and 30 bps away, offers 10 and 20.
  const shallow = book(
    [
      [999, 100],
      [997, 50],
    ],
    [
      [1001, 200],
      [1002, 100],
    ],
  )
  const by_hand = (10 * 100 + 30 * 150 + 10 * 200 + 20 * 300) / (10 * 10 + 30 * 30 + 10 * 10 + 20 * 20)
  expect(depthSlope(shallow)).toBeCloseTo(by_hand, 12)
  // Cumulated quantity 3 for each bps: the line goes through all the points.
  expect(
    depthSlope(
      book(
        [
          [999, 30],
          [998, 30],
        ],
        [
          [1001, 30],
          [1003, 60],
        ],
      ),
    ),
  ).toBeCloseTo(3, 12)
})

test('total imbalance', () => {
  expect(totalObi(300, 100)).toBe(0.5)
  expect(totalObi(0, 100)).toBe(-1)
  expect(totalObi(0, 0)).toBeNaN()
})

describe('a book that says nothing', () => {
  test.each([
    ['empty', book([], [])],
    ['without offers', book([[10_000, 5]], [])],
    ['without bids', book([], [[10_000, 5]])],
    ['locked', book([[10_000, 5]], [[10_000, 5]])],
    ['crossed', book([[10_005, 5]], [[10_000, 5]])],
    ['with prices and no quantity', book([[10_000, 0]], [[10_005, 5]])],
  ])('%s', (_, empty) => {
    expect(isInvalidBook(empty)).toBe(true)
    for (const feature of FEATURES) expect(feature(empty)).toBeNaN()
  })

  test('a middle of 0 has no basis points', () => {
    const around_zero = book([[-5, 10]], [[5, 30]])
    expect(spread(around_zero)).toBe(10)
    expect(microprice(around_zero)).toBe(-2.5)
    expect(spreadBps(around_zero)).toBeNaN()
    expect(depthSlope(around_zero)).toBeNaN()
  })
})

test('of any sound book: bounds, and mirrored features of the mirrored book', () => {
  fc.assert(
    fc.property(soundBooks, (now) => {
      expect(isInvalidBook(now)).toBe(false)
      expect(microprice(now)).toBeGreaterThanOrEqual(now[0]!)
      expect(microprice(now)).toBeLessThanOrEqual(now[10]!)
      const mirrored = Float64Array.from(now, (_, n) => (n % 2 === 0 ? -now[(n + 10) % 20]! : now[(n + 10) % 20]!))
      for (let levels = 1; levels <= 5; levels++) {
        expect(Math.abs(obi(now, levels))).toBeLessThanOrEqual(1)
        expect(obi(mirrored, levels)).toBe(-obi(now, levels) + 0)
      }
      expect(weightedObi(mirrored)).toBe(-weightedObi(now) + 0)
      expect(mid(mirrored)).toBe(-mid(now))
      expect(depthSlope(now)).toBeGreaterThan(0)
    }),
  )
})
