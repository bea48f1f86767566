import type { Swing } from '../swings.js'
import type { PatternView } from '../view.js'
import { highKind, highOf, type Side } from './side.js'
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
  readonly #above = new PoolSide(1)
  readonly #below = new PoolSide(-1)
  #taken = -1
  #has_opening = false

  constructor(rules: PoolRules) {
    this.#rules = rules
  }

  /** Pools of a side, the outermost first. */
  of(side: Side): readonly Pool[] {
    return side > 0 ? this.#above.pools : this.#below.pools
  }

  /** A pool has been traded through. */
  drop(pool: Pool): void {
    const { pools } = pool.side > 0 ? this.#above : this.#below
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
    this.#above.takeBars(view, this.#taken, known)
    this.#below.takeBars(view, this.#taken, known)
    this.#taken = known
    if (!this.#has_opening && view.opening_high >= view.opening_low) {
      this.#has_opening = true
      this.#above.addLevel('opening', 'opening_range_high', view.opening_high, this.#above.highest(view, m5.session_from, known))
      this.#below.addLevel('opening', 'opening_range_low', view.opening_low, this.#below.highest(view, m5.session_from, known))
    }
    const tolerance = Math.max(this.#rules.equal_ticks * view.tick, this.#rules.equal_atr * view.atr)
    this.#above.form(tolerance)
    this.#below.form(tolerance)
  }

  #begin({ baseline }: PatternView): void {
    const { previous, week_high, week_low } = baseline ?? {}
    this.#above.addLevel('earlier', 'previous_day_high', previous?.high)
    this.#below.addLevel('earlier', 'previous_day_low', previous?.low)
    this.#above.addLevel('earlier', 'week_high', week_high)
    this.#below.addLevel('earlier', 'week_low', week_low)
  }
}

/** Pools as of the present moment, for detectors that ask when something has happened. */
export function poolsOf(view: PatternView, side: Side): readonly Pool[] {
  const book = new PoolBook(POOL_DEFAULTS)
  book.update(view, view.now_ms)
  return book.of(side)
}

class PoolSide {
  readonly pools: Pool[] = []
  readonly #side: Side
  /** The highest first, as the side sees them. */
  readonly #marks: Mark[] = []

  constructor(side: Side) {
    this.#side = side
  }

  addLevel(period: Period, name: string, price = Number.NaN, reach = Number.NEGATIVE_INFINITY): void {
    if (price > 0) this.#add({ at: this.#side * price, period, name, reach })
  }

  /** Bars numbered `[taken, known)`, and the swings that they confirm. */
  takeBars(view: PatternView, taken: number, known: number): void {
    const reach = this.highest(view, Math.max(taken, view.m5.session_from), known)
    for (const mark of this.#marks) if (reach > mark.reach) mark.reach = reach
    const { all } = view.swings_5m
    const kind = highKind(this.#side)
    for (let i = all.length - 1; i >= 0; i--) {
      const swing = all[i] as Swing
      if (swing.confirmed_bar < taken) return
      if (swing.kind === kind && swing.confirmed_bar < known) this.#addSwing(view, swing, known)
    }
  }

  #addSwing(view: PatternView, { bar, price, at_ms }: Swing, known: number): void {
    const period = bar < view.m5.session_from ? 'earlier' : at_ms < view.open_ms + OPENING_MS ? 'opening' : 'session'
    this.#add({ at: this.#side * price, period, name: undefined, reach: this.highest(view, bar + 1, known) })
  }

  #add(mark: Mark): void {
    const marks = this.#marks
    let place = marks.length
    while (place > 0 && (marks[place - 1] as Mark).at < mark.at) place--
    marks.splice(place, 0, mark)
  }

  form(tolerance: number): void {
    const { pools } = this
    const marks = this.#marks
    for (let i = marks.length - 1; i >= 0; i--) {
      const { at, reach } = marks[i] as Mark
      if (reach > at + tolerance) marks.splice(i, 1)
    }
    pools.length = 0
    let formed = Number.POSITIVE_INFINITY
    for (let top = 0; top < marks.length; top++) {
      const { at, reach } = marks[top] as Mark
      if (!(reach <= at) || at >= formed - tolerance) continue
      let end = top
      while (end < marks.length && (marks[end] as Mark).at >= at - tolerance) end++
      if (end - top < 2 && marks[top]?.name === undefined) continue
      const pool = poolOf(
        this.#side,
        this.#side * at,
        marks.slice(top, end).filter((mark) => mark.reach <= at),
      )
      if (pool === undefined) continue
      pools.push(pool)
      formed = at
    }
  }

  /** Highest of the bars numbered `[from, until)`, as the side sees it. */
  highest({ m5 }: PatternView, from: number, until: number): number {
    let high = Number.NEGATIVE_INFINITY
    for (let bar = from; bar < until; bar++) high = Math.max(high, highOf(m5, m5.count - 1 - bar, this.#side))
    return high
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
