import { byProbability, type Forecast } from './forecast.js'

/** The Brier score and what it is made of; all NaN without forecasts. */
export interface Brier {
  readonly n: number
  /** Mean of (probability - outcome) squared, in [0, 1]: 0 is best, 0.25 is what "one half" always gets. */
  readonly score: number
  /** How far what came of each distinct forecast lies from it. Less is better. */
  readonly reliability: number
  /** How far what came of each distinct forecast lies from the base rate. More is better. */
  readonly resolution: number
  /** Score of the base rate itself, always told (climatology). score = reliability - resolution + uncertainty. */
  readonly uncertainty: number
  /** Share of forecasts that came true. */
  readonly base_rate: number
  /** 1 - score / uncertainty: below 0 the base rate alone had been the better forecast. NaN when all came out the same. */
  readonly skill: number
}

/**
 * Brier score (Brier 1950) with Murphy's decomposition (J. Appl. Meteor. 12, 1973) by distinct forecast: with buckets of several forecasts it
 * would not add up.
 */
export function brier(forecasts: readonly Forecast[]): Brier {
  const n = forecasts.length
  let squares = 0
  let hits = 0
  for (const { probability, outcome } of forecasts) {
    squares += (probability - outcome) * (probability - outcome)
    hits += outcome
  }
  const base_rate = hits / n
  const uncertainty = base_rate * (1 - base_rate)
  const score = squares / n
  const skill = uncertainty > 0 ? 1 - score / uncertainty : Number.NaN
  return { n, score, ...murphy(forecasts, base_rate), uncertainty, base_rate, skill }
}

function murphy(forecasts: readonly Forecast[], base_rate: number): { reliability: number; resolution: number } {
  let reliability = 0
  let resolution = 0
  for (const { probability, n, hits } of byProbability(forecasts)) {
    const rate = hits / n
    reliability += n * (probability - rate) * (probability - rate)
    resolution += n * (rate - base_rate) * (rate - base_rate)
  }
  return { reliability: reliability / forecasts.length, resolution: resolution / forecasts.length }
}
