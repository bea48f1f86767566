import { BOOK_BIDS, BOOK_OFFERS } from '../market/index.js'
import { TickRule, type TradeSign } from './tick-rule.js'

/**
 * The side of what traded since the snapshot before (Lee and Ready 1991): at or above the best offer of the book before it, bought; at or
 * below its best bid, sold; between, by the side of the middle; in the middle, or without a book, by the tick rule. A snapshot mixes trades
 * of both sides, so this is less sure than on a tape of trades. State of one instrument and session.
 *
 * Per snapshot: `sign` where volume traded, then `noteBook` where it carries a book.
 */
export class TradeSigner {
  readonly #rule = new TickRule()
  /** NaN where there is none: every question about it is answered no. */
  #bid = Number.NaN
  #offer = Number.NaN

  /** `price` in feed units. Call once for each snapshot with traded volume, in their order. */
  sign(price: number): TradeSign {
    const by_change = this.#rule.sign(price)
    if (price >= this.#offer) return 1
    if (price <= this.#bid) return -1
    const twice_mid = this.#bid + this.#offer
    if (2 * price > twice_mid) return 1
    if (2 * price < twice_mid) return -1
    return by_change
  }

  /** The book that the next trade is held against: 20 numbers as in `BarFlow.book`. A crossed book counts as none, a side without quantity is not there. */
  noteBook(book: Float64Array): void {
    const bid = book[BOOK_BIDS + 1]! > 0 ? book[BOOK_BIDS]! : Number.NaN
    const offer = book[BOOK_OFFERS + 1]! > 0 ? book[BOOK_OFFERS]! : Number.NaN
    const is_crossed = offer <= bid
    this.#bid = is_crossed ? Number.NaN : bid
    this.#offer = is_crossed ? Number.NaN : offer
  }
}
