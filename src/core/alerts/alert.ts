import type { Calendar } from '../market/index.js'
import type { Detection, EvidenceValue } from '../patterns/index.js'
import type { Levels } from './levels.js'
import type { AlertRules } from './rules.js'

/** Why a detection was held back, in the order in which the gates are asked (6.2). `no_parent`: a leg event of a claim that was held back itself. */
export const SUPPRESS_REASONS = [
  'quality',
  'low_confidence',
  'conflict',
  'conflict_tie',
  'duplicate',
  'cooldown',
  'rate_limit',
  'no_parent',
] as const
export type SuppressReason = (typeof SUPPRESS_REASONS)[number]

/** What may happen to an alert later. `update`: its confidence rose; the others end it. */
export const TRANSITIONS = ['update', 'superseded', 'target_hit', 'stop_hit', 'invalidated', 'expired'] as const
export type Transition = (typeof TRANSITIONS)[number]

/**
 * What a record says has happened. Each detection gives one record, `emitted` or `suppressed`; transitions speak of an alert emitted earlier, by
 * its id. `leg_event`: what to do with the legs of an alert emitted earlier, its `parent_id`. `conflict`: two contrary claims cancelled each other; a note, no alert.
 */
export const ALERT_STATES = ['emitted', 'suppressed', ...TRANSITIONS, 'leg_event', 'conflict'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** What a person acts on: an alert, or what to do now with its legs. */
export const isForAction = ({ state }: Pick<Alert, 'state'>): boolean => state === 'emitted' || state === 'leg_event'

/** One record. Immutable. Prices in feed units of the instrument; numbers are as they are printed (`rounded`). */
export interface Alert {
  readonly state: AlertState
  /** Of the claim, not of the record: 16 hex digits. Among records of state `emitted` no id comes twice. */
  readonly alert_id: string
  /** What was found, with its instrument, bar and evidence; in an `update` the newer one. In a `conflict` it is the better of the two, made NEUTRAL. */
  readonly detection: Detection
  readonly suppress_reason?: SuppressReason
  /** More words on it, for people. */
  readonly suppress_detail?: string
  /** The other alert it is about: that which it repeats, confirms, waits for, contradicts, supersedes, or is superseded by. */
  readonly parent_id?: string
  /** Id of the first alert of its underlying and view within the window; alerts and their transitions only. */
  readonly group_id?: string
  /** 0..1: what the gate compared, and what conflict and confirmations made of it. */
  readonly confidence: number
  /** Of the detection, and `conflict` where it won against a contrary claim. */
  readonly multipliers: Readonly<Record<string, number>>
  /** The price the pattern is about, to the tick. */
  readonly level: number
  readonly levels: Levels
  /** Begin of the bar the claim is about: part of its id. */
  readonly bar_start_ms: number
  /** When the information of this record was complete: the end of a bar; of an `expired` one its `expires_at_ms`. */
  readonly known_at_ms: number
  /** When this record was told: virtual time. */
  readonly emitted_at_ms: number
  /** No bar that ends later touches the alert any more. */
  readonly expires_at_ms: number
  /** Close of the last bar that had to do with this record. */
  readonly last_price: number
  /** How often the alert has been claimed so far, duplicates included. */
  readonly seen_count: number
  /** What the same moment said in the same direction, the best first. */
  readonly confirmations: readonly Confirmation[]
  /** Numbers that a person needs to check the record: of the detector, in a transition those of the bar that decided. */
  readonly evidence: Readonly<Record<string, EvidenceValue>>
  readonly engine_version: string
  readonly config_hash: string
}

/** A claim that was held back because a better one says the same. */
export interface Confirmation {
  readonly alert_id: string
  readonly pattern_type: string
  readonly symbol: string
  readonly confidence: number
}

/** What a desk works with. */
export interface AlertSetup {
  readonly rules: AlertRules
  /** No alert lives beyond the end of trading. */
  readonly calendar: Calendar
  /** SHA-256 of the effective configuration, hex. */
  readonly config_hash: string
  readonly engine_version: string
  /** SHA-256 of a text, hex: part of the surroundings, as the core has no library for it. */
  sha256(text: string): string
  emit(alert: Alert): void
}
