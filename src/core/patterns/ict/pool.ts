import type { Side } from '../side.js'
import type { PatternView } from '../view.js'

/** A price behind which stops rest. Feed units. */
export interface Pool {
  /** 1: above highs (buy-side liquidity); -1: below lows. */
  readonly side: Side
  /** The outermost price of the touches: beyond it, all of them are swept. */
  readonly level: number
  /** Times the market turned there. */
  readonly touches: number
  /** Touches, and 2 more for a level of the previous day or week. */
  readonly weight: number
  /** `equal_highs`, `previous_day_low` ... */
  readonly names: readonly string[]
}

/** How far apart touches of one pool may lie: the larger of the two. */
export interface PoolRules {
  readonly equal_ticks: number
  readonly equal_atr: number
}

/** The numbers of 5.9. */
export const POOL_PARAMETERS = {
  equal_ticks: { default: 2, min: 0, max: 1000, doc: 'Highs (lows) no further apart are equal, ticks' },
  equal_atr: { default: 0.1, min: 0, max: 5, doc: 'The same in ATR; the larger of the two counts' },
} as const

/** The same as plain numbers, for detectors that look at pools but are not about them. */
export const POOL_DEFAULTS: PoolRules = {
  equal_ticks: POOL_PARAMETERS.equal_ticks.default,
  equal_atr: POOL_PARAMETERS.equal_atr.default,
}

/** When a level was made; one that was made in the same period as a swing of the same price is that swing. */
export type Period = 'earlier' | 'opening' | 'session'

/** A price where the market turned, as its side sees it (feed units times the side). */
export interface Mark {
  readonly at: number
  readonly period: Period
  /** Undefined for a swing. */
  readonly name: string | undefined
  /** Highest since. */
  reach: number
}

const MAJOR_WEIGHT = 2

/** The pool that marks within reach of each other make; undefined for a single swing: that is none. */
export function poolOf(side: Side, level: number, members: readonly Mark[]): Pool | undefined {
  const swings = members.filter(({ name }) => name === undefined)
  const levels = members.filter(({ name }) => name !== undefined)
  // The high of the previous day may be that of the week, and a swing of the bars that the baseline brings: one touch.
  const own = levels.filter(
    ({ at, period }, i) =>
      !swings.some((swing) => swing.at === at && swing.period === period) &&
      !levels.slice(0, i).some((other) => other.at === at && other.period === period),
  )
  const touches = swings.length + own.length
  if (levels.length === 0 && touches < 2) return undefined
  const is_major = levels.some(({ period }) => period === 'earlier')
  const names = levels.flatMap(({ name }) => name ?? [])
  return {
    side,
    level,
    touches,
    weight: touches + (is_major ? MAJOR_WEIGHT : 0),
    names: swings.length > 1 ? [side > 0 ? 'equal_highs' : 'equal_lows', ...names] : names,
  }
}

/** Pools of one side beyond a price, the nearest first. */
export function poolsBeyond(pools: readonly Pool[], side: Side, price: number): Pool[] {
  return pools.filter(({ level }) => side * (level - price) > 0).sort((a, b) => side * (a.level - b.level))
}

/** How far apart touches of one pool may lie, feed units; NaN while there is no ATR. */
export const toleranceOf = ({ equal_ticks, equal_atr }: PoolRules, { tick, atr }: PatternView): number =>
  Math.max(equal_ticks * tick, equal_atr * atr)
