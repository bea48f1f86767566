import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Atr, Supertrend } from '../../../src/core/indicators/index.js'

interface Bar {
  readonly high: number
  readonly low: number
  readonly close: number
}

/** The rule as it is written down: all bands first, then all finals, then all directions. The true range has goldens of its own. */
function reference(bars: readonly Bar[], length: number, width: number): (readonly [value: number, direction: number])[] {
  const atr = new Atr(length)
  const ranges = bars.map(({ high, low, close }) => atr.update(high, low, close))
  const middle = bars.map(({ high, low }) => (high + low) / 2)
  const final_upper: number[] = []
  const final_lower: number[] = []
  const direction: number[] = []
  for (let n = length; n < bars.length; n++) {
    const upper = middle[n]! + width * ranges[n]!
    const lower = middle[n]! - width * ranges[n]!
    const before = bars[n - 1]!.close
    const [upper_before, lower_before] = [final_upper[n - 1], final_lower[n - 1]]
    final_upper[n] = upper_before === undefined || upper < upper_before || before > upper_before ? upper : upper_before
    final_lower[n] = lower_before === undefined || lower > lower_before || before < lower_before ? lower : lower_before
  }
  return bars.map(({ close }, n) => {
    if (n < length) return [Number.NaN, Number.NaN]
    const was = direction[n - 1] ?? (close >= middle[n]! ? 1 : -1)
    if (was === 1) direction[n] = n > length && close < final_lower[n]! ? -1 : 1
    else direction[n] = n > length && close > final_upper[n]! ? 1 : -1
    return [direction[n] === 1 ? final_lower[n]! : final_upper[n]!, direction[n]!]
  })
}

test('is that of the rule', () => {
  const step = fc.record({ move: fc.integer({ min: -60, max: 60 }), up: fc.nat(20), down: fc.nat(20) })
  const walks = fc.array(step, { maxLength: 80 }).map((steps) => {
    let close = 10_000
    return steps.map(({ move, up, down }) => {
      const open = close
      close += move
      return { high: Math.max(open, close) + up, low: Math.min(open, close) - down, close }
    })
  })
  fc.assert(
    fc.property(walks, fc.integer({ min: 1, max: 8 }), fc.constantFrom(0.3, 0.5, 1, 2), (bars, length, width) => {
      const trend = new Supertrend(length, width)
      const found = bars.map(({ high, low, close }) => [trend.update(high, low, close), trend.direction])
      expect(found).toEqual(reference(bars, length, width))
    }),
    { numRuns: 500 },
  )
})
