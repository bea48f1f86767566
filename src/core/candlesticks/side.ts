/** Up or down: the colour of a candle (white, black), the way of a gap, the sense of a report. */
export type Side = 1 | -1
/** White, bullish, a gap up. */
export const UP = 1
/** Black, bearish, a gap down. */
export const DOWN = -1

/** The other one of two sides. */
export const opposite = (side: Side): Side => (side === UP ? DOWN : UP)

/** Whether the first price lies further up, or further down, than the second. */
export const further = (side: Side, price: number, than: number): boolean => (side === UP ? price > than : price < than)

/** Whether two numbers differ by no more than the tolerance. Added to the second, as TA-Lib does: the last bit counts at the limit. */
export const about = (number: number, other: number, tolerance: number): boolean =>
  number <= other + tolerance && number >= other - tolerance
