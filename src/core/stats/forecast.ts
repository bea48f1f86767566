/** A probability that was told, and what came of it. */
export interface Forecast {
  /** In [0, 1]. */
  readonly probability: number
  readonly outcome: 0 | 1
}

/** All forecasts of one probability. */
export interface ForecastGroup {
  readonly probability: number
  readonly n: number
  /** How many came true. */
  readonly hits: number
}

/** The distinct forecasts, from low to high: sums over them have one order. */
export function byProbability(forecasts: readonly Forecast[]): ForecastGroup[] {
  const groups = new Map<number, { probability: number; n: number; hits: number }>()
  for (const { probability, outcome } of forecasts) {
    const group = groups.get(probability) ?? { probability, n: 0, hits: 0 }
    group.n++
    group.hits += outcome
    groups.set(probability, group)
  }
  return [...groups.values()].sort((a, b) => a.probability - b.probability)
}
