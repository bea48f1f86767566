import { describe, expect, test } from 'vitest'
import { type DealingRange, dealingRangeOf, equilibriumOf, placeIn } from '../../../../src/core/patterns/ict/index.js'
import type { PatternView, Swing } from '../../../../src/core/patterns/index.js'
import { Swings } from '../../../../src/core/patterns/index.js'

const OPEN_MS = 1_000_000_000

function rangeAt(
  price: number,
  swings: readonly (readonly [Swing['kind'], number])[],
  facts: Partial<PatternView> = {},
): unknown {
  const swings_15m = new Swings()
  for (const [kind, at] of swings) swings_15m.all.push({ kind, price: at, bar: 0, confirmed_bar: 2, at_ms: 0, cvd: Number.NaN })
  const view = { swings_15m, now_ms: OPEN_MS + 60 * 60_000, open_ms: OPEN_MS, session_low: 80, session_high: 120, ...facts }
  const range = dealingRangeOf(view as PatternView, price)
  return range && [range.low, range.high, range.source]
}

describe('the dealing range', () => {
  const swings = [
    ['high', 112],
    ['low', 90],
    ['high', 108],
    ['low', 96],
    ['high', 104],
  ] as const

  test('is the last confirmed high and low around the price', () => {
    expect(rangeAt(100, swings)).toEqual([96, 104, 'swings'])
    expect(rangeAt(96, swings)).toEqual([96, 104, 'swings'])
    expect(rangeAt(104, swings)).toEqual([96, 104, 'swings'])
  })

  test('takes an earlier swing in place of one that the price has left', () => {
    expect(rangeAt(105, swings)).toEqual([96, 108, 'swings'])
    expect(rangeAt(92, swings)).toEqual([90, 104, 'swings'])
  })

  test('is that of the session where no pair holds the price', () => {
    expect(rangeAt(115, swings)).toEqual([80, 120, 'session'])
    expect(rangeAt(100, [])).toEqual([80, 120, 'session'])
  })

  test('which says little in its first hour, and nothing outside it', () => {
    expect(rangeAt(100, [], { now_ms: OPEN_MS + 59 * 60_000 })).toBeUndefined()
    expect(rangeAt(121, [])).toBeUndefined()
    expect(rangeAt(100, [], { session_low: 100, session_high: 100 })).toBeUndefined()
    expect(rangeAt(100, [], { session_low: Number.NaN, session_high: Number.NaN })).toBeUndefined()
  })
})

test('place and equilibrium', () => {
  const range: DealingRange = { low: 80, high: 120, source: 'swings' }
  expect([80, 90, 100, 120].map((price) => placeIn(range, price))).toEqual([0, 0.25, 0.5, 1])
  expect(equilibriumOf(range)).toBe(100)
  expect(placeIn(undefined, 100)).toBeNaN()
  expect(equilibriumOf(undefined)).toBeNaN()
})
