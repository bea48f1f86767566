import { bars, manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { Sma } from './sma.js'

/** Bollinger bands: simple average and population standard deviation of the last `length` numbers. */
export class Bollinger {
  /** NaN until there are `length` numbers. */
  middle = Number.NaN
  upper = Number.NaN
  lower = Number.NaN
  /** Standard deviation, divisor `length`. Exactly 0 when all numbers are equal. */
  deviation = Number.NaN
  readonly #average: Sma
  readonly #width: number

  constructor(length: number, width: number) {
    this.#average = new Sma(length)
    this.#width = width
  }

  /** Answers the middle. */
  update(number: number): number {
    this.middle = this.#average.update(number)
    if (Number.isNaN(this.middle)) return this.middle
    const { window } = this.#average
    // Two passes: the mean of squares less the square of the mean loses all digits of a calm series with a high price.
    this.deviation = Math.sqrt(window.squaresAround(this.middle) / window.length)
    this.upper = this.middle + this.#width * this.deviation
    this.lower = this.middle - this.#width * this.deviation
    return this.middle
  }
}

/** Bollinger bands of closes. */
export const bbands: IndicatorDefinition<'bars' | 'width'> = {
  id: 'bbands',
  summary: 'Bollinger bands of closes',
  source: 'Bollinger; TA-Lib BBANDS',
  parameters: {
    bars: bars(20, { min: 2 }),
    width: { default: 2, min: 0.1, max: 10, integer: false, doc: 'standard deviations (population) on either side' },
  },
  outputs: [
    { suffix: 'upper', unit: 'price', doc: 'Middle + width x standard deviation' },
    { suffix: 'middle', unit: 'price', doc: 'Simple moving average' },
    { suffix: 'lower', unit: 'price', doc: 'Middle - width x standard deviation' },
  ],
  warmUp: ({ bars }) => [bars - 1, bars - 1, bars - 1],
  create({ bars, width }) {
    const bands = new Bollinger(bars, width)
    return manyValues(3, ({ close }, out) => {
      bands.update(close)
      out[0] = bands.upper
      out[1] = bands.middle
      out[2] = bands.lower
    })
  },
}
