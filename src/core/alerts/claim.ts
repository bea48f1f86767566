import type { Calendar } from '../market/index.js'
import type { Detection, EvidenceValue } from '../patterns/index.js'
import { MINUTE_MS } from '../time/index.js'
import type { AlertSetup } from './alert.js'
import { alertId, identityOf } from './alert-id.js'
import { type Levels, levelsOf, tickOf, toTick } from './levels.js'
import { rounded } from './rounded.js'
import { type Stance, stanceOf } from './stance.js'

/** Public priorities run up to it (6.4). */
const PRIORITY_MAX = 90
const SECOND_MS = 1000

/** A detection with everything that the gates ask of it. What only those that pass the first gates are asked is worked out when it is asked. */
export class Claim {
  readonly detection: Detection
  readonly stance: Stance
  /** As printed, before conflict and confirmations. */
  readonly confidence: number
  /** Ranks claims that contradict or confirm each other: confidence and a little of the pattern's priority. */
  readonly score: number
  readonly bar_start_ms: number
  readonly level: number
  readonly #setup: ClaimSetup
  #id: string | undefined
  #levels: Levels | undefined
  #expires_at_ms: number | undefined
  #evidence: Readonly<Record<string, EvidenceValue>> | undefined

  constructor(detection: Detection, setup: ClaimSetup) {
    const { candidate, pattern, bar, instrument, known_at_ms } = detection
    this.detection = detection
    this.#setup = setup
    this.stance = stanceOf(detection)
    this.confidence = rounded(detection.confidence)
    this.score = rounded(this.confidence + (setup.rules.priority_weight * pattern.priority) / PRIORITY_MAX)
    this.bar_start_ms = candidate.bar_start_ms ?? (pattern.cadence === 'second' ? known_at_ms - SECOND_MS : bar.open_time_ms)
    const claimed_level = candidate.level ?? Number.NaN
    this.level = toTick(Number.isFinite(claimed_level) ? claimed_level : bar.close, tickOf(instrument))
  }

  get id(): string {
    const { config_hash, sha256 } = this.#setup
    this.#id ??= alertId(identityOf(this.detection, { config_hash, bar_start_ms: this.bar_start_ms, level: this.level }), sha256)
    return this.#id
  }

  get levels(): Levels {
    this.#levels ??= levelsOf(this.detection, this.#setup.rules.stop_max_pct)
    return this.#levels
  }

  get expires_at_ms(): number {
    this.#expires_at_ms ??= expiryOf(this.detection, this.#setup)
    return this.#expires_at_ms
  }

  get evidence(): Readonly<Record<string, EvidenceValue>> {
    this.#evidence ??= evidenceOf(this.detection, this.levels)
    return this.#evidence
  }
}

type ClaimSetup = Omit<AlertSetup, 'emit' | 'onSuppressed'>

function expiryOf(detection: Detection, { rules, calendar }: ClaimSetup): number {
  const { candidate, known_at_ms } = detection
  const lasts_ms = Math.round((candidate.expires_min ?? rules.expires_min) * MINUTE_MS)
  return Math.min(known_at_ms + lasts_ms, endOfTrading(detection, calendar))
}

/** End of the continuous phase in which the claim became known. */
function endOfTrading({ instrument, session_date, known_at_ms }: Detection, calendar: Calendar): number {
  const at_s = known_at_ms / 1000
  const phase = calendar
    .sessionOf(instrument, session_date)
    .phases.find((each) => each.phase === 'continuous' && at_s > each.start_s && at_s <= each.end_s)
  return phase === undefined ? Number.POSITIVE_INFINITY : phase.end_s * 1000
}

/** What the detector tells, and what of it could not be used. */
function evidenceOf({ candidate }: Detection, levels: Levels): Record<string, EvidenceValue> {
  const unknown = Object.entries(candidate.evidence).flatMap(([name, value]) =>
    typeof value === 'number' && !Number.isFinite(value) ? [name] : [],
  )
  const level = candidate.level === undefined || Number.isFinite(candidate.level) ? [] : ['level']
  const missing = [...(candidate.missing ?? []), ...level, ...levels.missing, ...unknown]
  return {
    ...candidate.evidence,
    ...(missing.length === 0 ? {} : { missing: [...new Set(missing)] }),
    ...(levels.wrong_side.length === 0 ? {} : { wrong_side: levels.wrong_side }),
    ...(levels.stop_wanted_pct === undefined ? {} : { stop_wanted_pct: levels.stop_wanted_pct }),
  }
}

/**
 * A total order of claims that does not depend on how they came: pattern, instrument, direction, bar, level. A bank gives no two that are equal
 * in all of them.
 */
export function byIdentity(a: Claim, b: Claim): number {
  const [x, y] = [a.detection, b.detection]
  if (x.pattern.id !== y.pattern.id) return x.pattern.id < y.pattern.id ? -1 : 1
  return (
    x.instrument.instrument_token - y.instrument.instrument_token ||
    compareText(x.candidate.direction, y.candidate.direction) ||
    a.bar_start_ms - b.bar_start_ms ||
    a.level - b.level ||
    b.confidence - a.confidence
  )
}

/** The better score first; ties: lower pattern id, then lower token (6.4). */
export function byScore(a: Claim, b: Claim): number {
  return b.score - a.score || byIdentity(a, b)
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
