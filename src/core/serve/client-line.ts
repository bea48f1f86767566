import { decodeRequest, type FeedMode, TOKENS_PER_CONNECTION_MAX } from '../feed/index.js'
import type { TimestampMs } from '../time/index.js'
import { type FaultAction, type FaultDone, scopeOf } from './fault.js'
import { errorText } from './greeting.js'
import { LineTrouble } from './line-trouble.js'
import { MALFORMED } from './malformed.js'
import type { PacketCache } from './packet-cache.js'
import type { WalkedMessage } from './walked-message.js'

/** How a connection ends that a fault ends. What was sent before still arrives, but for `reset`, which may take it along. */
export type BreakOff =
  | { readonly how: 'drop' | 'reset' | 'stall' }
  | { readonly how: 'close'; readonly code: number }
  /** Half of the frame of this message, then the connection is gone. */
  | { readonly how: 'half_frame'; readonly message: Uint8Array }

/** The way to one client. Bytes handed over are not changed afterwards. */
export interface LineOutput {
  /** The messages that follow were received at this moment. */
  announce(received_at_ms: TimestampMs): void
  binary(message: Uint8Array): void
  text(message: Uint8Array): void
  /** Nothing comes after it. */
  breakOff(end: BreakOff): void
}

/** What went to a client. */
export interface LineCounts {
  messages: number
  /** Of records; those of the cache come on top. */
  packets: number
  bytes: number
  heartbeats: number
}

/** A client that got nothing for so long gets a heartbeat (Kite: about one a second). */
export const HEARTBEAT_MS = 1000
const HEARTBEAT = Uint8Array.of(0)
const UTF8 = new TextEncoder()

/**
 * One client of the server: what it subscribed to, and what it gets of each record. In virtual time only; a heartbeat goes out where the
 * recording has a record, never between.
 */
export class ClientLine {
  /** Tokens and their modes. */
  readonly modes: ReadonlyMap<number, FeedMode>
  readonly counts: LineCounts = { messages: 0, packets: 0, bytes: 0, heartbeats: 0 }
  /** Has asked for instruments at least once. */
  has_subscribed = false
  /** Ended by a fault: gets nothing more. */
  is_broken = false
  readonly slot: number
  readonly #modes = new Map<number, FeedMode>()
  readonly #output: LineOutput
  readonly #hears_time: boolean
  readonly #onFault: (done: FaultDone) => void
  #announced_ms: TimestampMs | undefined
  /** Virtual time of the last message. */
  #last_ms: TimestampMs
  #trouble: LineTrouble | undefined
  /** What the recorded times told to this client are off by. */
  #step_ms = 0
  #malformed = 0
  #half_frame: FaultAction | undefined

  constructor(setup: {
    readonly slot: number
    readonly output: LineOutput
    /** Asked for the recorded times of receipt. */
    readonly hears_time: boolean
    readonly now_ms: TimestampMs
    onFault(done: FaultDone): void
  }) {
    this.slot = setup.slot
    this.modes = this.#modes
    this.#output = setup.output
    this.#hears_time = setup.hears_time
    this.#onFault = setup.onFault
    this.#last_ms = setup.now_ms
  }

  greet(texts: readonly string[], now_ms: TimestampMs): void {
    for (const text of texts) this.#text(UTF8.encode(text), now_ms)
  }

