import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type ChosenIndicator, parseIndicators } from '../../../src/core/indicators/index.js'
import { candle, SURROUNDINGS } from './candles.js'

/** What scripts/talib-goldens.js wrote: bars, and what TA-Lib makes of them. */
interface Golden {
  readonly bars: Readonly<Record<'high' | 'low' | 'close' | 'volume', readonly number[]>>
  /** By indicator as parsed, then by suffix of the output. */
  readonly results: Readonly<Record<string, Readonly<Record<string, Series>>>>
}
interface Series {
  /** Number of the bar that `values` begins with. */
  readonly first: number
  readonly values: readonly number[]
}

const FOLDER = 'test/core/indicators/talib'
const GOLDENS = readdirSync(FOLDER)
  .sort()
  .map((file): [string, Golden] => [
    file.replace('.json.gz', ''),
    JSON.parse(gunzipSync(readFileSync(`${FOLDER}/${file}`)).toString('utf8')),
  ])
/** TA-Lib says nothing of a line before its last companion has a value; ours begin when they can. */
const BEGINS_EARLIER = new Set(['macd ', 'stoch k'])

/** The indicator over the bars of a golden: for each output, by its suffix, one value a bar. */
function computed(name: string, { high, low, close, volume }: Golden['bars']): ReadonlyMap<string, number[]> {
  const [{ definition, numbers }] = parseIndicators([name]) as [ChosenIndicator]
  const indicator = definition.create(numbers, SURROUNDINGS)
  const columns = new Map(definition.outputs.map(({ suffix }) => [suffix, [] as number[]]))
  close.forEach((price, n) => {
    const bar = { minute: n, high: high[n] ?? 0, low: low[n] ?? 0, close: price, volume: volume[n] ?? 0 }
    const values = indicator.update(candle(bar))
    for (const [output, { suffix }] of definition.outputs.entries()) columns.get(suffix)?.push(values[output] ?? Number.NaN)
  })
  return columns
}

/** Numbers of the bars that are not equal to 1e-9 relative; of a value of 0 to 1e-9 absolute, which on a scale of 100 is rounding. */
function differing(ours: readonly number[], { first, values }: Series): number[] {
  return values.flatMap((value, n) => {
    const mine = ours[first + n] ?? Number.NaN
    const allowed = Math.abs(value) < 1e-9 ? 1e-9 : 1e-9 * Math.abs(value)
    return Math.abs(mine - value) <= allowed ? [] : [first + n]
  })
}

test('the goldens are of 5,000 bars and more', () => {
  expect(GOLDENS.reduce((sum, [, { bars }]) => sum + bars.close.length, 0)).toBeGreaterThanOrEqual(5000)
})

describe.each(GOLDENS)('TA-Lib on %s', (_, { bars, results }) => {
  const isFlat = (bar: number, length: number): boolean =>
    bars.close.slice(bar - length + 1, bar + 1).every((price) => price === bars.close[bar])

  test.each(Object.keys(results).filter((name) => !name.startsWith('bbands')))('%s', (name) => {
    // The second number of an RSI is its value for a flat series: 0 in TA-Lib.
    const ours = computed(name.startsWith('rsi') ? `${name}:0` : name, bars)
    for (const [suffix, series] of Object.entries(results[name] ?? {})) {
      const column = ours.get(suffix) ?? []
      expect(differing(column, series)).toEqual([])
      if (!BEGINS_EARLIER.has(`${name.split(':')[0]} ${suffix}`))
        expect(column.findIndex((value) => !Number.isNaN(value))).toBe(series.first)
    }
  })

  /** TA-Lib takes the mean of squares less the square of the mean, which on a flat run of a high price is not 0. */
  test.each(Object.keys(results).filter((name) => name.startsWith('bbands')))(
    '%s, exact where the price stands still',
    (name) => {
      const ours = computed(name, bars)
      const length = Number(name.split(':')[1])
      for (const [suffix, series] of Object.entries(results[name] ?? {})) {
        const column = ours.get(suffix) ?? []
        expect(differing(column, series).filter((bar) => !isFlat(bar, length))).toEqual([])
        bars.close.forEach((price, bar) => {
          if (bar >= length - 1 && isFlat(bar, length)) expect(column[bar]).toBe(price)
        })
      }
    },
  )

  test.each(Object.keys(results).filter((name) => name.startsWith('rsi')))(
    '%s: 50 and a flag where TA-Lib calls it flat',
    (name) => {
      const ours = computed(name, bars)
      const column = ours.get('') ?? []
      const flags = ours.get('flat') ?? []
      const series = results[name]?.[''] as Series
      expect(differing(column, series).filter((bar) => flags[bar] !== 1)).toEqual([])
      flags.forEach((flag, bar) => {
        if (flag === 1) expect([column[bar], series.values[bar - series.first]]).toEqual([50, 0])
      })
    },
  )
})

test('the differences on purpose are met', () => {
  const flat_bands = GOLDENS.flatMap(([, { bars, results }]) =>
    differing(computed('bbands:5:2', bars).get('upper') ?? [], results['bbands:5:2']?.upper as Series),
  )
  const flat_strength = GOLDENS.flatMap(([, { bars }]) =>
    (computed('rsi:5', bars).get('flat') ?? []).filter((flag) => flag === 1),
  )
  expect(flat_bands.length).toBeGreaterThan(0)
  expect(flat_strength.length).toBeGreaterThan(0)
})
