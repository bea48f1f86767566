import { blank, type Listing, TRADES_PER_WEIGHT } from './listing.js'
import { INDICES } from './names.js'
import type { SpotBook } from './spots.js'
import { stockAt, tickOfStock } from './stocks.js'

/** NIFTY 50, NIFTY BANK, INDIA VIX, SENSEX, in this order. */
export function indexListings(count: number, spots: SpotBook): Listing[] {
  return INDICES.slice(0, count).map((index) => ({
    instrument: {
      ...blank(index.instrument_token),
      exchange: index.exchange,
      symbol: index.symbol,
      name: index.symbol,
      segment: 'INDICES',
      instrument_type: 'INDEX',
      asset_class: 'indices',
      lot_size: 0,
      has_derivatives: undefined,
    },
    exchange_token: index.exchange_token,
    spot: spots.of(index.symbol),
    weight: 12,
    trade_lots: 0,
    tick: index.symbol === 'INDIA VIX' ? 1 : 5,
    strike: undefined,
    open_interest: 0,
  }))
}

/** `nfo`: the derivatives of the day, which say what stock has some. */
export function stockListings(count: number, { spots, seed, nfo }: StockSetting): Listing[] {
  const underlyings = new Set(nfo.map((listing) => listing.instrument.underlying))
  return Array.from({ length: count }, (_, rank) => {
    const { symbol, name, exchange_token, level } = stockAt(rank, seed)
    const tick_size = tickOfStock(level)
    const weight = 0.25 + 4 / (1 + rank / 11)
    // A day's turnover falls with the rank: 1,500 crore for the first, 15 lakh at the very least.
    const day_value = 1.5e10 / (1 + (rank * rank) / 160) + 1.5e6
    const trades = TRADES_PER_WEIGHT * weight
    return {
      instrument: {
        ...blank(exchange_token * 256 + 1),
        exchange: 'NSE',
        symbol,
        name,
        segment: 'NSE',
        instrument_type: 'EQ',
        asset_class: 'equity_cash',
        lot_size: 1,
        tick_size,
        has_derivatives: underlyings.has(symbol),
      },
      exchange_token,
      spot: spots.of(symbol, rank),
      weight,
      trade_lots: Math.max(1, day_value / level / trades),
      tick: Math.round(tick_size * 100),
      strike: undefined,
      open_interest: 0,
    }
  })
}

interface StockSetting {
  spots: SpotBook
  seed: number
  nfo: readonly Listing[]
}
