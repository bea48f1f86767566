import { MINUTE_MS, type TimestampMs } from '../time/index.js'

/** Volume of the minute bars of one phase of trading, summed up as they come: what traded in a stretch of it costs two look-ups. */
export class MinuteVolumes {
  #open_ms = 0
  /** What traded before each minute. */
  #sums = new Float64Array(1)
  /** Number of the last minute that has a sum. */
  #last = 0

  beginPhase(open_ms: TimestampMs, close_ms: TimestampMs): void {
    this.#open_ms = open_ms
    this.#sums = new Float64Array(Math.ceil((close_ms - open_ms) / MINUTE_MS) + 1)
    this.#last = 0
  }

  /** The next bar. One that did not begin in the phase is left out. */
  add(open_time_ms: TimestampMs, volume: number): void {
    const minute = this.#minuteAt(open_time_ms)
    if (minute < this.#last || minute >= this.#sums.length - 1) return
    const before = this.#sums[this.#last] as number
    while (this.#last < minute) this.#sums[++this.#last] = before
    this.#sums[++this.#last] = before + volume
  }

  /** Volume of the bars that began in `[from_ms, until_ms)`, whole minutes from the beginning of the phase on. */
  between(from_ms: TimestampMs, until_ms: TimestampMs): number {
    return this.#before(until_ms) - this.#before(from_ms)
  }

  #before(at_ms: TimestampMs): number {
    return this.#sums[Math.max(0, Math.min(this.#minuteAt(at_ms), this.#last))] as number
  }

  #minuteAt(at_ms: TimestampMs): number {
    return Math.floor((at_ms - this.#open_ms) / MINUTE_MS)
  }
}
