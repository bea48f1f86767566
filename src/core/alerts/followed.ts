import { MINUTE_MS } from '../time/index.js'
import type { Alert, Transition } from './alert.js'
import type { Claim } from './claim.js'
import { isExpired } from './lifecycle.js'
import type { AlertRules } from './rules.js'

const SECOND_MS = 1000

/** An emitted alert and what has become of it. */
export interface Followed {
  readonly claim: Claim
  /** As it was emitted. */
  readonly alert: Alert
  /** Counts emitted alerts. */
  readonly serial: number
  /** As last told, in `emitted` or an `update`. */
  confidence: number
  /** Undefined while it is active. */
  ended: Exclude<Transition, 'update'> | undefined
}

/** Not ended, and at that time not expired, though that is told a little later. */
export const isActive = ({ ended, claim }: Followed, known_at_ms: number): boolean =>
  ended === undefined && known_at_ms < claim.expires_at_ms

/** The market has said no: nothing needs to wait for it. */
export const isWrong = ({ ended }: Followed): boolean => ended === 'stop_hit' || ended === 'invalidated' || ended === 'superseded'

/** True while a claim of that time falls within `window_ms` after the alert; half-open. By when they were known: telling takes a little longer now and then. */
export const isWithin = (known_at_ms: number, { claim }: Followed, window_ms: number): boolean =>
  known_at_ms < claim.detection.known_at_ms + window_ms

/** Emitted alerts by underlying, as long as a gate can ask for them: some hundreds a day at most, however many detections there are. */
export class FollowedAlerts {
  readonly #rules: AlertRules
  readonly #by_underlying = new Map<string, Followed[]>()
  readonly #active = new Map<number, Followed[]>()
  #serial = 0
  /** No active one expires earlier. */
  #next_expiry_ms = Number.POSITIVE_INFINITY
  #forgot_ms = Number.NEGATIVE_INFINITY

  constructor(rules: AlertRules) {
    this.#rules = rules
  }

  /** Of one underlying, the oldest first. */
  of(underlying: string): readonly Followed[] {
    return this.#by_underlying.get(underlying) ?? NONE
  }

  /** Active ones of one instrument, the oldest first. */
  activeOf(token: number): readonly Followed[] {
    return this.#active.get(token) ?? NONE
  }

  /** Active ones that no bar from now on touches, by instrument. */
  expired(now_ms: number): readonly Followed[] {
    if (!(now_ms > this.#next_expiry_ms)) return NONE
    const active = [...this.#active.values()].flat()
    const expired = active.filter(({ claim }) => isExpired(claim, now_ms))
    this.#next_expiry_ms = Math.min(...active.filter((each) => !expired.includes(each)).map(({ claim }) => claim.expires_at_ms))
    return expired
  }

  add(claim: Claim, alert: Alert): Followed {
    const { underlying, instrument } = claim.detection
    const { confidence } = alert
    const followed: Followed = { claim, alert, serial: this.#serial++, confidence, ended: undefined }
    push(this.#by_underlying, underlying, followed)
    push(this.#active, instrument.instrument_token, followed)
    this.#next_expiry_ms = Math.min(this.#next_expiry_ms, claim.expires_at_ms)
    return followed
  }

  end(followed: Followed, how: Exclude<Transition, 'update'>): void {
    followed.ended = how
    const token = followed.claim.detection.instrument.instrument_token
    const left = this.activeOf(token).filter((each) => each !== followed)
    if (left.length > 0) this.#active.set(token, left)
    else this.#active.delete(token)
  }

  /** Drops what has ended and is out of every window; now and then, as it changes nothing but memory. */
  forget(now_ms: number): void {
    if (now_ms < this.#forgot_ms + MINUTE_MS) return
    this.#forgot_ms = now_ms
    for (const [underlying, alerts] of this.#by_underlying) {
      const left = alerts.filter((each) => each.ended === undefined || isWithin(now_ms, each, this.#longestWindow(each)))
      if (left.length === 0) this.#by_underlying.delete(underlying)
      else if (left.length < alerts.length) this.#by_underlying.set(underlying, left)
    }
  }

  #longestWindow({ claim }: Followed): number {
    const { symbol_cooldown_min, family_cooldown_min, opposite_cooldown_min, conflict_window_s, group_window_s } = this.#rules
    const { cooldown_min } = claim.detection.pattern
    return Math.max(
      MINUTE_MS * Math.max(cooldown_min, symbol_cooldown_min, family_cooldown_min, opposite_cooldown_min),
      SECOND_MS * Math.max(conflict_window_s, group_window_s),
    )
  }
}

const NONE: readonly Followed[] = []

function push<K>(map: Map<K, Followed[]>, key: K, followed: Followed): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [followed])
  else known.push(followed)
}
