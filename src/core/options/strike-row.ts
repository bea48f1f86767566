import type { Instrument } from '../market/index.js'
import type { TimestampMs } from '../time/index.js'
import type { LiveQuote } from './live-quote.js'
import type { OptionType } from './option-terms.js'

/** A listed option and its quotes. */
export interface Leg {
  readonly instrument: Instrument
  readonly type: OptionType
  /** Feed units, as is the price step. */
  readonly strike: number
  readonly tick: number
  readonly quote: LiveQuote
}

/** Call and put of one strike; undefined where the master lists none. */
export interface StrikeRow {
  /** Feed units. */
  readonly strike: number
  call: Leg | undefined
  put: Leg | undefined
}

/** What an underlying itself is quoted at. */
export interface UnderlyingQuotes {
  /** Index or share; undefined where the master lists none (commodities, currencies). */
  spot: LiveQuote | undefined
  /** Ascending by expiry. */
  readonly futures: { readonly expiry_ms: TimestampMs; readonly quote: LiveQuote }[]
}
