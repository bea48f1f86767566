import { type Frame, isText } from '../recording/index.js'
import type { TimestampMs } from '../time/index.js'
import { HEARTBEAT_BYTES } from '../wire/index.js'
import { ClientLine, type LineOutput } from './client-line.js'
import type { Fault, FaultAction, FaultDone } from './fault.js'
import type { FaultPlan } from './fault-plan.js'
import { greetingTexts } from './greeting.js'
import { PacketCache } from './packet-cache.js'
import { WalkedMessage } from './walked-message.js'

/** How the exchange takes a login. `expired`: the usual token is no good; `access_token` says which one is, if any. */
export type LoginRule =
  | { readonly kind: 'usual' }
  /** With this status of HTTP, or never an answer. */
  | { readonly kind: 'refused'; readonly status: number | 'hang' }
  | { readonly kind: 'expired'; readonly access_token: string | undefined }

type Expiry = Extract<FaultAction, { fault: 'expire' }>

/**
 * The exchange in the box: gets the records at their time and gives every client what it asked for. Knows virtual time only, and nothing of
 * sockets.
 */
export class Exchange {
  readonly cache = new PacketCache()
  /** Virtual time: that of the last record, or of the first one before it is played. Undefined until that is known. */
  now_ms: TimestampMs | undefined
  /** Requests of all clients so far. */
  requests = 0
  readonly #message = new WalkedMessage()
  readonly #onFault: (done: FaultDone) => void
  /** By slot. Never changed: taken as it is, it may be walked through while clients come and go. */
  #lines: readonly ClientLine[] = []
  #instruments = 0
  #plan: FaultPlan | undefined
  /** Faults up to here have happened, or were passed over. */
  #acted_ms = Number.NEGATIVE_INFINITY
  #next_fault_ms = Number.POSITIVE_INFINITY
  #refusals: { status: number | 'hang'; logins: number; until_ms: number }[] = []
  #expiry: { action: Expiry; until_ms: number } | undefined
  /** Until when play runs on without a client that a fault took away, for each of them. */
  #away: TimestampMs[] = []

  constructor(onFault: (done: FaultDone) => void = () => {}) {
    this.#onFault = onFault
  }

  /** Clients that are there, by slot. */
  get lines(): readonly ClientLine[] {
    return this.#lines
  }

  /** A day begins, or begins again. `instruments`: how many its master names. */
  begin(instruments: number): void {
    this.#instruments = instruments
    this.cache.clear()
    this.#acted_ms = Number.NEGATIVE_INFINITY
    this.#next_fault_ms = Number.POSITIVE_INFINITY
    this.#refusals = []
    this.#expiry = undefined
  }

  /** The clock stands at the first record that is to be played. Call once after `begin`. */
  standAt(first_ms: TimestampMs, plan: FaultPlan | undefined): void {
    this.now_ms = first_ms
    this.#plan = plan
    this.#passOver(first_ms - 1)
  }

