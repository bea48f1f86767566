import { rounded } from './rounded.js'

/** At-the-money volatility of one expiry. */
export interface TermVolatility {
  /** To expiry. */
  readonly years: number
  /** A year, as a fraction. */
  readonly volatility: number
}

/** Days of a year of the calendar clock. */
export const YEAR_DAYS = 365

/**
 * At-the-money volatility of a maturity that no expiry has: total variance (volatility^2 x T) on the straight line in T between the expiry before it
 * and the one after it. Undefined without one on each side: beyond the last expiry nothing is known. `terms` ascend by years. Rounded.
 */
export function constantMaturity(terms: readonly TermVolatility[], days: number): number | undefined {
  const years = days / YEAR_DAYS
  const before = terms.findLast((term) => term.years <= years)
  const after = terms.find((term) => term.years >= years)
  if (before === undefined || after === undefined || !(before.years > 0)) return undefined
  if (before.years === after.years) return before.volatility
  const part = (years - before.years) / (after.years - before.years)
  return rounded(Math.sqrt((totalVariance(before) * (1 - part) + totalVariance(after) * part) / years))
}

const totalVariance = ({ years, volatility }: TermVolatility): number => volatility * volatility * years
