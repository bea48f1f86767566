import type { Side } from './side.js'
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

/** What has these numbers; swings follow. */
const PREVIOUS_DAY = 0
const OPENING_RANGE = 1
const SESSION = 2
const SWINGS = 3

/**
 * The levels of one instrument by number, kept from bar to bar, so that looking for one that is being broken is cheap. To be told of every bar:
 * the range of the session but for its last minutes is made of them.
 */
export class BreakoutLevels {
  readonly #settled_ms: number
  readonly #touches_min: number
  readonly #touch_atr: number
  readonly #above = [Number.NaN, Number.NaN, Number.NaN]
  readonly #below = [Number.NaN, Number.NaN, Number.NaN]
  #high = Number.NaN
  #low = Number.NaN
  /** Number of the first bar that is not in that range. */
  #next = -1
  /** Bars of five minutes when swings were last looked at. */
  #fives = -1

  constructor({ settled_min, touches_min, touch_atr }: { settled_min: number; touches_min: number; touch_atr: number }) {
    this.#settled_ms = settled_min * MINUTE_MS
    this.#touches_min = touches_min
    this.#touch_atr = touch_atr
  }

  update(view: PatternView): void {
    this.#settle(view)
    const { opening_high, opening_low, baseline, m5 } = view
    this.#above[PREVIOUS_DAY] = baseline?.previous?.high ?? Number.NaN
    this.#below[PREVIOUS_DAY] = baseline?.previous?.low ?? Number.NaN
    this.#above[OPENING_RANGE] = opening_high
    this.#below[OPENING_RANGE] = opening_low
    // Where it is the opening range's it is no level of its own.
    this.#above[SESSION] = this.#high > opening_high ? this.#high : Number.NaN
    this.#below[SESSION] = this.#low < opening_low ? this.#low : Number.NaN
    if (m5.count === this.#fives) return
    this.#fives = m5.count
    this.#above.length = this.#below.length = SWINGS
    for (const { kind, price } of view.swings_5m.all) this.prices(kind === 'high' ? 1 : -1).push(price)
  }

  /** Prices by number, swings from old to new: what is above for 1, below for -1; NaN where there is none. Borrowed until the next bar. */
  prices(side: Side): number[] {
    return side > 0 ? this.#above : this.#below
  }

  typeOf(n: number): BreakoutLevel['type'] {
    return n === PREVIOUS_DAY ? 'previous_day' : n === OPENING_RANGE ? 'opening_range' : n === SESSION ? 'session' : 'swing'
  }

  /** All about level `n`; undefined for a swing without enough touches, or not the furthest of those that touch. */
  level(n: number, side: Side, { ask, atr }: Pick<PatternView, 'ask' | 'atr'>): BreakoutLevel | undefined {
    const prices = this.prices(side)
    const price = prices[n] as number
    const type = this.typeOf(n)
    if (type === 'previous_day') return { type, price, weight: 1, touches: 1 }
    if (type === 'opening_range') return { type, price, weight: 0.8, touches: 1 }
    if (type === 'session') return { type, price, weight: weightOf(1), touches: 1 }
    const touches = touchesOf(n, side, prices, this.#touch_atr * atr)
    return ask.atLeast('touches', touches, this.#touches_min) ? { type, price, weight: weightOf(touches), touches } : undefined
  }

  /** Takes the bars that have become old enough. */
  #settle({ m1, now_ms }: PatternView): void {
    if (this.#next < m1.session_from) this.#next = m1.session_from
    for (let ago = m1.count - 1 - this.#next; m1.start(ago) + MINUTE_MS <= now_ms - this.#settled_ms; ago--) {
      if (!(m1.high(ago) <= this.#high)) this.#high = m1.high(ago)
      if (!(m1.low(ago) >= this.#low)) this.#low = m1.low(ago)
      this.#next++
    }
  }
}

const weightOf = (touches: number): number => Math.min(1, 0.6 + 0.1 * touches)

/** Swings within `reach` of number `n`, itself among them; 0 when one of them lies further out. */
function touchesOf(n: number, side: Side, prices: readonly number[], reach: number): number {
  let touches = 0
  for (let i = SWINGS; i < prices.length; i++) {
    const further = side * ((prices[i] as number) - (prices[n] as number))
    if (Math.abs(further) > reach) continue
    if (further > 0) return 0
    touches++
  }
  return touches
}
