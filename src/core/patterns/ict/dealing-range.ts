import type { Swings } from '../swings.js'
import type { PatternView } from '../view.js'

/** The prices between which the market deals. Feed units. */
export interface DealingRange {
  readonly low: number
  readonly high: number
  readonly source: 'swings' | 'session' | 'vwap'
}

/** Before 10:15 the range of the session says little. */
const SESSION_RANGE_AFTER_MS = 60 * 60_000

/**
 * The range that contains `price` (5.12): the last confirmed swing high and swing low of bars of 15 minutes; where the price has left that pair,
 * an earlier swing takes the place of the one it broke. Without a pair, from an hour after the open, the range of the session. Swings of earlier
 * sessions count: the baseline brings them.
 */
export function dealingRangeOf(view: PatternView, price: number): DealingRange | undefined {
  const high = lastSwing(view.swings_15m, 'high', (level) => level >= price)
  const low = lastSwing(view.swings_15m, 'low', (level) => level <= price)
  if (high > low) return { low, high, source: 'swings' }
  const { session_low, session_high } = view
  const is_late = view.now_ms >= view.open_ms + SESSION_RANGE_AFTER_MS
  return is_late && session_high > session_low && price >= session_low && price <= session_high
    ? { low: session_low, high: session_high, source: 'session' }
    : undefined
}

/** Where a price lies: 0 at the low, 0.5 at the equilibrium, 1 at the high. NaN without a range. */
export const placeIn = (range: DealingRange | undefined, price: number): number =>
  range === undefined ? Number.NaN : (price - range.low) / (range.high - range.low)

/** Middle of the range, feed units; NaN without one. */
export const equilibriumOf = (range: DealingRange | undefined): number =>
  range === undefined ? Number.NaN : (range.low + range.high) / 2

function lastSwing({ all }: Swings, kind: 'high' | 'low', holds: (level: number) => boolean): number {
  for (let i = all.length - 1; i >= 0; i--) {
    const swing = all[i]
    if (swing?.kind === kind && holds(swing.price)) return swing.price
  }
  return Number.NaN
}
