import { DAY_MS, istDay, istDayStartMs, type TimestampMs } from '../time/index.js'

/** The top of a book, in feed units and units of quantity. NaN where a side is empty. */
export interface BookTop {
  bid_price: number
  bid_quantity: number
  ask_price: number
  ask_quantity: number
}

/** What one accepted packet says of an instrument; NaN is what it does not tell. Borrowed: feeders reuse one object. */
export interface QuoteUpdate {
  received_ms: TimestampMs
  exchange_ms: TimestampMs
  /** Feed units. */
  last_price: number
  /** Cumulative of the day. */
  volume: number
  oi: number
  /** Undefined when the packet carries no book, which leaves the last one standing. */
  book: Readonly<BookTop> | undefined
}

/** Counts the updates of everything in one book of options, so that a view knows when it is out of date. */
export interface UpdateCount {
  updates: number
}

/** The latest of one instrument. Everything NaN until it is told. Written by its feeder only. */
export class LiveQuote implements BookTop {
  /** Feed units. */
  last_price = Number.NaN
  volume = Number.NaN
  oi = Number.NaN
  /** The first open interest told on the day. */
  first_oi = Number.NaN
  bid_price = Number.NaN
  bid_quantity = Number.NaN
  ask_price = Number.NaN
  ask_quantity = Number.NaN
  /** Of the last packet that told one. */
  exchange_ms = Number.NaN
  /** When the last packet was received, and the last one with a book. */
  received_ms = Number.NaN
  book_ms = Number.NaN
  readonly #count: UpdateCount
  #day_end_ms = Number.NaN

  constructor(count: UpdateCount) {
    this.#count = count
  }

  take({ received_ms, exchange_ms, last_price, volume, oi, book }: Readonly<QuoteUpdate>): void {
    this.#count.updates++
    if (!(received_ms < this.#day_end_ms)) this.#beginDay(received_ms)
    this.received_ms = received_ms
    this.last_price = last_price
    if (!Number.isNaN(exchange_ms)) this.exchange_ms = exchange_ms
    if (!Number.isNaN(volume)) this.volume = volume
    if (!Number.isNaN(oi)) {
      this.oi = oi
      if (Number.isNaN(this.first_oi)) this.first_oi = oi
    }
    if (book === undefined) return
    this.book_ms = received_ms
    this.bid_price = book.bid_price
    this.bid_quantity = book.bid_quantity
    this.ask_price = book.ask_price
    this.ask_quantity = book.ask_quantity
  }

  /** Has any packet come? */
  get is_known(): boolean {
    return !Number.isNaN(this.received_ms)
  }

  /** Half way between bid and offer, in feed units; NaN when a side is empty. */
  get mid(): number {
    return 0.5 * (this.bid_price + this.ask_price)
  }

  #beginDay(received_ms: TimestampMs): void {
    this.#day_end_ms = istDayStartMs(istDay(received_ms)) + DAY_MS
    this.first_oi = Number.NaN
  }
}
