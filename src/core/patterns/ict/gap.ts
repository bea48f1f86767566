import type { BarSeries } from '../bar-series.js'
import { SIDES, type Side } from '../side.js'
import { highOf, lowOf } from './seen.js'

/** A fair value gap: prices that the bar before and the bar after a strong one both left out. Feed units. */
export interface Gap {
  /** 1: left by a rise. */
  readonly side: Side
  /** The edge that a returning price meets first: low of the third bar of a bullish gap. */
  readonly near: number
  /** The other one: high of the first bar of a bullish gap. */
  readonly far: number
}

/**
 * The gap that three bars leave, the last of them `ago`: bullish where its low is above the high of the first and the middle bar closes above its
 * open; bearish mirrored. Source: README of smart-money-concepts ("the previous high is lower than the next low if the current candle is
 * bullish"). The three must be whole neighbours of one session: a night, minutes without a trade, or a gap in the recording leave none.
 */
export function gapAt(bars: BarSeries, ago: number, bar_ms: number): Gap | undefined {
  if (!bars.isToday(ago + 2) || bars.start(ago) - bars.start(ago + 2) !== 2 * bar_ms) return undefined
  if (!(bars.isComplete(ago) && bars.isComplete(ago + 1) && bars.isComplete(ago + 2))) return undefined
  for (const side of SIDES) {
    const near = lowOf(bars, ago, side)
    const far = highOf(bars, ago + 2, side)
    const rise = side * (bars.close(ago + 1) - bars.open(ago + 1))
    if (near > far && rise > 0) return { side, near: side * near, far: side * far }
  }
  return undefined
}

/** Gaps of neighbouring bars as one: the highest top and the lowest bottom (same source). Both of one side. */
export function joined(elder: Gap, newer: Gap): Gap {
  const { side } = newer
  return {
    side,
    near: side * Math.max(side * elder.near, side * newer.near),
    far: side * Math.min(side * elder.far, side * newer.far),
  }
}

/** What has become of a gap, from the first state to the last. `half`: traded to its middle, the "consequent encroachment". */
export const GAP_STATES = ['open', 'tapped', 'half', 'filled', 'inverted'] as const
export type GapState = (typeof GAP_STATES)[number]

/** The state after prices came back as far as `reached` (the low of a bar, for a bullish gap). It never goes back. */
export function stateAfterTouch({ side, near, far }: Gap, state: GapState, reached: number): GapState {
  const depth = (near - reached) * side
  const size = (near - far) * side
  const now: GapState = depth >= size ? 'filled' : 2 * depth >= size ? 'half' : depth >= 0 ? 'tapped' : 'open'
  return GAP_STATES.indexOf(now) > GAP_STATES.indexOf(state) ? now : state
}

/** True when a close lies beyond the far edge: the gap now acts for the other side. */
export const isClosedThrough = ({ side, far }: Gap, close: number): boolean => side * close < side * far
