import { opposite, type Side, UP } from './side.js'

/** What TA-Lib writes for a pattern that is there; its sign is a side. Nothing there: 0. */
const FULL = 100

/** A pattern that has no direction. */
export const noted = (seen: boolean): number => (seen ? FULL : 0)
/** A pattern that is always bullish. */
export const bullish = (seen: boolean): number => (seen ? FULL : 0)
/** A pattern that is always bearish. */
export const bearish = (seen: boolean): number => (seen ? -FULL : 0)
/** The pattern has the side given: that of a gap, of a move, or the colour of a candle. */
export const towards = (side: Side, seen: boolean): number => withSide(side, seen ? FULL : 0)
/** The pattern has the other side. */
export const against = (side: Side, seen: boolean): number => withSide(opposite(side), seen ? FULL : 0)
/** A pattern with two forms that cannot be there at once. */
export const either = (bull: boolean, bear: boolean): number => (bull ? FULL : bear ? -FULL : 0)

/** A strength with the sign of a side; never -0. */
export const withSide = (side: Side, strength: number): number => (side === UP ? strength : 0 - strength)
/** Two degrees of strength, for bodies that may match at one end. */
export const graded = (full: boolean, nearly: boolean): number => (full ? FULL : nearly ? 80 : 0)
