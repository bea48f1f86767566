import type { PatternView } from '../view.js'
import { highKind, highOf, SIDES, type Side } from './side.js'
import { STRUCTURE_MS } from './structure-interval.js'

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
type Period = 'earlier' | 'opening' | 'session'

/** A price where the market turned, as its side sees it (feed units times the side). */
interface Mark {
  readonly at: number
  readonly period: Period
  /** Undefined for a swing. */
  readonly name: string | undefined
  /** Highest since. */
  reach: number
}

const OPENING_MS = 15 * 60_000
const MAJOR_WEIGHT = 2

/**
 * The pools of one instrument that no bar of structure has traded through since they were made: two or more equal confirmed swings, the extremes
 * of the previous day, of the last five sessions and of the opening range. What has been swept is no pool any more.
 */
export class PoolBook {
  readonly #rules: PoolRules
  readonly #marks: Readonly<Record<Side, Mark[]>> = { 1: [], [-1]: [] }
  readonly #pools: Readonly<Record<Side, Pool[]>> = { 1: [], [-1]: [] }
  #taken = -1
  #has_opening = false

  constructor(rules: PoolRules) {
    this.#rules = rules
  }

  /** Pools of a side, the outermost first. */
  of(side: Side): readonly Pool[] {
    return this.#pools[side]
  }

  /** A pool has been traded through. */
  drop(pool: Pool): void {
    const pools = this.#pools[pool.side]
    pools.splice(pools.indexOf(pool), 1)
  }

  /** To be called at each minute bar. Bars of structure that end after `until_ms` are left for later. */
  update(view: PatternView, until_ms: number): void {
    const { m5 } = view
    if (m5.count === this.#taken) return
    const is_pending = m5.isToday(0) && m5.start(0) + STRUCTURE_MS > until_ms
    const known = is_pending ? m5.count - 1 : m5.count
    if (known === this.#taken) return
    if (this.#taken < 0) this.#begin(view)
    const skip = m5.count - known
    for (const side of SIDES) this.#takeBars(view, side, skip)
    this.#taken = known
    if (!this.#has_opening && view.opening_high >= view.opening_low) this.#addOpening(view, skip)
    const tolerance = Math.max(this.#rules.equal_ticks * view.tick, this.#rules.equal_atr * view.atr)
    for (const side of SIDES) this.#form(side, tolerance)
  }

  #begin({ baseline }: PatternView): void {
    const { previous, week_high, week_low } = baseline ?? {}
    this.#addLevel(1, 'earlier', 'previous_day_high', previous?.high)
    this.#addLevel(-1, 'earlier', 'previous_day_low', previous?.low)
    this.#addLevel(1, 'earlier', 'week_high', week_high)
    this.#addLevel(-1, 'earlier', 'week_low', week_low)
  }

  #addLevel(side: Side, period: Period, name: string, price = Number.NaN): void {
    if (price > 0) this.#marks[side].push({ at: side * price, period, name, reach: Number.NEGATIVE_INFINITY })
  }

  #addOpening(view: PatternView, skip: number): void {
    this.#has_opening = true
    this.#addLevel(1, 'opening', 'opening_range_high', view.opening_high)
    this.#addLevel(-1, 'opening', 'opening_range_low', view.opening_low)
    for (const side of SIDES) {
      const mark = this.#marks[side].at(-1)
      if (mark?.period === 'opening') mark.reach = highest(view, side, skip, view.m5.session_count)
    }
  }

  /** Bars that have come since the last time, but for the newest `skip`; then the swings that they confirm. */
  #takeBars(view: PatternView, side: Side, skip: number): void {
    const { m5, swings_5m } = view
    const marks = this.#marks[side]
    const first = Math.max(this.#taken, m5.session_from)
    const reach = highest(view, side, skip, m5.count - first)
    for (const mark of marks) mark.reach = Math.max(mark.reach, reach)
    for (const { kind, price, bar, confirmed_bar, at_ms } of swings_5m.all) {
      if (kind !== highKind(side) || confirmed_bar < this.#taken || confirmed_bar >= m5.count - skip) continue
      const period = bar < m5.session_from ? 'earlier' : at_ms < view.open_ms + OPENING_MS ? 'opening' : 'session'
      marks.push({ at: side * price, period, name: undefined, reach: highest(view, side, skip, m5.count - 1 - bar) })
    }
  }

  #form(side: Side, tolerance: number): void {
    const marks = this.#marks[side]
    for (let i = marks.length - 1; i >= 0; i--) {
      const { at, reach } = marks[i] as Mark
      if (reach > at + tolerance) marks.splice(i, 1)
    }
    const pools = this.#pools[side]
    pools.length = 0
    const tops = marks.filter(({ at, reach }) => reach <= at).sort((a, b) => b.at - a.at)
    for (const { at } of tops) {
      const inner = pools.at(-1)
      if (inner !== undefined && at >= side * inner.level - tolerance) continue
      const members = marks.filter((mark) => mark.at <= at && mark.at >= at - tolerance && mark.reach <= at)
      const pool = poolOf(side, side * at, members)
      if (pool !== undefined) pools.push(pool)
    }
  }
}

/** Pools of one side beyond a price, the nearest first. */
export function poolsBeyond(pools: readonly Pool[], side: Side, price: number): Pool[] {
  return pools.filter(({ level }) => side * (level - price) > 0).sort((a, b) => side * (a.level - b.level))
}

/** Undefined for a single swing: that is no pool. */
function poolOf(side: Side, level: number, members: readonly Mark[]): Pool | undefined {
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

/** Highest of the newest `count` bars without the newest `skip` of them, as the side sees it. */
function highest({ m5 }: PatternView, side: Side, skip: number, count: number): number {
  let high = Number.NEGATIVE_INFINITY
  for (let ago = skip; ago < count; ago++) high = Math.max(high, highOf(m5, ago, side))
  return high
}
