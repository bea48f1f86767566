import type { BookTop, QuoteUpdate } from '../options/index.js'
import type { TimestampMs } from '../time/index.js'
import * as kite from '../wire/index.js'

/** Packets as quotes. One object, reused: what `read` gives is valid until the next call. */
export class QuoteReader {
  readonly #book: BookTop = { bid_price: 0, bid_quantity: 0, ask_price: 0, ask_quantity: 0 }
  readonly #update: QuoteUpdate = { received_ms: 0, exchange_ms: 0, last_price: 0, volume: 0, oi: 0, book: undefined }

  read(view: DataView, at: number, length: kite.PacketBytes, received_ms: TimestampMs): Readonly<QuoteUpdate> {
    const update = this.#update
    const is_full = length === kite.FULL_BYTES
    update.received_ms = received_ms
    update.exchange_ms = is_full
      ? msOf(kite.readExchangeTime(view, at))
      : length === kite.INDEX_FULL_BYTES
        ? msOf(kite.readIndexExchangeTime(view, at))
        : Number.NaN
    update.last_price = kite.readLastPrice(view, at)
    update.volume = length === kite.LTP_BYTES || kite.isIndexLength(length) ? Number.NaN : kite.readVolume(view, at)
    update.oi = is_full ? kite.readOi(view, at) : Number.NaN
    update.book = kite.hasDepth(length) ? this.#readBook(view, at, length) : undefined
    return update
  }

  #readBook(view: DataView, at: number, length: number): BookTop {
    const [bid, ask] = [kite.depthEntryAt(at, length, 0), kite.depthEntryAt(at, length, kite.DEPTH_LEVELS)]
    const book = this.#book
    book.bid_quantity = kite.readDepthQuantity(view, bid)
    book.ask_quantity = kite.readDepthQuantity(view, ask)
    // A level without quantity is not there.
    book.bid_price = book.bid_quantity > 0 ? kite.readDepthPrice(view, bid) : Number.NaN
    book.ask_price = book.ask_quantity > 0 ? kite.readDepthPrice(view, ask) : Number.NaN
    return book
  }
}

/** The wire's 0 is no time. */
const msOf = (seconds: number): TimestampMs => (seconds === 0 ? Number.NaN : seconds * 1000)
