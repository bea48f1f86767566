import type { Detection, Direction } from '../patterns/index.js'
import { formatDate } from '../time/index.js'
import type { Alert } from './alert.js'
import { ALERT_FIELDS, ALERT_SCHEMA_VERSION } from './fields.js'
import { rounded } from './rounded.js'

/** A value of a record: prices in feed units, JSON as text, undefined where the record has none. */
export type AlertCell = number | string | boolean | undefined

/** A cell for each of `ALERT_FIELDS`, in their order; `detection.instrument.price_divisor` is that of all prices. */
export function alertCells(alert: Alert): AlertCell[] {
  const cells = { ...ofDetection(alert.detection), ...ofRecord(alert), ...ofJson(alert) }
  return ALERT_FIELDS.map(({ name }) => cells[name])
}

const ACTIONS: Readonly<Record<Direction, string>> = { BUY: 'BUY_LIMIT', SELL: 'SELL_LIMIT', NEUTRAL: 'WATCH' }

function ofDetection(detection: Detection) {
  const { pattern, candidate, instrument, bar, regime } = detection
  return {
    pattern_type: pattern.id,
    symbol: instrument.symbol,
    price: bar.close,
    volume_ratio: known(detection.volume_ratio),
    signal: candidate.direction,
    action: candidate.action ?? ACTIONS[candidate.direction],
    price_change_pct: known(detection.price_change_pct),
    volume: bar.volume_na ? undefined : bar.volume,
    vix_level: known(detection.vix),
    market_regime: regime,
    pattern_category: pattern.category,
    session_date: formatDate(detection.session_date),
    exchange: instrument.exchange,
    instrument_token: instrument.instrument_token,
    interval: pattern.cadence === 'second' ? '1s' : bar.interval,
    direction: candidate.direction,
    subtype: candidate.subtype,
    confidence_raw: rounded(detection.confidence_raw),
    calibrated_confidence: undefined,
    calibration_id: undefined,
  }
}

function ofRecord(alert: Alert) {
  const { levels } = alert
  return {
    confidence: alert.confidence,
    last_price: alert.last_price,
    expected_move: levels.expected_move,
    entry_price: levels.entry,
    target_price: levels.targets[0],
    stop_loss: levels.stop,
    risk_reward: levels.risk_reward,
    timestamp_ms: alert.known_at_ms,
    schema_version: ALERT_SCHEMA_VERSION,
    alert_id: alert.alert_id,
    state: alert.state,
    suppress_reason: alert.suppress_reason,
    suppress_detail: alert.suppress_detail,
    bar_start_ms: alert.bar_start_ms,
    known_at_ms: alert.known_at_ms,
    emitted_at_ms: alert.emitted_at_ms,
    level: alert.level,
    invalidation: levels.invalidation,
    expires_at_ms: alert.expires_at_ms,
    seen_count: alert.seen_count,
    group_id: alert.group_id,
    parent_id: alert.parent_id,
    engine_version: alert.engine_version,
    config_hash: alert.config_hash,
  }
}

function ofJson({ detection, levels, multipliers, confirmations, evidence }: Alert) {
  const { bar, candidate, instrument, stale_ms, spread_bps, vix } = detection
  const legs = (candidate.legs ?? []).map(({ instrument: leg, side, ratio, price }) => ({
    instrument_token: leg.instrument_token,
    symbol: leg.symbol,
    side,
    ratio,
    price: price / leg.price_divisor,
  }))
  const targets = levels.targets.map((price) => price / instrument.price_divisor)
  return {
    targets: targets.length === 0 ? undefined : json(targets),
    legs: legs.length === 0 ? undefined : json(legs),
    multipliers: Object.keys(multipliers).length === 0 ? undefined : json(multipliers),
    quality: json({ complete: bar.complete, stale_ms, spread_bps, ...(Number.isFinite(vix) ? {} : { vix_missing: true }) }),
    confirmations: confirmations.length === 0 ? undefined : json(confirmations),
    evidence: json(evidence),
  }
}

const known = (value: number): number | undefined => (Number.isFinite(value) ? rounded(value) : undefined)

/** Numbers rounded, and left out where they are none (null within a list). */
function json(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? known(each) : each))
}
