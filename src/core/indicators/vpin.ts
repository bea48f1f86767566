import { normalCdf } from '../stats/index.js'
import { bars, oneValue } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { RollingWindow } from './rolling-window.js'

/** Share of a bar's volume that was bought, by bulk classification: `change` of the price against the usual one, `sigma`. In [0, 1]; ½ when prices do not move. To 12 decimals. */
export const bulkBuyShare = (change: number, sigma: number): number =>
  sigma > 0 ? Math.round(normalCdf(change / sigma) * SHARE_STEPS) / SHARE_STEPS : 0.5

const SHARE_STEPS = 1e12

/** What is left to fill a bucket after so many roundings is nothing. */
const ROUNDING = 1e-9

/** Volume-synchronised probability of informed trading: mean imbalance of the last `length` buckets of equal volume. */
export class Vpin {
  /** In [0, 1]; NaN until `length` buckets are full. */
  value = Number.NaN
  readonly #bucket_volume: number
  readonly #imbalances: RollingWindow
  #filled = 0
  #bought = 0

  constructor(bucket_volume: number, length: number) {
    this.#bucket_volume = bucket_volume
    this.#imbalances = new RollingWindow(length)
  }

  /** `buy_share` of `volume` was bought. What a bucket has no room for goes to the next. */
  update(buy_share: number, volume: number): number {
    // What fills all buckets anew, several times over, need not be walked through.
    const bucket = this.#bucket_volume
    const rounds = Math.max(0, Math.floor(volume / bucket) - this.#imbalances.length - 1)
    let left = volume - rounds * bucket
    while (left > 0) {
      const part = Math.min(left, bucket - this.#filled)
      this.#filled += part
      this.#bought += part * buy_share
      left -= part
      if (bucket - this.#filled <= ROUNDING * bucket) this.#close()
    }
    return this.value
  }

  #close(): void {
    const imbalances = this.#imbalances
    imbalances.push(Math.abs((2 * this.#bought) / this.#bucket_volume - 1))
    this.#filled = this.#bought = 0
    if (imbalances.isFull) this.value = imbalances.mean()
  }
}

/** A usual day fills so many buckets. */
const BUCKETS_OF_DAY = 50

/** Bars whose changes say what is usual. */
const SIGMA_BARS = 50
const SIGMA_BARS_MIN = 10

/** Changes of the price and their standard deviation (divisor n - 1) over the last bars, the current one included. */
class UsualChange {
  change = Number.NaN
  /** NaN until there are 10 changes. */
  sigma = Number.NaN
  readonly #changes = new RollingWindow(SIGMA_BARS)
  #close = Number.NaN
  #sum = 0

  update(close: number): void {
    this.change = close - this.#close
    this.#close = close
    if (Number.isNaN(this.change)) return
    this.#sum = this.#sum + this.change - this.#changes.push(this.change)
    const { count } = this.#changes
    if (count >= SIGMA_BARS_MIN) this.sigma = Math.sqrt(this.#changes.squaresAround(this.#sum / count) / (count - 1))
  }
}

/** VPIN over bars, by bulk classification. */
export const vpin: IndicatorDefinition<'buckets' | 'volume'> = {
  id: 'vpin',
  summary: 'Volume-synchronised probability of informed trading',
  source: "Easley, Lopez de Prado and O'Hara 2012, bulk classification",
  parameters: {
    buckets: bars(50, { doc: 'buckets in the mean' }),
    volume: { default: 0, min: 0, max: 1e12, doc: 'volume of a bucket; 0: 1/50 of the usual day of the baseline', unnamed: true },
  },
  outputs: [{ suffix: '', unit: 'number', sparse: true, doc: '0 to 1; none until that many buckets are full' }],
  warmUp: () => [SIGMA_BARS_MIN],
  needs: ['volume'],
  uses: ['baseline'],
  create({ buckets, volume }, { baselineOf }) {
    const usual = new UsualChange()
    let mean: Vpin | undefined
    return oneValue((candle) => {
      usual.update(candle.close)
      if (candle.volume_na || !(usual.sigma >= 0)) return Number.NaN
      if (mean === undefined) {
        const bucket = volume > 0 ? volume : (baselineOf(candle)?.day_volume ?? 0) / BUCKETS_OF_DAY
        if (!(bucket > 0)) return Number.NaN
        mean = new Vpin(bucket, buckets)
      }
      return mean.update(bulkBuyShare(usual.change, usual.sigma), candle.volume)
    })
  },
}
