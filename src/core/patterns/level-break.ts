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
  const beyond = (ago: number): number => side * (m1.close(ago) - price)
  if (!(beyond(0) >= margin)) return undefined
  for (let bars = 1; bars <= retest_bars && m1.isToday(bars + 1); bars++) {
    if (!(beyond(bars) >= -retest)) return undefined
    if (!(beyond(bars) >= margin && beyond(bars + 1) < margin)) continue
    if (bars === 1) return { bars, is_retest: false }
    const depth = side * (back(m1, side, 0) - price)
    const is_retest = Math.abs(depth) <= retest && side * (m1.close(0) - m1.open(0)) > 0
    return is_retest ? { bars, is_retest } : undefined
  }
  return undefined
}
