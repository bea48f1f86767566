import { TickRule, type TradeSign } from './tick-rule.js'

/**
 * Who trades, and what is offered. State of one instrument and session; per snapshot `sign` where volume traded, then `noteQuote` where it
 * carries a book.
 */
export class OrderFlow {
  readonly #rule = new TickRule()
  /** Prices in feed units. A side that is not there has quantity 0. */
  #bid = 0
  #bid_quantity = 0
  #offer = 0
  #offer_quantity = 0

  /**
   * The side of what traded since the snapshot before (Lee and Ready 1991): at or above the best offer of the book before it, bought; at or
   * below its best bid, sold; between, by the side of the middle; in the middle, or without a book, by the tick rule. A crossed book counts as
   * none. A snapshot mixes trades of both sides, so this is less sure than on a tape of trades. Call once for each snapshot with traded volume.
   */
  sign(price: number): TradeSign {
    const by_change = this.#rule.sign(price)
    const has_bid = this.#bid_quantity > 0
    const has_offer = this.#offer_quantity > 0
    if (has_bid && has_offer && this.#offer <= this.#bid) return by_change
    if (has_offer && price >= this.#offer) return 1
    if (has_bid && price <= this.#bid) return -1
    if (!has_bid || !has_offer) return by_change
    const from_middle = 2 * price - this.#bid - this.#offer
    return from_middle > 0 ? 1 : from_middle < 0 ? -1 : by_change
  }

  /**
   * The best of a book, which the next trade is held against. Gives the imbalance of order flow since the one before (Cont, Kukanov and Stoikov
   * 2014), in feed units of quantity: what was added at the best bid or taken from the best offer counts up, the contrary down. 0 when either
   * book has an empty side or is crossed: it says nothing about flow.
   */
  noteQuote(bid: number, bid_quantity: number, offer: number, offer_quantity: number): number {
    let flow = 0
    if (this.#bid_quantity > 0 && this.#offer_quantity > 0 && this.#offer > this.#bid)
      if (bid_quantity > 0 && offer_quantity > 0 && offer > bid) {
        if (bid >= this.#bid) flow += bid_quantity
        if (bid <= this.#bid) flow -= this.#bid_quantity
        if (offer <= this.#offer) flow -= offer_quantity
        if (offer >= this.#offer) flow += this.#offer_quantity
      }
    this.#bid = bid
    this.#bid_quantity = bid_quantity
    this.#offer = offer
    this.#offer_quantity = offer_quantity
    return flow
  }
}
