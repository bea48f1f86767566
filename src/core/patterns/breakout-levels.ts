import type { Side } from './side.js'
import type { Swing } from './swings.js'
import type { PatternView } from './view.js'

const MINUTE_MS = 60_000

/** A price that many look at. */
export interface BreakoutLevel {
  readonly type: 'previous_day' | 'opening_range' | 'session' | 'swing'
  /** Feed units. */
  readonly price: number
  /** 0..1: how much it counts (5.6). */
  readonly weight: number
  /** Swings at this price; 1 for what is no swing. */
  readonly touches: number
}

/** The levels ahead of the opening range and the previous day; swings follow. */
const PREVIOUS_DAY = 0
const OPENING_RANGE = 1
const SESSION = 2
const SWINGS = 3

/**
 * The levels of one instrument by number, so that looking for one that is being broken allocates nothing. To be told of every bar: it keeps the
 * range of the session but for its last minutes.
 */
export class BreakoutLevels {
  readonly #settled_ms: number
  readonly #touches_min: number
  readonly #touch_atr: number
  #high = Number.NaN
  #low = Number.NaN
  /** Number of the first bar that is not in that range. */
  #next = -1

  constructor({ settled_min, touches_min, touch_atr }: { settled_min: number; touches_min: number; touch_atr: number }) {
    this.#settled_ms = settled_min * MINUTE_MS
    this.#touches_min = touches_min
    this.#touch_atr = touch_atr
  }

  /** Takes the bars that have become old enough. */
  update({ m1, now_ms }: PatternView): void {
    if (this.#next < m1.session_from) this.#next = m1.session_from
    for (let ago = m1.count - 1 - this.#next; m1.start(ago) + MINUTE_MS <= now_ms - this.#settled_ms; ago--) {
      if (!(m1.high(ago) <= this.#high)) this.#high = m1.high(ago)
      if (!(m1.low(ago) >= this.#low)) this.#low = m1.low(ago)
      this.#next++
    }
  }

  /** How many numbers there are; the levels of some of them are not known. */
  count({ swings_5m }: PatternView): number {
    return SWINGS + swings_5m.all.length
  }

  /** Price of level `n` on that side: what is above for 1, below for -1; NaN when there is none. */
  price(n: number, side: Side, view: PatternView): number {
    if (n === PREVIOUS_DAY) return (side > 0 ? view.baseline?.previous?.high : view.baseline?.previous?.low) ?? Number.NaN
    if (n === OPENING_RANGE) return side > 0 ? view.opening_high : view.opening_low
    if (n === SESSION) return this.#sessionExtreme(side, view)
    const swing = view.swings_5m.all[n - SWINGS]
    return swing?.kind === kindOf(side) ? swing.price : Number.NaN
  }

  /** Where it is the opening range's it is no level of its own. */
  #sessionExtreme(side: Side, { opening_high, opening_low }: PatternView): number {
    const [price, opening] = side > 0 ? [this.#high, opening_high] : [this.#low, opening_low]
    return side * (price - opening) > 0 ? price : Number.NaN
  }

  /** All about level `n`; undefined for a swing without enough touches, or not the furthest of those that touch. */
  level(n: number, side: Side, view: PatternView): BreakoutLevel | undefined {
    const price = this.price(n, side, view)
    if (n === PREVIOUS_DAY) return { type: 'previous_day', price, weight: 1, touches: 1 }
    if (n === OPENING_RANGE) return { type: 'opening_range', price, weight: 0.8, touches: 1 }
    if (n === SESSION) return { type: 'session', price, weight: weightOf(1), touches: 1 }
    const touches = touchesOf(n - SWINGS, side, view.swings_5m.all, this.#touch_atr * view.atr)
    return touches >= this.#touches_min ? { type: 'swing', price, weight: weightOf(touches), touches } : undefined
  }
}

const kindOf = (side: Side): Swing['kind'] => (side > 0 ? 'high' : 'low')
const weightOf = (touches: number): number => Math.min(1, 0.6 + 0.1 * touches)

/** Swings of one kind within `reach` of number `n`; 0 when one of them lies further out, or as far out and is newer. */
function touchesOf(n: number, side: Side, swings: readonly Swing[], reach: number): number {
  const { price, kind } = swings[n] as Swing
  let touches = 0
  for (const [i, other] of swings.entries()) {
    const further = side * (other.price - price)
    if (other.kind !== kind || Math.abs(further) > reach) continue
    if (further > 0 || (further === 0 && i > n)) return 0
    touches++
  }
  return touches
}
