import { bars, oneValue } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { RollingWindow } from './rolling-window.js'

/** Simple moving average: mean of the last `length` numbers. Exact for whole numbers as long as their sum stays below 2^53. */
export class Sma {
  /** NaN until there are `length` numbers. */
  value = Number.NaN
  readonly window: RollingWindow
  #sum = 0

  constructor(length: number) {
    this.window = new RollingWindow(length)
  }

  update(number: number): number {
    this.#sum = this.#sum + number - this.window.push(number)
    if (this.window.isFull) this.value = this.#sum / this.window.length
    return this.value
  }
}

/** Simple moving average of closes. */
export const sma: IndicatorDefinition<'bars'> = {
  id: 'sma',
  summary: 'Simple moving average of closes',
  source: 'TA-Lib SMA',
  parameters: { bars: bars(20) },
  outputs: [{ suffix: '', unit: 'price', doc: 'Mean of the last closes' }],
  warmUp: ({ bars }) => [bars - 1],
  create({ bars }) {
    const average = new Sma(bars)
    return oneValue(({ close }) => average.update(close))
  },
}
