import type { Random } from '../random.js'
import type { FeedLimits } from './limits.js'

/** Delays between the tries of one connection: 0.5, 1, 2, 4 ... 60 s, each shortened by chance to between half and all of it. */
export class BackOff {
  readonly #limits: FeedLimits
  readonly #random: Random
  #failures = 0

  constructor(limits: FeedLimits, random: Random) {
    this.#limits = limits
    this.#random = random
  }

  /** Delay in ms after one more failure. Chance keeps connections that fell together from coming back together. */
  next(): number {
    const { retry_first_ms, retry_longest_ms } = this.#limits
    // Doubled in a loop that ends at the longest: powers are banned, and shifts overflow after a day of failures.
    let longest_ms = retry_first_ms
    for (let failure = 0; failure < this.#failures && longest_ms < retry_longest_ms; failure++) longest_ms *= 2
    this.#failures++
    return Math.min(longest_ms, retry_longest_ms) * this.#random.between(0.5, 1)
  }

  /** After HTTP 429: never less than `crowded_ms`. */
  nextCrowded(): number {
    return Math.max(this.#limits.crowded_ms * this.#random.between(1, 1.5), this.next())
  }

  reset(): void {
    this.#failures = 0
  }
}

/**
 * When a token that was refused may be tried again. One for all connections: they share the token, and each asking for itself would be
 * three tries a minute where one is meant.
 */
export class TokenGate {
  readonly #limits: FeedLimits
  #refusals = 0
  #next_ms = 0

  constructor(limits: FeedLimits) {
    this.#limits = limits
  }

  /** Monotonic ms of the next try. */
  refused(now_ms: number, quick_ms: number): number {
    this.#refusals++
    if (this.#refusals < this.#limits.token_tries) return now_ms + quick_ms
    this.#next_ms = Math.max(this.#next_ms, now_ms) + this.#limits.token_retry_ms
    return this.#next_ms
  }

  /** A token was accepted, or there is another one. */
  reset(): void {
    this.#refusals = 0
    this.#next_ms = 0
  }
}
