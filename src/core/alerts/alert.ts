import type { Candle, Field } from '../market/index.js'
import type { Detection } from '../patterns/index.js'

/** Why a detection was held back, in the order in which the gates are asked (6.2). */
export const SUPPRESS_REASONS = [
  'quality',
  'low_confidence',
  'conflict',
  'conflict_tie',
  'duplicate',
  'cooldown',
  'rate_limit',
] as const
export type SuppressReason = (typeof SUPPRESS_REASONS)[number]

/**
 * What a record says has happened. `emitted` and `suppressed` come once for each detection; the others speak of an alert emitted earlier, by its id:
 * `update` its confidence rose, the rest ends it. `conflict`: two contrary claims cancelled each other.
 */
export const ALERT_STATES = [
  'emitted',
  'suppressed',
  'update',
  'superseded',
  'target_hit',
  'stop_hit',
  'invalidated',
  'expired',
  'conflict',
] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** One record. Immutable. Prices in feed units of the instrument. */
export interface Alert {
  readonly state: AlertState
  readonly alert_id: string
  /** What was found, with its instrument, bar and evidence. */
  readonly detection: Detection
  readonly suppress_reason?: SuppressReason
  /** More words on it, for people: which gate, which other alert. */
  readonly suppress_detail?: string
  readonly confidence: number
  /** When this record was told: virtual time. */
  readonly emitted_at_ms: number
}

/** The gates, every number a default of 6.2 to 6.4. */
export interface AlertRules {
  /** Confidence an alert must have. */
  readonly min_confidence: number
}

/** What a desk works with. */
export interface AlertSetup {
  readonly rules: AlertRules
  /** SHA-256 of the effective configuration, hex. */
  readonly config_hash: string
  readonly engine_version: string
  /** SHA-256 of a text, hex: part of the surroundings, as the core has no library for it. */
  sha256(text: string): string
  emit(alert: Alert): void
}

/** Columns of an alert on output. */
export const ALERT_FIELDS: readonly Field[] = []

export type { Candle }
