import { oneValue } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/** Wilder's true range: the largest of high - low and the distances of both from the close before. */
export class TrueRange {
  /** NaN for the very first bar: it has no close before. */
  value = Number.NaN
  #close = Number.NaN
  #is_first = true

  /** The bar that follows has no close before it: its range is high - low. */
  dropGap(): void {
    this.#close = Number.NaN
  }

  update(high: number, low: number, close: number): number {
    const before = this.#close
    this.#close = close
    if (this.#is_first) {
      this.#is_first = false
      return this.value
    }
    let range = high - low
    // Without a close before both answers are no.
    if (high - before > range) range = high - before
    if (before - low > range) range = before - low
    this.value = range
    return range
  }
}

/** True range of each bar. */
export const tr: IndicatorDefinition<never> = {
  id: 'tr',
  summary: 'True range',
  source: 'Wilder 1978, TA-Lib TRANGE',
  parameters: {},
  outputs: [{ suffix: '', unit: 'price', doc: 'The range of the bar and of the gap before it' }],
  warmUp: () => [1],
  create(_, { gap_tr }) {
    const range = new TrueRange()
    return oneValue(({ high, low, close }) => range.update(high, low, close), gap_tr ? undefined : () => range.dropGap())
  },
}
