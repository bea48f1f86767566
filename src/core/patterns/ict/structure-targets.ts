import { type Side, targetsAhead } from '../side.js'

/** A target nearer than this is no trade, in ATR. */
const NEAREST_ATR = 0.5
/** 5.0: where a pattern knows no price to aim at. */
const DEFAULT_ATR = 2

/** Prices to aim at that lie more than half an ATR ahead of the entry, the nearest first; else one of 2 ATR. NaN is left out. Feed units. */
export function structureTargets(entry: number, side: Side, atr: number, prices: readonly number[]): number[] {
  return targetsAhead(side, entry + side * NEAREST_ATR * atr, prices, entry + side * DEFAULT_ATR * atr)
}
