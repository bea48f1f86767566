import type { BarSeries } from '../bar-series.js'
import type { Direction } from '../pattern.js'

/** 1: as a buyer sees the market. -1: its mirror image, prices times -1, so that one rule serves both. */
export type Side = 1 | -1

/** Both, in the order in which they are asked. */
export const SIDES: readonly Side[] = [1, -1]

/** What a claim of a side asks for. */
export const directionOf = (side: Side): Direction => (side > 0 ? 'BUY' : 'SELL')

/** High of a bar as a side sees it: feed units times the side. */
export const highOf = (bars: BarSeries, ago: number, side: Side): number => (side > 0 ? bars.high(ago) : -bars.low(ago))

/** Low likewise. */
export const lowOf = (bars: BarSeries, ago: number, side: Side): number => (side > 0 ? bars.low(ago) : -bars.high(ago))

/** Close likewise. */
export const closeOf = (bars: BarSeries, ago: number, side: Side): number => side * bars.close(ago)

/** Swings that are highs as a side sees them. */
export const highKind = (side: Side): 'high' | 'low' => (side > 0 ? 'high' : 'low')

/** Swings that are lows likewise. */
export const lowKind = (side: Side): 'high' | 'low' => (side > 0 ? 'low' : 'high')
