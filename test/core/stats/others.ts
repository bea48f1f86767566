import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Forecast } from '../../../src/core/stats/index.js'

/** What `golden/make-statistics.py` had other people's programs say. */
export interface Others {
  wilson: [hits: number, n: number, low: number, high: number][]
  multiple: { p: number[]; bh: AdjustedByOthers; holm: AdjustedByOthers }[]
  scores: (Outcomes & { brier: number; log_loss: number })[]
  isotonic: (Outcomes & { grid: number[]; fitted: number[] })[]
  platt: (Outcomes & { slope: number; offset: number })[]
  snooping: {
    mean_block: number
    returns: number[][]
    rows: number[][]
    variances: number[]
    p: { reality_check: number; lower: number; consistent: number; upper: number }
  }[]
  moments: { returns: number[]; sharpe: number; skew: number; kurtosis: number }
  sharpe: {
    sharpe: number
    benchmark: number
    skew: number
    kurtosis: number
    periods: number
    trials: number
    variance: number
    psr: number
    most: number
    dsr: number
    length: number | null
  }[]
  uniqueness: { spans: [number, number][]; uniqueness: number[] }[]
  overfitting: {
    blocks: number
    measure: 'mean' | 'sharpe'
    returns: number[][]
    splits: number
    probability: number
    median_logit: number
  }[]
  quantiles: { values: number[]; shares: number[]; quantiles: number[] }
}

interface AdjustedByOthers {
  adjusted: number[]
  rejected: boolean[]
}

interface Outcomes {
  p: number[]
  y: (0 | 1)[]
}

export const others: Others = JSON.parse(
  gunzipSync(readFileSync(new URL('golden/statistics.json.gz', import.meta.url))).toString(),
)

export const forecastsOf = ({ p, y }: Outcomes): Forecast[] =>
  p.map((probability, n) => ({ probability, outcome: y[n] as 0 | 1 }))

/** The largest distance between numbers of the same place. */
export function apart(found: readonly number[], told: readonly number[]): number {
  if (found.length !== told.length) return Number.POSITIVE_INFINITY
  return found.reduce((most, value, n) => Math.max(most, Math.abs(value - (told[n] as number))), 0)
}
