import type { BarSeries } from '../bar-series.js'
import type { Side } from '../side.js'

/**
 * Bars and swings as a side sees them: prices in feed units times the side, so that a rule told for rises serves both. What is high for the
 * buyer is, turned over, low for the seller.
 */
export const highOf = (bars: BarSeries, ago: number, side: Side): number => (side > 0 ? bars.high(ago) : -bars.low(ago))

/** Low likewise. */
export const lowOf = (bars: BarSeries, ago: number, side: Side): number => (side > 0 ? bars.low(ago) : -bars.high(ago))

/** Close likewise. */
export const closeOf = (bars: BarSeries, ago: number, side: Side): number => side * bars.close(ago)

/** Swings that are highs as a side sees them. */
export const highKind = (side: Side): 'high' | 'low' => (side > 0 ? 'high' : 'low')

/** Swings that are lows likewise. */
export const lowKind = (side: Side): 'high' | 'low' => (side > 0 ? 'low' : 'high')
