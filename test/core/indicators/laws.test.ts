import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  INDICATORS,
  type IndicatorDefinition,
  type IndicatorNumbers,
  type IndicatorSurroundings,
} from '../../../src/core/indicators/index.js'
import type { Candle } from '../../../src/core/market/index.js'
import { anyBars, anyIndicator, EVEN_BASELINE, goodBars } from './any-bars.js'
import { SURROUNDINGS } from './candles.js'

const KNOWING: IndicatorSurroundings = { ...SURROUNDINGS, baselineOf: () => EVEN_BASELINE }
const dayOf = ({ open_time_ms }: Candle): number => Math.floor((open_time_ms + 19_800_000) / 86_400_000)

/** Values after each bar; a session is begun wherever the day changes. */
function valuesOf(
  definition: IndicatorDefinition,
  numbers: IndicatorNumbers,
  bars: readonly Candle[],
  surroundings: IndicatorSurroundings = KNOWING,
): number[][] {
  const indicator = definition.create(numbers, surroundings)
  return bars.map((bar, n) => {
    const before = bars[n - 1]
    if (before !== undefined && dayOf(bar) !== dayOf(before)) indicator.beginSession?.()
    return [...indicator.update(bar)]
  })
}

const defaultsOf = ({ parameters }: IndicatorDefinition): IndicatorNumbers =>
  Object.fromEntries(Object.entries(parameters).map(([name, { default: usual }]) => [name, usual]))

describe('of every indicator', () => {
  test('what comes later never changes what was said', () => {
    fc.assert(
      fc.property(anyIndicator, anyBars, fc.nat(90), ({ definition, numbers }, bars, cut) => {
        const early = valuesOf(definition, numbers, bars.slice(0, cut))
        expect(valuesOf(definition, numbers, bars).slice(0, cut)).toEqual(early)
      }),
      { numRuns: 2000 },
    )
  })

  test('instruments do not share anything', () => {
    fc.assert(
      fc.property(anyIndicator, anyBars, anyBars, ({ definition, numbers }, bars, others) => {
        const alone = valuesOf(definition, numbers, bars)
        const [one, other] = [definition.create(numbers, KNOWING), definition.create(numbers, KNOWING)]
        const beside = bars.map((bar, n) => {
          const stranger = others[n]
          if (stranger !== undefined) other.update(stranger)
          const before = bars[n - 1]
          if (before !== undefined && dayOf(bar) !== dayOf(before)) one.beginSession?.()
          return [...one.update(bar)]
        })
        expect(beside).toEqual(alone)
      }),
      { numRuns: 1000 },
    )
  })

  test('no value is infinite, whatever the bars', () => {
    fc.assert(
      fc.property(anyIndicator, anyBars, fc.boolean(), fc.boolean(), ({ definition, numbers }, bars, knows, gap_tr) => {
        const values = valuesOf(definition, numbers, bars, { ...(knows ? KNOWING : SURROUNDINGS), gap_tr })
        for (const value of values.flat()) expect(Number.isFinite(value) || Number.isNaN(value)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the first value comes when warmUp says', () => {
  const firstOf = (values: readonly number[][], output: number): number =>
    values.findIndex((row) => !Number.isNaN(row[output] ?? Number.NaN))

  function expectWarmUp(definition: IndicatorDefinition, numbers: IndicatorNumbers, bars: readonly Candle[]): void {
    const values = valuesOf(definition, numbers, bars)
    const expected = definition.warmUp(numbers)
    expect(expected).toHaveLength(definition.outputs.length)
    definition.outputs.forEach(({ sparse }, output) => {
      const first = firstOf(values, output)
      if (sparse !== true) expect(first).toBe(expected[output])
      else if (first >= 0) expect(first).toBeGreaterThanOrEqual(expected[output] ?? 0)
    })
  }

  test.each(INDICATORS.map((definition) => [definition.id, definition] as const))('%s with its defaults', (_, definition) => {
    fc.assert(
      fc.property(goodBars(80), (bars) => expectWarmUp(definition, defaultsOf(definition), bars)),
      { numRuns: 10 },
    )
  })

  test('any with any numbers', () => {
    fc.assert(
      fc.property(anyIndicator, goodBars(80), ({ definition, numbers }, bars) => expectWarmUp(definition, numbers, bars)),
      { numRuns: 500 },
    )
  })
})

test('ids, outputs and defaults are sound', () => {
  expect(new Set(INDICATORS.map(({ id }) => id)).size).toBe(INDICATORS.length)
  for (const definition of INDICATORS) {
    expect(new Set(definition.outputs.map(({ suffix }) => suffix)).size).toBe(definition.outputs.length)
    expect(definition.whyNot?.(defaultsOf(definition))).toBeUndefined()
    const unnamed = Object.values(definition.parameters).map((parameter) => parameter.unnamed === true)
    expect(unnamed).toEqual([...unnamed].sort())
    for (const { default: usual, min, max } of Object.values(definition.parameters)) {
      expect(usual).toBeGreaterThanOrEqual(min)
      expect(usual).toBeLessThanOrEqual(max)
    }
  }
})
