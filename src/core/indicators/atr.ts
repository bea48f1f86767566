import { bars, oneValue } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { TrueRange } from './true-range.js'
import { WilderMean } from './wilder.js'

/** Wilder's average true range: the mean of the first `length` true ranges, of bars 1 to `length`, then smoothed. */
export class Atr {
  /** NaN until there are `length` true ranges. */
  value = Number.NaN
  readonly #range = new TrueRange()
  readonly #mean: WilderMean

  constructor(length: number) {
    this.#mean = new WilderMean(length)
  }

  /** See `TrueRange.dropGap`. */
  dropGap(): void {
    this.#range.dropGap()
  }

  update(high: number, low: number, close: number): number {
    const range = this.#range.update(high, low, close)
    if (!Number.isNaN(range)) this.value = this.#mean.update(range)
    return this.value
  }
}

/** Average true range. */
export const atr: IndicatorDefinition<'bars'> = {
  id: 'atr',
  summary: 'Average true range',
  source: 'Wilder 1978, TA-Lib ATR',
  parameters: { bars: bars(14) },
  outputs: [{ suffix: '', unit: 'price', doc: 'Smoothed true range' }],
  warmUp: ({ bars }) => [bars],
  create({ bars }, { gap_tr }) {
    const average = new Atr(bars)
    return oneValue(({ high, low, close }) => average.update(high, low, close), gap_tr ? undefined : () => average.dropGap())
  },
}
