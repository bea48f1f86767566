import { bars, oneValue } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/** Exponential moving average with weight 2 / (length + 1), begun at the mean of the first `length` numbers. */
export class Ema {
  /** NaN until there are `length` numbers. */
  value = Number.NaN
  readonly #length: number
  readonly #weight: number
  #count = 0
  #sum = 0

  constructor(length: number) {
    this.#length = length
    this.#weight = 2 / (length + 1)
  }

  update(number: number): number {
    if (this.#count === this.#length) this.value += this.#weight * (number - this.value)
    else {
      this.#sum += number
      if (++this.#count === this.#length) this.value = this.#sum / this.#length
    }
    return this.value
  }
}

/** Exponential moving average of closes. */
export const ema: IndicatorDefinition<'bars'> = {
  id: 'ema',
  summary: 'Exponential moving average of closes',
  source: 'TA-Lib EMA',
  parameters: { bars: bars(20) },
  outputs: [{ suffix: '', unit: 'price', doc: 'Begun at the mean of the first closes' }],
  warmUp: ({ bars }) => [bars - 1],
  create({ bars }) {
    const average = new Ema(bars)
    return oneValue(({ close }) => average.update(close))
  },
}
