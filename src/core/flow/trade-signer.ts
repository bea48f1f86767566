import type { BestQuote } from './best-quote.js'
import { TickRule, type TradeSign } from './tick-rule.js'

/**
 * The side of what traded since the snapshot before (Lee and Ready 1991): at or above the best offer of the book before it, bought; at or
 * below its best bid, sold; between, by the side of the middle; in the middle, or without a book, by the tick rule. A snapshot mixes trades
 * of both sides, so this is less sure than on a tape of trades. State of one instrument and session.
 *
 * Per snapshot: `sign` where volume traded, then `noteQuote` where it carries a book.
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

  /** The book that the next trade is held against. A crossed book counts as none, a side without quantity is not there. */
  noteQuote({ bid, bid_quantity, offer, offer_quantity }: BestQuote): void {
    const is_crossed = bid_quantity > 0 && offer_quantity > 0 && offer <= bid
    this.#bid = bid_quantity > 0 && !is_crossed ? bid : Number.NaN
    this.#offer = offer_quantity > 0 && !is_crossed ? offer : Number.NaN
  }
}
