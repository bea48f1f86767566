import type { DepthLevel } from '../../wire/index.js'

/** The book that a planted packet shows: what comes next stands on its side of it. */
export interface ShownBook {
  /** Best bid, feed units. */
  readonly bid: number
  readonly tick: number
  readonly lot: number
  /** (bids - offers) / (bids + offers) over the five levels, -1..1. */
  readonly imbalance: number
}

const LEVELS = 5
/** Both sides keep something: an empty one would be no book. */
const IMBALANCE_MAX = 0.95

/** Moves five bids and five offers to their place, a tick apart, and shares out their quantities; the numbers of orders stay. */
export function showBook(depth: readonly DepthLevel[], { bid, tick, lot, imbalance }: ShownBook): void {
  const lean = Math.max(-IMBALANCE_MAX, Math.min(IMBALANCE_MAX, imbalance))
  const quantity = depth.reduce((sum, level) => sum + level.quantity, 0)
  for (const from of [0, LEVELS]) {
    const side = depth.slice(from, from + LEVELS)
    const own = side.reduce((sum, level) => sum + level.quantity, 0)
    const wanted = (quantity * (1 + (from === 0 ? lean : -lean))) / 2
    side.forEach((level, n) => {
      level.price = from === 0 ? bid - n * tick : bid + (n + 1) * tick
      level.quantity = Math.max(1, Math.round((level.quantity * wanted) / own / lot)) * lot
    })
  }
}
