import type { BarSeries } from './bar-series.js'
import type { Direction } from './pattern.js'

/** 1 looks up and buys, -1 looks down and sells: one code serves both sides. */
export type Side = 1 | -1

/** The buyer's side first. */
export const SIDES: readonly Side[] = [1, -1]

/** What an alert of that side says. */
export const directionOf = (side: Side): Direction => (side > 0 ? 'BUY' : 'SELL')

/** The end of a bar that lies ahead: its high for 1, its low for -1. */
export const front = (bars: BarSeries, side: Side, ago: number): number => (side > 0 ? bars.high(ago) : bars.low(ago))

/** The end of a bar that lies behind: its low for 1, its high for -1. */
export const back = (bars: BarSeries, side: Side, ago: number): number => (side > 0 ? bars.low(ago) : bars.high(ago))

/** The furthest front of `count` bars, the newest of them `ago`; NaN unless all are there. */
export const furthestFront = (bars: BarSeries, side: Side, count: number, ago = 0): number =>
  side > 0 ? bars.highest(count, ago) : bars.lowest(count, ago)

/** The furthest back likewise. */
export const furthestBack = (bars: BarSeries, side: Side, count: number, ago = 0): number =>
  side > 0 ? bars.lowest(count, ago) : bars.highest(count, ago)

/** RSI as that side sees it: 70 is overbought for the buyer as 30 is oversold for the seller. */
export const rsiFrom = (side: Side, rsi: number): number => (side > 0 ? rsi : 100 - rsi)

/** Of two prices the one further ahead, e.g. the nearer of two stops. NaN, a price that is not known, gives way. */
export function ahead(side: Side, a: number, b: number): number {
  if (Number.isNaN(a)) return b
  return side * (b - a) > 0 ? b : a
}

/** The prices that lie ahead of `entry`, the nearest first; `otherwise` alone when none does. */
export function targetsAhead(side: Side, entry: number, prices: readonly number[], otherwise: number): number[] {
  const targets = prices.filter((price) => side * (price - entry) > 0).sort((a, b) => side * (a - b))
  return targets.length > 0 ? targets : [otherwise]
}
