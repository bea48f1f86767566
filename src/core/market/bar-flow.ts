/** What a candle does not tell: who traded at which price, and what the book was when the bar ended. Prices in feed units. */
export interface BarFlow {
  /** Prices of the trades in order of arrival, neighbours differ; `volumes` has what traded at each. The increment of a snapshot counts at its last price. */
  readonly prices: readonly number[]
  readonly volumes: readonly number[]
  /** Sum of sign x increment: +1 bought, -1 sold, by the quote rule against the book before, at its mid by the tick rule. */
  readonly signed_volume: number
  /** Part of the volume whose sign is not known: no book before it and no price change yet, a late snapshot, volume over a gap. */
  readonly unsigned_volume: number
  /** Order-flow imbalance: sum over the snapshots of the bar, in feed units of quantity. */
  readonly ofi: number
  /**
   * The last book whose exchange time lies in the bar: price and quantity of the bids 1..5, then of the offers 1..5, 20 numbers. Undefined when no
   * packet of the bar carried one.
   */
  readonly book: Float64Array | undefined
  /** Quantities pending in the whole book, from the last packet that tells them; not traded sides. 0 when none did. */
  readonly total_buy_quantity: number
  readonly total_sell_quantity: number
  /** Exchange time of the last packet in the bar; 0 when none had one. */
  readonly last_seen_ms: number
  /** Close of the previous session as the packets tell it; 0 when they do not. */
  readonly previous_close: number
  /** What the last packet tells of the whole day so far, auctions included: highest and lowest price, mean price and volume. 0 when none does. */
  readonly day_high: number
  readonly day_low: number
  readonly day_average_price: number
  readonly day_volume: number
}

/** Where a side begins in `BarFlow.book`: price and quantity alternate, best first. */
export const BOOK_BIDS = 0
export const BOOK_OFFERS = 10