  /** Text from the client. What is no request is ignored, as are modes of tokens that are not subscribed. */
  onRequest(text: string, cache: PacketCache, now_ms: TimestampMs): void {
    const request = this.is_broken ? undefined : decodeRequest(text)
    if (request === undefined) return
    if (request.action === 'mode') {
      const changed = request.tokens.filter((token) => this.#modes.has(token) && this.#modes.get(token) !== request.mode)
      for (const token of changed) this.#modes.set(token, request.mode)
      this.#tellLast(changed, cache, now_ms)
    } else if (request.action === 'unsubscribe') for (const token of request.tokens) this.#modes.delete(token)
    else {
      this.has_subscribed = true
      this.#subscribe(request.tokens, now_ms)
      this.#tellLast(request.tokens, cache, now_ms)
    }
  }

  /** A recorded message of packets, a heartbeat or a text, `kind` says which. */
  onRecord(kind: 'packets' | 'heartbeat' | 'text', message: WalkedMessage, now_ms: TimestampMs): void {
    if (this.is_broken) return
    const trouble = this.#trouble
    if (now_ms < this.#last_ms) this.#last_ms = now_ms // virtual time was wound back
    trouble?.release(now_ms, (late) => this.#binary(late, now_ms))
    if (kind === 'packets') this.#packets(message, trouble, now_ms)
    else if (kind === 'text') this.#text(message.verbatim, now_ms)
    else if (trouble?.hasHeartbeats(now_ms) !== false) this.#heartbeat(message.verbatim, now_ms)
    if (now_ms - this.#last_ms >= HEARTBEAT_MS && trouble?.hasHeartbeats(now_ms) !== false) this.#heartbeat(HEARTBEAT, now_ms)
  }

  /** Real time goes on where virtual time stands: a heartbeat under the time told last. */
  beat(): void {
    if (this.is_broken || this.#trouble?.hasHeartbeats(this.#last_ms) === false) return
    this.#output.binary(HEARTBEAT)
    this.counts.heartbeats++
  }

  /** A fault that was due at `at_ms`; what it sends is sent at `now_ms`. Answers false for what concerns no single client. */
  suffer(action: FaultAction, at_ms: TimestampMs, now_ms: TimestampMs): boolean {
    if (this.is_broken) return false
    switch (action.fault) {
      case 'drop':
      case 'reset':
      case 'stall':
        this.#breakOff({ how: action.fault })
        break
      case 'close':
        this.#breakOff({ how: 'close', code: action.code })
        break
      case 'half_frame':
        this.#half_frame = action
        return true // told with its message
      case 'silent':
        this.#troubled().silence(action, at_ms)
        break
      case 'no_heartbeat':
        this.#troubled().holdHeartbeats(at_ms + action.for_ms)
        break
      case 'delay':
        this.#troubled().delay(action, at_ms)
        return true // told with each message
      case 'lose':
      case 'duplicate':
      case 'reorder':
        this.#troubled().hitMessages(action)
        return true // told with each message
      case 'malformed':
        for (let n = 0; n < action.messages; n++) this.#sendMalformed(now_ms)
        break
      case 'forget': {
        const isConcerned = scopeOf(action, at_ms)
        for (const token of [...this.#modes.keys()]) if (isConcerned(token)) this.#modes.delete(token)
        break
      }
      case 'clock_step':
        this.#step_ms += action.by_ms
        break
      case 'refuse':
      case 'hang':
      case 'expire':
        return false
      default:
        return action satisfies never
    }
    this.#onFault({ at_ms, slot: this.slot, action })
    return true
  }

  #subscribe(tokens: readonly number[], now_ms: TimestampMs): void {
    let refused = 0
    for (const token of tokens) {
      if (this.#modes.has(token)) continue
      if (this.#modes.size < TOKENS_PER_CONNECTION_MAX) this.#modes.set(token, 'quote')
      else refused++
    }
    if (refused > 0)
      this.#text(
        UTF8.encode(
          errorText(`At most ${TOKENS_PER_CONNECTION_MAX} instruments on one connection; ${refused} were not subscribed.`),
        ),
        now_ms,
      )
  }

  #tellLast(tokens: readonly number[], cache: PacketCache, now_ms: TimestampMs): void {
    const isSilenced = this.#trouble?.silenced(now_ms)
    const message = cache.messageOf(tokens, (token) => (isSilenced?.(token) === true ? undefined : this.#modes.get(token)))
    if (message !== undefined) this.#binary(message, now_ms)
  }

  #packets(walked: WalkedMessage, trouble: LineTrouble | undefined, now_ms: TimestampMs): void {
    const message = walked.messageFor(this.modes, trouble?.silenced(now_ms))
    if (message === undefined) return
    if (this.#half_frame !== undefined) {
      this.#onFault({ at_ms: now_ms, slot: this.slot, action: this.#half_frame, message_bytes: message.length })
      this.#breakOff({ how: 'half_frame', message })
      return
    }
    this.counts.packets += walked.taken
    if (trouble === undefined) this.#binary(message, now_ms)
    else trouble.route(message, now_ms, (sent) => this.#binary(sent, now_ms))
  }

  #binary(message: Uint8Array, now_ms: TimestampMs): void {
    this.#announce(now_ms)
    this.#output.binary(message)
    this.counts.messages++
    this.counts.bytes += message.length
  }

  #text(message: Uint8Array, now_ms: TimestampMs): void {
    this.#announce(now_ms)
    this.#output.text(message)
    this.counts.messages++
    this.counts.bytes += message.length
  }

  #heartbeat(message: Uint8Array, now_ms: TimestampMs): void {
    this.#announce(now_ms)
    this.#output.binary(message)
    this.counts.heartbeats++
  }

  #announce(now_ms: TimestampMs): void {
    this.#last_ms = now_ms
    const told_ms = now_ms + this.#step_ms
    if (!this.#hears_time || told_ms === this.#announced_ms) return
    this.#announced_ms = told_ms
    this.#output.announce(told_ms)
  }

  #sendMalformed(now_ms: TimestampMs): void {
    const { kind, bytes } = MALFORMED[this.#malformed++ % MALFORMED.length] as (typeof MALFORMED)[number]
    if (kind === 'text') this.#text(bytes, now_ms)
    else {
      this.#announce(now_ms)
      this.#output.binary(bytes)
      this.counts.messages++
    }
  }

  #breakOff(end: BreakOff): void {
    this.is_broken = true
    this.#output.breakOff(end)
  }

  #troubled(): LineTrouble {
    this.#trouble ??= new LineTrouble((done) => this.#onFault({ ...done, slot: this.slot }))
    return this.#trouble
  }
}
