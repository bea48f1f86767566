import { activityAt } from './activity.js'
import { TRADING_DAYS } from './arithmetic.js'
import { MARKET_MOVE, VIX_WITHOUT_INDEX } from './levels.js'
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

/** Works out the usual day of an instrument from the rates, sizes and moves that synthetic days are made with; nothing is drawn. */
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

/** At-the-money volatility of a year that the day's options begin with (1 = 100 %). */
export const usualVolatility = (spots: readonly Spot[]): number =>
  (spots.find(({ kind }) => kind === 'vix')?.previous_close ?? 100 * VIX_WITHOUT_INDEX) / 10_000

/** What earlier days would have been like for an index and its options. */
export interface UsualChain {
  /** At-the-money volatility of each day (1 = 100 %), the oldest first: from half of today's to one and a half, in no order that matters. */
  readonly volatilities: readonly number[]
  /** Closes of the same days, rupees; their daily returns have the volatility asked for. */
  readonly closes: readonly number[]
  /** Bars of 15 minutes of a day without a trend, feed units: open, high, low, close. */
  readonly quarters: readonly (readonly [open: number, high: number, low: number, close: number])[]
}

const DAYS = 100
const QUARTERS = 25
/**
 * How far a quarter of an hour of it goes to and fro, in what the options expect of a day: so widely that a trend of today does not soon outweigh it
 * in an average, and that a range it belongs to is no narrow one.
 */
const QUARTER_SWING = 0.7

/** Makes up the past of an index. `volatility`: usual one of its options; `realised`: of the index itself; both a year, 1 = 100 %. */
export function usualChain(spot: Spot, { volatility, realised }: { volatility: number; realised: number }): UsualChain {
  const { previous_close } = spot
  const step = realised / Math.sqrt(TRADING_DAYS)
  const swing = (QUARTER_SWING * volatility) / Math.sqrt(TRADING_DAYS)
  return {
    volatilities: Array.from({ length: DAYS }, (_, n) => volatility * (0.5 + (((n * 37) % DAYS) + 0.5) / DAYS)),
    closes: Array.from({ length: DAYS }, (_, n) => (previous_close / 100) * (n % 2 === DAYS % 2 ? 1 + step : 1)),
    quarters: Array.from({ length: QUARTERS }, (_, n) => {
      // A bar above the close and one below it in turns: as far up as down from each to the next.
      const side = n % 2 === 0 ? 1 : -1
      const far = 1 + side * swing
      const [open, close] = [1 + side * 0.2 * swing, n === QUARTERS - 1 ? 1 : 1 + side * 0.7 * swing]
      return [open, Math.max(1, far), Math.min(1, far), close].map((part) => Math.round(part * previous_close)) as [
        number,
        number,
        number,
        number,
      ]
    }),
  }
}
