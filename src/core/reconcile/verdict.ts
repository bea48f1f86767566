import type { BarPair } from './bars.js'
import type { Finding } from './causes.js'

/** Trade ticks of a liquid bar (decisions.md s). */
export const LIQUID_TICKS_MIN = 10

/** A compared bar. */
export interface BarVerdict extends BarPair, Finding {
  readonly is_liquid: boolean
  /** No price differs by more than a tick; false where a side has no bar. */
  readonly is_within_tick: boolean
}
