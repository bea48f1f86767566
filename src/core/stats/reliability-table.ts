import type { Forecast } from './forecast.js'
import { type Interval, wilsonInterval } from './wilson.js'

/** Where the buckets of confidence begin; the last one holds 1 too. Nothing below 0.60 is an alert, yet a calibrated one may come to lie there. */
export const CONFIDENCE_BUCKETS: readonly number[] = [0, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95]

/** Forecasts whose probability lies in [from, to), in [from, to] for the last bucket. */
export interface ReliabilityRow {
  readonly from: number
  readonly to: number
  readonly n: number
  /** Mean probability told. NaN when n is 0, as all that follows. */
  readonly mean_confidence: number
  /** Share that came true. */
  readonly hit_rate: number
  /** Wilson, 95 %. */
  readonly interval: Interval
}

/** What was told beside what came of it, bucket by bucket, empty ones too. */
export function reliabilityTable(
  forecasts: readonly Forecast[],
  starts: readonly number[] = CONFIDENCE_BUCKETS,
): ReliabilityRow[] {
  const sums = starts.map(() => ({ n: 0, told: 0, hits: 0 }))
  for (const { probability, outcome } of forecasts) {
    const sum = sums[starts.findLastIndex((start) => probability >= start)]
    if (sum === undefined) continue
    sum.n++
    sum.told += probability
    sum.hits += outcome
  }
  return sums.map(({ n, told, hits }, at) => ({
    from: starts[at] ?? 0,
    to: starts[at + 1] ?? 1,
    n,
    mean_confidence: told / n,
    hit_rate: hits / n,
    interval: wilsonInterval(hits, n),
  }))
}

/** Expected calibration error: mean distance between what was told and what came of it, over the rows weighted by their n. NaN without forecasts. */
export function expectedCalibrationError(rows: readonly ReliabilityRow[]): number {
  let n = 0
  let sum = 0
  for (const row of rows) {
    if (row.n === 0) continue
    n += row.n
    sum += row.n * Math.abs(row.mean_confidence - row.hit_rate)
  }
  return sum / n
}
