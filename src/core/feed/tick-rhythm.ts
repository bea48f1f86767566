import type { FeedLimits } from './limits.js'

/** So many tick messages, and this often, before their absence means something: a lone option that trades twice an hour is never "silent". */
const COMING_MESSAGES = 5
const COMING_SHARE = 1 / 4
/** Weight of the newest interval in the mean. */
const NEWEST = 1 / 8
/** A feed that stays silent after a new connection is given twice as long each time, up to this many times the limit. */
const PATIENCE_MAX = 16

/** Tells a feed whose ticks stopped while heartbeats go on (pykiteconnect issue 229) from one that never had many. Times: ms of any one clock. */
export class TickRhythm {
  readonly #limits: FeedLimits
  #messages = 0
  #mean_ms = 0
  #measured = false
  #last_ms = 0
  /** Silence before this moment does not count. */
  #excused_ms = 0
  #patience = 1
  #warned = false

  constructor(limits: FeedLimits) {
    this.#limits = limits
  }

  /** A tick message came. */
  note(now_ms: number): void {
    const interval_ms = now_ms - this.#last_ms
    this.#last_ms = now_ms
    this.#excused_ms = now_ms
    this.#warned = false
    // The first message of a socket says nothing about the rhythm. A pause within counts for what it is: trades in bursts are no steady feed.
    const known_ms = Math.min(interval_ms, this.#limits.silent_reconnect_ms)
    if (this.#messages > 0) this.#mean_ms = this.#measured ? this.#mean_ms + (known_ms - this.#mean_ms) * NEWEST : known_ms
    this.#measured ||= this.#messages > 0
    this.#messages++
    if (this.#messages >= COMING_MESSAGES) this.#patience = 1
  }

  /** Ms for which ticks that had been coming are missing; 0 where they had not. */
  silence(now_ms: number): number {
    const coming = this.#messages >= COMING_MESSAGES || this.#patience > 1
    return coming && this.#mean_ms <= this.#limits.silent_warn_ms * COMING_SHARE ? now_ms - this.#excused_ms : 0
  }

  /** The market is closed, the machine was busy or the socket is new: the silence begins here. */
  excuse(now_ms: number): void {
    this.#excused_ms = now_ms
  }

  /** `warn` is told once a silence. After `reconnect` the next silence is given twice as long, until ticks flow again. */
  verdict(silence_ms: number): 'well' | 'warn' | 'reconnect' {
    if (silence_ms >= this.#limits.silent_reconnect_ms * this.#patience) {
      this.#patience = Math.min(this.#patience * 2, PATIENCE_MAX)
      return 'reconnect'
    }
    if (silence_ms < this.#limits.silent_warn_ms || this.#warned) return 'well'
    this.#warned = true
    return 'warn'
  }

  /** There is a new socket. */
  restart(now_ms: number): void {
    this.#messages = 0
    this.#warned = false
    this.#excused_ms = now_ms
  }
}
