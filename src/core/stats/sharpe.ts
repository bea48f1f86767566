import { inverseNormalCdf } from './inverse-normal.js'
import { normalCdf } from './normal-distribution.js'

/** Euler and Mascheroni. */
const EULER_GAMMA = 0.5772156649015329

/** A track record in four numbers, per period (e.g. a day): never made annual. */
export interface TrackRecord {
  /** Mean over standard deviation (divisor n - 1). */
  readonly sharpe: number
  /** Periods observed. */
  readonly periods: number
  /** Third standardised moment, divisor n: 0 for a normal distribution. */
  readonly skew: number
  /** Fourth standardised moment, divisor n: 3 for a normal distribution. Not the excess over 3, which many pages put here. */
  readonly kurtosis: number
}

/** Of the returns of each period. NaN for fewer than 2, or when they are all the same. */
export function trackRecord(returns: ArrayLike<number>): TrackRecord {
  const periods = returns.length
  let sum = 0
  for (let t = 0; t < periods; t++) sum += returns[t] as number
  const mean = sum / periods
  let second = 0
  let third = 0
  let fourth = 0
  for (let t = 0; t < periods; t++) {
    const off = (returns[t] as number) - mean
    second += off * off
    third += off * off * off
    fourth += off * off * off * off
  }
  // Of equal returns only the roundings of their mean are left, which are no deviation.
  if (!Array.from(returns).some((value) => value !== returns[0]))
    return { sharpe: Number.NaN, periods, skew: Number.NaN, kurtosis: Number.NaN }
  const variance = second / periods
  return {
    sharpe: mean / Math.sqrt(second / (periods - 1)),
    periods,
    skew: third / periods / (variance * Math.sqrt(variance)),
    kurtosis: fourth / periods / (variance * variance),
  }
}

/** Probability that the true Sharpe ratio is above `benchmark`, both per period (PSR; Bailey and Lopez de Prado, J. Portfolio Mgmt 40(5), 2014). */
export function probabilisticSharpe(record: TrackRecord, benchmark: number): number {
  const { sharpe, periods } = record
  return normalCdf(((sharpe - benchmark) * Math.sqrt(periods - 1)) / Math.sqrt(varianceOfSharpe(record)))
}

/**
 * Sharpe ratio per period that the luckiest of `trials` worthless strategies is expected to show, when those of the trials have the variance
 * `variance`. `trials` is every configuration ever run; 0 for a single one.
 */
export function expectedMaxSharpe({ variance, trials }: { variance: number; trials: number }): number {
  if (!(trials > 1)) return 0
  const usual = inverseNormalCdf(1 - 1 / trials)
  const rare = inverseNormalCdf(1 - 1 / (trials * Math.E))
  return Math.sqrt(variance) * ((1 - EULER_GAMMA) * usual + EULER_GAMMA * rare)
}

/** PSR against the luckiest of all trials (DSR, ibid.). */
export const deflatedSharpe = (record: TrackRecord, search: { variance: number; trials: number }): number =>
  probabilisticSharpe(record, expectedMaxSharpe(search))

/** Periods after which a Sharpe ratio of this size is above `benchmark` with `confidence`, e.g. 0.95. Infinity when it is not above at all. */
export function minimumTrackRecord(
  record: Omit<TrackRecord, 'periods'>,
  { benchmark, confidence }: { benchmark: number; confidence: number },
): number {
  if (!(record.sharpe > benchmark)) return Number.POSITIVE_INFINITY
  const deviations = inverseNormalCdf(confidence) / (record.sharpe - benchmark)
  return 1 + varianceOfSharpe(record) * deviations * deviations
}

/** Times (periods - 1): the variance of the estimated ratio when returns are skewed and have fat tails (Mertens 2002). */
const varianceOfSharpe = ({ sharpe, skew, kurtosis }: Omit<TrackRecord, 'periods'>): number =>
  1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe
