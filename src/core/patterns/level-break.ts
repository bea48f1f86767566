import type { BarSeries } from './bar-series.js'
import { back, type Side } from './side.js'

/** How a level was broken. */
export interface Break {
  /** Minute bars since the first close beyond. */
  readonly bars: number
  /** The newest bar came back to the level and left it again. */
  readonly is_retest: boolean
}

/** What a break is measured with, in feed units. */
export interface BreakLimits {
  /** A close counts as beyond from here on. */
  readonly margin: number
  /** A retest comes this near, and no deeper on the other side. */
  readonly retest: number
  readonly retest_bars: number
}

/** The break that the newest bar completes, with its second close beyond or with a retest; undefined when it completes none. */
export function breakAt(
  price: number,
  side: Side,
  m1: BarSeries,
  { margin, retest, retest_bars }: BreakLimits,
): Break | undefined {
  if (!(beyond(price, side, m1, 0) >= margin)) return undefined
  if (isFirstBeyond(price, side, m1, 1, margin)) return { bars: 1, is_retest: false }
  const depth = side * (back(m1, side, 0) - price)
  if (!(Math.abs(depth) <= retest && side * (m1.close(0) - m1.open(0)) > 0)) return undefined
  for (let bars = 1; bars <= retest_bars && beyond(price, side, m1, bars) >= -retest; bars++)
    if (isFirstBeyond(price, side, m1, bars, margin)) return { bars, is_retest: true }
  return undefined
}

const beyond = (price: number, side: Side, m1: BarSeries, ago: number): number => side * (m1.close(ago) - price)

/** That bar closed beyond, and the one before it, of the same session, did not. */
const isFirstBeyond = (price: number, side: Side, m1: BarSeries, ago: number, margin: number): boolean =>
  m1.isToday(ago + 1) && beyond(price, side, m1, ago) >= margin && beyond(price, side, m1, ago + 1) < margin
