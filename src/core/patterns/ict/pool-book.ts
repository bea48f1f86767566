import type { Side } from '../side.js'
import type { Swing } from '../swings.js'
import type { PatternView } from '../view.js'
import { type Mark, type Period, POOL_DEFAULTS, type Pool, type PoolRules, poolOf, toleranceOf } from './pool.js'
import { earlierLevels } from './pool-levels.js'
import { highKind, highOf } from './seen.js'
import { STRUCTURE_MS } from './structure-interval.js'

const OPENING_MS = 15 * 60_000

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
    const tolerance = toleranceOf(this.#rules, view)
    this.#above.form(tolerance)
    this.#below.form(tolerance)
  }

  #begin(view: PatternView): void {
    for (const [side, name, price] of earlierLevels(view)) (side > 0 ? this.#above : this.#below).addLevel('earlier', name, price)
  }
}

/** Pools as of the present moment, for detectors that ask when something has happened. */
export function poolsOf(view: PatternView, side: Side): readonly Pool[] {
  const book = new PoolBook(POOL_DEFAULTS)
  book.update(view, view.now_ms)
  return book.of(side)
}

/** The half of a book that looks up, or down. */
class PoolSide {
  readonly pools: Pool[] = []
  readonly #side: Side
  /** The highest first, as the side sees them. */
  readonly #marks: Mark[] = []

  constructor(side: Side) {
    this.#side = side
  }

  addLevel(period: Period, name: string, price: number, reach = Number.NEGATIVE_INFINITY): void {
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
      const pool = poolOf(this.#side, this.#side * at, marks.slice(top, end))
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
