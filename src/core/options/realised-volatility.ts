import { logRatio } from './option-terms.js'
import { rounded } from './rounded.js'

/** Trading days of a year. */
export const TRADING_DAYS = 252 as const

/**
 * Volatility a year of daily closes: sample standard deviation (n - 1) of the log returns x sqrt(252). Undefined with fewer than three closes or
 * one that is not above 0.
 */
export function closeToCloseVolatility(closes: readonly number[]): number | undefined {
  const returns = logReturns(closes)
  if (returns === undefined || returns.length < 2) return undefined
  const mean = sum(returns) / returns.length
  const squares = sum(returns.map((value) => (value - mean) * (value - mean)))
  return rounded(Math.sqrt((squares / (returns.length - 1)) * TRADING_DAYS))
}

/** High and low of a day, above 0. */
export interface DayRange {
  readonly high: number
  readonly low: number
}

/**
 * Volatility a year of daily ranges: sqrt(252 x sum of ln^2(high/low) / (4 n ln 2)), M. Parkinson, J. Business 53 (1980). It knows nothing of the
 * move over night.
 */
export function parkinsonVolatility(days: readonly DayRange[]): number | undefined {
  if (days.length === 0 || days.some(({ high, low }) => !(low > 0 && high >= low))) return undefined
  const squares = sum(days.map(({ high, low }) => logRatio(high, low) * logRatio(high, low)))
  return rounded(Math.sqrt((TRADING_DAYS * squares) / (4 * days.length * Math.LN2)))
}

/**
 * Volatility a year of one day: sqrt(252 x sum of squared log returns) of its prices at equal steps, five minutes by convention. Without the move
 * over night. Undefined with fewer than two prices.
 */
export function intradayVolatility(prices: readonly number[]): number | undefined {
  const returns = logReturns(prices)
  if (returns === undefined || returns.length === 0) return undefined
  return rounded(Math.sqrt(TRADING_DAYS * sum(returns.map((value) => value * value))))
}

/** Variance risk premium as traders quote it: implied less realised volatility, both as fractions a year. */
export const volatilityPremium = (implied: number, realised: number): number => implied - realised

function logReturns(prices: readonly number[]): number[] | undefined {
  if (prices.some((price) => !(price > 0))) return undefined
  return prices.slice(1).map((price, n) => logRatio(price, prices[n] as number))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
