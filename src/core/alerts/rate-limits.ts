import type { Detection } from '../patterns/index.js'
import { MINUTE_MS } from '../time/index.js'
import type { Hold } from './gates.js'
import type { AlertRules } from './rules.js'

const HOUR_MS = 3_600_000

/**
 * How many alerts may be emitted: token buckets in virtual time, which begin full and refill evenly, and a plain count for the session date. So
 * a span of length s sees at most limit + limit x s / window of them.
 */
export class RateLimits {
  readonly #rules: AlertRules
  readonly #symbols = new Map<number, Bucket>()
  readonly #patterns = new Map<string, Bucket>()
  #all: Bucket
  #today = 0

  constructor(rules: AlertRules) {
    this.#rules = rules
    this.#all = new Bucket(rules.all_per_minute, MINUTE_MS)
  }

  /** A new session date: all buckets are full again. */
  beginDay(): void {
    this.#symbols.clear()
    this.#patterns.clear()
    this.#all = new Bucket(this.#rules.all_per_minute, MINUTE_MS)
    this.#today = 0
  }

  /** Gate 6: takes one of each, or nothing; then the detail names the first rule that holds. */
  hold({ instrument, pattern }: Detection, now_ms: number): Hold | undefined {
    const { symbol_per_hour, pattern_per_hour, all_per_day } = this.#rules
    const symbol = this.#symbols.get(instrument.instrument_token) ?? new Bucket(symbol_per_hour, HOUR_MS)
    const of_pattern = this.#patterns.get(pattern.id) ?? new Bucket(pattern_per_hour, HOUR_MS)
    if (!symbol.has(now_ms)) return holdBy('symbol_per_hour')
    if (!of_pattern.has(now_ms)) return holdBy('pattern_per_hour')
    if (!this.#all.has(now_ms)) return holdBy('all_per_minute')
    if (this.#today >= all_per_day) return holdBy('all_per_day')
    symbol.take()
    of_pattern.take()
    this.#all.take()
    this.#today++
    // Only now: what never emits needs no bucket.
    this.#symbols.set(instrument.instrument_token, symbol)
    this.#patterns.set(pattern.id, of_pattern)
    return undefined
  }
}

const holdBy = (rule: keyof AlertRules): Hold => ({ reason: 'rate_limit', detail: rule })

/** Exact: it counts in limit x ms, so that with a whole limit every number is whole. */
class Bucket {
  readonly #limit: number
  readonly #window_ms: number
  #level: number
  #filled_ms = Number.NEGATIVE_INFINITY

  constructor(limit: number, window_ms: number) {
    this.#limit = limit
    this.#window_ms = window_ms
    this.#level = limit * window_ms
  }

  has(now_ms: number): boolean {
    const refill = this.#limit * (now_ms - this.#filled_ms)
    this.#level = Math.min(this.#limit * this.#window_ms, this.#level + refill)
    this.#filled_ms = now_ms
    return this.#level >= this.#window_ms
  }

  take(): void {
    this.#level -= this.#window_ms
  }
}
