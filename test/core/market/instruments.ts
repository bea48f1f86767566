import type { Instrument } from '../../../src/core/market/index.js'

/** An instrument for tests: a stock on NSE unless told otherwise. */
export function instrument(facts: Partial<Instrument> = {}): Instrument {
  return {
    instrument_token: 738561,
    exchange: 'NSE',
    symbol: 'RELIANCE',
    name: 'RELIANCE INDUSTRIES',
    segment: 'NSE',
    instrument_type: 'EQ',
    asset_class: 'equity_cash',
    underlying: undefined,
    expiry: undefined,
    strike: undefined,
    lot_size: 1,
    tick_size: 0.05,
    price_divisor: 100,
    has_derivatives: undefined,
    known: true,
    ...facts,
  }
}
