import type { Candle } from '../market/index.js'
import type { Detection } from '../patterns/index.js'
import type { IstDay } from '../time/index.js'
import type { Alert, AlertSetup, Transition } from './alert.js'
import { byIdentity, Claim } from './claim.js'
import { type Contender, plainly, settle } from './conflict.js'
import { AlertCounter, type AlertCounts } from './counts.js'
import { type Followed, FollowedAlerts, isActive } from './followed.js'
import { confidenceHold, contraries, cooldownHold, groupOf, type Hold, qualityHold, sameAlert, windowHold } from './gates.js'
import { endingOf } from './lifecycle.js'
import { RateLimits } from './rate-limits.js'
import { type Change, conflictOf, evidenceOf, multipliersOf, recordOf, transitionOf } from './records.js'
import { rounded } from './rounded.js'

const SECOND_MS = 1000

/**
 * Decides which detections become alerts, and follows those until they end. Everything in virtual time; what comes out of a moment does not
 * depend on the order in which its detections came in.
 */
export class AlertDesk {
  readonly #setup: AlertSetup
  readonly #followed: FollowedAlerts
  readonly #limits: RateLimits
  readonly #counter = new AlertCounter()
  #detections: Detection[] = []
  /** What the bars of the present moment have ended. */
  #endings: { followed: Followed; how: Exclude<Transition, 'update'>; change: Change }[] = []
  #now_ms = Number.NEGATIVE_INFINITY
  #day: IstDay = Number.NEGATIVE_INFINITY
  /** How often each alert emitted on this session date was claimed, by id. */
  readonly #seen = new Map<string, number>()
  /** Alerts emitted on this session date, by pattern, instrument and when they were known: what leg events are told under. */
  readonly #parents = new Map<string, Followed>()

  constructor(setup: AlertSetup) {
    this.#setup = setup
    this.#followed = new FollowedAlerts(setup.rules)
    this.#limits = new RateLimits(setup.rules)
  }

  get counts(): AlertCounts {
    return this.#counter
  }

  /** A detection of the present moment; decided in `onMoment`. */
  onDetection(detection: Detection): void {
    this.#detections.push(detection)
  }

  /** A minute bar of any instrument has closed. What it does to the alerts that are active is told in `onMoment`, ahead of its detections. */
  onMinute(candle: Candle): void {
    if (candle.phase !== 'continuous' || candle.revision > 0 || candle.synthetic) return
    for (const followed of this.#followed.activeOf(candle.instrument.instrument_token)) {
      const how = endingOf(followed.claim, candle)
      if (how === undefined) continue
      const known_at_ms = how === 'expired' ? followed.claim.expires_at_ms : candle.close_time_ms
      this.#end(followed, how, { known_at_ms, last_price: candle.close, evidence: evidenceOfBar(candle) })
    }
  }

  /** The detections of a moment are all in. */
  onMoment(now_ms: number): void {
    this.#now_ms = Math.max(this.#now_ms, now_ms)
    this.#expire()
    this.#tellEndings()
    if (this.#detections.length === 0) return
    const claims = this.#detections.map((detection) => new Claim(detection, this.#setup)).sort(byIdentity)
    this.#detections = []
    this.#followed.forget(this.#now_ms - this.#setup.rules.told_within_s * SECOND_MS)
    this.#enterDay(claims.reduce((latest, { detection }) => Math.max(latest, detection.session_date), this.#day))
    for (const claim of claims) this.#followUp(claim)
    const sound = claims
      .filter(({ detection }) => detection.candidate.follows === undefined)
      .filter((claim) => this.#isSound(claim))
    for (const contender of this.#settleAll(sound).sort(byRank)) this.#decide(contender)
  }

  #expire(): void {
    for (const followed of this.#followed.expired(this.#now_ms)) {
      const { claim, alert } = followed
      this.#end(followed, 'expired', { known_at_ms: claim.expires_at_ms, last_price: alert.last_price, evidence: {} })
    }
  }

  #end(followed: Followed, how: Exclude<Transition, 'update'>, change: Change): void {
    this.#followed.end(followed, how)
    this.#endings.push({ followed, how, change })
  }

  #tellEndings(): void {
    const endings = this.#endings.sort((a, b) => a.followed.serial - b.followed.serial)
    this.#endings = []
    for (const { followed, how, change } of endings) this.#tellTransition(followed, how, change)
  }

