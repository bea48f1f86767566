import { BOOK_BIDS, BOOK_OFFERS } from '../market/index.js'
import { DEPTH_LEVELS } from '../wire/index.js'

/*
 * Features of one book: 20 numbers as in `BarFlow.book`, prices in feed units. All are NaN for a book that is empty or crossed, as is normal
 * before the open, at a circuit limit and off hours. A level without quantity adds nothing.
 */

/** Empty on a side, or the best offer is not above the best bid. */
export const isInvalidBook = (book: Float64Array): boolean =>
  !(book[BOOK_BIDS + 1]! > 0 && book[BOOK_OFFERS + 1]! > 0 && book[BOOK_OFFERS]! > book[BOOK_BIDS]!)

/** Best offer less best bid, in feed units. */
export const spread = (book: Float64Array): number => (isInvalidBook(book) ? Number.NaN : book[BOOK_OFFERS]! - book[BOOK_BIDS]!)

/** Middle of best bid and best offer, in feed units; may end in .5. */
export const mid = (book: Float64Array): number =>
  isInvalidBook(book) ? Number.NaN : (book[BOOK_OFFERS]! + book[BOOK_BIDS]!) / 2

/** The spread in hundredths of a percent of the middle. NaN too where the middle is not above 0. */
export function spreadBps(book: Float64Array): number {
  const middle = mid(book)
  return middle > 0 ? (10_000 * spread(book)) / middle : Number.NaN
}

/** Each side's best price weighted by the quantity of the other (Stoikov 2018), in feed units, between best bid and best offer. */
export function microprice(book: Float64Array): number {
  if (isInvalidBook(book)) return Number.NaN
  const bid_quantity = book[BOOK_BIDS + 1]!
  const share = bid_quantity / (bid_quantity + book[BOOK_OFFERS + 1]!)
  return book[BOOK_BIDS]! + share * spread(book)
}

/** Imbalance of the best `levels` (1..5): bid less offered quantity, over their sum. In [-1, 1]. */
export function obi(book: Float64Array, levels: number): number {
  if (isInvalidBook(book)) return Number.NaN
  let bids = 0
  let offers = 0
  for (let level = 0; level < levels; level++) {
    bids += book[BOOK_BIDS + 2 * level + 1]!
    offers += book[BOOK_OFFERS + 2 * level + 1]!
  }
  return (bids - offers) / (bids + offers)
}

/** Likewise over all five levels, each counting half of the one above it. */
export function weightedObi(book: Float64Array): number {
  if (isInvalidBook(book)) return Number.NaN
  let bids = 0
  let offers = 0
  let weight = 1
  for (let level = 0; level < DEPTH_LEVELS; level++) {
    bids += weight * book[BOOK_BIDS + 2 * level + 1]!
    offers += weight * book[BOOK_OFFERS + 2 * level + 1]!
    weight /= 2
  }
  return (bids - offers) / (bids + offers)
}

/**
 * How fast quantity piles up away from the middle: the slope of the line through the origin that fits the quantity up to each level, of both
 * sides, against its distance from the middle in hundredths of a percent. Quantity per hundredth of a percent; high for a deep book.
 */
export function depthSlope(book: Float64Array): number {
  const middle = mid(book)
  if (!(middle > 0)) return Number.NaN
  let products = 0
  let squares = 0
  let bids = 0
  let offers = 0
  for (let level = 0; level < DEPTH_LEVELS; level++) {
    const bid_quantity = book[BOOK_BIDS + 2 * level + 1]!
    if (bid_quantity > 0) {
      const distance = (10_000 * (middle - book[BOOK_BIDS + 2 * level]!)) / middle
      bids += bid_quantity
      products += distance * bids
      squares += distance * distance
    }
    const offer_quantity = book[BOOK_OFFERS + 2 * level + 1]!
    if (offer_quantity > 0) {
      const distance = (10_000 * (book[BOOK_OFFERS + 2 * level]! - middle)) / middle
      offers += offer_quantity
      products += distance * offers
      squares += distance * distance
    }
  }
  return products / squares
}

/** Imbalance of the quantities pending in the whole book, in [-1, 1]; NaN when both are 0. These are orders, not trades. */
export const totalObi = (total_buy_quantity: number, total_sell_quantity: number): number =>
  total_buy_quantity + total_sell_quantity > 0
    ? (total_buy_quantity - total_sell_quantity) / (total_buy_quantity + total_sell_quantity)
    : Number.NaN
