import { bars, manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { RollingWindow } from './rolling-window.js'

/** Donchian channel: highest high and lowest low of the `length` bars before the current one. */
export class Donchian {
  /** NaN for the first `length` bars. */
  upper = Number.NaN
  lower = Number.NaN
  readonly #highs: RollingWindow
  readonly #lows: RollingWindow

  constructor(length: number) {
    this.#highs = new RollingWindow(length)
    this.#lows = new RollingWindow(length)
  }

  update(high: number, low: number): void {
    if (this.#highs.isFull) {
      this.upper = this.#highs.max()
      this.lower = this.#lows.min()
    }
    this.#highs.push(high)
    this.#lows.push(low)
  }
}

/** Donchian channel. */
export const donchian: IndicatorDefinition<'bars'> = {
  id: 'donchian',
  summary: 'Donchian channel of the bars before the current one',
  source: 'Donchian; mds leaves out the current bar',
  parameters: { bars: bars(20) },
  outputs: [
    { suffix: 'upper', unit: 'price', doc: 'Highest high' },
    { suffix: 'lower', unit: 'price', doc: 'Lowest low' },
  ],
  warmUp: ({ bars }) => [bars, bars],
  create({ bars }) {
    const channel = new Donchian(bars)
    return manyValues(2, ({ high, low }, out) => {
      channel.update(high, low)
      out[0] = channel.upper
      out[1] = channel.lower
    })
  },
}
