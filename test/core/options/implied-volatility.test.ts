import { describe, expect, test } from 'vitest'
import {
  black76,
  impliedVolatility,
  normalisedBlack,
  normalisedVega,
  normalisedVolatility,
  type PricedOption,
} from '../../../src/core/options/index.js'
import { relativeError } from '../../support/golden-table.js'
import { goldenTable } from './golden.js'

const EPSILON = 2.220446049250313e-16
const week: Omit<PricedOption, 'type' | 'price'> = { forward: 25050, strike: 25000, years: 7 / 365, rate: 0.065, tick: 0.05 }
const days3 = { years: 3 / 365, rate: 0, tick: 0.05, forward: 25000 }

function volatilityOf(option: PricedOption): number {
  const found = impliedVolatility(option)
  return found.kind === 'volatility' ? found.volatility : expect.fail(found.reason)
}

test.each([
  ['a call', { ...week, type: 'CE', price: 200 }, 0.125932498436159],
  ['a put', { ...week, type: 'PE', price: 160 }, 0.133174419687193],
  ['far out of the money', { ...days3, type: 'CE', strike: 27000, price: 0.05 }, 0.249342960997722],
  ['deep in the money', { ...days3, type: 'CE', strike: 24000, price: 1000.05 }, 0.139134263453337],
  ['deep in the money, with a little more', { ...days3, type: 'CE', strike: 24000, price: 1002 }, 0.201765324789977],
  ['at the money', { ...days3, type: 'CE', strike: 25000, years: 5 / 365, price: 140 }, 0.119934176324705],
] satisfies [string, PricedOption, number][])('%s', (_, option, volatility) => {
  expect(relativeError(volatilityOf(option), volatility)).toBeLessThan(1e-12)
})

test('in its own units', () => {
  expect(relativeError(normalisedVolatility(0, 0.1), 0.251322693710148)).toBeLessThan(4e-15)
  expect(relativeError(normalisedVolatility(-0.5, 1e-6), 0.125772553830846)).toBeLessThan(4e-15)
})

test('the deviation is that of a bisection at 60 digits, to the last digits a double of the price leaves', () => {
  const rows = goldenTable<'x' | 'beta' | 's'>('deviations.csv')
  expect(rows.length).toBeGreaterThan(200)
  for (const { x, beta, s } of rows) {
    const conditioning = 1 + beta / (normalisedVega(x, s) * s)
    expect(relativeError(normalisedVolatility(x, beta), s) / conditioning, `${x} ${beta}`).toBeLessThan(4 * EPSILON)
  }
})

// One last digit of x or s moves the price by 1 + (x/s)^2 of them, one of the price the deviation by beta / (s b'(s)).
describe.each([0, -1e-10, -1e-7, -1e-5, -1e-4, -0.001, -0.003, -0.01, -0.03, -0.1, -0.2, -0.5, -0.9, -1.4, -2, -3])(
  'x = %d',
  (x) => {
    test('deviation, price and deviation again', () => {
      let tried = 0
      for (let n = 0; n <= 1000; n++) {
        const s = 0.001 * Math.exp((Math.log(6000) * n) / 1000)
        const beta = normalisedBlack(x, s)
        if (beta < 1e-300 || beta >= Math.exp(0.5 * x)) continue
        tried++
        const found = normalisedVolatility(x, beta)
        const conditioning = 1 + (beta / (s * normalisedVega(x, s))) * (1 + (x / s) * (x / s))
        expect(relativeError(found, s) / conditioning, `s ${s}`).toBeLessThan(8 * EPSILON)
      }
      expect(tried).toBeGreaterThan(400)
    })
  },
)

test('options in rupees: price, volatility and price again', () => {
  for (const type of ['CE', 'PE'] as const)
    for (const years of [60 / 525_600, 1 / 365, 7 / 365, 30 / 365, 1])
      for (const volatility of [0.05, 0.12, 0.3, 0.8, 1.5])
        for (let away = -3; away <= 3; away += 0.25) {
          const strike = Math.round(25000 * Math.exp(away * volatility * Math.sqrt(years)))
          const terms = { type, forward: 25012.35, strike, years, rate: 0.065 }
          const { price, vega } = black76({ ...terms, volatility })
          const found = impliedVolatility({ ...terms, price, tick: 1e-9 })
          if (found.kind === 'none') expect(vega * volatility).toBeLessThan(1e-6)
          else {
            const tolerance = 8 * EPSILON * (volatility + price / vega)
            expect(Math.abs(found.volatility - volatility), JSON.stringify({ ...terms, volatility })).toBeLessThan(tolerance)
            expect(relativeError(found.error, 0.5e-9 / vega)).toBeLessThan(1e-9)
          }
        }
})

test('half a tick of price is told as an error of volatility', () => {
  const found = impliedVolatility({ ...week, type: 'CE', price: 200 })
  if (found.kind === 'none') return expect.fail(found.reason)
  const dearer = volatilityOf({ ...week, type: 'CE', price: 200.025 })
  expect(found.error).toBeCloseTo(dearer - found.volatility, 8)
})

const DISCOUNT = Math.exp((-0.065 * 7) / 365)
test.each([
  ['CE', 50 * DISCOUNT - 0.01, 'below_intrinsic'],
  ['CE', -1, 'below_intrinsic'],
  ['CE', Number.NaN, 'below_intrinsic'],
  ['CE', 50 * DISCOUNT, 'no_time_value'],
  ['CE', 50 * DISCOUNT + 0.024, 'no_time_value'],
  ['PE', 0.025, 'no_time_value'],
  ['PE', 0, 'no_time_value'],
  ['CE', 25050 * DISCOUNT, 'above_max'],
  ['CE', 1e9, 'above_max'],
  ['PE', 25000 * DISCOUNT, 'above_max'],
] as const)('%s at %d: %s', (type, price, reason) => {
  expect(impliedVolatility({ ...week, type, price })).toEqual({ kind: 'none', reason })
})

test('just inside of the bounds there is a volatility', () => {
  expect(volatilityOf({ ...week, type: 'CE', price: 50 * DISCOUNT + 0.026 })).toBeGreaterThan(0.005)
  expect(volatilityOf({ ...week, type: 'PE', price: 0.0251 })).toBeGreaterThan(0.005)
  expect(volatilityOf({ ...week, type: 'CE', price: 25050 * DISCOUNT - 1e-6 })).toBeGreaterThan(30)
  expect(impliedVolatility({ ...week, type: 'CE', price: 200, years: 0 })).toEqual({ kind: 'none', reason: 'expired' })
})
