import { bars, manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { isNothing, WilderMean } from './wilder.js'

/** Wilder's relative strength index: 100 x mean gain / (mean gain + mean loss), from the first `length` changes on. */
export class Rsi {
  /** In [0, 100]; NaN until there are `length` changes. */
  value = Number.NaN
  /** Nothing moved for so long that gain and loss are both nothing: `value` is `when_flat`. */
  is_flat = false
  readonly #gain: WilderMean
  readonly #loss: WilderMean
  readonly #when_flat: number
  #last = Number.NaN

  /** `when_flat`: 50 is neither strong nor weak; TA-Lib says 0. */
  constructor(length: number, when_flat = 50) {
    this.#gain = new WilderMean(length)
    this.#loss = new WilderMean(length)
    this.#when_flat = when_flat
  }

  update(number: number): number {
    const change = number - this.#last
    this.#last = number
    if (Number.isNaN(change)) return this.value
    const gain = this.#gain.update(Math.max(change, 0))
    const loss = this.#loss.update(Math.max(-change, 0))
    this.is_flat = isNothing(gain + loss)
    this.value = this.is_flat ? this.#when_flat : 100 * (gain / (gain + loss))
    return this.value
  }
}

/** Relative strength index of closes. */
export const rsi: IndicatorDefinition<'bars' | 'flat'> = {
  id: 'rsi',
  summary: 'Relative strength index of closes',
  source: 'Wilder 1978, TA-Lib RSI',
  parameters: {
    bars: bars(14, { min: 2 }),
    flat: { default: 50, min: 0, max: 100, unnamed: true, doc: 'value of a series that does not move; TA-Lib has 0' },
  },
  outputs: [
    { suffix: '', unit: 'number', doc: '0 to 100' },
    { suffix: 'flat', unit: 'number', doc: '1 where nothing moved, else 0' },
  ],
  warmUp: ({ bars }) => [bars, bars],
  create({ bars, flat }) {
    const strength = new Rsi(bars, flat)
    return manyValues(2, ({ close }, out) => {
      out[0] = strength.update(close)
      out[1] = Number.isNaN(strength.value) ? Number.NaN : Number(strength.is_flat)
    })
  },
}
