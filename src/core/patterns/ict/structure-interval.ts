import { MINUTE_MS } from '../../time/index.js'
import type { PatternView } from '../view.js'

/** Length of a bar of structure: swings, gaps, legs, pools and ATR are those of `5m` (5.0). */
export const STRUCTURE_MS = 5 * MINUTE_MS

/**
 * Notes when a bar of structure is new. At most one can be between two calls: a bar of 5 minutes that has a trade has a minute bar, and detectors
 * are asked at each of those.
 */
export class StructureClock {
  #seen = -1

  /** True once for each bar of structure of this session; it is `view.m5` 0 ago. */
  isNew({ m5 }: PatternView): boolean {
    if (m5.count === this.#seen) return false
    this.#seen = m5.count
    return m5.isToday(0)
  }
}

/** Number of the newest bar of structure; swings tell their bars by it. */
export const structureBar = ({ m5 }: PatternView): number => m5.count - 1

/** Relative volume of a bar of structure (3.14 over its 5 minutes); NaN where there is none. */
export const structureRv = (view: PatternView, ago: number): number =>
  view.relativeVolume(STRUCTURE_MS / MINUTE_MS, view.m5.start(ago) + STRUCTURE_MS)
