import { MINUTE_MS } from '../time/index.js'
import type { SuppressReason } from './alert.js'
import type { Claim } from './claim.js'
import { nameOf } from './conflict.js'
import { type Followed, isActive, isWithin, isWrong } from './followed.js'
import { rounded } from './rounded.js'
import type { AlertRules } from './rules.js'
import { areContrary } from './stance.js'

/** What a gate holds a claim back for. */
export interface Hold {
  readonly reason: SuppressReason
  readonly detail: string
  readonly parent_id?: string
}

const SECOND_MS = 1000

/** Gate 1: the data does not carry an alert, or it is told so late that it is none. */
export function qualityHold({ detection }: Claim, now_ms: number, rules: AlertRules): Hold | undefined {
  if (detection.quality_fault !== undefined) return { reason: 'quality', detail: detection.quality_fault }
  const late_ms = now_ms - detection.known_at_ms
  return late_ms > rules.told_within_s * SECOND_MS ? { reason: 'quality', detail: 'told_late' } : undefined
}

/** Gate 2. */
export function confidenceHold({ confidence }: Claim, rules: AlertRules): Hold | undefined {
  if (confidence >= rules.min_confidence) return undefined
  return { reason: 'low_confidence', detail: `${confidence} is below ${rules.min_confidence}` }
}

/**
 * Gate 3, against what was emitted before: a contrary claim within the window must be better by the margin. Alerts that the market has proven wrong
 * do not stand in the way.
 */
export function windowHold(claim: Claim, emitted: readonly Followed[], rules: AlertRules): Hold | undefined {
  for (const other of contraries(claim, emitted, rules))
    if (!(rounded(claim.score - other.claim.score) >= rules.conflict_margin))
      return { reason: 'conflict', detail: `against ${nameOf(other.claim)}`, parent_id: other.claim.id }
  return undefined
}

/** The alerts that a claim supersedes if it is emitted, given that it has passed `windowHold`. */
export function contraries(
  { stance, confidence, detection }: Claim,
  emitted: readonly Followed[],
  rules: AlertRules,
): Followed[] {
  return emitted.filter(
    (other) =>
      areContrary({ stance, confidence }, other.claim, rules.high_confidence) &&
      isWithin(detection.known_at_ms, other, rules.conflict_window_s * SECOND_MS) &&
      !isWrong(other),
  )
}

/** Gate 4: the active alert of the same instrument, pattern and direction that has this level. */
export function sameAlert({ detection, level }: Claim, active: readonly Followed[], rules: AlertRules): Followed | undefined {
  const { pattern, candidate, known_at_ms, atr } = detection
  return active.find((each) => {
    const { claim: other } = each
    const { pattern: its_pattern, candidate: its_candidate, atr: its_atr } = other.detection
    if (its_pattern.id !== pattern.id || its_candidate.direction !== candidate.direction) return false
    const reach = rounded(rules.duplicate_atr * (Number.isFinite(atr) ? atr : Number.isFinite(its_atr) ? its_atr : 0))
    return isActive(each, known_at_ms) && Math.abs(level - other.level) <= reach
  })
}

/**
 * Gate 5: alerts emitted a short while ago. What this claim supersedes is left out: it was said in the same window, and was worse. Suppressed
 * claims never hold anything back.
 */
export function cooldownHold(claim: Claim, emitted: readonly Followed[], rules: AlertRules): Hold | undefined {
  const { known_at_ms } = claim.detection
  const superseded = contraries(claim, emitted, rules)
  for (const other of emitted.filter((each) => !superseded.includes(each))) {
    const { pattern } = other.claim.detection
    const cooldowns: readonly [name: string, minutes: number, applies: boolean][] = [
      ['pattern', pattern.cooldown_min, isSame(claim, other.claim) && pattern.id === claim.detection.pattern.id],
      ['symbol', rules.symbol_cooldown_min, isSame(claim, other.claim)],
      ['opposite', rules.opposite_cooldown_min, isOpposite(claim, other.claim) && !isWrong(other)],
      ['family', rules.family_cooldown_min, pattern.category === claim.detection.pattern.category],
    ]
    for (const [name, minutes, applies] of cooldowns)
      if (applies && isWithin(known_at_ms, other, minutes * MINUTE_MS))
        return { reason: 'cooldown', detail: `${name}: ${minutes} min`, parent_id: other.claim.id }
  }
  return undefined
}

/** Nothing is delayed or held back by a group: who wants fewer messages reads one of each. */
export function groupOf({ id, stance, detection }: Claim, emitted: readonly Followed[], rules: AlertRules): string {
  const first = emitted.find(
    (other) =>
      other.claim.stance === stance &&
      other.alert.group_id === other.claim.id &&
      isWithin(detection.known_at_ms, other, rules.group_window_s * SECOND_MS),
  )
  return first?.claim.id ?? id
}

/** Instrument and direction. */
function isSame({ detection: a }: Claim, { detection: b }: Claim): boolean {
  return a.instrument.instrument_token === b.instrument.instrument_token && a.candidate.direction === b.candidate.direction
}

function isOpposite({ detection: a }: Claim, { detection: b }: Claim): boolean {
  const [x, y] = [a.candidate.direction, b.candidate.direction]
  return a.instrument.instrument_token === b.instrument.instrument_token && x !== y && x !== 'NEUTRAL' && y !== 'NEUTRAL'
}
