import { assert, unreachable } from '../assert.js'
import type { Random } from '../random.js'
import type { JournalEvent } from '../recording/index.js'
import { BackOff, type TokenGate } from './back-off.js'
import type { ConnectionEffect, ConnectionEvent } from './connection-events.js'
import type { FeedLimits } from './limits.js'
import { END_OF_RECORDING } from './recorded-time.js'
import { TickRhythm } from './tick-rhythm.js'
import { type ConnectionEventName, type ConnectionState, TRANSITIONS } from './transitions.js'

/** What the connections of a feed share. */
export interface ConnectionSetup {
  readonly limits: FeedLimits
  readonly random: Random
  readonly gate: TokenGate
  /** Whether ticks may be expected at that moment, on the clock that stamps the records. */
  isTrading(stamp_ms: number): boolean
}

type Of<E extends ConnectionEventName> = Extract<ConnectionEvent, { event: E }>

const TOKEN_STATUSES: readonly number[] = [401, 403]
const CROWDED_STATUS = 429
const NORMAL_CLOSURE = 1000

/**
 * One slot for a socket: when to connect, when to give a socket up, when to try again. Does nothing itself: events go in, effects come out,
 * and there is never a second `connect` before the socket of the first has ended or has been given up. It never gives up for good.
 */
export class Connection {
  readonly number: number
  readonly #setup: ConnectionSetup
  readonly #back_off: BackOff
  readonly #rhythm: TickRhythm
  #state: ConnectionState = 'idle'
  #attempt = 0
  #detail = ''
  #reconnects = -1
  #out: ConnectionEffect[] = []

  // monotonic
  /** Since when the state has lasted; the handshake and the proof are counted from here. */
  #since_ms = 0
  #retry_at_ms = 0
  #heard_ms = 0
  #pinged_ms = 0
  // on the clock of the records
  #stamp_ms = 0
  #started_ms: number | undefined
  #message_ms: number | undefined
  #tick_ms: number | undefined
  #recorded = false

  #brought_something = false
  #proven = false
  #flowing = false
  #failed_since = false
  #token_trouble_told = false

  constructor(number: number, setup: ConnectionSetup) {
    this.number = number
    this.#setup = setup
    this.#back_off = new BackOff(setup.limits, setup.random)
    this.#rhythm = new TickRhythm(setup.limits)
  }

  get state(): ConnectionState {
    return this.#state
  }

  get attempt(): number {
    return this.#attempt
  }

  /** Open, and ticks have come since it opened or since `awaitTicks`. */
  get flowing(): boolean {
    return this.#state === 'open' && this.#flowing
  }

  get recorded(): boolean {
    return this.#recorded
  }

  /** It was lost, or could not be opened, and has not opened since. */
  get hasFailed(): boolean {
    return this.#failed_since
  }

  /** The latest moment known on the clock of the records. */
  get stampMs(): number {
    return this.#stamp_ms
  }

  /** Monotonic ms since which the state has lasted. */
  get sinceMs(): number {
    return this.#since_ms
  }

  /** Monotonic ms of the next try; undefined when none is due. */
  get retryAtMs(): number | undefined {
    return this.#state === 'waiting' || this.#state === 'auth_needed' ? this.#retry_at_ms : undefined
  }

  /** Time of the last message, on the clock of the records. */
  get lastMessageMs(): number | undefined {
    return this.#message_ms
  }