  /** Ids carry the date: those of another day cannot come again. */
  #enterDay(day: IstDay): void {
    if (day <= this.#day) return
    this.#day = day
    this.#limits.beginDay()
    this.#seen.clear()
    this.#parents.clear()
  }

  /** A leg event goes through no gate: it is made of the quotes of its second, its detector counts the legs as traded, and who sold them must hear of it. */
  #followUp(claim: Claim): void {
    const { detection } = claim
    const { follows } = detection.candidate
    if (follows === undefined) return
    const parent = this.#parents.get(parentKey(detection, follows.known_at_ms))
    if (parent === undefined) {
      this.#suppress(plainly(claim), NO_PARENT)
      return
    }
    const { alert_id, group_id } = parent.alert
    const told = { state: 'leg_event' as const, emitted_at_ms: this.#now_ms, seen_count: 1, parent_id: alert_id }
    this.#tell(recordOf(plainly(claim), this.#setup, group_id === undefined ? told : { ...told, group_id }))
    if (follows.ends === undefined || parent.ended !== undefined) return
    const { known_at_ms, bar } = detection
    this.#end(parent, follows.ends, { known_at_ms, last_price: bar.close, evidence: { leg_event: claim.id } })
    this.#tellEndings()
  }

  /** Gates 1 and 2. */
  #isSound(claim: Claim): boolean {
    const { rules } = this.#setup
    const hold = qualityHold(claim, this.#now_ms, rules) ?? confidenceHold(claim, rules)
    if (hold !== undefined) this.#suppress(plainly(claim), hold)
    return hold === undefined
  }

  /** Gate 3 within the moment: the claims that are left. */
  #settleAll(claims: readonly Claim[]): Contender[] {
    return byUnderlying(claims).flatMap((group) => {
      const { winners, losers, tie } = settle(group, this.#setup.rules)
      for (const { contender, reason, detail, by } of losers) this.#suppress(contender, { reason, detail, parent_id: by.id })
      if (tie !== undefined) this.#tell(conflictOf(...tie, this.#setup, this.#now_ms))
      return winners
    })
  }

