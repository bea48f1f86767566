/** Sign of a trade: 1 bought, -1 sold, 0 not known yet. */
export type TradeSign = -1 | 0 | 1

/** The side of a trade by the last price change that was not zero; 0 before any. State of one instrument and session. */
export class TickRule {
  #price: number | undefined
  #sign: TradeSign = 0

  sign(price: number): TradeSign {
    if (this.#price !== undefined && price !== this.#price) this.#sign = price > this.#price ? 1 : -1
    this.#price = price
    return this.#sign
  }
}
