import { DEPTH_LEVELS, depthEntryAt, readDepthPrice, readDepthQuantity } from '../wire/index.js'

/** Best bid and best offer of a book, prices in feed units. A side that is not there has quantity 0. */
export interface BestQuote {
  bid: number
  bid_quantity: number
  offer: number
  offer_quantity: number
}

/** Nothing on either side. */
export const noQuote = (): BestQuote => ({ bid: 0, bid_quantity: 0, offer: 0, offer_quantity: 0 })

/** Empty on a side, or the best offer is not above the best bid. */
export const isInvalidQuote = ({ bid, bid_quantity, offer, offer_quantity }: BestQuote): boolean =>
  !(bid_quantity > 0 && offer_quantity > 0 && offer > bid)

/** Reads the best of a packet that carries a book (`hasDepth(length)`): a fifth of the work of reading all of it. */
export function readBestQuote(view: DataView, at: number, length: number, into: BestQuote): void {
  const bid = depthEntryAt(at, length, 0)
  into.bid = readDepthPrice(view, bid)
  into.bid_quantity = readDepthQuantity(view, bid)
  const offer = depthEntryAt(at, length, DEPTH_LEVELS)
  into.offer = readDepthPrice(view, offer)
  into.offer_quantity = readDepthQuantity(view, offer)
}
