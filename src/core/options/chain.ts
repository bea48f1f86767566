import { assert } from '../assert.js'
import type { ExpiryMoment, Instrument } from '../market/index.js'
import type { IstDay, TimestampMs } from '../time/index.js'
import { type ChainSnapshot, snapshotOf } from './chain-snapshot.js'
import { type ChainTerms, ChainView } from './chain-view.js'
import { LiveQuote, type UpdateCount } from './live-quote.js'
import type { OptionType } from './option-terms.js'
import type { Leg, StrikeRow, UnderlyingQuotes } from './strike-row.js'

/** Which options a chain holds: exactly these, by the columns of the master and never by part of a symbol. */
export interface ChainKey {
  readonly underlying: string
  readonly exchange: string
  readonly expiry: IstDay
}

/**
 * The options of one underlying and expiry as they stand now. `add` every listed one at the start of the day, write to the quotes that it
 * gives, and ask `view` or `snapshot` whenever something is to be known: an update costs some assignments, everything else is computed when asked.
 */
export class OptionChain implements ChainKey {
  readonly underlying: string
  readonly exchange: string
  readonly expiry: IstDay
  /** When time to expiry ends, and whether that is sure. */
  readonly expires: ExpiryMoment
  /** Feed units per rupee, of strikes and of all prices. */
  readonly price_divisor: number
  /** The spot and the futures of the underlying. */
  readonly quotes: UnderlyingQuotes
  readonly #count: UpdateCount
  readonly #rows: StrikeRow[] = []

  constructor(
    key: ChainKey,
    facts: { expires: ExpiryMoment; price_divisor: number; quotes: UnderlyingQuotes; count: UpdateCount },
  ) {
    this.underlying = key.underlying
    this.exchange = key.exchange
    this.expiry = key.expiry
    this.expires = facts.expires
    this.price_divisor = facts.price_divisor
    this.quotes = facts.quotes
    this.#count = facts.count
  }

  /** Listed strikes, ascending, whether anything has been heard of them or not. */
  get rows(): readonly StrikeRow[] {
    return this.#rows
  }

  /** Updates of everything around this chain so far. */
  get updates(): number {
    return this.#count.updates
  }

  /** Lists an option; where its quotes go. The same one for a contract that is listed twice. */
  add(instrument: Instrument): LiveQuote {
    const { underlying, exchange, expiry, strike, instrument_type } = instrument
    assert(
      underlying === this.underlying && exchange === this.exchange && expiry === this.expiry && strike !== undefined,
      `${instrument.symbol} belongs to the chain of ${this.exchange}:${this.underlying}`,
    )
    const row = this.#rowAt(Math.round(strike * this.price_divisor))
    if (instrument_type === 'CE') row.call ??= this.#leg(instrument, 'CE', row.strike)
    else row.put ??= this.#leg(instrument, 'PE', row.strike)
    return (instrument_type === 'CE' ? row.call : row.put)?.quote as LiveQuote
  }

  /** What can be asked at a moment, lazily. Borrowed: ask before the next update. */
  view(at_ms: TimestampMs, terms: ChainTerms): ChainView {
    return new ChainView(this, at_ms, terms)
  }

  /** Everything at a moment, immutable and rounded. */
  snapshot(at_ms: TimestampMs, terms: ChainTerms): ChainSnapshot {
    return snapshotOf(this, this.view(at_ms, terms), terms)
  }

  #leg(instrument: Instrument, type: OptionType, strike: number): Leg {
    const tick = instrument.tick_size * this.price_divisor
    return { instrument, type, strike, tick, quote: new LiveQuote(this.#count) }
  }

  #rowAt(strike: number): StrikeRow {
    const at = this.#rows.findLastIndex((row) => row.strike <= strike)
    const found = this.#rows[at]
    if (found?.strike === strike) return found
    const row: StrikeRow = { strike, call: undefined, put: undefined }
    this.#rows.splice(at + 1, 0, row)
    return row
  }
}
