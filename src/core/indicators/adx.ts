import { bars, manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { TrueRange } from './true-range.js'
import { isNothing, WilderMean, WilderSum } from './wilder.js'

/** Wilder's average directional index with its two directional indicators. */
export class Adx {
  /** In [0, 100], how much of a trend there is; NaN for the first `2 x length - 1` bars. */
  value = Number.NaN
  /** In [0, 100], how much of the range went up, and down; NaN for the first `length` bars. */
  plus_di = Number.NaN
  minus_di = Number.NaN
  readonly #range = new TrueRange()
  readonly #plus: WilderSum
  readonly #minus: WilderSum
  readonly #ranges: WilderSum
  readonly #mean: WilderMean
  readonly #length: number
  #seeds = 0
  #high = Number.NaN
  #low = Number.NaN

  constructor(length: number) {
    this.#length = length
    this.#plus = new WilderSum(length)
    this.#minus = new WilderSum(length)
    this.#ranges = new WilderSum(length)
    this.#mean = new WilderMean(length)
  }

  /** The gap ahead of the bar that follows is neither range nor movement. */
  dropGap(): void {
    this.#range.dropGap()
    this.#high = this.#low = Number.NaN
  }

  update(high: number, low: number, close: number): number {
    const up = high - this.#high
    const down = this.#low - low
    this.#high = high
    this.#low = low
    const range = this.#range.update(high, low, close)
    if (Number.isNaN(range)) return this.value
    // Without a bar before both answers are no.
    const plus = this.#plus.update(up > down && up > 0 ? up : 0)
    const minus = this.#minus.update(down > up && down > 0 ? down : 0)
    const ranges = this.#ranges.update(range)
    if (Number.isNaN(ranges)) return this.value
    const moved = !isNothing(ranges)
    this.plus_di = moved ? 100 * (plus / ranges) : 0
    this.minus_di = moved ? 100 * (minus / ranges) : 0
    this.#smooth(this.plus_di + this.minus_di)
    return this.value
  }

  /** Bars without any direction count as 0 while the mean begins, and later leave it as it is, as in TA-Lib. */
  #smooth(total: number): void {
    const has_direction = !isNothing(total)
    const is_seed = this.#seeds < this.#length
    if (is_seed) this.#seeds++
    if (has_direction) this.value = this.#mean.update(100 * (Math.abs(this.plus_di - this.minus_di) / total))
    else if (is_seed) this.value = this.#mean.update(0)
  }
}

/** Average directional index and directional indicators. */
export const adx: IndicatorDefinition<'bars'> = {
  id: 'adx',
  summary: 'Average directional index, with +DI and -DI',
  source: 'Wilder 1978, TA-Lib ADX, PLUS_DI, MINUS_DI',
  parameters: { bars: bars(14, { min: 2 }) },
  outputs: [
    { suffix: '', unit: 'number', doc: '0 to 100: how much of a trend, up or down' },
    { suffix: 'plus_di', unit: 'number', doc: 'Movement up in percent of the true range' },
    { suffix: 'minus_di', unit: 'number', doc: 'Movement down in percent of the true range' },
  ],
  warmUp: ({ bars }) => [2 * bars - 1, bars, bars],
  create({ bars }, { gap_tr }) {
    const index = new Adx(bars)
    return manyValues(
      3,
      ({ high, low, close }, out) => {
        out[0] = index.update(high, low, close)
        out[1] = index.plus_di
        out[2] = index.minus_di
      },
      gap_tr ? undefined : () => index.dropGap(),
    )
  },
}
