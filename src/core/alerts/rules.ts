import type { ParameterSpec } from '../patterns/index.js'

/** A number of the gates that the user may set, and where its default comes from. */
export interface AlertRule extends ParameterSpec {
  readonly source: string
}

/** Every number of the gates (6.2 to 6.4). Only the cooldown of one pattern is not here: each pattern has its own, `cooldown_min`. */
export const ALERT_RULES = {
  min_confidence: { default: 0.85, min: 0, max: 0.98, source: 'domain 6.2', doc: 'Confidence an alert must have' },
  high_confidence: {
    default: 0.9,
    min: 0,
    max: 0.98,
    source: 'domain 6.2, 6.4',
    doc: 'Confidence from which a BUY or SELL contradicts an option strategy that is NEUTRAL',
  },
  told_within_s: {
    default: 65,
    min: 6,
    max: 3600,
    source: 'own; the last bar of a session is told 60 s after its end',
    doc: 'What is told later than so many seconds after it was known is no alert any more',
  },
  conflict_window_s: {
    default: 120,
    min: 0,
    max: 3600,
    source: 'domain 6.4',
    doc: 'Seconds after an alert in which a contrary one must be better by `conflict_margin`',
  },
  conflict_margin: {
    default: 0.05,
    min: 0,
    max: 1,
    source: 'domain 6.4',
    doc: 'By how much the score of one claim must be better than that of a contrary one',
  },
  conflict_factor: {
    default: 0.95,
    min: 0,
    max: 1,
    source: 'domain 6.4',
    doc: 'The confidence of a claim that wins against a contrary one of the same moment is multiplied by it',
  },
  priority_weight: {
    default: 0.02,
    min: 0,
    max: 0.1,
    source: 'domain 6.4',
    doc: 'Score in a conflict: confidence + this x priority of the pattern / 90',
  },
  confirmation_bonus: {
    default: 0.01,
    min: 0,
    max: 0.1,
    source: 'own',
    doc: 'Added to the confidence for each other pattern that says the same; never lifts a claim across the gate',
  },
  confirmation_bonus_max: { default: 0.03, min: 0, max: 0.1, source: 'domain 6.4', doc: 'The most that confirmations add' },
  duplicate_atr: {
    default: 0.25,
    min: 0,
    max: 10,
    source: 'domain 6.3',
    doc: 'Levels within so many ATR (bars of 5 minutes) of an active alert are the same alert',
  },
  update_rise: {
    default: 0.05,
    min: 0.001,
    max: 1,
    source: 'domain 6.3',
    doc: 'A duplicate whose confidence is higher by this than last told gives an `update`',
  },
  symbol_cooldown_min: {
    default: 3,
    min: 0,
    max: 375,
    source: 'domain 6.3 K2',
    doc: 'Minutes between alerts of one instrument and direction',
  },
  family_cooldown_min: {
    default: 5,
    min: 0,
    max: 375,
    source: 'domain 6.3 K3',
    doc: 'Minutes between alerts of one underlying and category of pattern',
  },
  opposite_cooldown_min: {
    default: 5,
    min: 0,
    max: 375,
    source: 'domain 6.3',
    doc: 'Minutes between a BUY and a SELL of one instrument, unless the first was proven wrong',
  },
  symbol_per_hour: { default: 6, min: 1, max: 10_000, source: 'domain 6.3', doc: 'Alerts of one instrument, an hour' },
  pattern_per_hour: { default: 30, min: 1, max: 10_000, source: 'domain 6.3', doc: 'Alerts of one pattern, an hour' },
  all_per_minute: { default: 20, min: 1, max: 10_000, source: 'domain 6.3', doc: 'Alerts of all, a minute' },
  all_per_day: { default: 200, min: 1, max: 10_000, source: 'domain 6.3', doc: 'Alerts of all, a session date' },
  group_window_s: {
    default: 300,
    min: 0,
    max: 3600,
    source: 'domain 6.3',
    doc: 'Alerts of one underlying and view within so many seconds of the first share its `group_id`',
  },
  stop_max_pct: {
    default: 5,
    min: 0.1,
    max: 100,
    source: 'domain 5.0',
    doc: 'The stop is at most so far from the entry, percent',
  },
  expires_min: {
    default: 60,
    min: 1,
    max: 1440,
    source: 'contract of the detectors',
    doc: 'Minutes until an alert expires, where its detector does not say; never beyond the end of trading',
  },
} as const satisfies Readonly<Record<string, AlertRule>>

/** A value for each rule. */
export type AlertRules = Readonly<Record<keyof typeof ALERT_RULES, number>>

/** The defaults of `ALERT_RULES`. */
export const DEFAULT_ALERT_RULES = Object.fromEntries(
  Object.entries(ALERT_RULES).map(([name, rule]) => [name, rule.default]),
) as AlertRules
