import { assert } from '../assert.js'
import type { Calibration } from './calibration.js'
import type { Forecast } from './forecast.js'
import { fitIsotonic } from './isotonic.js'
import { fitPlatt } from './platt.js'

/** A forecast and the session it was made in: any number that grows from session to session, e.g. the IST day. */
export interface DatedForecast extends Forecast {
  readonly session: number
}

/** A forecast put right by what was known before its session. */
export interface CalibratedForecast extends DatedForecast {
  /** As told when `labels` is 0. */
  readonly calibrated: number
  /** Outcomes the map was fitted on; 0: there were too few, and the probability is the raw one. */
  readonly labels: number
}

export const CALIBRATION_METHODS = ['isotonic', 'platt'] as const
export type CalibrationMethod = (typeof CALIBRATION_METHODS)[number]

/** How a map is fitted, anew for each session. */
export interface WalkForwardOptions {
  readonly method: CalibrationMethod
  /** Sessions just before the one judged that are left out: their outcomes may overlap with it. Default 1. */
  readonly embargo?: number
  /** Fewer outcomes make no map. Default 200. */
  readonly labels_min?: number
}

/**
 * Calibrates each forecast by a map fitted on the outcomes of earlier sessions alone. `sessions` are all sessions of the study, ascending,
 * those without forecasts too: they count for the embargo. Answers are in the order of the forecasts.
 */
export function walkForward(
  forecasts: readonly DatedForecast[],
  sessions: readonly number[],
  { method, embargo = 1, labels_min = 200 }: WalkForwardOptions,
): CalibratedForecast[] {
  const fit: (past: readonly Forecast[]) => Calibration | undefined = method === 'isotonic' ? fitIsotonic : fitPlatt
  const known = new Set(sessions)
  assert(
    forecasts.every(({ session }) => known.has(session)),
    'each forecast was made in a session of the study',
  )
  const maps = new Map<number, { map: Calibration | undefined; labels: number }>()
  for (const [n, session] of sessions.entries()) {
    const before = sessions[n - embargo] ?? -Infinity
    const past = forecasts.filter((forecast) => forecast.session < before)
    if (past.length >= labels_min) maps.set(session, { map: fit(past), labels: past.length })
  }
  return forecasts.map((forecast) => {
    const fitted = maps.get(forecast.session)
    const calibrated = fitted?.map?.at(forecast.probability) ?? forecast.probability
    return { ...forecast, calibrated, labels: fitted?.labels ?? 0 }
  })
}
