import { TOKENS_PER_CONNECTION_MAX } from './kite-messages.js'

/** Silent for so many times its own median interval, and never for less than the shortest, makes a suspect (reliability: weak evidence). */
const MEDIANS = 20
const SHORTEST_S = 20
/** Seconds in which it was seen before a median means anything. */
const SIGHTINGS_MIN = 10
/** A step of the tracked median: this share of it, and at least so many seconds. */
const STEP = 0.1

/**
 * Notices instruments that fell silent while others on their connection go on. A packet costs one look-up and one store; intervals are reckoned
 * in whole seconds, once a second. The median is tracked, not computed: a step up when an interval is longer, a step down when it is shorter.
 */
export class TokenWatch {
  readonly #index = new Map<number, number>()
  readonly #tokens = new Uint32Array(TOKENS_PER_CONNECTION_MAX)
  readonly #seen = new Uint8Array(TOKENS_PER_CONNECTION_MAX)
  readonly #quiet_s = new Float64Array(TOKENS_PER_CONNECTION_MAX)
  readonly #median_s = new Float64Array(TOKENS_PER_CONNECTION_MAX)
  readonly #sightings = new Uint32Array(TOKENS_PER_CONNECTION_MAX)
  readonly #told = new Uint8Array(TOKENS_PER_CONNECTION_MAX)

  /** A packet of this instrument came. More instruments than a connection may carry are not watched. */
  note(token: number): void {
    let index = this.#index.get(token)
    if (index === undefined) {
      index = this.#index.size
      if (index === TOKENS_PER_CONNECTION_MAX) return
      this.#index.set(token, index)
      this.#tokens[index] = token
    }
    this.#seen[index] = 1
  }

  /** A second of trading has passed: the instruments that are suspect since then, sorted. One in which nothing came at all counts for nobody. */
  second(): number[] {
    if (!this.#seen.includes(1)) return []
    const suspects: number[] = []
    for (let index = 0; index < this.#index.size; index++) {
      this.#quiet_s[index]! += 1
      if (this.#seen[index] === 1) this.#learn(index)
      else if (this.#isSuspect(index)) {
        this.#told[index] = 1
        suspects.push(this.#tokens[index] ?? 0)
      }
      this.#seen[index] = 0
    }
    return suspects.sort((a, b) => a - b)
  }

  /** There is a new socket, or the instruments have changed: everything is learnt anew. */
  reset(): void {
    this.#index.clear()
    for (const numbers of [this.#seen, this.#quiet_s, this.#median_s, this.#sightings, this.#told]) numbers.fill(0)
  }

  #learn(index: number): void {
    const interval_s = this.#quiet_s[index]!
    const median_s = this.#median_s[index]!
    const step_s = Math.max(STEP, median_s * STEP)
    // The first time it is seen ends no interval; the second ends the first one.
    this.#median_s[index] = this.#sightings[index]! <= 1 ? interval_s : median_s + Math.sign(interval_s - median_s) * step_s
    this.#sightings[index]! += 1
    this.#quiet_s[index] = 0
    this.#told[index] = 0
  }

  #isSuspect(index: number): boolean {
    if (this.#told[index] === 1 || this.#sightings[index]! < SIGHTINGS_MIN) return false
    return this.#quiet_s[index]! > Math.max(SHORTEST_S, MEDIANS * this.#median_s[index]!)
  }
}
