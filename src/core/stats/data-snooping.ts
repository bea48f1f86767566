import { assert } from '../assert.js'
import { log } from './exp-log.js'
import { permutationPValue } from './permutation.js'
import { type Resampler, stationaryVariance } from './stationary-bootstrap.js'

/** Is the best of many configurations better than the benchmark, or only the luckiest? All p-values NaN with fewer than 3 sessions or none to judge. */
export interface DataSnooping {
  /** Configuration with the largest mean; the first of equals. -1 when there is none. */
  readonly best: number
  /** Reality check (White, Econometrica 68, 2000): p of the largest mean. */
  readonly reality_check_p: number
  /** Test for superior predictive ability (Hansen, JBES 23, 2005): p of the largest mean over its deviation, configurations much worse left out. */
  readonly spa_p: number
  /** Bounds of `spa_p`: all that are worse than the benchmark left out, and none. */
  readonly spa_lower_p: number
  readonly spa_upper_p: number
  /** Configurations that never differ from their mean (e.g. never traded): no deviation to divide by, so they are in no part of `spa_p`. */
  readonly without_variance: number
}

/**
 * Both tests over one set of bootstrap samples. `excess[k][t]` is what configuration k earned above the benchmark in session t; larger is
 * better. `mean_block` is that of the bootstrap, in sessions; 5 to 10 are usual. p as of a permutation test: (1 + reached) / (1 + draws).
 */
export function dataSnooping(
  excess: readonly ArrayLike<number>[],
  { draws, mean_block, resampler }: { draws: number; mean_block: number; resampler: Resampler },
): DataSnooping {
  const sessions = excess[0]?.length ?? 0
  assert(
    excess.every(({ length }) => length === sessions),
    'all configurations have the same sessions',
  )
  const judged = excess.map((values) => judge(values, mean_block))
  const best = judged.reduce((found, { mean }, k) => (mean > (judged[found]?.mean ?? -Infinity) ? k : found), -1)
  const without_variance = judged.filter(({ deviation }) => !(deviation > 0)).length
  const p = sessions >= SESSIONS_MIN && best >= 0 ? pValues(excess, judged, { draws, resampler }) : NO_P
  return { best, ...p, without_variance }
}

/** log(log(n)) has no square root before. */
const SESSIONS_MIN = 3
const NO_P = {
  reality_check_p: Number.NaN,
  spa_p: Number.NaN,
  spa_lower_p: Number.NaN,
  spa_upper_p: Number.NaN,
} as const

interface Judged {
  readonly mean: number
  /** Of sqrt(sessions) x mean. */
  readonly deviation: number
}

function judge(values: ArrayLike<number>, mean_block: number): Judged {
  let sum = 0
  for (let t = 0; t < values.length; t++) sum += values[t] as number
  return { mean: sum / values.length, deviation: deviationOf(values, mean_block) }
}

/** 0 for equal values, which the roundings of their mean would hide. */
function deviationOf(values: ArrayLike<number>, mean_block: number): number {
  for (let t = 1; t < values.length; t++) if (values[t] !== values[0]) return Math.sqrt(stationaryVariance(values, mean_block))
  return 0
}

type PValues = { readonly [name in keyof typeof NO_P]: number }

function pValues(
  excess: readonly ArrayLike<number>[],
  judged: readonly Judged[],
  { draws, resampler }: { draws: number; resampler: Resampler },
): PValues {
  const sessions = excess[0]?.length ?? 0
  const root = Math.sqrt(sessions)
  const poor = -Math.sqrt(2 * log(log(sessions)))
  const largest = { mean: -Infinity, ratio: -Infinity }
  for (const { mean, deviation } of judged) {
    largest.mean = Math.max(largest.mean, mean)
    if (deviation > 0) largest.ratio = Math.max(largest.ratio, (root * mean) / deviation)
  }
  const drawn = {
    mean: new Float64Array(draws).fill(-Infinity),
    ratio: new Float64Array(draws),
    lower: new Float64Array(draws),
    upper: new Float64Array(draws),
  }
  for (let draw = 0; draw < draws; draw++) {
    const rows = resampler.next()
    for (const [k, values] of excess.entries()) {
      const { mean, deviation } = judged[k] as Judged
      const drawn_mean = meanOfRows(values, rows)
      raise(drawn.mean, draw, drawn_mean - mean)
      if (!(deviation > 0)) continue
      const scale = root / deviation
      raise(drawn.lower, draw, scale * (drawn_mean - Math.max(mean, 0)))
      raise(drawn.ratio, draw, scale * (drawn_mean - (scale * mean >= poor ? mean : 0)))
      raise(drawn.upper, draw, scale * (drawn_mean - mean))
    }
  }
  // Hansen's statistic is never below 0, as its draws are not; with nothing to divide by there is none.
  const spa = (values: Float64Array): number =>
    largest.ratio === -Infinity ? Number.NaN : permutationPValue(largest.ratio, values)
  return {
    reality_check_p: permutationPValue(largest.mean, drawn.mean),
    spa_p: spa(drawn.ratio),
    spa_lower_p: spa(drawn.lower),
    spa_upper_p: spa(drawn.upper),
  }
}

function meanOfRows(values: ArrayLike<number>, rows: Int32Array): number {
  let sum = 0
  for (let n = 0; n < rows.length; n++) sum += values[rows[n] as number] as number
  return sum / rows.length
}

function raise(values: Float64Array, at: number, value: number): void {
  if (value > (values[at] as number)) values[at] = value
}
