import type { BarFlow, Candle } from '../market/index.js'
import { manyValues } from './bar-by-bar.js'
import type { Indicator, IndicatorDefinition, IndicatorOutput } from './indicator.js'
import { WeightedMoments } from './weighted-moments.js'

/** Mean price of a session by traded quantity, from what each trade turned over. */
export class SessionVwap {
  /** NaN until something trades. */
  value = Number.NaN
  /** Standard deviation of the price by quantity. */
  sigma = Number.NaN
  readonly #moments = new WeightedMoments()
  #turnover = 0
  #volume = 0

  /** Anchored anew: the next bar is the first of its session. */
  beginSession(): void {
    this.value = this.sigma = Number.NaN
    this.#turnover = this.#volume = 0
    this.#moments.clear()
  }

  /** So much had been traded of the session by now, seen or not. The deviation stays that of what was seen. */
  resume(turnover: number, volume: number): void {
    if (!(volume > 0)) return
    this.#turnover = turnover
    this.#volume = volume
    this.value = turnover / volume
  }

  /** One bar. `turnover` is the sum of price x quantity; without `flow` all of the bar counts at `typical_price` for the deviation. */
  update(turnover: number, volume: number, typical_price: number, flow?: BarFlow): number {
    if (!(volume > 0)) return this.value
    this.#turnover += turnover
    this.#volume += volume
    if (flow === undefined) this.#moments.add(typical_price, volume)
    else for (let n = 0; n < flow.prices.length; n++) this.#moments.add(flow.prices[n]!, flow.volumes[n]!)
    this.value = this.#turnover / this.#volume
    this.sigma = this.#moments.deviation
    return this.value
  }
}

/** Mean typical price of a session's bars by their volume: what one has without ticks. */
export class BarVwap {
  /** NaN until something trades. */
  value = Number.NaN
  /** Standard deviation of the typical price by volume. */
  sigma = Number.NaN
  readonly #moments = new WeightedMoments()

  /** Anchored anew: the next bar is the first of its session. */
  beginSession(): void {
    this.value = this.sigma = Number.NaN
    this.#moments.clear()
  }

  update(typical_price: number, volume: number): number {
    if (!(volume > 0)) return this.value
    this.#moments.add(typical_price, volume)
    this.value = this.#moments.mean
    this.sigma = this.#moments.deviation
    return this.value
  }
}

/** (high + low + close) / 3 */
export const typicalPrice = ({ high, low, close }: { high: number; low: number; close: number }): number =>
  (high + low + close) / 3

const outputs = (first: IndicatorOutput): readonly IndicatorOutput[] => [
  first,
  { suffix: 'upper_1', unit: 'price', doc: 'One standard deviation above' },
  { suffix: 'lower_1', unit: 'price', doc: 'One standard deviation below' },
  { suffix: 'upper_2', unit: 'price', doc: 'Two standard deviations above' },
  { suffix: 'lower_2', unit: 'price', doc: 'Two standard deviations below' },
]

/** VWAP of the session, from ticks. */
export const vwap: IndicatorDefinition<never> = {
  id: 'vwap',
  summary: 'VWAP of the session from ticks, with bands',
  source: 'mds: sum of increment x last price over sum of increments',
  parameters: {},
  outputs: outputs({ suffix: 'session', unit: 'price', doc: 'Mean price since the beginning of the session, by quantity' }),
  warmUp: () => [0, 0, 0, 0, 0],
  needs: ['volume'],
  uses: ['flow'],
  create() {
    const average = new SessionVwap()
    return banded(average, (candle) => average.update(candle.turnover, candle.volume, typicalPrice(candle), candle.flow))
  },
}

/** VWAP of the session, from bars. */
export const vwapBars: IndicatorDefinition<never> = {
  id: 'vwap_bars',
  summary: 'VWAP of typical prices of the session, with bands',
  source: 'The usual charting definition: (high + low + close) / 3 by volume',
  parameters: {},
  outputs: outputs({ suffix: '', unit: 'price', doc: 'Mean typical price since the beginning of the session, by volume' }),
  warmUp: () => [0, 0, 0, 0, 0],
  needs: ['volume'],
  create() {
    const average = new BarVwap()
    return banded(average, (candle) => average.update(typicalPrice(candle), candle.volume))
  },
}

function banded(average: SessionVwap | BarVwap, take: (candle: Candle) => void): Indicator {
  return manyValues(
    5,
    (candle, out) => {
      take(candle)
      const { value, sigma } = average
      out[0] = value
      out[1] = value + sigma
      out[2] = value - sigma
      out[3] = value + 2 * sigma
      out[4] = value - 2 * sigma
    },
    () => average.beginSession(),
  )
}
