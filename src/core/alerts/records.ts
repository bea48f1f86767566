import type { Alert, AlertSetup, Transition } from './alert.js'
import { type Claim, claimOf } from './claim.js'
import { type Contender, nameOf, plainly } from './conflict.js'
import type { Followed } from './followed.js'
import type { AlertRules } from './rules.js'

/** What a record adds to its claim. */
export type Told = Pick<Alert, 'state' | 'emitted_at_ms' | 'seen_count'> &
  Partial<Pick<Alert, 'suppress_reason' | 'suppress_detail' | 'parent_id' | 'group_id'>>

/** What a transition changes of its alert. */
export type Change = Pick<Alert, 'known_at_ms' | 'last_price' | 'evidence'> &
  Partial<Pick<Alert, 'detection' | 'confidence' | 'multipliers' | 'parent_id'>>

/** The record of a claim. */
export function recordOf(contender: Contender, { config_hash, engine_version, rules }: AlertSetup, told: Told): Alert {
  const { claim, confidence, confirmations } = contender
  const { detection, level, levels, bar_start_ms, expires_at_ms } = claim
  return {
    ...told,
    alert_id: claim.id,
    detection,
    confidence,
    multipliers: multipliersOf(contender, rules),
    level,
    levels,
    bar_start_ms,
    known_at_ms: detection.known_at_ms,
    expires_at_ms,
    last_price: detection.bar.close,
    confirmations,
    evidence: evidenceOf(contender),
    engine_version,
    config_hash,
  }
}

/** Those of the detection, and that of a conflict won. */
export function multipliersOf({ claim, against }: Contender, { conflict_factor }: AlertRules): Alert['multipliers'] {
  const { multipliers } = claim.detection
  return against === undefined ? multipliers : { ...multipliers, conflict: conflict_factor }
}

/** What the detector tells, and what confirmations added. */
export function evidenceOf({ claim, bonus }: Contender): Alert['evidence'] {
  return bonus === 0 ? claim.evidence : { ...claim.evidence, confirmation_bonus: bonus }
}

/** A transition repeats its alert but for what has changed. */
export function transitionOf(
  { alert: { parent_id: _, ...alert } }: Followed,
  state: Transition,
  change: Change & Pick<Alert, 'emitted_at_ms' | 'seen_count'>,
): Alert {
  return { ...alert, state, ...change }
}

/** The note that two contrary claims cancelled each other: the better one made NEUTRAL, with both as its evidence and an id of its own. */
export function conflictOf(better: Claim, worse: Claim, setup: AlertSetup, emitted_at_ms: number): Alert {
  const { detection, level, bar_start_ms } = better
  const both = [better, worse]
  const evidence = {
    claims: both.map(nameOf),
    alert_ids: both.map(({ id }) => id),
    scores: both.map(({ score }) => score),
  }
  const candidate = { direction: 'NEUTRAL' as const, score: detection.candidate.score, level, bar_start_ms, evidence }
  const note = claimOf({ ...detection, candidate }, setup)
  return recordOf(plainly(note), setup, { state: 'conflict', emitted_at_ms, seen_count: 1 })
}
