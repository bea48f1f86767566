import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CANDLESTICKS, type CandlestickDefinition, CandlestickReader } from '../../../src/core/candlesticks/index.js'
import { AHEAD, barsOf, changed, type Prices } from './bars.js'

/** What scripts/talib-candlesticks.js wrote. */
interface Golden {
  readonly bars: readonly number[]
  /** By function of TA-Lib: bars ahead of its first report; index, value of the bars where it reports, and so on. */
  readonly patterns?: Readonly<Record<string, { readonly lookback: number; readonly reports: readonly number[] }>>
  /** By function: index of the last bar, bars ago of what is moved, part, ticks, what is then reported, and so on. */
  readonly edges?: Readonly<Record<string, readonly number[]>>
}

const FOLDER = new URL('talib/', import.meta.url)
const GOLDENS = readdirSync(FOLDER).map((file): [string, Golden] => [
  file,
  JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')),
])
const SERIES = GOLDENS.flatMap(([file, { bars, patterns }]) =>
  patterns === undefined ? [] : [{ file, bars: barsOf(bars), patterns }],
)
const EDGES = GOLDENS.flatMap(([file, { bars, edges }]) => (edges === undefined ? [] : [{ file, bars: barsOf(bars), edges }]))

describe('the registry', () => {
  test('has the 61 patterns of TA-Lib, each once', () => {
    expect(CANDLESTICKS).toHaveLength(61)
    for (const { patterns } of SERIES) expect(CANDLESTICKS.map(({ talib }) => talib).sort()).toEqual(Object.keys(patterns).sort())
  })

  test.each(CANDLESTICKS)('$talib is called after TA-Lib and looks at as many candles as it says', (definition) => {
    expect(definition.id).toBe(`cdl_${definition.talib.slice('CDL'.length).toLowerCase()}`)
    expect(definition.recognise).toHaveLength(definition.candles)
    expect(definition.lookback).toBeGreaterThanOrEqual(definition.candles - 1)
  })
})

describe('the goldens', () => {
  test('are of 5,000 bars and more, some with one price only', () => {
    const bars = SERIES.flatMap((series) => series.bars)
    expect(bars.length).toBeGreaterThan(5_000)
    expect(bars.filter(([open, high, low, close]) => open === high && high === low && low === close).length).toBeGreaterThan(300)
  })

  test.each(CANDLESTICKS)('$talib comes with all its reports, and no others, and with edges', ({ talib, reports }) => {
    const counts = new Map<number, number>()
    for (const { patterns } of SERIES)
      for (const [, value] of inRows(patterns[talib]?.reports ?? [], 2)) counts.set(value!, (counts.get(value!) ?? 0) + 1)
    expect([...counts.keys()].sort()).toEqual([...reports].sort())
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(6)
    for (const { edges } of EDGES) expect(edges[talib]?.length).toBeGreaterThan(50)
  })
})

describe.each(SERIES)('$file', ({ bars, patterns }) => {
  const values = allValues(bars)
  test.each(CANDLESTICKS.map((definition, n) => ({ talib: definition.talib, n })))('$talib', ({ talib, n }) => {
    const seen = values.map((row) => row[n] ?? Number.NaN)
    const { lookback, reports } = patterns[talib]!
    expect(CANDLESTICKS[n]?.lookback).toBe(lookback)
    expect(seen.findIndex((value) => !Number.isNaN(value))).toBe(lookback)
    // A value that is not there, or is not a number, after the lookback would pass for a report here, and fail.
    expect(seen.flatMap((value, at) => (at < lookback || value === 0 ? [] : [at, value]))).toEqual(reports)
  })
})

/** Where TA-Lib changes its mind: at the tick told it reports otherwise, one tick less it still does as without the move. */
describe.each(EDGES)('edges of $file', ({ bars, edges }) => {
  test.each(CANDLESTICKS)('$talib', (definition) => {
    for (const [at, ago, part, ticks, report] of inRows(edges[definition.talib] ?? [], 5) as [
      number,
      number,
      number,
      number,
      number,
    ][]) {
      const window = bars.slice(at - AHEAD, at + 1)
      const less = changed(window, ago, part, ticks - Math.sign(ticks))
      const found = [lastValue(definition, changed(window, ago, part, ticks)), lastValue(definition, less)]
      expect(found, JSON.stringify({ at, ago, part, ticks })).toEqual([report, lastValue(definition, window)])
    }
  })
})

function allValues(bars: readonly Prices[]): number[][] {
  const reader = new CandlestickReader(CANDLESTICKS)
  return bars.map((bar) => [...reader.update(...bar)])
}

function lastValue(definition: CandlestickDefinition, bars: readonly Prices[]): number {
  const reader = new CandlestickReader([definition])
  let value = Number.NaN
  for (const bar of bars) value = reader.update(...bar)[0] ?? Number.NaN
  return value
}

function inRows(numbers: readonly number[], width: number): number[][] {
  return Array.from({ length: numbers.length / width }, (_, n) => numbers.slice(n * width, (n + 1) * width))
}