  /** A record at its time; one that is passed over only brings the cache up to date. The frame is borrowed. */
  onRecord(frame: Frame, is_played: boolean): void {
    const kind = kindOf(frame)
    this.#message.walk(frame)
    if (kind === 'packets') this.cache.take(this.#message)
    if (this.now_ms === undefined) return
    this.now_ms = frame.received_at_ms
    if (!is_played) {
      this.#passOver(frame.received_at_ms)
      return
    }
    for (const line of this.#lines) {
      line.onRecord(kind, this.#message, frame.received_at_ms)
      if (line.is_broken) this.leave(line)
    }
  }

  /** Records received before this moment may be played without a call of `act`. */
  get next_fault_ms(): TimestampMs {
    return this.#next_fault_ms
  }

  /** What is due up to `now_ms` happens; what is sent for it comes at `now_ms`, when the next record does. */
  act(now_ms: TimestampMs): void {
    if (now_ms < this.#next_fault_ms) return
    const due = this.#plan?.due(this.#acted_ms, now_ms) ?? []
    this.#passOver(now_ms)
    for (const fault of due) this.#act(fault, now_ms)
  }

  /** A client is in. It has the lowest slot that is free. */
  open(output: LineOutput, hears_time: boolean): ClientLine {
    const now_ms = this.now_ms ?? 0
    const hole = this.#lines.findIndex(({ slot }, n) => slot !== n)
    const slot = hole < 0 ? this.#lines.length : hole
    const line = new ClientLine({ slot, output, hears_time, now_ms, onFault: this.#onFault })
    this.#lines = [...this.#lines.slice(0, slot), line, ...this.#lines.slice(slot)]
    line.greet(greetingTexts({ instruments: this.#instruments, now_ms }), now_ms)
    return line
  }

  onRequest(line: ClientLine, text: string): void {
    this.requests++
    const is_new = !line.has_subscribed
    line.onRequest(text, this.cache, this.now_ms ?? 0)
    // Who comes back has no name: whoever comes is taken for the one that is missed longest.
    if (is_new && line.has_subscribed) this.#away.shift()
  }

  leave(line: ClientLine): void {
    this.#lines = this.#lines.filter((other) => other !== line)
  }

  /** How the next login is to be taken. Counts it. */
  login(): LoginRule {
    const now_ms = this.now_ms ?? 0
    this.#refusals = this.#refusals.filter(({ until_ms, logins }) => now_ms < until_ms && logins > 0)
    const refusal = this.#refusals[0]
    if (refusal !== undefined) {
      refusal.logins--
      return { kind: 'refused', status: refusal.status }
    }
    if (this.#expiry === undefined || now_ms >= this.#expiry.until_ms) return { kind: 'usual' }
    return { kind: 'expired', access_token: this.#expiry.action.access_token }
  }

  /** Somebody is away because of a fault. */
  get is_missed(): boolean {
    return this.#away.length > 0
  }

  /** Play at full speed waits here until those who are away are back; Infinity when nobody is. */
  get return_ms(): TimestampMs {
    if (this.#away.length === 0) return Number.POSITIVE_INFINITY
    const open_ms = Math.max(0, ...this.#refusals.map(({ until_ms }) => (Number.isFinite(until_ms) ? until_ms : 0)))
    const valid_ms = this.#expiry !== undefined && Number.isFinite(this.#expiry.until_ms) ? this.#expiry.until_ms : 0
    return Math.max(Math.min(...this.#away), open_ms, valid_ms)
  }

  /** Whoever is not back by now is not waited for any more. */
  stopWaiting(): void {
    this.#away = []
  }

  #passOver(now_ms: TimestampMs): void {
    if (now_ms <= this.#acted_ms) return
    this.#acted_ms = now_ms
    if (now_ms < this.#next_fault_ms && this.#next_fault_ms !== Number.POSITIVE_INFINITY) return
    this.#next_fault_ms = this.#plan?.nextAfter(now_ms) ?? Number.POSITIVE_INFINITY
  }

  #act({ at_ms, slot, action }: Fault, now_ms: TimestampMs): void {
    if (action.fault === 'refuse' || action.fault === 'hang') {
      const { limit } = action
      const status = action.fault === 'hang' ? 'hang' : action.status
      const logins = 'logins' in limit ? limit.logins : Number.POSITIVE_INFINITY
      const until_ms = 'for_ms' in limit ? at_ms + limit.for_ms : Number.POSITIVE_INFINITY
      this.#refusals.push({ status, logins, until_ms })
      this.#onFault({ at_ms, slot: undefined, action })
      return
    }
    if (action.fault === 'expire') {
      this.#expiry = { action, until_ms: action.for_ms === undefined ? Number.POSITIVE_INFINITY : at_ms + action.for_ms }
      this.#onFault({ at_ms, slot: undefined, action })
      return
    }
    for (const line of this.#lines) {
      if (slot !== undefined && slot !== line.slot) continue
      if (!line.suffer(action, at_ms, now_ms)) continue
      if ('away_ms' in action) this.#away.push(at_ms + action.away_ms)
      if (line.is_broken) this.leave(line)
    }
  }
}

function kindOf(frame: Frame): 'packets' | 'heartbeat' | 'text' {
  if (frame.end - frame.start === HEARTBEAT_BYTES) return 'heartbeat'
  return isText(frame) ? 'text' : 'packets'
}