  /** Times it opened again after the first. */
  get reconnects(): number {
    return Math.max(0, this.#reconnects)
  }

  /** Why it is not open; empty while it is. */
  get detail(): string {
    return this.#detail
  }

  /** The next ticks are told as `flowing` again: more was subscribed, and they show that it works. */
  awaitTicks(): void {
    this.#flowing = false
  }

  step(event: ConnectionEvent): readonly ConnectionEffect[] {
    const from = this.#state
    if (TRANSITIONS[from][event.event] === undefined || ('attempt' in event && event.attempt !== this.#attempt)) return NOTHING
    const to = this.#next(event)
    assert(TRANSITIONS[from][event.event]?.includes(to), `${from} may not become ${to} because of ${event.event}`)
    this.#state = to
    if (this.#out.length === 0) return NOTHING
    const out = this.#out
    this.#out = []
    return out
  }

  #next(event: ConnectionEvent): ConnectionState {
    switch (event.event) {
      case 'start':
        this.#stamp_ms = this.#started_ms = event.stamp_ms
        return this.#connect(event.now_ms)
      case 'opened':
        return this.#opened(event)
      case 'received':
        return this.#received(event)
      case 'heard':
        this.#heard_ms = event.now_ms
        if (event.stamp_ms !== undefined) this.#stamp_ms = event.stamp_ms
        return this.#state
      case 'closed':
        return this.#closed(event)
      case 'refused':
        return this.#refused(event)
      case 'failed':
        return this.#failed(event.now_ms, event.detail)
      case 'tick':
        return this.#tick(event)
      case 'credentials_changed':
        this.#back_off.reset()
        this.#token_trouble_told = false
        return this.#connect(event.now_ms)
      case 'stop':
        if (this.#state === 'open' || this.#state === 'connecting') this.#out.push({ effect: 'close' })
        this.#detail = 'stopped'
        return this.#enter('closed', event.now_ms)
      default:
        return unreachable(event)
    }
  }

  #connect(now_ms: number): ConnectionState {
    this.#attempt++
    this.#out.push({ effect: 'connect', attempt: this.#attempt })
    return this.#enter('connecting', now_ms)
  }

  #opened({ now_ms, recorded }: Of<'opened'>): ConnectionState {
    const clock_changed = recorded !== this.#recorded
    if (clock_changed) this.#started_ms = this.#message_ms = this.#tick_ms = undefined
    this.#recorded = recorded
    this.#heard_ms = this.#pinged_ms = now_ms
    this.#brought_something = this.#proven = this.#flowing = this.#failed_since = this.#token_trouble_told = false
    this.#rhythm.restart(now_ms)
    this.#reconnects++
    this.#detail = ''
    this.#setup.gate.reset()
    this.#tell({ event: 'connected', connection: this.number, attempt: this.#attempt })
    this.#out.push({ effect: 'opened', clock_changed })
    return this.#enter('open', now_ms)
  }

  #received({ kind, now_ms, stamp_ms }: Of<'received'>): ConnectionState {
    this.#heard_ms = now_ms
    this.#stamp_ms = this.#message_ms = stamp_ms
    this.#brought_something = true
    if (kind === 'ticks') {
      this.#tick_ms = stamp_ms
      this.#rhythm.note(now_ms)
      if (!this.#flowing) {
        this.#flowing = true
        this.#out.push({ effect: 'flowing', at_ms: stamp_ms })
      }
    }
    return 'open'
  }

  #closed({ now_ms, code, reason }: Of<'closed'>): ConnectionState {
    if (this.#state === 'connecting') return this.#failed(now_ms, `closed with ${code} before it was open`)
    this.#tell({ event: 'disconnected', connection: this.number, code, reason })
    if (this.#recorded && code === NORMAL_CLOSURE && reason === END_OF_RECORDING) {
      this.#detail = END_OF_RECORDING
      this.#out.push({ effect: 'ended' })
      return this.#enter('closed', now_ms)
    }
    this.#lose('disconnect')
    return this.#retry(now_ms, reason === '' ? `closed with ${code}` : `closed with ${code}: ${reason}`)
  }

  #refused({ now_ms, status }: Of<'refused'>): ConnectionState {
    const detail = refusalOf(status)
    this.#tell({ event: 'refused', connection: this.number, status, detail })
    this.#lose('disconnect')
    if (TOKEN_STATUSES.includes(status)) return this.#needToken(now_ms, detail)
    if (status === CROWDED_STATUS) return this.#wait(now_ms, now_ms + this.#back_off.nextCrowded(), detail)
    return this.#retry(now_ms, detail)
  }

  #needToken(now_ms: number, detail: string): ConnectionState {
    if (!this.#token_trouble_told) this.#tell({ event: 'auth_needed', connection: this.number, detail })
    this.#token_trouble_told = true
    this.#detail = detail
    this.#retry_at_ms = this.#setup.gate.refused(now_ms, this.#back_off.next())
    return this.#enter('auth_needed', now_ms)
  }

  /** No answer, or an error on the socket. */
  #failed(now_ms: number, detail: string): ConnectionState {
    if (this.#state === 'open') this.#tell({ event: 'disconnected', connection: this.number, code: 1006, reason: detail })
    else this.#tell({ event: 'refused', connection: this.number, status: 0, detail })
    this.#lose('disconnect')
    return this.#retry(now_ms, detail)
  }

