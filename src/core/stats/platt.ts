import type { Calibration } from './calibration.js'
import { exp, log } from './exp-log.js'
import type { Forecast } from './forecast.js'

/** p -> 1 / (1 + exp(slope p + offset)). */
export interface PlattCalibration extends Calibration {
  /** Below 0 when more confidence meant more hits. */
  readonly slope: number
  readonly offset: number
}

/**
 * Platt's scaling (1999): the logistic curve most likely to have made the outcomes, which are taken as (hits + 1) / (hits + 2) and
 * 1 / (misses + 2) in place of 1 and 0, so that it never claims to be certain. Found by Newton's method with shorter steps where a whole one makes
 * it worse (Lin, Lin and Weng, Machine Learning 68, 2007). Undefined without forecasts.
 */
export function fitPlatt(forecasts: readonly Forecast[]): PlattCalibration | undefined {
  if (forecasts.length === 0) return undefined
  const hits = forecasts.reduce((sum, { outcome }) => sum + outcome, 0)
  const hit = (hits + 1) / (hits + 2)
  const miss = 1 / (forecasts.length - hits + 2)
  const points = forecasts.map(({ probability, outcome }) => ({ score: probability, target: outcome === 1 ? hit : miss }))
  // At the start the curve is level, at the base rate.
  let curve: Curve = { slope: 0, offset: log((forecasts.length - hits + 1) / (hits + 1)) }
  for (let step = 0; step < STEPS_MAX; step++) {
    const next = better(points, curve)
    if (next === undefined) break
    curve = next
  }
  const { slope, offset } = curve
  return { slope, offset, at: (probability) => chance(slope * probability + offset) }
}

const STEPS_MAX = 100
/** Halvings of a step: below it nothing is to be gained. */
const STEP_MIN = 1e-10
const GRADIENT_MIN = 1e-12
/** Near the top the cost no longer tells one step from the next, the gradient does. */
const COST_NOISE = 1e-14
/** Keeps the matrix of second derivatives invertible when all scores are the same. */
const RIDGE = 1e-12

interface Point {
  readonly score: number
  readonly target: number
}

interface Curve {
  readonly slope: number
  readonly offset: number
}

/** One step of Newton's method; undefined at the top. */
function better(points: readonly Point[], { slope, offset }: Curve): Curve | undefined {
  let [g1, g2, h11, h21, h22] = [0, 0, RIDGE, 0, RIDGE]
  for (const { score, target } of points) {
    const p = chance(slope * score + offset)
    const off = target - p
    const weight = p * (1 - p)
    g1 += off * score
    g2 += off
    h11 += weight * score * score
    h21 += weight * score
    h22 += weight
  }
  if (Math.abs(g1) <= GRADIENT_MIN * points.length && Math.abs(g2) <= GRADIENT_MIN * points.length) return undefined
  const determinant = h11 * h22 - h21 * h21
  const [d1, d2] = [-(h22 * g1 - h21 * g2) / determinant, -(h11 * g2 - h21 * g1) / determinant]
  const before = costOf(points, { slope, offset })
  for (let size = 1; size >= STEP_MIN; size /= 2) {
    const curve = { slope: slope + size * d1, offset: offset + size * d2 }
    if (costOf(points, curve) <= before * (1 + COST_NOISE)) return curve
  }
  return undefined
}

/** Minus the log likelihood. */
function costOf(points: readonly Point[], { slope, offset }: Curve): number {
  let cost = 0
  for (const { score, target } of points) {
    const f = slope * score + offset
    cost += f >= 0 ? target * f + log(1 + exp(-f)) : (target - 1) * f + log(1 + exp(f))
  }
  return cost
}

/** 1 / (1 + exp(f)), of small numbers only. */
const chance = (f: number): number => (f >= 0 ? exp(-f) / (1 + exp(-f)) : 1 / (1 + exp(f)))
