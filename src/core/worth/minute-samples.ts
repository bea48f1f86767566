import type { QuoteUpdate } from '../options/index.js'
import { MINUTE_MS, type TimestampMs } from '../time/index.js'
import type { Sign } from './barrier.js'
import { endOfDay, type Horizon, minutesOf, type TradingHours, toleranceOf } from './horizon.js'
import { FILL_WITHIN_MS, type LastTrade } from './position.js'

/** Stands for "no price" among 32-bit prices. */
const NONE = -0x8000_0000
/** Changes of the last price that its usual size is the mean of, and fewest that will do. */
const VOLATILITY_MINUTES = 15
const VOLATILITY_MINUTES_MIN = 5

/**
 * What entering at each minute of a session would have met: book and last trade, by the same rules as for alerts. Pseudo-alerts are made of it. Kept
 * small, since there is one for each instrument and session.
 */
export class MinuteSamples {
  /** Minutes of trading; entry `m` is due `latency_ms` after the m-th minute begins. */
  readonly count: number
  readonly #hours: TradingHours
  readonly #latency_ms: number
  readonly #bid: Int32Array
  readonly #ask: Int32Array
  /** Last trade at each of the moments in `#at_ms`: one a minute, then the end of the day, then the end of trading. */
  readonly #last: Int32Array
  readonly #last_ms: Float64Array
  #settled = 0
  readonly #settles_ms: Float64Array
  /** By place of `#settles_ms`: the moment's place in `#last`. */
  readonly #places: Int32Array
  /** Minute whose entry waits for the next open, no packet having carried a book; -1 none. */
  #bookless = -1

  constructor(hours: TradingHours, latency_ms: number) {
    this.#hours = hours
    this.#latency_ms = latency_ms
    this.count = Math.ceil((hours.close_ms - hours.open_ms) / MINUTE_MS)
    this.#bid = new Int32Array(this.count).fill(NONE)
    this.#ask = new Int32Array(this.count).fill(NONE)
    this.#last = new Int32Array(this.count + 2).fill(NONE)
    this.#last_ms = new Float64Array(this.count + 2).fill(Number.NaN)
    const moments = Array.from({ length: this.count + 2 }, (_, place) => this.#momentOf(place))
    const order = [...moments.keys()].sort((a, b) => (moments[a] as number) - (moments[b] as number) || a - b)
    this.#places = Int32Array.from(order)
    this.#settles_ms = Float64Array.from(order, (place) => moments[place] as number)
  }

  /** A packet received at `at_ms` is next. */
  settleBefore(at_ms: TimestampMs, last: Readonly<LastTrade>): void {
    for (; this.#settled < this.#places.length && (this.#settles_ms[this.#settled] as number) < at_ms; this.#settled++) {
      const place = this.#places[this.#settled] as number
      if (Number.isNaN(last.price)) continue
      this.#last[place] = last.price
      this.#last_ms[place] = last.at_ms
    }
  }

  /** `last` as it was before the packet. */
  take({ received_ms, last_price, book }: Readonly<QuoteUpdate>, traded: boolean, last: Readonly<LastTrade>): void {
    if (received_ms >= this.#hours.close_ms) return
    const minute = this.minuteDueBy(received_ms)
    if (minute < 0 || minute >= this.count) return
    const since_ms = received_ms - this.dueOf(minute)
    if (book !== undefined) {
      if (since_ms > FILL_WITHIN_MS) return
      if (this.#bid[minute] === NONE && Number.isFinite(book.bid_price)) this.#bid[minute] = book.bid_price
      if (this.#ask[minute] === NONE && Number.isFinite(book.ask_price)) this.#ask[minute] = book.ask_price
      return
    }
    this.#takeBookless({ received_ms, last_price, minute, traded }, last)
    if (since_ms <= FILL_WITHIN_MS) this.#bookless = minute
  }

  /** When an entry of this minute is due. */
  dueOf(minute: number): TimestampMs {
    return this.#hours.open_ms + minute * MINUTE_MS + this.#latency_ms
  }

  /** The minute whose entry was due last at this moment; negative before the first. */
  minuteDueBy(at_ms: TimestampMs): number {
    return Math.floor((at_ms - this.#latency_ms - this.#hours.open_ms) / MINUTE_MS)
  }

  /** Feed units; NaN where it could not have been filled. */
  entryOf(minute: number, sign: Sign): number {
    return priceOf((sign > 0 ? this.#ask : this.#bid)[minute])
  }

  /** The last trade where the window from this minute ends; NaN when it is too old, or there is no such window. */
  exitOf(minute: number, horizon: Horizon): number {
    const due_ms = this.dueOf(minute)
    const place = this.#placeOf(minute, horizon)
    const end_ms = this.#momentOf(place)
    if (end_ms <= due_ms || !(end_ms - (this.#last_ms[place] as number) <= toleranceOf(end_ms - due_ms))) return Number.NaN
    return priceOf(this.#last[place])
  }

  /**
   * Usual size of the price change from one minute to the next before this one, as a share of the price: what is large for a calm hour is small for
   * a restless one. NaN without enough of them.
   */
  volatilityAt(minute: number): number {
    let [sum, count] = [0, 0]
    for (let at = Math.max(1, minute - VOLATILITY_MINUTES + 1); at <= Math.min(minute, this.count - 1); at++) {
      const [now, before] = [priceOf(this.#last[at]), priceOf(this.#last[at - 1])]
      const change = Math.abs(now - before) / Math.abs(before)
      if (!(change >= 0)) continue
      sum += change
      count++
    }
    return count >= VOLATILITY_MINUTES_MIN && sum > 0 ? sum / count : Number.NaN
  }

  #takeBookless(
    {
      received_ms,
      last_price,
      minute,
      traded,
    }: { received_ms: TimestampMs; last_price: number; minute: number; traded: boolean },
    last: Readonly<LastTrade>,
  ): void {
    const waiting = this.#bookless
    if (waiting < 0 || !traded) return
    const opens_ms = Math.ceil(this.dueOf(waiting) / MINUTE_MS) * MINUTE_MS
    if (received_ms < opens_ms) return
    this.#bookless = -1
    if (received_ms > opens_ms + FILL_WITHIN_MS || minute > waiting + 1) return
    const half_spread = Math.ceil((Number.isNaN(last.spread) ? last.tick : last.spread) / 2)
    if (this.#bid[waiting] === NONE) this.#bid[waiting] = last_price - half_spread
    if (this.#ask[waiting] === NONE) this.#ask[waiting] = last_price + half_spread
  }

  #placeOf(minute: number, horizon: Horizon): number {
    if (horizon === 'eod') return this.count
    const place = minute + minutesOf(horizon)
    return place < this.count && this.#momentOf(place) <= this.#hours.close_ms ? place : this.count + 1
  }

  #momentOf(place: number): TimestampMs {
    if (place < this.count) return this.dueOf(place)
    return place === this.count ? endOfDay(this.#hours) : this.#hours.close_ms
  }
}

const priceOf = (stored: number | undefined): number => (stored === undefined || stored === NONE ? Number.NaN : stored)
