import type { QuoteUpdate } from '../options/index.js'
import { MINUTE_MS, type TimestampMs } from '../time/index.js'
import { Barrier, type BarrierSetup, type PriceBar, SILENCE_MS, type Sign } from './barrier.js'
import type { Window } from './horizon.js'

/** Who has not got a price by then is not in the market. */
export const FILL_WITHIN_MS = 30_000

/** A price that could have been had. */
export interface Entry {
  /** Feed units. */
  readonly price: number
  readonly at_ms: TimestampMs
  /** Made of the open of the next minute and half a spread, since no packet carried a book. */
  readonly is_fallback: boolean
  /** Offer - bid of the book it was taken from, feed units; NaN without one, or with one side only. */
  readonly spread: number
}

/** Where the price was at the end of a window, and between entry and end. Feed units. */
export interface WindowPrices {
  /** NaN: no trade that is recent enough. */
  readonly price: number
  /** Of the trades after the entry and of the entry itself; NaN without an entry. */
  readonly high: number
  readonly low: number
}

/** What is to be followed on one instrument. */
export interface PositionSetup {
  readonly sign: Sign
  /** First moment at which an order could have been there. */
  readonly due_ms: TimestampMs
  /** End of trading: no entry at or after it. */
  readonly close_ms: TimestampMs
  readonly windows: readonly (Window | undefined)[]
  /** Made of the entry; undefined where there is nothing to bound, or nothing to bound it by. */
  barrier?(entry: Entry): BarrierSetup | undefined
}

/** What is known of an instrument before a packet is applied. Written by its watch only. */
export interface LastTrade {
  price: number
  at_ms: TimestampMs
  /** Offer - bid of the last book with both sides; NaN before it. */
  spread: number
  /** Smallest step of the price. */
  readonly tick: number
}

/**
 * A trade that was never made: its entry, what the price did afterwards, how it would have ended. Fed with all accepted packets of its instrument
 * from `due_ms` on, in order; what it has settled never changes.
 */
export class Position {
  entry: Entry | undefined
  is_unfilled = false
  barrier: Barrier | undefined
  /** By place in `windows`; undefined while the end is not reached. */
  readonly prices: (WindowPrices | undefined)[]
  readonly setup: PositionSetup
  /** Places of windows, the earliest end first. */
  readonly #order: readonly number[]
  #settled = 0
  #high = Number.NaN
  #low = Number.NaN
  #fill_until_ms: TimestampMs
  /** From here on the first trade is a next open, where packets have no book. */
  readonly #next_minute_ms: TimestampMs

  constructor(setup: PositionSetup) {
    const { windows, due_ms } = setup
    this.setup = setup
    this.prices = windows.map(() => undefined)
    this.#order = [...windows.keys()]
      .filter((place) => windows[place] !== undefined)
      .sort((a, b) => (windows[a]?.end_ms ?? 0) - (windows[b]?.end_ms ?? 0) || a - b)
    this.#fill_until_ms = due_ms + FILL_WITHIN_MS
    this.#next_minute_ms = Math.ceil(due_ms / MINUTE_MS) * MINUTE_MS
  }

  /** Nothing that comes can change it. */
  get is_done(): boolean {
    if (this.is_unfilled) return true
    return this.#settled === this.#order.length && (this.barrier === undefined || this.barrier.outcome !== undefined)
  }

  /** A packet received at `at_ms` is next: what ended before it is settled by what was known then. */
  settleBefore(at_ms: TimestampMs, last: Readonly<LastTrade>): void {
    if (this.entry === undefined && at_ms > this.#fill_until_ms) this.is_unfilled = true
    for (; this.#settled < this.#order.length; this.#settled++) {
      const place = this.#order[this.#settled] as number
      const window = this.setup.windows[place] as Window
      if (!(window.end_ms < at_ms)) break
      const is_known = window.end_ms - last.at_ms <= window.tolerance_ms
      this.prices[place] = { price: is_known ? last.price : Number.NaN, high: this.#high, low: this.#low }
    }
    this.barrier?.settleBefore(at_ms, last.price, last.at_ms)
  }

  /** One packet, `last` as it was before it. */
  take(update: Readonly<QuoteUpdate>, traded: boolean, last: Readonly<LastTrade>): void {
    if (this.is_unfilled) return
    if (this.entry === undefined) {
      this.#tryEntry(update, traded, last)
      return
    }
    if (!traded) return
    const { last_price: price, received_ms } = update
    if (price > this.#high) this.#high = price
    if (price < this.#low) this.#low = price
    this.barrier?.onTrade(price, received_ms, !(received_ms - last.at_ms <= SILENCE_MS))
  }

  onBar(bar: PriceBar): void {
    this.barrier?.onBar(bar)
  }

  /** No book at all in the packets: the open of the next minute, and half a spread on top. A side that is empty: nobody sells, or buys. */
  #tryEntry({ received_ms, last_price, book }: Readonly<QuoteUpdate>, traded: boolean, last: Readonly<LastTrade>): void {
    const { sign } = this.setup
    if (received_ms >= this.setup.close_ms) {
      this.is_unfilled = true
      return
    }
    if (book !== undefined) {
      const price = sign > 0 ? book.ask_price : book.bid_price
      if (Number.isFinite(price))
        this.#enter({ price, at_ms: received_ms, is_fallback: false, spread: book.ask_price - book.bid_price })
      return
    }
    this.#fill_until_ms = this.#next_minute_ms + FILL_WITHIN_MS
    if (!traded || received_ms < this.#next_minute_ms) return
    const half_spread = Math.ceil((Number.isNaN(last.spread) ? last.tick : last.spread) / 2)
    this.#enter({ price: last_price + sign * half_spread, at_ms: received_ms, is_fallback: true, spread: Number.NaN })
  }

  #enter(entry: Entry): void {
    this.entry = entry
    this.#high = this.#low = entry.price
    const bounds = this.setup.barrier?.(entry)
    if (bounds !== undefined) this.barrier = new Barrier(bounds)
  }
}
