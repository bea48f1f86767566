import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lateness } from '../../src/io/lateness.js'

test('quantiles are those of the sorted list, to 5 %', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 1 }),
      fc.constantFrom(0.5, 0.9, 0.99, 1),
      (values, share) => {
        const lateness = new Lateness()
        for (const value of values) lateness.add(value)
        const exact = [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0
        const told = lateness.quantile(share) ?? Number.NaN
        expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
        expect(told).toBeLessThanOrEqual(Math.max(0.005, exact * 1.05) + 1e-9)
        expect(lateness.max_ms).toBe(Math.max(...values))
      },
    ),
  )
})

test('of nothing there is none', () => {
  expect(new Lateness().quantile(0.5)).toBeUndefined()
})
