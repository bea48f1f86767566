import type { Instrument } from './instrument.js'

/** Underlyings of index derivatives, as Kite's `name` column has them. Longest-first matching of symbols relies on the ones that end in digits. */
export const INDEX_UNDERLYINGS: ReadonlySet<string> = new Set([
  'NIFTY',
  'BANKNIFTY',
  'FINNIFTY',
  'MIDCPNIFTY',
  'NIFTYNXT50',
  'NIFTYIT',
  'NIFTYMID50',
  'NIFTYPSE',
  'NIFTYINFRA',
  'NIFTYCPSE',
  'INDIAVIX',
  'SENSEX',
  'SENSEX50',
  'BANKEX',
])

/** The symbol of the index under its derivatives, where the two differ. */
export const INDEX_OF_UNDERLYING: ReadonlyMap<string, string> = new Map([
  ['NIFTY', 'NIFTY 50'],
  ['BANKNIFTY', 'NIFTY BANK'],
  ['FINNIFTY', 'NIFTY FIN SERVICE'],
  ['MIDCPNIFTY', 'NIFTY MID SELECT'],
  ['NIFTYNXT50', 'NIFTY NEXT 50'],
])

const UNDERLYING_OF_INDEX = new Map([...INDEX_OF_UNDERLYING].map(([underlying, index]) => [index, underlying]))

/** The name that an index or stock shares with its derivatives: `NIFTY` for `NIFTY 50` and all that is on it. */
export const underlyingOf = ({ underlying, symbol }: Pick<Instrument, 'underlying' | 'symbol'>): string =>
  underlying ?? UNDERLYING_OF_INDEX.get(symbol) ?? symbol

/** Where what lies under a derivative trades. Of commodities and currencies the masters list no spot. */
const SPOT_EXCHANGES: Readonly<Record<string, readonly string[]>> = { NFO: ['NSE', 'BSE'], BFO: ['BSE', 'NSE'] }

/** `EXCHANGE:SYMBOL` of the share or index under a derivative, the likelier exchange first. Empty where there is no spot. */
export function spotNamesOf({ exchange, underlying = '' }: { exchange: string; underlying?: string | undefined }): string[] {
  const symbol = INDEX_OF_UNDERLYING.get(underlying) ?? underlying
  return (SPOT_EXCHANGES[exchange] ?? []).map((spot_exchange) => `${spot_exchange}:${symbol}`)
}

/** The segment byte 9 of an index token does not say whose index it is, its name does; `INDICES` when neither. */
export function exchangeOfIndex(symbol: string): string {
  const name = symbol.toUpperCase()
  if (name.includes('NIFTY') || name.replace(' ', '') === 'INDIAVIX') return 'NSE'
  if (name.startsWith('SENSEX') || name.startsWith('BANKEX') || name.startsWith('BSE')) return 'BSE'
  return name.startsWith('MCX') ? 'MCX' : 'INDICES'
}
