import type { Candlestick } from './candlestick.js'

/** Bars after a hikkake in which it may be confirmed. */
const WITHIN = 3

/**
 * Waits for what confirms a hikkake: within three bars a close above the high (bullish) or below the low (bearish) of the bar
 * ahead of the one it was reported on. Reported once, with twice the number; on the bar of a new hikkake that one is reported.
 */
export class Confirmation {
  #reported = 0
  #bars_left = 0
  #high = 0
  #low = 0

  /** What to report on `last`, where the pattern itself reports `seen`. */
  update(seen: number, before: Candlestick, last: Candlestick): number {
    if (seen !== 0) {
      this.#reported = seen
      this.#bars_left = WITHIN
      this.#high = before.high
      this.#low = before.low
      return seen
    }
    if (this.#bars_left === 0) return 0
    this.#bars_left--
    const confirmed = this.#reported > 0 ? last.close > this.#high : last.close < this.#low
    if (!confirmed) return 0
    this.#bars_left = 0
    return 2 * this.#reported
  }
}