  #tick(event: Of<'tick'>): ConnectionState {
    const { now_ms } = event
    if (!this.#recorded) this.#stamp_ms = event.stamp_ms
    switch (this.#state) {
      case 'connecting':
        this.#since_ms += event.blocked_ms
        if (now_ms - this.#since_ms < this.#setup.limits.handshake_ms) return 'connecting'
        this.#out.push({ effect: 'terminate' })
        return this.#failed(now_ms, 'the handshake was not answered in time')
      case 'open':
        return this.#watch(event)
      default:
        return now_ms >= this.#retry_at_ms ? this.#connect(now_ms) : this.#state
    }
  }

  /** The watchdogs of an open socket. */
  #watch({ now_ms, blocked_ms }: Of<'tick'>): ConnectionState {
    const { limits } = this.#setup
    this.#heard_ms += blocked_ms
    if (blocked_ms > 0) this.#rhythm.excuse(now_ms)
    const silence_ms = now_ms - this.#heard_ms
    if (silence_ms >= limits.stall_ms) {
      this.#tell({ event: 'stall', connection: this.number, silence_ms: Math.round(silence_ms) })
      this.#out.push({ effect: 'terminate' })
      this.#lose('stall')
      return this.#retry(now_ms, 'no byte came any more')
    }
    if (silence_ms >= limits.ping_ms && now_ms - this.#pinged_ms >= limits.ping_ms) {
      this.#pinged_ms = now_ms
      this.#out.push({ effect: 'ping' })
    }
    if (!this.#proven && this.#brought_something && now_ms - this.#since_ms >= limits.proven_ms) {
      this.#proven = true
      this.#back_off.reset()
    }
    return this.#watchTicks(now_ms)
  }

  #watchTicks(now_ms: number): ConnectionState {
    const missing_ms = this.#rhythm.silence(now_ms)
    if (missing_ms < 1000) return 'open'
    if (!this.#setup.isTrading(this.#stamp_ms)) {
      this.#rhythm.excuse(now_ms)
      return 'open'
    }
    // A recording that is paused is silent too: its own clock must have moved as far.
    const recorded_ms = this.#stamp_ms - (this.#tick_ms ?? this.#stamp_ms)
    const verdict = this.#rhythm.verdict(this.#recorded ? Math.min(missing_ms, recorded_ms) : missing_ms)
    if (verdict === 'well') return 'open'
    const detail = `heartbeats go on, but no tick for ${Math.floor(missing_ms / 1000)} s`
    this.#tell({ event: 'suspect', connection: this.number, detail })
    if (verdict === 'warn') return 'open'
    this.#out.push({ effect: 'terminate' })
    this.#tell({ event: 'disconnected', connection: this.number, code: 1006, reason: detail })
    this.#lose('silent_feed')
    return this.#retry(now_ms, detail)
  }

  #retry(now_ms: number, detail: string): ConnectionState {
    return this.#wait(now_ms, now_ms + this.#back_off.next(), detail)
  }

  #wait(now_ms: number, retry_at_ms: number, detail: string): ConnectionState {
    this.#detail = detail
    this.#retry_at_ms = retry_at_ms
    return this.#enter('waiting', now_ms)
  }

  /** Where nothing was ever received, what is missing is missing from the start on. Told once: each further failure loses nothing more. */
  #lose(cause: 'disconnect' | 'stall' | 'silent_feed'): void {
    if (this.#failed_since) return
    this.#failed_since = true
    const silent = cause === 'silent_feed'
    const from_ms = silent ? this.#tick_ms : (this.#message_ms ?? this.#started_ms)
    // That heartbeats come and ticks do not is strong evidence, not proof: the exchange may have halted.
    this.#out.push({ effect: 'lost', cause, from_ms, grade: silent ? 'strong' : 'certain' })
  }

  #enter(state: ConnectionState, now_ms: number): ConnectionState {
    this.#since_ms = now_ms
    return state
  }

  #tell(event: JournalEvent): void {
    this.#out.push({ effect: 'tell', event })
  }
}

const NOTHING: readonly ConnectionEffect[] = []

function refusalOf(status: number): string {
  if (TOKEN_STATUSES.includes(status))
    return `HTTP ${status}: the access token was not accepted; a token lives one day, put a new one in place`
  if (status === CROWDED_STATUS) return `HTTP ${status}: too many connections; does another program use this API key?`
  return `HTTP ${status} instead of a WebSocket`
}
