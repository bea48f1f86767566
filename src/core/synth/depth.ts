import { mix } from '../random.js'
import type { DepthLevel } from '../wire/index.js'

/** The five levels of each side, in short. */
export interface BookShape {
  /** False outside trading: all levels empty. */
  open: boolean
  /** Best bid in feed units; 0 when nobody bids. */
  bid: number
  /** Ticks from best bid to best offer. */
  spread: number
  tick: number
  lot: number
  /** Mean size of a trade, lots. */
  lots: number
  seed: number
  now_s: number
}

/**
 * Five bids and five offers. The quantity at a price depends on instrument, price and a stretch of 32 seconds, so the book stands still
 * between changes as real ones do, and costs one hash a level.
 */
export function fillDepth(depth: readonly DepthLevel[], book: BookShape): void {
  const step = book.spread > 3 ? Math.ceil(book.spread / 3) * book.tick : book.tick
  const offer = book.bid + book.spread * book.tick
  for (let n = 0; n < 5; n++) {
    fillLevel(depth[n]!, book.bid - n * step, book)
    fillLevel(depth[5 + n]!, offer + n * step, book)
  }
}

function fillLevel(level: DepthLevel, price: number, { open, tick, lot, lots, seed, now_s }: BookShape): void {
  if (!open || price <= 0) {
    level.price = 0
    level.quantity = 0
    level.orders = 0
    return
  }
  const place = Math.round(price / tick)
  const bits = mix(Math.imul(place, 0x9e3779b1) ^ seed ^ ((now_s + (place & 31)) >> 5))
  const size = bits & 0x3ff
  level.price = price
  level.quantity = (1 + Math.floor((size * size * lots) / 200_000)) * lot
  level.orders = 1 + ((bits >>> 10) & 31) + (size >> 5)
}

/** All pending orders of a side; 0 when the book is closed. */
export function totalQuantity(quantity: number, open: boolean): number {
  return open ? Math.min(quantity, 0xffff_ffff) : 0
}
