import { describe, expect, test } from 'vitest'
import { type ChosenIndicator, parseIndicators } from '../../../src/core/indicators/index.js'
import { SURROUNDINGS, VECTOR_BARS } from './candles.js'

/** Values of the domain specification, to 8 decimals, in rupees where they are prices. By bar, then in the order of the outputs. */
const VECTORS: Readonly<Record<string, Readonly<Record<number, readonly (number | null)[]>>>> = {
  'sma:5': { 3: [null], 4: [100.6], 14: [102.95], 20: [103.95], 30: [103.15], 44: [106.1] },
  'ema:5': { 3: [null], 4: [100.6], 5: [101.81666667], 14: [102.75398229], 44: [106.34873557] },
  'ema:10': { 8: [null], 9: [101.975], 10: [101.97954545], 44: [105.81477462] },
  'rsi:14': { 13: [null, null], 14: [53.14516129, 0], 20: [54.55638555, 0], 30: [49.58329563, 0], 44: [53.99724244, 0] },
  'rsi:5': { 4: [null, null], 5: [60.19184652, 0], 44: [58.94242576, 0] },
  'atr:14': { 13: [null], 14: [5.58928571], 20: [5.62292131], 30: [5.39339796], 44: [5.16211518] },
  'atr:5': { 4: [null], 5: [5.47], 44: [5.27679989] },
  'macd:12:26:9': {
    24: [null, null, null],
    25: [0.96121795, null, null],
    33: [0.9293121, 0.69663203, 0.9293121 - 0.69663203],
    44: [0.80782299, 0.71970414, 0.80782299 - 0.71970414],
  },
  'macd_independent:12:26:9': {
    24: [null, null, null],
    25: [1.12644624, null, null],
    33: [0.97273102, 0.78942979, 0.97273102 - 0.78942979],
    44: [0.81473528, 0.73934505, 0.81473528 - 0.73934505],
  },
  'bbands:5:2': { 3: [null, null, null], 4: [104.45486705, 100.6, 96.74513295], 44: [110.82652092, 106.1, 101.37347908] },
  'stoch:5:3:3': { 8: [53.94648311, 57.38289265], 20: [74.19977925, 64.43614515], 44: [74.01352097, 62.66496442] },
  obv: { 0: [1000], 1: [3400], 14: [900], 20: [2800], 30: [700], 44: [-700] },
  'supertrend:5:0.5': { 4: [null, null], 5: [99.34, 1], 6: [99.622, 1], 10: [101.2303712, 1], 44: [103.71160006, 1] },
  'supertrend:5:2': { 44: [98.82597741, 1] },
}
/** ±DI(5) and ADX(5): [ADX, +DI, -DI]; undefined where the specification says nothing. */
const ADX_5: Readonly<Record<number, readonly (number | null | undefined)[]>> = {
  4: [null, null, null],
  5: [null, 19.6112311, 5.35637149],
  8: [null, undefined, undefined],
  9: [64.59097122, undefined, undefined],
  14: [57.73037794, undefined, undefined],
  44: [30.40372828, 9.76899123, 5.12831693],
}

function valuesOf(name: string): number[][] {
  const [{ definition, numbers, columns }] = parseIndicators([name]) as [ChosenIndicator]
  const indicator = definition.create(numbers, SURROUNDINGS)
  return VECTOR_BARS.map((candle) =>
    Array.from(indicator.update(candle), (value, n) => (columns[n]?.output.unit === 'price' ? value / 100 : value)),
  )
}

function expectValues(found: readonly number[], expected: readonly (number | null | undefined)[]): void {
  expect(found).toHaveLength(expected.length)
  expected.forEach((value, n) => {
    if (value === null) expect(found[n]).toBeNaN()
    else if (value !== undefined) expect(found[n]).toBeCloseTo(value, 7.7)
  })
}

describe('3.1 to 3.13: the vectors', () => {
  for (const [name, rows] of Object.entries({ ...VECTORS, 'adx:5': ADX_5 }))
    test(name, () => {
      const values = valuesOf(name)
      for (const [bar, expected] of Object.entries(rows)) expectValues(values[Number(bar)] ?? [], expected)
    })

  test('supertrend:5:0.5 turns where the vector turns, supertrend:5:2 never', () => {
    const turns = (name: string): number[] => {
      const directions = valuesOf(name).map(([, direction]) => direction)
      return directions.flatMap((direction, n) => (n > 5 && direction !== directions[n - 1] ? [n] : []))
    }
    expect(turns('supertrend:5:0.5')).toEqual([13, 14, 26, 27, 39, 40, 41, 42])
    expect(turns('supertrend:5:2')).toEqual([])
  })

  test('vwap of bars and its deviation', () => {
    const values = valuesOf('vwap_bars')
    for (const [bar, mean, sigma] of [
      [0, 99.75, 0],
      [1, 101.09117647, 0.86572569],
      [14, 102.25701187, 1.68847898],
      [44, 103.86536431, 1.90198756],
    ] as const)
      expectValues(values[bar] ?? [], [mean, mean + sigma, mean - sigma, mean + 2 * sigma, mean - 2 * sigma])
  })
})

test('3.0: the bars are those of the specification', () => {
  const of = (key: 'high' | 'low' | 'close'): number[] => VECTOR_BARS.map((bar) => bar[key] / 100)
  expect(of('close').slice(0, 6)).toEqual([100, 102.35, 98.2, 103.3, 99.15, 104.25])
  expect(of('high').slice(0, 6)).toEqual([100.25, 103.35, 103.35, 103.8, 103.55, 105.25])
  expect(of('low').slice(39)).toEqual([101.65, 101.15, 102.35, 102.35, 103.05, 103.55])
  expect(VECTOR_BARS.slice(0, 6).map(({ volume }) => volume)).toEqual([1000, 2400, 1500, 2900, 2000, 1100])
})
