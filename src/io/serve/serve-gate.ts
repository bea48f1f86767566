import { UNPACED, type Window } from '../../core/replay/index.js'
import type { Exchange } from '../../core/serve/index.js'
import type { TimestampMs } from '../../core/time/index.js'
import type { Playback } from '../playback.js'
import type { Gate } from '../read-session.js'
import type { ClientSockets } from './client-sockets.js'

export interface ServeGateSetup {
  readonly playback: Playback
  readonly exchange: Exchange
  readonly sockets: ClientSockets
  /** The first record that is to be played is at hand: the clock stands at it. */
  onFirst(first_ms: TimestampMs): Promise<void>
  /** Full speed has come to where it waits for clients that a fault took away; resolves when they are back or given up. */
  awaitReturn(): Promise<void>
}

/**
 * The gate of a replay with clients behind it. On top of when a record may pass it sees to it that full speed outruns nobody, and that faults
 * happen between the records where they belong.
 */
export class ServeGate implements Gate {
  readonly #setup: ServeGateSetup
  #windowOf: (first_ms: TimestampMs) => Window = () => ({ from_ms: 0, to_ms: 0 })
  #window: Window | undefined
  #has_begun = false

  constructor(setup: ServeGateSetup) {
    this.#setup = setup
  }

  /** Before each reading of a day. */
  begin(windowOf: (first_ms: TimestampMs) => Window): void {
    this.#windowOf = windowOf
    this.#window = undefined
    this.#has_begun = false
  }

  get until_ms(): number {
    const { playback, exchange } = this.#setup
    if (!this.#has_begun) return Math.min(playback.until_ms, (this.#window?.from_ms ?? Number.NEGATIVE_INFINITY) - 1)
    if (playback.isSeeking) return playback.until_ms
    const until_ms = Math.min(playback.until_ms, exchange.next_fault_ms - 1)
    return playback.speed === UNPACED ? Math.min(until_ms, exchange.return_ms) : until_ms
  }

  pass(next_ms: number | undefined): boolean | Promise<boolean> {
    const { playback, sockets } = this.#setup
    if (next_ms === undefined) {
      sockets.flush()
      const room = playback.speed === UNPACED ? sockets.room() : undefined
      return room === undefined ? playback.pass(undefined) : room.then(() => playback.pass(undefined))
    }
    this.#window ??= this.#windowOf(next_ms)
    if (this.#has_begun || next_ms < this.#window.from_ms) return this.#passRecord(next_ms)
    this.#has_begun = true
    return this.#setup.onFirst(next_ms).then(() => this.#passRecord(next_ms))
  }

  #passRecord(next_ms: number): boolean | Promise<boolean> {
    const { playback, exchange, sockets, awaitReturn } = this.#setup
    if (next_ms <= exchange.return_ms || playback.isSeeking) return this.#passAtItsTime(next_ms)
    if (playback.speed === UNPACED) {
      sockets.flush()
      return awaitReturn().then(() => this.#passAtItsTime(next_ms))
    }
    exchange.stopWaiting() // virtual time has not waited either
    return this.#passAtItsTime(next_ms)
  }

  #passAtItsTime(next_ms: number): boolean | Promise<boolean> {
    const passing = this.#setup.playback.pass(next_ms)
    return typeof passing === 'boolean' ? this.#passed(passing, next_ms) : passing.then((goes) => this.#passed(goes, next_ms))
  }

  /** What is passed over in a seek has no faults. */
  #passed(goes: boolean, next_ms: number): boolean {
    if (goes && this.#has_begun && !this.#setup.playback.isSeeking) this.#setup.exchange.act(next_ms)
    return goes
  }
}
