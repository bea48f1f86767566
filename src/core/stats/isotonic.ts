import type { Calibration } from './calibration.js'
import { byProbability, type Forecast, type ForecastGroup } from './forecast.js'

/**
 * The never falling values nearest to `values` in weighted squares (pool adjacent violators; Ayer and others 1955): a run that falls becomes its
 * weighted mean.
 */
export function poolAdjacentViolators(values: readonly number[], weights: readonly number[]): number[] {
  const pools: { value: number; weight: number; length: number }[] = []
  for (const [n, value] of values.entries()) {
    let pool = { value, weight: weights[n] as number, length: 1 }
    for (let last = pools.at(-1); last !== undefined && last.value >= pool.value; last = pools.at(-1)) {
      const weight = last.weight + pool.weight
      // Equal values stay what they are to the last bit, so that a second time changes nothing.
      const pooled = last.value === pool.value ? pool.value : (last.value * last.weight + pool.value * pool.weight) / weight
      pool = { value: pooled, weight, length: last.length + pool.length }
      pools.pop()
    }
    pools.push(pool)
  }
  return pools.flatMap(({ value, length }) => new Array<number>(length).fill(value))
}

/**
 * Isotonic regression of outcomes on probabilities: the hit rate of each distinct probability, pooled until none falls; straight between two
 * neighbours, level beyond the ends. Undefined without forecasts.
 */
export function fitIsotonic(forecasts: readonly Forecast[]): Calibration | undefined {
  const knots = byProbability(forecasts)
  const heights = poolAdjacentViolators(
    knots.map(({ hits, n }) => hits / n),
    knots.map(({ n }) => n),
  )
  const last = knots.length - 1
  if (last < 0) return undefined
  const place = (n: number): number => (knots[n] as ForecastGroup).probability
  const height = (n: number): number => heights[n] as number
  return {
    at(probability) {
      if (probability <= place(0)) return height(0)
      if (probability >= place(last)) return height(last)
      const right = knots.findIndex((knot) => knot.probability >= probability)
      const share = (probability - place(right - 1)) / (place(right) - place(right - 1))
      return Math.min(height(right), height(right - 1) + share * (height(right) - height(right - 1)))
    },
  }
}
