import type { Side } from './side.js'

/** A target nearer than this is no trade, in ATR. */
const NEAREST_ATR = 0.5
/** 5.0: where a pattern knows no price to aim at. */
const DEFAULT_ATR = 2

/** Prices to aim at that lie ahead of the entry by half an ATR or more, the nearest first; else one of 2 ATR. NaN is left out. Feed units. */
export function targetsAhead(entry: number, side: Side, atr: number, prices: readonly number[]): number[] {
  const ahead = prices.filter((price) => side * (price - entry) >= NEAREST_ATR * atr).sort((a, b) => side * (a - b))
  return ahead.length > 0 ? ahead : [entry + side * DEFAULT_ATR * atr]
}
