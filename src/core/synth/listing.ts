import type { Instrument } from '../market/index.js'
import { segmentOf } from '../wire/index.js'

/** One instrument of the day and how it trades. */
export interface Listing {
  readonly instrument: Instrument
  readonly exchange_token: number
  /** Index into `Universe.spots`. */
  readonly spot: number
  /** Relative rate of snapshots. */
  readonly weight: number
  /** Mean size of a trade in lots. */
  readonly trade_lots: number
  /** Feed units; 0 never: indices have the step their value is rounded to. */
  readonly tick: number
  /** Units of `strike` are feed units; undefined for all but options. */
  readonly strike: number | undefined
  readonly open_interest: number
}

/** Trades of a whole day of an instrument of weight 1. */
export const TRADES_PER_WEIGHT = 20_000

/** An instrument of which only the token is known, to be filled in. */
export function blank(instrument_token: number): Instrument {
  return {
    instrument_token,
    exchange: '',
    symbol: '',
    name: '',
    segment: '',
    instrument_type: 'UNKNOWN',
    asset_class: 'unknown',
    underlying: undefined,
    expiry: undefined,
    strike: undefined,
    lot_size: 1,
    tick_size: 0,
    price_divisor: segmentOf(instrument_token).price_divisor,
    has_derivatives: false,
    known: true,
  }
}
