import type { Candle } from '../market/index.js'
import { manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { continuousStart } from './session-minute.js'

/** Highest high and lowest low of the first minutes of a session. */
export class OpeningRange {
  /** NaN until the range is over; then too when nothing traded in it, a bar of it was not whole, or one lies across its end. */
  high = Number.NaN
  low = Number.NaN
  #highest = Number.NaN
  #lowest = Number.NaN
  #is_over = true
  #end_ms = 0

  /** A session begins whose range ends at `end_ms` (epoch). */
  begin(end_ms: number): void {
    this.high = this.low = this.#highest = this.#lowest = Number.NaN
    this.#is_over = false
    this.#end_ms = end_ms
  }

  /** A bar over `[open_time_ms, close_time_ms)`; not `is_whole`: it was cut, and who missed a part of the range does not know it. */
  update(open_time_ms: number, close_time_ms: number, high: number, low: number, is_whole: boolean): void {
    if (this.#is_over) return
    if (!is_whole && open_time_ms < this.#end_ms) {
      this.#is_over = true
      return
    }
    if (close_time_ms <= this.#end_ms) {
      this.#highest = high > this.#highest || Number.isNaN(this.#highest) ? high : this.#highest
      this.#lowest = low < this.#lowest || Number.isNaN(this.#lowest) ? low : this.#lowest
    }
    if (close_time_ms < this.#end_ms) return
    this.#is_over = true
    if (open_time_ms < this.#end_ms && close_time_ms > this.#end_ms) return
    this.high = this.#highest
    this.low = this.#lowest
  }
}

/** Opening range. */
export const openingRange: IndicatorDefinition<'minutes'> = {
  id: 'opening_range',
  summary: 'High and low of the first minutes of the session',
  source: 'The usual charting definition',
  parameters: { minutes: { default: 15, min: 1, max: 600, doc: 'minutes from the beginning of continuous trading' } },
  outputs: [
    {
      suffix: 'high',
      unit: 'price',
      doc: 'Known from the bar on that ends the range; none where a bar of it was cut, or one lies across its end',
    },
    { suffix: 'low', unit: 'price', doc: 'Likewise' },
  ],
  warmUp: ({ minutes }) => [minutes - 1, minutes - 1],
  create({ minutes }, surroundings) {
    const range = new OpeningRange()
    let has_begun = false
    const update = (candle: Candle, out: Float64Array): void => {
      if (!has_begun) range.begin(continuousStart(surroundings.sessionOf(candle)) + minutes * 60_000)
      has_begun = true
      // Of what there is: that a bar was cut stands beside it.
      range.update(candle.open_time_ms, candle.close_time_ms, candle.high, candle.low, true)
      out[0] = range.high
      out[1] = range.low
    }
    return manyValues(2, update, () => {
      has_begun = false
    })
  },
}
