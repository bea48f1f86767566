import { ALERT_FIELDS, type Alert, alertCells } from '../alerts/index.js'
import type { AlertEnd, AlertReport } from './day-report.js'

const ENDS: readonly AlertEnd['state'][] = ['superseded', 'target_hit', 'stop_hit', 'invalidated', 'expired']

/** The end of an alert told earlier; undefined when the record tells of something else. */
export function endOf({ state, known_at_ms, last_price }: Alert): AlertEnd | undefined {
  const end = ENDS.find((name) => name === state)
  return end === undefined ? undefined : { state: end, at_ms: known_at_ms, price: last_price }
}

/** An alert as the page shows it, with the numbers that its record has. */
export function alertReport(alert: Alert & { readonly state: AlertReport['state'] }): AlertReport {
  const { detection, levels } = alert
  const cells = cellsOf(alert)
  return {
    id: alert.alert_id,
    state: alert.state,
    pattern: detection.pattern.id,
    subtype: detection.candidate.subtype,
    direction: detection.candidate.direction,
    action: String(cells.get('action')),
    confidence: alert.confidence,
    known_at_ms: alert.known_at_ms,
    price: detection.bar.close,
    level: alert.level,
    entry: levels.entry,
    stop: levels.stop,
    targets: levels.targets,
    risk_reward: levels.risk_reward,
    volume_ratio: numberOf(cells.get('volume_ratio')),
    evidence: JSON.parse(String(cells.get('evidence'))),
    multipliers: cells.get('multipliers') === undefined ? {} : JSON.parse(String(cells.get('multipliers'))),
    confirmations: alert.confirmations.map(({ pattern_type, symbol, confidence }) => `${pattern_type} ${symbol} ${confidence}`),
    legs: (detection.candidate.legs ?? []).map(({ instrument, side, ratio }) => `${side} ${ratio} ${instrument.symbol}`),
    end: undefined,
  }
}

/** Cells of the record by name: rounded as they are printed. */
const cellsOf = (alert: Alert): ReadonlyMap<string, unknown> => {
  const cells = alertCells(alert)
  return new Map(ALERT_FIELDS.map(({ name }, n) => [name, cells[n]]))
}

const numberOf = (cell: unknown): number | undefined => (typeof cell === 'number' ? cell : undefined)
