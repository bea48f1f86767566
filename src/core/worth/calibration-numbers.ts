import {
  brier,
  type DatedForecast,
  expectedCalibrationError,
  logLoss,
  RATE_N_MIN,
  reliabilityTable,
  walkForward,
} from '../stats/index.js'
import type { IstDay } from '../time/index.js'
import { known } from './known-number.js'
import type { SettledAlert } from './settled-alert.js'

/** How far the confidence of alerts is from how often they reach their target; null where it is not known. */
export interface CalibrationNumbers {
  /** Alerts with a confidence and a label. A hit is "target first". */
  readonly n: number
  readonly table: readonly CalibrationRow[]
  readonly brier: number | null
  /** score = reliability - resolution + uncertainty, by distinct confidence. */
  readonly reliability: number | null
  readonly resolution: number | null
  readonly uncertainty: number | null
  /** Below 0: always telling the base rate would have been the better forecast. */
  readonly skill: number | null
  readonly log_loss: number | null
  /** Mean distance between confidence and hit rate over the buckets. */
  readonly ece: number | null
  /** The same scores after a map fitted on earlier sessions alone; null with its reason where too little is known. */
  readonly calibrated: { readonly n: number; readonly brier: number | null; readonly log_loss: number | null } | null
  readonly not_calibrated: string | null
}

/** Alerts whose confidence lies in `[from, to)`, the last bucket with its end. Rates are null below 20. */
export interface CalibrationRow {
  readonly from: number
  readonly to: number
  readonly n: number
  readonly mean_confidence: number | null
  readonly hit_rate: number | null
  readonly low: number | null
  readonly high: number | null
}

/** `days`: all sessions of the study, ascending. */
export function calibrationNumbers(alerts: readonly SettledAlert[], days: readonly IstDay[]): CalibrationNumbers {
  const forecasts = alerts.flatMap(({ outcome: { alert, barrier }, day }): DatedForecast[] =>
    barrier === undefined || Number.isNaN(alert.confidence)
      ? []
      : [{ probability: alert.confidence, outcome: barrier.label === 1 ? 1 : 0, session: day }],
  )
  const rows = reliabilityTable(forecasts)
  const score = brier(forecasts)
  const mapped = walkForward(forecasts, days, { method: 'isotonic' }).filter(({ labels }) => labels > 0)
  const calibrated = mapped.map(({ calibrated: probability, outcome }) => ({ probability, outcome }))
  return {
    n: forecasts.length,
    table: rows.map(({ from, to, n, mean_confidence, hit_rate, interval }) => {
      const is_shown = n >= RATE_N_MIN
      return {
        from,
        to,
        n,
        mean_confidence: known(mean_confidence),
        hit_rate: is_shown ? known(hit_rate) : null,
        low: is_shown ? known(interval.low) : null,
        high: is_shown ? known(interval.high) : null,
      }
    }),
    brier: known(score.score),
    reliability: known(score.reliability),
    resolution: known(score.resolution),
    uncertainty: known(score.uncertainty),
    skill: known(score.skill),
    log_loss: known(logLoss(forecasts)),
    ece: known(expectedCalibrationError(rows)),
    calibrated:
      calibrated.length === 0
        ? null
        : { n: calibrated.length, brier: known(brier(calibrated).score), log_loss: known(logLoss(calibrated)) },
    not_calibrated: calibrated.length > 0 ? null : 'fewer than 200 labels before any session but the one just before it',
  }
}
