import { MINUTE_MS, type TimestampMs } from '../time/index.js'

/**
 * Volume of the minute bars of one phase of trading, summed up as they come: what traded in a stretch of it costs two look-ups.
 *
 * A minute without a bar is one without a trade (2.3). It is not known, though, before the first bar of the session nor next to one that was cut
 * by a gap: nobody has listened then. Nor is a minute whose bar was cut.
 */
export class MinuteVolumes {
  #open_ms = 0
  /** Before each minute: what traded, what traded in known minutes, and how many were known. */
  #volume = new Float64Array(1)
  #known_volume = new Float64Array(1)
  #known = new Float64Array(1)
  /** Number of the last minute that has its sums. */
  #last = 0
  #is_last_whole = false

  /** `is_heard`: the session has had bars before. */
  beginPhase(open_ms: TimestampMs, close_ms: TimestampMs, is_heard: boolean): void {
    this.#open_ms = open_ms
    const sums = () => new Float64Array(Math.ceil((close_ms - open_ms) / MINUTE_MS) + 1)
    this.#volume = sums()
    this.#known_volume = sums()
    this.#known = sums()
    this.#last = 0
    this.#is_last_whole = is_heard
  }

  /** The next bar. One that did not begin in the phase is left out. */
  add(open_time_ms: TimestampMs, volume: number, is_whole: boolean): void {
    const minute = this.#minuteAt(open_time_ms)
    if (minute < this.#last || minute >= this.#volume.length - 1) return
    while (this.#last < minute) this.#addMinute(0, this.#is_last_whole && is_whole)
    this.#addMinute(volume, is_whole)
    this.#is_last_whole = is_whole
  }

  /** Volume of the bars that began in `[from_ms, until_ms)`, whole minutes from the beginning of the phase on. */
  between(from_ms: TimestampMs, until_ms: TimestampMs): number {
    return this.#before(this.#volume, until_ms) - this.#before(this.#volume, from_ms)
  }

  /** Mean volume of the known minutes of that stretch; NaN with fewer than `least` of them. */
  meanBetween(from_ms: TimestampMs, until_ms: TimestampMs, least: number): number {
    const known = this.#before(this.#known, until_ms) - this.#before(this.#known, from_ms)
    const volume = this.#before(this.#known_volume, until_ms) - this.#before(this.#known_volume, from_ms)
    return known >= least ? volume / known : Number.NaN
  }

  #addMinute(volume: number, is_known: boolean): void {
    const at = this.#last++
    this.#volume[at + 1] = (this.#volume[at] as number) + volume
    this.#known_volume[at + 1] = (this.#known_volume[at] as number) + (is_known ? volume : 0)
    this.#known[at + 1] = (this.#known[at] as number) + (is_known ? 1 : 0)
  }

  #before(sums: Float64Array, at_ms: TimestampMs): number {
    return sums[Math.max(0, Math.min(this.#minuteAt(at_ms), this.#last))] as number
  }

  #minuteAt(at_ms: TimestampMs): number {
    return Math.floor((at_ms - this.#open_ms) / MINUTE_MS)
  }
}
