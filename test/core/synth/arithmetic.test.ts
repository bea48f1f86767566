import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp, log, normalCdf } from '../../../src/core/synth/arithmetic.js'
import { optionPrice } from '../../../src/core/synth/black76.js'

test('exp and log agree with the engine to 13 digits', () => {
  fc.assert(
    fc.property(fc.double({ min: -38, max: 38, noNaN: true }), (x) => {
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13)
      expect(Math.abs(log(Math.exp(x)) - x)).toBeLessThan(1e-12)
    }),
  )
})

test('the normal distribution has its tabulated values', () => {
  for (const [x, value] of [
    [0, 0.5],
    [1, 0.8413447461],
    [1.96, 0.9750021049],
    [-2.5, 0.0062096653],
    [9, 1],
  ] as const)
    expect(Math.abs(normalCdf(x) - value)).toBeLessThan(1e-7)
})

test('an option at the money costs what Black-76 says', () => {
  // D (N(d1) - N(d2)) F with F = K = 100, T = 1, sigma = 0.2, r = 0.065: 0.9370674634 x 7.9655674554
  const price = optionPrice({ forward: 100, strike: 100, years: 1, volatility: 0.2, call: true })
  expect(Math.abs(price - 7.46427)).toBeLessThan(1e-4)
})

test('no option is cheaper than its intrinsic value, and call and put agree', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (ratio, years, volatility) => {
        const terms = { forward: 100 * ratio, strike: 100, years, volatility }
        const [call, put] = [optionPrice({ ...terms, call: true }), optionPrice({ ...terms, call: false })]
        const discounted = Math.exp(-0.065 * years) * (100 * ratio - 100)
        expect(call).toBeGreaterThanOrEqual(discounted - 1e-9)
        expect(put).toBeGreaterThanOrEqual(-discounted - 1e-9)
        expect(Math.abs(call - put - discounted)).toBeLessThan(1e-9)
      },
    ),
  )
})
