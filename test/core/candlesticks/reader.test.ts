import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CANDLESTICKS, CandlestickReader } from '../../../src/core/candlesticks/index.js'
import { barsOf, type Prices } from './bars.js'

/** Bars on a coarse grid, where patterns are frequent: gap, body, and two shadows that are often missing. */
const shadow = fc.oneof(fc.constant(0), fc.nat(8))
const bars = fc
  .array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -12, max: 12 }), shadow, shadow), {
    minLength: 20,
    maxLength: 60,
  })
  .map((coded) => barsOf([[500, 0, 0, 0], ...coded].flat()))

const read = (series: readonly Prices[], definitions = CANDLESTICKS): number[][] => {
  const reader = new CandlestickReader(definitions)
  return series.map((bar) => [...reader.update(...bar)])
}

test('what a bar reports is settled with that bar: no later bar changes it, and no other reader', () => {
  fc.assert(
    fc.property(bars, bars, fc.nat(), (series, others, cut) => {
      const whole = read(series)
      const [reader, other] = [new CandlestickReader(CANDLESTICKS), new CandlestickReader(CANDLESTICKS)]
      const length = cut % series.length
      for (let n = 0; n < length; n++) {
        expect([...reader.update(...series[n]!)]).toEqual(whole[n])
        other.update(...others[n % others.length]!)
      }
    }),
  )
})

test('a report depends on as many bars as the lookback says, and the bar itself: a reader that joins later says the same', () => {
  fc.assert(
    fc.property(bars, fc.nat(), (series, cut) => {
      const start = cut % series.length
      const whole = read(series)
      const joined = read(series.slice(start))
      CANDLESTICKS.forEach(({ lookback }, n) => {
        for (let at = start; at < series.length; at++)
          expect(joined[at - start]?.[n]).toBe(at - start < lookback ? Number.NaN : whole[at]?.[n])
      })
    }),
  )
})

test('a reader of one pattern sees what a reader of all sees', () => {
  fc.assert(
    fc.property(bars, (series) => {
      const whole = read(series)
      CANDLESTICKS.forEach((definition, n) => {
        expect(read(series, [definition]).flat()).toEqual(whole.map((row) => row[n]))
      })
    }),
    { numRuns: 30 },
  )
})

test('prices in finer feed units make no difference: two units to the old one', () => {
  fc.assert(
    fc.property(bars, (series) => {
      const doubled = series.map((bar) => bar.map((price) => 2 * price) as unknown as Prices)
      expect(read(doubled)).toEqual(read(series))
    }),
  )
})

test('a candle that is not there yet is no pattern: nothing is reported, not even a doji, on the first bars', () => {
  const flat = Array.from({ length: 15 }, (): Prices => [100, 100, 100, 100])
  const doji = CANDLESTICKS.findIndex(({ id }) => id === 'cdl_doji')
  expect(read(flat).map((row) => row[doji])).toEqual([...Array(10).fill(Number.NaN), ...Array(5).fill(100)])
})
