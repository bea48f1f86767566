/**
 * Names the generator uses. Tickers and exchange tokens of the stocks and indices are public facts; the price levels are round inventions
 * of their order of size, not quotes.
 */
export interface StockName {
  symbol: string
  name: string
  exchange_token: number
  /** Rupees, invented. */
  level: number
}

const stock = (symbol: string, name: string, exchange_token: number, level: number): StockName => ({
  symbol,
  name,
  exchange_token,
  level,
})

export const STOCKS: readonly StockName[] = [
  stock('RELIANCE', 'RELIANCE INDUSTRIES', 2885, 1380),
  stock('HDFCBANK', 'HDFC BANK', 1333, 960),
  stock('ICICIBANK', 'ICICI BANK', 4963, 1370),
  stock('INFY', 'INFOSYS', 1594, 1450),
  stock('SBIN', 'STATE BANK OF INDIA', 3045, 865),
  stock('TCS', 'TATA CONSULTANCY SERV LT', 11536, 2900),
  stock('BHARTIARTL', 'BHARTI AIRTEL', 10604, 1890),
  stock('ITC', 'ITC', 1660, 402),
  stock('AXISBANK', 'AXIS BANK', 5900, 1180),
  stock('KOTAKBANK', 'KOTAK MAHINDRA BANK', 1922, 2100),
  stock('LT', 'LARSEN & TOUBRO', 11483, 3730),
  stock('TATAMOTORS', 'TATA MOTORS', 3456, 710),
  stock('TATASTEEL', 'TATA STEEL', 3499, 171),
  stock('BAJFINANCE', 'BAJAJ FINANCE', 317, 990),
  stock('MARUTI', 'MARUTI SUZUKI INDIA', 10999, 15800),
  stock('HINDUNILVR', 'HINDUSTAN UNILEVER', 1394, 2540),
  stock('SUNPHARMA', 'SUN PHARMACEUTICAL IND L', 3351, 1630),
  stock('ADANIENT', 'ADANI ENTERPRISES', 25, 2580),
  stock('M&M', 'MAHINDRA & MAHINDRA', 2031, 3450),
  stock('TITAN', 'TITAN COMPANY', 3506, 3420),
  stock('HCLTECH', 'HCL TECHNOLOGIES', 7229, 1395),
  stock('WIPRO', 'WIPRO', 3787, 243),
  stock('ULTRACEMCO', 'ULTRATECH CEMENT', 11532, 12100),
  stock('NTPC', 'NTPC', 11630, 342),
  stock('POWERGRID', 'POWER GRID CORP', 14977, 288),
  stock('ONGC', 'OIL AND NATURAL GAS CORP', 2475, 244),
  stock('COALINDIA', 'COAL INDIA', 20374, 386),
  stock('JSWSTEEL', 'JSW STEEL', 11723, 1160),
  stock('TECHM', 'TECH MAHINDRA', 13538, 1410),
  stock('ASIANPAINT', 'ASIAN PAINTS', 236, 2350),
]

/** An index as the feed has it; `level` in rupees, invented. */
export interface IndexName {
  symbol: string
  exchange: string
  exchange_token: number
  instrument_token: number
  level: number
}

export const INDICES: readonly IndexName[] = [
  { symbol: 'NIFTY 50', exchange: 'NSE', exchange_token: 1001, instrument_token: 256265, level: 24900 },
  { symbol: 'NIFTY BANK', exchange: 'NSE', exchange_token: 1016, instrument_token: 260105, level: 55600 },
  { symbol: 'INDIA VIX', exchange: 'NSE', exchange_token: 1035, instrument_token: 264969, level: 12.5 },
  { symbol: 'SENSEX', exchange: 'BSE', exchange_token: 1, instrument_token: 265, level: 81200 },
]

/** The underlying of currency and commodity contracts. */
export interface ContractName {
  symbol: string
  /** Rupees, invented. */
  level: number
  tick: number
  /** Part of the price it moves in a day. */
  daily_move: number
}

export const COMMODITIES: readonly ContractName[] = [
  { symbol: 'CRUDEOIL', level: 5450, tick: 1, daily_move: 0.016 },
  { symbol: 'GOLD', level: 117500, tick: 1, daily_move: 0.008 },
  { symbol: 'SILVER', level: 145200, tick: 1, daily_move: 0.013 },
  { symbol: 'NATURALGAS', level: 294, tick: 0.1, daily_move: 0.024 },
  { symbol: 'COPPER', level: 955, tick: 0.05, daily_move: 0.009 },
  { symbol: 'ZINC', level: 292, tick: 0.05, daily_move: 0.009 },
  { symbol: 'ALUMINIUM', level: 259, tick: 0.05, daily_move: 0.008 },
  { symbol: 'LEAD', level: 183, tick: 0.05, daily_move: 0.006 },
  { symbol: 'GOLDM', level: 117400, tick: 1, daily_move: 0.008 },
  { symbol: 'SILVERM', level: 145100, tick: 1, daily_move: 0.013 },
]

export const CURRENCIES: readonly ContractName[] = [
  { symbol: 'USDINR', level: 88.75, tick: 0.0025, daily_move: 0.0018 },
  { symbol: 'EURINR', level: 104.2, tick: 0.0025, daily_move: 0.0035 },
  { symbol: 'GBPINR', level: 119.4, tick: 0.0025, daily_move: 0.004 },
  { symbol: 'JPYINR', level: 60.3, tick: 0.0025, daily_move: 0.0045 },
]
