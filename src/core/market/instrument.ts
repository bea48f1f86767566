import type { IstDay } from '../time/index.js'

/** What a contract is, in the words of the crawler config (`asset_class`). */
export const ASSET_CLASSES = [
  'equity_cash',
  'equity_futures',
  'equity_options',
  'indices',
  'index_futures',
  'index_options',
  'currency',
  'commodity',
  'unknown',
] as const
export type AssetClass = (typeof ASSET_CLASSES)[number]

export const INSTRUMENT_TYPES = ['EQ', 'FUT', 'CE', 'PE', 'INDEX', 'UNKNOWN'] as const
export type InstrumentType = (typeof INSTRUMENT_TYPES)[number]

/** One row of a day's master. `instrument_token` is unique on one day only: Kite reuses it after expiry. */
export interface Instrument {
  instrument_token: number
  /** `NSE`, `NFO`, `BSE`, `BFO`, `CDS`, `BCD`, `MCX`, `NCO` or `INDICES` when the exchange of an index is not known. */
  exchange: string
  /** Trading symbol, e.g. `RELIANCE`, `NIFTY25OCTFUT`; `token:N` when no master names the token. */
  symbol: string
  /** Company or underlying name as the master has it; may be empty. */
  name: string
  /** Kite's segment column, e.g. `NFO-OPT`, `INDICES`; may be empty. */
  segment: string
  instrument_type: InstrumentType
  asset_class: AssetClass
  /** Symbol of the underlying for derivatives, else undefined. */
  underlying: string | undefined
  expiry: IstDay | undefined
  /** Rupees as the master prints it, e.g. `25050` or `8.5`; undefined when the contract has none. */
  strike: number | undefined
  lot_size: number
  /** Rupees. 0 for indices. */
  tick_size: number
  /** Feed units per rupee: 100, 10 000 or 10 000 000 by segment byte. */
  price_divisor: number
  /** True for a stock that has futures or options that day (it then has a closing auction from 2026-08-03); undefined when no master says. */
  has_derivatives: boolean | undefined
  /** Rupees; what the master printed when it was made, mostly nothing. Never a price to trade or to compute bars on. */
  last_price?: number | undefined
  /** False for a token that no master names. */
  known: boolean
}
