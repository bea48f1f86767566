import type { Side } from '../side.js'
import type { PatternView } from '../view.js'
import { POOL_DEFAULTS, type PoolRules, toleranceOf } from './pool.js'

/** Highs and lows of earlier sessions; NaN where the baseline does not tell them. */
export function earlierLevels({ baseline }: PatternView): readonly (readonly [side: Side, name: string, price: number])[] {
  const { previous, week_high = Number.NaN, week_low = Number.NaN } = baseline ?? {}
  return [
    [1, 'previous_day_high', previous?.high ?? Number.NaN],
    [-1, 'previous_day_low', previous?.low ?? Number.NaN],
    [1, 'week_high', week_high],
    [-1, 'week_low', week_low],
  ]
}

/**
 * Whether a pool lies between two prices, swept or not: a level of earlier sessions, an end of the opening range, or two equal swings of one kind.
 * What a leg has gone through on its way is swept, and can hold the price when it comes back.
 */
export function hasLevelWithin(view: PatternView, low: number, high: number, rules: PoolRules = POOL_DEFAULTS): boolean {
  const isWithin = (price: number): boolean => price >= low && price <= high
  const named = [...earlierLevels(view).map(([, , price]) => price), view.opening_high, view.opening_low]
  if (named.some(isWithin)) return true
  const tolerance = toleranceOf(rules, view)
  const inside = view.swings_5m.all.filter(({ price }) => isWithin(price))
  return inside.some((a, i) => inside.slice(i + 1).some((b) => a.kind === b.kind && Math.abs(a.price - b.price) <= tolerance))
}
