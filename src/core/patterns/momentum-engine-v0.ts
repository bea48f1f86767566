import { sat } from './score.js'
import type { PatternView } from './view.js'

const BARS = 20

/** What the public engine says of a bar. Prices in rupees. */
export interface PublicSignal {
  /** 0..1; 1 wherever the conditions hold. */
  readonly confidence: number
  /** 0..100: the figure of its dashboard. */
  readonly dashboard: number
  readonly close: number
  readonly vwap: number
  readonly above_vwap_pct: number
  /** How far the close lies below the high of the day, percent. */
  readonly hod_pct: number
  /** Volume over the mean of 20 bars, this one among them: it can not exceed 20. */
  readonly rvol: number
}

/**
 * The public momentum engine, to the last bit, so that its signals can be compared. Prices are turned into rupees before anything is computed,
 * and the sums are compensated (Kahan), as they are in pandas, in which it is written. VWAP is that of typical prices of the day's minute bars,
 * the high of the day that of its bars; only the mean volume takes no notice of days and goes on over the bars of the baseline.
 */
export class PublicMomentum {
  readonly #hod_pct_max: number
  readonly #rv_min: number
  readonly #turnover = new CompensatedSum()
  #volume = 0
  #hod = Number.NaN
  /** Number of the first bar not yet taken. */
  #next = -1

  constructor({ hod_pct_max, rv_min }: { hod_pct_max: number; rv_min: number }) {
    this.#hod_pct_max = hod_pct_max
    this.#rv_min = rv_min
  }

  /** To be told of every bar; undefined where the engine gives no signal. */
  update(view: PatternView): PublicSignal | undefined {
    this.#takeBars(view)
    const { ask, m1, instrument } = view
    const close = m1.close(0) / instrument.price_divisor
    const vwap = this.#turnover.value / this.#volume
    const hod_pct = ((this.#hod - close) / this.#hod) * 100
    const above_vwap_pct = (100 * (close - vwap)) / vwap
    if (!(ask.above('above_vwap_pct', above_vwap_pct, 0) && ask.atMost('hod_pct', hod_pct, this.#hod_pct_max))) return undefined
    const rvol = m1.volume(0) / m1.mean('volume', BARS)
    if (!ask.atLeast('rvol', rvol, this.#rv_min)) return undefined
    return {
      confidence: Math.min(1, rvol / (this.#rv_min * 2) + 0.5),
      dashboard: 33 + 33 * sat(hod_pct, 1, 0) + 34 * sat(rvol, 1, 1.2),
      close,
      vwap,
      above_vwap_pct,
      hod_pct,
      rvol,
    }
  }

  #takeBars({ m1, instrument }: PatternView): void {
    const { price_divisor } = instrument
    if (this.#next < m1.session_from) this.#next = m1.session_from
    for (; this.#next < m1.count; this.#next++) {
      const ago = m1.count - 1 - this.#next
      const high = m1.high(ago) / price_divisor
      const typical = (high + m1.low(ago) / price_divisor + m1.close(ago) / price_divisor) / 3
      this.#turnover.add(typical * m1.volume(ago))
      this.#volume += m1.volume(ago)
      if (!(high <= this.#hod)) this.#hod = high
    }
  }
}

/** Kahan's sum. */
class CompensatedSum {
  value = 0
  #lost = 0

  add(number: number): void {
    const corrected = number - this.#lost
    const sum = this.value + corrected
    this.#lost = sum - this.value - corrected
    this.value = sum
  }
}
