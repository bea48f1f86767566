import type { TimestampMs } from '../time/index.js'
import type { FaultAction, FaultDone } from './fault.js'
import { scopeOf } from './fault.js'

interface Late {
  readonly due_ms: TimestampMs
  readonly message: Uint8Array
}

interface Delay {
  readonly action: FaultAction
  readonly until_ms: TimestampMs
  readonly by_ms: number
}

/** So many messages of the line are to be hit. */
type Counted = Extract<FaultAction, { messages: number }>

/**
 * What is done to the messages of one client on their way. A message that is late or out of order arrives at the time of the record that lets it
 * go, as it would.
 */
export class LineTrouble {
  #silences: { until_ms: number; isConcerned(token: number): boolean }[] = []
  #quiet_until_ms = Number.NEGATIVE_INFINITY
  #delay: Delay | undefined
  #late: Late[] = []
  #counted: { action: Counted; left: number }[] = []
  /** Waits for the next one, to go after it. */
  #swapped: Uint8Array | undefined
  readonly #onDone: (done: Omit<FaultDone, 'slot'>) => void

  constructor(onDone: (done: Omit<FaultDone, 'slot'>) => void) {
    this.#onDone = onDone
  }

  silence(action: Extract<FaultAction, { fault: 'silent' }>, at_ms: TimestampMs): void {
    this.#silences.push({ until_ms: at_ms + action.for_ms, isConcerned: scopeOf(action, at_ms) })
  }

  holdHeartbeats(until_ms: TimestampMs): void {
    this.#quiet_until_ms = until_ms
  }

  delay(action: Extract<FaultAction, { fault: 'delay' }>, at_ms: TimestampMs): void {
    this.#delay = { action, until_ms: at_ms + action.for_ms, by_ms: action.by_ms }
  }

  hitMessages(action: Counted): void {
    this.#counted.push({ action, left: action.messages })
  }

  hasHeartbeats(now_ms: TimestampMs): boolean {
    return now_ms >= this.#quiet_until_ms
  }

  /** Undefined when nobody is silent. */
  silenced(now_ms: TimestampMs): ((token: number) => boolean) | undefined {
    if (this.#silences.length === 0) return undefined
    this.#silences = this.#silences.filter(({ until_ms }) => now_ms < until_ms)
    const silences = this.#silences
    return silences.length === 0 ? undefined : (token) => silences.some((one) => one.isConcerned(token))
  }

  /** Messages that are late enough by now. */
  release(now_ms: TimestampMs, send: (message: Uint8Array) => void): void {
    while (this.#late[0] !== undefined && this.#late[0].due_ms <= now_ms) send((this.#late.shift() as Late).message)
  }

  /** Takes a message of packets that is on its way and sends what arrives of it, and when. */
  route(message: Uint8Array, now_ms: TimestampMs, send: (message: Uint8Array) => void): void {
    if (this.#take('lose', message, now_ms)) return
    if (this.#delay !== undefined && this.#isLate(message, this.#delay, now_ms)) return
    if (this.#swapped === undefined && this.#take('reorder', message, now_ms)) {
      this.#swapped = message
      return
    }
    send(message)
    if (this.#take('duplicate', message, now_ms)) send(message)
    if (this.#swapped === undefined) return
    const swapped = this.#swapped
    this.#swapped = undefined
    send(swapped)
  }

  /** Late ones stay in order: while one is under way, those behind it wait too. */
  #isLate(message: Uint8Array, { action, until_ms, by_ms }: Delay, now_ms: TimestampMs): boolean {
    const ahead = this.#late.at(-1)
    if (now_ms >= until_ms && ahead === undefined) return false
    this.#onDone({ at_ms: now_ms, action, message_bytes: message.length })
    const due_ms = now_ms < until_ms ? now_ms + by_ms : now_ms
    this.#late.push({ due_ms: Math.max(due_ms, ahead?.due_ms ?? due_ms), message })
    return true
  }

  /** True once for each message that this fault is to hit. */
  #take(fault: Counted['fault'], message: Uint8Array, now_ms: TimestampMs): boolean {
    const counted = this.#counted.find(({ action }) => action.fault === fault)
    if (counted === undefined) return false
    counted.left--
    if (counted.left <= 0) this.#counted = this.#counted.filter((one) => one !== counted)
    this.#onDone({ at_ms: now_ms, action: counted.action, message_bytes: message.length })
    return true
  }
}
