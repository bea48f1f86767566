import { oneValue } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/** On-balance volume: begins with the volume of the first bar; then a bar's volume counts up or down with its close. */
export class Obv {
  /** NaN before the first bar. */
  value = Number.NaN
  #close = Number.NaN

  update(close: number, volume: number): number {
    if (Number.isNaN(this.value)) this.value = volume
    else if (close > this.#close) this.value += volume
    else if (close < this.#close) this.value -= volume
    this.#close = close
    return this.value
  }
}

/** On-balance volume. */
export const obv: IndicatorDefinition<never> = {
  id: 'obv',
  summary: 'On-balance volume',
  source: 'Granville; TA-Lib OBV',
  parameters: {},
  outputs: [{ suffix: '', unit: 'count', doc: 'Volume of bars that closed higher less volume of bars that closed lower' }],
  warmUp: () => [0],
  needs: ['volume'],
  create() {
    const balance = new Obv()
    return oneValue(({ close, volume, volume_na }) => (volume_na ? Number.NaN : balance.update(close, volume)))
  },
}
