import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Black76Terms,
  black76,
  black76Price,
  blackScholes,
  normalisedBlack,
  normalisedBlackRest,
  type OptionType,
  type OptionValue,
} from '../../../src/core/options/index.js'
import { relativeError } from '../../support/golden-table.js'
import { goldenTable } from './golden.js'

const near = (found: number, truth: number, tolerance = 1e-12): void =>
  expect(relativeError(found, truth), `${found} ${truth}`).toBeLessThan(tolerance)
const GREEKS = ['price', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga'] as const
type GreekRow = (typeof GREEKS)[number]
const typeOf = (sign: number): OptionType => (sign === 1 ? 'CE' : 'PE')

test('Black-Scholes: a textbook option', () => {
  const terms = { spot: 42, strike: 40, years: 0.5, volatility: 0.2, rate: 0.1 }
  const call = blackScholes({ type: 'CE', ...terms })
  near(call.price, 4.75942239287153)
  near(call.delta, 0.779131290942669)
  near(call.gamma, 0.0499626704059119)
  near(call.vega, 8.81341505960285)
  near(call.theta, -4.55909219459263)
  near(call.rho, 13.9820459133603)
  const put = blackScholes({ type: 'PE', ...terms })
  near(put.price, 0.808599372900094)
  near(put.delta, -0.220868709057331)
  near(put.theta, -0.75417449658977)
  near(put.rho, -5.042542576654)
})

test('Black-Scholes: a NIFTY week', () => {
  const terms = { spot: 25000, years: 5 / 365, rate: 0.065 }
  const call = blackScholes({ type: 'CE', strike: 25000, volatility: 0.12, ...terms })
  near(call.price, 151.420958630015)
  near(call.delta, 0.528070216723061)
  near(call.gamma, 0.00113337445670171)
  near(call.vega, 1164.42581167983)
  near(call.theta, -5948.4567950217)
  const put = blackScholes({ type: 'PE', strike: 25000, volatility: 0.12, ...terms })
  near(put.price, 129.170592112571)
  near(put.theta, -4324.90306884533)
  const high = blackScholes({ type: 'CE', strike: 25500, volatility: 0.13, ...terms })
  near(high.price, 19.7118111560979)
  near(high.delta, 0.108347919299395)
  const low = blackScholes({ type: 'PE', strike: 24500, volatility: 0.13, ...terms })
  near(low.price, 14.222932175754)
  near(low.delta, -0.0816719515431656)
})

test('Black-76: a NIFTY week, and its last hour', () => {
  const terms = { forward: 25050, strike: 25000, years: 7 / 365, volatility: 0.14, rate: 0.065 }
  const call = black76({ type: 'CE', ...terms })
  near(call.price, 219.309897552946)
  near(black76({ type: 'PE', ...terms }).price, 169.372187487455)
  near(call.d1, 0.112748085709425)
  near(call.d2, 0.093360192297326)
  near(call.delta, 0.544206044458059)
  near(call.gamma, 0.000815210804908865)
  near(call.vega, 1373.46816916487)
  near(call.theta_per_day, -13.6956265044133)
  const hour = { forward: 25010, strike: 25000, years: 60 / 525600, volatility: 0.18, rate: 0 }
  near(black76Price({ type: 'CE', ...hour }), 24.5981073117744)
  near(black76Price({ type: 'PE', ...hour }), 14.5981073117744)
})

test('a straddle at the forward and its usual approximation', () => {
  const terms = { forward: 25000, strike: 25000, years: 5 / 365, volatility: 0.12, rate: 0 }
  near(black76Price({ type: 'CE', ...terms }) + black76Price({ type: 'PE', ...terms }), 280.153670344545)
})

test('prices and greeks are those of the definitions at 60 digits', () => {
  const rows = goldenTable<GreekRow | 'type' | 'forward' | 'strike' | 'years' | 'volatility' | 'rate'>('black76.csv')
  expect(rows.length).toBe(156)
  for (const { type, ...row } of rows) {
    const value = black76({ type: typeOf(type), ...row })
    for (const greek of GREEKS) near(value[greek], row[greek], 1e-13)
    expect(black76Price({ type: typeOf(type), ...row })).toBe(value.price)
  }
})

test('on the spot, with dividends, too', () => {
  const rows = goldenTable<GreekRow | 'type' | 'spot' | 'strike' | 'years' | 'volatility' | 'rate' | 'dividend_yield'>(
    'black-scholes.csv',
  )
  for (const { type, ...row } of rows) {
    const value = blackScholes({ type: typeOf(type), ...row })
    for (const greek of GREEKS) near(value[greek], row[greek])
  }
})

test('the normalised price keeps its digits in every corner', () => {
  const rows = goldenTable<'x' | 's' | 'b'>('normalised.csv')
  expect(rows.length).toBeGreaterThan(600)
  // One last digit of x or s moves b by (x/s)^2 of them: no algorithm does better.
  for (const { x, s, b } of rows)
    expect(relativeError(normalisedBlack(x, s), b) / (1 + (x / s) * (x / s)), `${x} ${s}`).toBeLessThan(1e-15)
  for (const { x, s, b } of rows) if (b > 0.1) near(normalisedBlackRest(x, s) + b, Math.exp(0.5 * x), 1e-14)
})

const ZERO_GREEKS = { gamma: 0, vega: 0, theta: 0, theta_per_day: 0, rho: 0, vanna: 0, volga: 0 }
const pick = ({ d1: _, d2: __, ...value }: OptionValue) => value

test.each([
  ['CE', 25100, 100, 1],
  ['CE', 24900, 0, 0],
  ['PE', 24900, 100, -1],
  ['PE', 25100, 0, 0],
  ['CE', 25000, 0, 0.5],
  ['PE', 25000, 0, -0.5],
] as const)('%s on %d at expiry is worth %d', (type, forward, price, delta) => {
  const value = black76({ type, forward, strike: 25000, years: 0, volatility: 0.2, rate: 0.065 })
  expect(pick(value)).toEqual({ price, delta, ...ZERO_GREEKS })
  const past = black76({ type, forward, strike: 25000, years: -0.1, volatility: 0.2, rate: 0.065 })
  expect(past).toEqual(value)
  const spot = blackScholes({ type, spot: forward, strike: 25000, years: 0, volatility: 0.2, rate: 0.065 })
  expect(pick(spot)).toEqual({ price, delta, ...ZERO_GREEKS })
})

test('without volatility an option is worth its discounted intrinsic value', () => {
  const terms: Black76Terms = { type: 'CE', forward: 25100, strike: 25000, years: 0.5, volatility: 0, rate: 0.065 }
  const discount = Math.exp(-0.0325)
  for (const volatility of [0, -1]) {
    const value = black76({ ...terms, volatility })
    near(value.price, 100 * discount)
    near(value.delta, discount)
    near(value.theta, 6.5 * discount)
    expect([value.gamma, value.vega, value.vanna, value.volga]).toEqual([0, 0, 0, 0])
  }
  near(
    blackScholes({ type: 'PE', spot: 24000, strike: 25000, years: 0.5, volatility: 0, rate: 0.065 }).price,
    25000 * discount - 24000,
  )
})

test.each([
  [0, 100],
  [-5, 100],
  [100, 0],
  [100, -1],
  [Number.NaN, 100],
])('forward %d with strike %d is refused', (forward, strike) => {
  const terms = { type: 'CE', years: 1, volatility: 0.2, rate: 0 } as const
  expect(() => black76({ ...terms, forward, strike })).toThrow('above 0')
  expect(() => black76Price({ ...terms, forward, strike })).toThrow('above 0')
  expect(() => blackScholes({ ...terms, spot: forward, strike })).toThrow('above 0')
})

const terms = fc.record({
  forward: fc.double({ min: 1, max: 1e5, noNaN: true }),
  x: fc.double({ min: -2, max: 2, noNaN: true }),
  years: fc.double({ min: 1e-5, max: 2, noNaN: true }),
  volatility: fc.double({ min: 0.01, max: 2, noNaN: true }),
  rate: fc.double({ min: 0, max: 0.2, noNaN: true }),
})

test('call less put is forward less strike, and prices stay between their bounds', () => {
  fc.assert(
    fc.property(terms, ({ forward, x, ...rest }) => {
      const strike = forward * Math.exp(x)
      const discount = Math.exp(-rest.rate * rest.years)
      const [call, put] = (['CE', 'PE'] as const).map((type) => black76Price({ type, forward, strike, ...rest })) as [
        number,
        number,
      ]
      expect(Math.abs(call - put - discount * (forward - strike))).toBeLessThan(1e-13 * (call + put + forward))
      expect(call).toBeGreaterThanOrEqual(discount * Math.max(forward - strike, 0))
      expect(call).toBeLessThanOrEqual(discount * forward * (1 + 1e-15))
      expect(put).toBeLessThanOrEqual(discount * strike * (1 + 1e-15))
    }),
  )
})
