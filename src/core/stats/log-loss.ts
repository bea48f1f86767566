import { log } from './exp-log.js'
import type { Forecast } from './forecast.js'

/** A forecast of 0 or 1 is taken as this far from it: one that was wrong would otherwise cost an infinity. */
export const LOG_LOSS_EDGE = 1e-15

/** Mean of -log of the probability given to what happened, natural logarithm; ln 2 is what "one half" always gets. NaN without forecasts. */
export function logLoss(forecasts: readonly Forecast[]): number {
  let sum = 0
  for (const { probability, outcome } of forecasts) {
    const within = Math.min(1 - LOG_LOSS_EDGE, Math.max(LOG_LOSS_EDGE, probability))
    sum -= log(outcome === 1 ? within : 1 - within)
  }
  return sum / forecasts.length
}
