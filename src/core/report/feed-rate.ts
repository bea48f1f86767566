import { istDay, istDayStartMs, type TimestampMs } from '../time/index.js'

/** Seconds counted from the midnight (IST) ahead of the first message: a session and the morning after it. Later ones are only counted. */
const SECONDS_MAX = 172_800

/** Messages by second of receipt. */
export interface FeedSeconds {
  /** Epoch second of the first count; 0 when nothing was received. */
  readonly start_s: number
  readonly messages: readonly number[]
  /** Messages with a time of receipt too far from the first. */
  readonly left_out: number
}

/** Counts the messages of a day, second by second. */
export class FeedRate {
  readonly #counts = new Uint32Array(SECONDS_MAX)
  #midnight_s: number | undefined
  #first = SECONDS_MAX
  #last = -1
  #left_out = 0

  onMessage(received_ms: TimestampMs): void {
    this.#midnight_s ??= istDayStartMs(istDay(received_ms)) / 1000
    const second = Math.floor(received_ms / 1000) - this.#midnight_s
    if (!(second >= 0 && second < SECONDS_MAX)) {
      this.#left_out++
      return
    }
    this.#counts[second]! += 1
    if (second < this.#first) this.#first = second
    if (second > this.#last) this.#last = second
  }

  seconds(): FeedSeconds {
    const midnight_s = this.#midnight_s
    if (midnight_s === undefined || this.#last < this.#first) return { start_s: 0, messages: [], left_out: this.#left_out }
    return {
      start_s: midnight_s + this.#first,
      messages: [...this.#counts.subarray(this.#first, this.#last + 1)],
      left_out: this.#left_out,
    }
  }
}
