import { expect, test } from 'vitest'
import {
  black76Price,
  indiaVix,
  naturalSpline,
  nearestTheMoney,
  parityForward,
  type StripPrice,
  stripVariance,
  termVariance,
  type VixQuote,
  type VixTerm,
  vixOf,
} from '../../../src/core/options/index.js'
import { relativeError } from '../../support/golden-table.js'
import { goldenTable } from './golden.js'

const quotesOf = (file: string): VixQuote[] => goldenTable<keyof VixQuote>(file)
const nse: [VixTerm, VixTerm] = [
  { quotes: quotesOf('nse-near.csv'), forward: 5129, minutes: 12960, rate: 0.039 },
  { quotes: quotesOf('nse-next.csv'), forward: 5115, minutes: 53280, rate: 0.0465 },
]

test('the example of the white paper of NSE, splined by another program', () => {
  const [told] = goldenTable<'near' | 'next' | 'vix'>('india-vix.csv')
  if (told === undefined) return expect.fail('no table')
  expect(relativeError(termVariance(nse[0]) ?? Number.NaN, told.near)).toBeLessThan(1e-11)
  expect(relativeError(termVariance(nse[1]) ?? Number.NaN, told.next)).toBeLessThan(1e-11)
  expect(relativeError(indiaVix(...nse) ?? Number.NaN, told.vix)).toBeLessThan(1e-11)
  expect(told.vix).toBeCloseTo(26.671, 3)
})

// Cboe: the forward by parity, strikes up to two zero bids in a row; no spline.
test('the example of the white paper of Cboe: 13.69', () => {
  const terms = [
    { quotes: quotesOf('cboe-near.csv'), minutes: 854 + 510 + 34560, rate: 0.000305 },
    { quotes: quotesOf('cboe-next.csv'), minutes: 854 + 900 + 44640, rate: 0.000286 },
  ].map(({ quotes, minutes, rate }) => {
    const years = minutes / 525600
    const pairs = quotes.map(({ strike, call_bid, call_ask, put_bid, put_ask }) => ({
      strike,
      call: (call_bid + call_ask) / 2,
      put: (put_bid + put_ask) / 2,
    }))
    const nearest = nearestTheMoney(pairs)
    if (nearest === undefined) return expect.fail('no quotes')
    const forward = parityForward(nearest, Math.exp(-rate * years))
    const base = Math.max(...quotes.map(({ strike }) => strike).filter((strike) => strike <= forward))
    return { forward, minutes, variance: stripVariance(cboeStrip(quotes, base), { forward, base, years, rate }) ?? Number.NaN }
  })
  expect(terms.map(({ forward }) => forward.toFixed(5))).toEqual(['1962.89996', '1962.40006'])
  expect(terms.map(({ variance }) => variance.toFixed(8))).toEqual(['0.01846292', '0.01882101'])
  expect(vixOf(terms[0]!, terms[1]!)?.toFixed(2)).toBe('13.69')
})

function cboeStrip(quotes: readonly VixQuote[], base: number): StripPrice[] {
  const puts = untilTwoZeroBids(quotes.filter(({ strike }) => strike < base).reverse(), 'put').reverse()
  const calls = untilTwoZeroBids(
    quotes.filter(({ strike }) => strike > base),
    'call',
  )
  const middle = quotes.find(({ strike }) => strike === base)
  if (middle === undefined) return expect.fail('no base')
  const { call_bid, call_ask, put_bid, put_ask } = middle
  return [...puts, { strike: base, price: (call_bid + call_ask + put_bid + put_ask) / 4 }, ...calls]
}

function untilTwoZeroBids(quotes: readonly VixQuote[], side: 'call' | 'put'): StripPrice[] {
  const strip: StripPrice[] = []
  let zeros = 0
  for (const quote of quotes) {
    zeros = quote[`${side}_bid`] === 0 ? zeros + 1 : 0
    if (zeros === 2) break
    if (zeros === 0) strip.push({ strike: quote.strike, price: (quote[`${side}_bid`] + quote[`${side}_ask`]) / 2 })
  }
  return strip
}

/** Quotes of a Black-76 chain without a smile, 1 paisa wide. */
function flatTerm(volatility: number, days: number): VixTerm {
  const [forward, rate, years] = [25030, 0.065, days / 365]
  const quotes = Array.from({ length: 1200 }, (_, n): VixQuote => {
    const strike = 10000 + 25 * n
    const [call, put] = (['CE', 'PE'] as const).map((type) =>
      black76Price({ type, forward, strike, years, volatility, rate }),
    ) as [number, number]
    return { strike, call_bid: call * 0.99999, call_ask: call * 1.00001, put_bid: put * 0.99999, put_ask: put * 1.00001 }
  })
  return { quotes, forward, minutes: days * 1440, rate }
}

test('of options that all have one volatility it is that volatility', () => {
  expect(indiaVix(flatTerm(0.14, 16), flatTerm(0.14, 51))).toBeCloseTo(14, 2)
  // Total variance is on a line between the two: at 30 days (16 x .12^2 x 21 + 51 x .16^2 x 14) / (35 x 30).
  expect(indiaVix(flatTerm(0.12, 16), flatTerm(0.16, 51))).toBeCloseTo(
    100 * Math.sqrt((16 * 0.0144 * 21 + 51 * 0.0256 * 14) / (35 * 30)),
    2,
  )
})

test('a quote that is missing or too wide is bridged, the outermost are left out', () => {
  const whole = flatTerm(0.14, 16)
  const variance = termVariance(whole) ?? Number.NaN
  const holed = {
    ...whole,
    quotes: whole.quotes.map((quote) => (quote.strike === 24500 ? { ...quote, put_ask: quote.put_ask * 3 } : quote)),
  }
  expect(termVariance(holed)).toBeCloseTo(variance, 6)
  const without = {
    ...whole,
    quotes: whole.quotes.map((quote) => (quote.strike === 24500 ? { ...quote, put_bid: Number.NaN } : quote)),
  }
  expect(termVariance(without)).toBe(termVariance(holed))
  expect(termVariance(holed)).not.toBe(variance)
  expect(termVariance({ ...whole, quotes: whole.quotes.slice(590, 600) })).toBeUndefined()
  expect(termVariance({ ...whole, forward: 5 })).toBeUndefined()
  expect(termVariance({ ...whole, minutes: 0 })).toBeUndefined()
})

test('the spline goes through its points and needs three', () => {
  const spline = naturalSpline([0, 1, 3, 4], [2, 5, 1, 1])
  expect([0, 1, 3, 4].map((x) => spline?.(x))).toEqual([2, 5, 1, 1])
  expect([-0.1, 4.1].map((x) => spline?.(x))).toEqual([undefined, undefined])
  // By scipy's CubicSpline(bc_type='natural').
  expect([0.5, 2, 3.5].map((x) => spline?.(x)?.toFixed(12))).toEqual(['3.898437500000', '3.562500000000', '0.742187500000'])
  expect(naturalSpline([0, 1], [1, 2])).toBeUndefined()
})
