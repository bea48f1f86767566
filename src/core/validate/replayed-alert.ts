import type { Alert } from '../alerts/index.js'
import type { Instrument } from '../market/index.js'
import type { Direction, EvidenceValue } from '../patterns/index.js'
import type { LoggedPrices } from './logged-alert.js'

/** One record of a replay, as far as a log is compared with it. */
export interface ReplayedAlert {
  readonly alert_id: string
  readonly state: Alert['state']
  readonly suppress_reason: string | undefined
  readonly suppress_detail: string | undefined
  readonly pattern: string
  readonly instrument: Instrument
  readonly direction: Direction
  readonly confidence: number
  /** Rupees, the doubles that output prints. */
  readonly prices: LoggedPrices
  readonly known_at_ms: number
  readonly emitted_at_ms: number
  readonly bar_start_ms: number
  readonly engine_version: string
  readonly config_hash: string
  readonly evidence: Readonly<Record<string, EvidenceValue>>
}

/** What a record of the engine says, without all that no log is compared with. */
export function replayedOf(alert: Alert): ReplayedAlert {
  const { detection, levels } = alert
  const { instrument } = detection
  const rupees = (units: number | undefined): number | undefined =>
    units === undefined ? undefined : units / instrument.price_divisor
  const prices = {
    price: rupees(detection.bar.close),
    last_price: rupees(alert.last_price),
    entry_price: rupees(levels.entry),
    target_price: rupees(levels.targets[0]),
    stop_loss: rupees(levels.stop),
    level: rupees(alert.level),
    invalidation: rupees(levels.invalidation),
  }
  return {
    alert_id: alert.alert_id,
    state: alert.state,
    suppress_reason: alert.suppress_reason,
    suppress_detail: alert.suppress_detail,
    pattern: detection.pattern.id,
    instrument,
    direction: detection.candidate.direction,
    confidence: alert.confidence,
    prices: Object.fromEntries(Object.entries(prices).filter(([, price]) => price !== undefined)),
    known_at_ms: alert.known_at_ms,
    emitted_at_ms: alert.emitted_at_ms,
    bar_start_ms: alert.bar_start_ms,
    engine_version: alert.engine_version,
    config_hash: alert.config_hash,
    evidence: alert.evidence,
  }
}
