import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packBars, packNumbers, type ReportBar, unpackBars, unpackNumbers } from '../../../src/core/report/index.js'

const MOST = 2 ** 52 - 1

test('numbers come back as they were', () => {
  const number = fc.oneof(
    fc.integer({ min: -70, max: 70 }),
    fc.integer(),
    fc.maxSafeInteger().map((n) => n % MOST),
  )
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      expect(unpackNumbers(packNumbers(numbers))).toEqual(numbers.map((n) => n + 0))
    }),
  )
})

test('small numbers take one character, and the largest are exact', () => {
  expect(packNumbers([0, 1, -1, 7, -8])).toHaveLength(5)
  expect(packNumbers([16])).toHaveLength(2)
  expect(unpackNumbers(packNumbers([MOST, -MOST]))).toEqual([MOST, -MOST])
  // By hand: 16 is 32 with its sign, which is 0 with more to follow, then 1.
  expect(packNumbers([16])).toBe('gB')
})

const bars = fc
  .array(
    fc.record({
      after_s: fc.constantFrom(60, 60, 60, 300, 7),
      open: fc.integer({ min: -4000, max: 3_000_000 }),
      move: fc.integer({ min: -900, max: 900 }),
      up: fc.nat(50),
      down: fc.nat(50),
      volume: fc.nat(4_000_000_000),
      vwap: fc.nat(3_000_000),
      kind: fc.constantFrom('whole', 'whole', 'cut', 'auction', 'cut_auction') as fc.Arbitrary<ReportBar['kind']>,
    }),
  )
  .map((rows) => {
    let start_s = 1_759_722_300
    return rows.map(({ after_s, open, move, up, down, volume, vwap, kind }): ReportBar => {
      start_s += after_s
      const close = open + move
      return { start_s, open, high: Math.max(open, close) + up, low: Math.min(open, close) - down, close, volume, vwap, kind }
    })
  })

test('bars come back as they were, whatever the price step', () => {
  fc.assert(
    fc.property(bars, fc.constantFrom(1, 5, 25), fc.boolean(), (list, step, whole_ticks) => {
      const scaled = whole_ticks
        ? list.map((bar) => ({
            ...bar,
            open: bar.open * step,
            high: bar.high * step,
            low: bar.low * step,
            close: bar.close * step,
          }))
        : list
      expect(unpackBars(packBars(scaled, step))).toEqual(scaled.map((bar) => ({ ...bar, open: bar.open + 0, low: bar.low + 0 })))
    }),
  )
})
