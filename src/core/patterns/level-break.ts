import type { Asking } from './asking.js'
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

/** Who is asked, and the ATR in which it is told. */
export interface Told {
  readonly ask: Asking
  readonly atr: number
}

/** The last closes, the newest first, and how far the newest bar came back; as a side sees them. Read once for all levels of a bar. */
export interface Reach {
  readonly close: number
  readonly close_before: number
  readonly close_2_before: number
  readonly back: number
}

/** What a bar can reach on a side. */
export const reachOf = (side: Side, m1: BarSeries): Reach => ({
  close: side * m1.close(0),
  close_before: side * m1.close(1),
  close_2_before: side * m1.close(2),
  back: side * back(m1, side, 0),
})

/**
 * False for a level that the newest close does not lie beyond, or has long lain beyond of: such a bar breaks nothing, and nothing is asked.
 * `level`: the price as the side sees it.
 */
export function isReached(level: number, reach: Reach, { margin, retest }: BreakLimits): boolean {
  const now = reach.close - level
  if (!(now > 0)) return false
  if (!(now >= margin && reach.close_before - level >= margin)) return true
  return reach.close_2_before - level < margin || Math.abs(reach.back - level) <= retest
}

/** The break that the newest bar completes, with its second close beyond or with a retest; undefined when it completes none. */
export function breakAt(
  price: number,
  side: Side,
  m1: BarSeries,
  { margin, retest, retest_bars, ask, atr }: BreakLimits & Told,
): Break | undefined {
  if (!ask.atLeast('beyond_atr', beyond(price, side, m1, 0) / atr, margin / atr)) return undefined
  ask.parts('confirmed_by')
  if (ask.is('two_closes', isFirstBeyond(price, side, m1, 1, margin))) return yes(ask, { bars: 1, is_retest: false })
  const depth = side * (back(m1, side, 0) - price)
  const is_back = ask.atMost('retest_atr', Math.abs(depth) / atr, retest / atr)
  if (is_back && ask.is('close_in_direction', side * (m1.close(0) - m1.open(0)) > 0)) {
    const bars = barsSinceBreak(price, side, m1, { margin, retest, retest_bars })
    if (ask.atMost('bars_since_break', bars, retest_bars)) return yes(ask, { bars, is_retest: true })
  }
  return ask.no('confirmed_by')
}

/** Minute bars since the first close beyond, no close after which fell back too deep; NaN where there is none in reach. */
function barsSinceBreak(price: number, side: Side, m1: BarSeries, { margin, retest, retest_bars }: BreakLimits): number {
  for (let bars = 1; bars <= retest_bars && beyond(price, side, m1, bars) >= -retest; bars++)
    if (isFirstBeyond(price, side, m1, bars, margin)) return bars
  return Number.NaN
}

function yes(ask: Asking, found: Break): Break {
  ask.is('confirmed_by', true)
  return found
}

const beyond = (price: number, side: Side, m1: BarSeries, ago: number): number => side * (m1.close(ago) - price)

/** That bar closed beyond, and the one before it, of the same session, did not. */
const isFirstBeyond = (price: number, side: Side, m1: BarSeries, ago: number, margin: number): boolean =>
  m1.isToday(ago + 1) && beyond(price, side, m1, ago) >= margin && beyond(price, side, m1, ago + 1) < margin
