import { expect, test } from 'vitest'
import { constantMaturity } from '../../../src/core/options/index.js'

const days = (count: number): number => count / 365
const TERMS = [
  { years: days(4), volatility: 0.5 },
  { years: days(20), volatility: 0.2 },
  { years: days(40), volatility: 0.3 },
]

test('total variance lies on a line between two expiries', () => {
  // Half way in time: (0.04 x 20 + 0.09 x 40) / 2 / 30 = 0.0733...
  expect(constantMaturity(TERMS, 30)).toBeCloseTo(Math.sqrt(0.22 / 3), 11)
  // A flat market is flat.
  const flat = TERMS.map(({ years }) => ({ years, volatility: 0.14 }))
  expect(constantMaturity(flat, 30)).toBeCloseTo(0.14, 11)
  expect(constantMaturity(flat, 7)).toBeCloseTo(0.14, 11)
})

test('an expiry of that very day has it', () => {
  expect(constantMaturity([{ years: 30 / 365, volatility: 0.17 }], 30)).toBe(0.17)
  expect(constantMaturity(TERMS, 40)).toBe(0.3)
})

test('beyond the expiries nothing is known', () => {
  expect(constantMaturity(TERMS, 3)).toBeUndefined()
  expect(constantMaturity(TERMS, 41)).toBeUndefined()
  expect(constantMaturity([], 30)).toBeUndefined()
  expect(constantMaturity([{ years: 0, volatility: 0.9 }, ...TERMS.slice(2)], 30)).toBeUndefined()
})