  #decide(contender: Contender): void {
    const { claim } = contender
    const hold = this.#laterHold(claim, this.#followed.of(claim.detection.underlying))
    if (hold === undefined) this.#emit(contender)
    else if (hold.reason === 'duplicate') this.#repeat(contender, hold)
    else this.#suppress(contender, hold)
  }

  /** Gate 3 against earlier alerts, and the gates after it. */
  #laterHold(claim: Claim, emitted: readonly Followed[]): Hold | undefined {
    const { rules } = this.#setup
    return (
      windowHold(claim, emitted, rules) ??
      this.#repeatHold(claim) ??
      cooldownHold(claim, emitted, rules) ??
      this.#limits.hold(claim.detection, this.#now_ms)
    )
  }

  /** Gate 4. */
  #repeatHold(claim: Claim): Hold | undefined {
    const same = this.#sameAs(claim)
    if (same !== undefined) return { reason: 'duplicate', detail: 'of an active alert', parent_id: same.claim.id }
    return this.#seen.has(claim.id) ? { reason: 'duplicate', detail: 'of an alert that is over', parent_id: claim.id } : undefined
  }

  #sameAs(claim: Claim): Followed | undefined {
    return sameAlert(claim, this.#followed.activeOf(claim.detection.instrument.instrument_token), this.#setup.rules)
  }

  /** The alert was told before: it counts one more, and says so where it has become surer. */
  #repeat(contender: Contender, hold: Hold): void {
    const { claim, confidence } = contender
    const id = hold.parent_id ?? claim.id
    this.#seen.set(id, (this.#seen.get(id) ?? 1) + 1)
    this.#suppress(contender, hold)
    const same = this.#sameAs(claim)
    if (same === undefined || !(rounded(confidence - same.confidence) >= this.#setup.rules.update_rise)) return
    same.confidence = confidence
    const { detection } = claim
    this.#tellTransition(same, 'update', {
      detection,
      known_at_ms: detection.known_at_ms,
      last_price: detection.bar.close,
      evidence: evidenceOf(contender),
      multipliers: multipliersOf(contender, this.#setup.rules),
    })
  }

  #emit(contender: Contender): void {
    const { rules } = this.#setup
    const { claim } = contender
    const { known_at_ms, underlying } = claim.detection
    const emitted = this.#followed.of(underlying)
    const superseded = contraries(claim, emitted, rules).filter((each) => isActive(each, known_at_ms))
    const parent = superseded[0] === undefined ? {} : { parent_id: superseded[0].claim.id }
    const told = {
      state: 'emitted' as const,
      emitted_at_ms: this.#now_ms,
      seen_count: 1,
      group_id: groupOf(claim, emitted, rules),
    }
    const alert = recordOf(contender, this.#setup, { ...told, ...parent })
    this.#seen.set(claim.id, 1)
    this.#parents.set(parentKey(claim.detection, known_at_ms), this.#followed.add(claim, alert))
    this.#tell(alert)
    claim.detection.onEmitted?.()
    for (const each of superseded)
      this.#end(each, 'superseded', { known_at_ms, last_price: each.alert.last_price, evidence: {}, parent_id: claim.id })
    this.#tellEndings()
  }

  #suppress(contender: Contender, { reason, detail, parent_id }: Hold): void {
    const { onSuppressed } = this.#setup
    if (onSuppressed !== undefined) {
      const { detection } = contender.claim
      this.#counter.add({ state: 'suppressed', suppress_reason: reason, detection })
      onSuppressed(detection, reason)
      return
    }
    const told = { state: 'suppressed' as const, suppress_reason: reason, suppress_detail: detail, emitted_at_ms: this.#now_ms }
    const parent = parent_id === undefined ? {} : { parent_id }
    const seen_count = reason === 'duplicate' ? (this.#seen.get(parent_id ?? '') ?? 1) : 1
    this.#tell(recordOf(contender, this.#setup, { ...told, ...parent, seen_count }))
  }

  #tellTransition(followed: Followed, how: Transition, change: Change): void {
    const { alert, claim, confidence } = followed
    const seen_count = this.#seen.get(claim.id) ?? alert.seen_count
    this.#tell(transitionOf(followed, how, { confidence, ...change, emitted_at_ms: this.#now_ms, seen_count }))
  }

  #tell(alert: Alert): void {
    this.#counter.add(alert)
    this.#setup.emit(alert)
  }
}

const NO_PARENT: Hold = { reason: 'no_parent', detail: 'the alert that it follows was not emitted' }

const parentKey = ({ pattern, instrument }: Detection, known_at_ms: number): string =>
  `${pattern.id}|${instrument.instrument_token}|${known_at_ms}`

function byUnderlying(claims: readonly Claim[]): Claim[][] {
  const groups = new Map<string, Claim[]>()
  for (const claim of claims) {
    const { underlying } = claim.detection
    const group = groups.get(underlying)
    if (group === undefined) groups.set(underlying, [claim])
    else group.push(claim)
  }
  return [...groups.values()]
}

/** What the rate limits prefer: the surer and the more rewarding first. A claim without stop or target counts as 1 to 1. */
function byRank(a: Contender, b: Contender): number {
  return rankOf(b) - rankOf(a) || byIdentity(a.claim, b.claim)
}

function rankOf({ confidence, claim }: Contender): number {
  return rounded(confidence * (claim.levels.risk_reward ?? 1))
}

/** In rupees, so that a person can compare it with the chart. */
function evidenceOfBar({ instrument, open_time_ms, open, high, low, close }: Candle): Alert['evidence'] {
  const rupees = (price: number): number => price / instrument.price_divisor
  return { bar_start_ms: open_time_ms, open: rupees(open), high: rupees(high), low: rupees(low), close: rupees(close) }
}
