import { activityAt } from './activity.js'
import { MARKET_MOVE } from './levels.js'
import { type Listing, TRADES_PER_WEIGHT } from './listing.js'
import type { Spot } from './spots.js'

/** What a day without news is like for an instrument: what the generator's own numbers come to in the mean. */
export interface UsualDay {
  /** Units traded in each minute of 09:15-15:30. */
  readonly volume: readonly number[]
  /** High less low of half an hour, feed units. */
  readonly range_30m: number
}

const MINUTES = 375
/** Mean range of a random walk, in its deviation at the end (Feller 1951): 4 / sqrt(2 pi). */
const RANGE_OF_WALK = 1.5957691216
/** Half an hour is this part of a day; at noon, where most half-hours lie, the market moves at this pace. */
const HALF_HOUR = 30 / MINUTES
const NOON_PACE = 0.8

export function usualDay({ weight, trade_lots, instrument }: Listing, spot: Spot): UsualDay {
  const lots = (weight * TRADES_PER_WEIGHT * trade_lots) / MINUTES
  const day_move = Math.sqrt(spot.own_move * spot.own_move + spot.beta * spot.beta * MARKET_MOVE * MARKET_MOVE)
  return {
    volume: Array.from({ length: MINUTES }, (_, minute) =>
      Math.round(lots * activityAt((minute + 0.5) / MINUTES) * Math.max(1, instrument.lot_size)),
    ),
    range_30m: Math.round(spot.previous_close * day_move * RANGE_OF_WALK * Math.sqrt(HALF_HOUR) * NOON_PACE),
  }
}
