import { Atr } from './atr.js'
import { bars, manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/**
 * Supertrend: bands of `width` average true ranges around the middle of each bar, of which the lower only rises and the upper only falls
 * until a close lies beyond; the one that the price has not crossed is the value.
 */
export class Supertrend {
  /** NaN until the average true range has a value. */
  value = Number.NaN
  /** 1 up, -1 down, NaN before the first value. */
  direction = Number.NaN
  readonly #atr: Atr
  readonly #width: number
  #upper = Number.NaN
  #lower = Number.NaN
  #close = Number.NaN

  constructor(length: number, width: number) {
    this.#atr = new Atr(length)
    this.#width = width
  }

  /** See `TrueRange.dropGap`. */
  dropGap(): void {
    this.#atr.dropGap()
  }

  update(high: number, low: number, close: number): number {
    const atr = this.#atr.update(high, low, close)
    if (Number.isNaN(atr)) return this.value
    const middle = (high + low) / 2
    const upper = middle + this.#width * atr
    const lower = middle - this.#width * atr
    const is_first = Number.isNaN(this.direction)
    if (is_first || upper < this.#upper || this.#close > this.#upper) this.#upper = upper
    if (is_first || lower > this.#lower || this.#close < this.#lower) this.#lower = lower
    if (is_first) this.direction = close >= middle ? 1 : -1
    else if (this.direction > 0 && close < this.#lower) this.direction = -1
    else if (this.direction < 0 && close > this.#upper) this.direction = 1
    this.#close = close
    this.value = this.direction > 0 ? this.#lower : this.#upper
    return this.value
  }
}

/** Supertrend. */
export const supertrend: IndicatorDefinition<'bars' | 'width'> = {
  id: 'supertrend',
  summary: 'Supertrend',
  source: 'Seban; the usual charting definition, on TA-Lib ATR',
  parameters: {
    bars: bars(10, { doc: 'bars of the average true range' }),
    width: { default: 3, min: 0.1, max: 20, integer: false, doc: 'average true ranges between middle and band' },
  },
  outputs: [
    { suffix: '', unit: 'price', doc: 'The band that is followed: below the price in an uptrend, above it in a downtrend' },
    { suffix: 'direction', unit: 'number', doc: '1 up, -1 down' },
  ],
  warmUp: ({ bars }) => [bars, bars],
  create({ bars, width }, { gap_tr }) {
    const trend = new Supertrend(bars, width)
    return manyValues(
      2,
      ({ high, low, close }, out) => {
        out[0] = trend.update(high, low, close)
        out[1] = trend.direction
      },
      gap_tr ? undefined : () => trend.dropGap(),
    )
  },
}
