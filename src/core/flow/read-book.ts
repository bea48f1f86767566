import { BOOK_BIDS, BOOK_OFFERS } from '../market/index.js'
import { DEPTH_LEVELS, depthEntryAt, readDepthPrice, readDepthQuantity } from '../wire/index.js'

/** Numbers in a book: price and quantity of five bids, then of five offers; see `BarFlow.book`. */
export const BOOK_LENGTH = 20

/**
 * Copies the book of a packet into `into`, which has `BOOK_LENGTH` numbers. Prices in feed units. A level that is not there has quantity 0.
 * Only for packets that carry a book (`hasDepth(length)`).
 */
export function readBook(view: DataView, at: number, length: number, into: Float64Array): void {
  for (let level = 0; level < DEPTH_LEVELS; level++) {
    const bid = depthEntryAt(at, length, level)
    into[BOOK_BIDS + 2 * level] = readDepthPrice(view, bid)
    into[BOOK_BIDS + 2 * level + 1] = readDepthQuantity(view, bid)
    const offer = depthEntryAt(at, length, DEPTH_LEVELS + level)
    into[BOOK_OFFERS + 2 * level] = readDepthPrice(view, offer)
    into[BOOK_OFFERS + 2 * level + 1] = readDepthQuantity(view, offer)
  }
}
