import { bars, manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { RollingWindow } from './rolling-window.js'

/** Slow stochastic: where the close lies between lowest low and highest high, averaged once for %K, twice for %D. */
export class Stochastic {
  /** %K in [0, 100]; NaN for the first `length + slowing - 2` bars. */
  k = Number.NaN
  /** %D, the average of %K; NaN for `signal - 1` more. */
  d = Number.NaN
  readonly #highs: RollingWindow
  readonly #lows: RollingWindow
  readonly #ks: RollingWindow
  readonly #ds: RollingWindow

  constructor(length: number, slowing: number, signal: number) {
    this.#highs = new RollingWindow(length)
    this.#lows = new RollingWindow(length)
    this.#ks = new RollingWindow(slowing)
    this.#ds = new RollingWindow(signal)
  }

  /** Answers %K. */
  update(high: number, low: number, close: number): number {
    this.#highs.push(high)
    this.#lows.push(low)
    if (!this.#highs.isFull) return this.k
    const lowest = this.#lows.min()
    const range = this.#highs.max() - lowest
    this.#ks.push(range > 0 ? 100 * ((close - lowest) / range) : 0)
    if (!this.#ks.isFull) return this.k
    this.k = this.#ks.mean()
    this.#ds.push(this.k)
    if (this.#ds.isFull) this.d = this.#ds.mean()
    return this.k
  }
}

/** Slow stochastic. */
export const stoch: IndicatorDefinition<'bars' | 'slowing' | 'signal'> = {
  id: 'stoch',
  summary: 'Slow stochastic',
  source: 'Lane; TA-Lib STOCH',
  parameters: {
    bars: bars(5),
    slowing: bars(3, { doc: 'bars of the average that makes %K' }),
    signal: bars(3, { doc: 'bars of the average that makes %D' }),
  },
  outputs: [
    { suffix: 'k', unit: 'number', doc: '0 to 100: the close within the range of the last bars, averaged' },
    { suffix: 'd', unit: 'number', doc: 'Average of %K' },
  ],
  warmUp: ({ bars, slowing, signal }) => [bars + slowing - 2, bars + slowing + signal - 3],
  create({ bars, slowing, signal }) {
    const lines = new Stochastic(bars, slowing, signal)
    return manyValues(2, ({ high, low, close }, out) => {
      out[0] = lines.update(high, low, close)
      out[1] = lines.d
    })
  },
}
