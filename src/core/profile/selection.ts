import type { FeedMode } from '../feed/index.js'
import type { Instrument, InstrumentType } from '../market/index.js'
import type { IstDay } from '../time/index.js'

/** Kite's limit for one account: 3 sockets of 3000. */
export const INSTRUMENTS_MAX = 9000

/** Which expiries of an underlying, counted from the nearest that has not passed: `[from, to)`, 0 is the nearest. Or one day, or all of them. */
export type ExpiryChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'nearest'; readonly from: number; readonly to: number }
  | { readonly kind: 'day'; readonly day: IstDay }

/** Instruments picked from the day's master. What is empty or undefined does not narrow. */
export interface Selection {
  readonly exchange: string
  readonly instrument_types: readonly InstrumentType[]
  /** Kite's segment column, e.g. `NFO-OPT`. */
  readonly segment: string | undefined
  /**
   * Underlyings of derivatives, and trading symbols, in the order of their importance. `TMPV|TATAMOTORS` is one instrument with its later
   * and its earlier name: the first that the master knows is taken.
   */
  readonly underlyings: readonly string[]
  readonly symbols: readonly string[]
  readonly expiry: ExpiryChoice
  /** Of options only the strike at the money and this many on each side, for each underlying and expiry. */
  readonly atm_strikes: number | undefined
  /** At most this many: nearest to the money first, then nearest expiry, then in the order of the names. */
  readonly limit: number | undefined
  /** Trading symbols and underlyings to leave out. */
  readonly except: readonly string[]
  readonly mode: FeedMode | undefined
}

/** An instrument that the profile names by its token. `instrument`: what the profile says of it, for a token that no master names. */
export interface InlineInstrument {
  readonly token: number
  readonly mode: FeedMode | undefined
  readonly instrument: Instrument | undefined
}

/** What a profile wants to hear, before it meets the day's master. */
export interface InstrumentPlan {
  readonly inline: readonly InlineInstrument[]
  readonly select: readonly Selection[]
  /** Of whatever has no mode of its own. */
  readonly mode: FeedMode
}
