import { BOOK_BIDS, BOOK_OFFERS } from '../market/index.js'
import { isInvalidBook } from './book-features.js'

/**
 * Order-flow imbalance between two snapshots of a book (Cont, Kukanov and Stoikov 2014), in feed units of quantity: what was added at the
 * best bid or taken from the best offer counts up, the contrary down. 0 when either book is empty or crossed: it says nothing about flow.
 */
export function orderFlowImbalance(before: Float64Array, now: Float64Array): number {
  if (isInvalidBook(before) || isInvalidBook(now)) return 0
  const bid = now[BOOK_BIDS]!
  const bid_before = before[BOOK_BIDS]!
  const offer = now[BOOK_OFFERS]!
  const offer_before = before[BOOK_OFFERS]!
  let flow = 0
  if (bid >= bid_before) flow += now[BOOK_BIDS + 1]!
  if (bid <= bid_before) flow -= before[BOOK_BIDS + 1]!
  if (offer <= offer_before) flow -= now[BOOK_OFFERS + 1]!
  if (offer >= offer_before) flow += before[BOOK_OFFERS + 1]!
  return flow
}
