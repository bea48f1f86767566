import type { AssetClass, Instrument, InstrumentType } from './instrument.js'
import { INDEX_UNDERLYINGS } from './known-indices.js'
import { parseSymbol } from './symbol.js'

/** What decides the asset class. */
export interface ContractFacts {
  exchange: string
  instrument_type: InstrumentType
  underlying: string | undefined
}

/** Asset class from what a master says, in the words of the crawler configs. */
export function assetClassOf({ exchange, instrument_type, underlying }: ContractFacts): AssetClass {
  if (instrument_type === 'INDEX' || exchange === 'INDICES') return 'indices'
  switch (exchange) {
    case 'NSE':
    case 'BSE':
      return 'equity_cash'
    case 'NFO':
    case 'BFO': {
      const of_index = underlying !== undefined && INDEX_UNDERLYINGS.has(underlying)
      if (instrument_type === 'FUT') return of_index ? 'index_futures' : 'equity_futures'
      if (instrument_type === 'CE' || instrument_type === 'PE') return of_index ? 'index_options' : 'equity_options'
      return 'unknown'
    }
    case 'CDS':
    case 'BCD':
      return 'currency'
    case 'MCX':
    case 'NCO':
      return 'commodity'
    default:
      return 'unknown'
  }
}

/**
 * Fills what the columns of derivatives left empty (names are empty in masters of 2017 and in some BFO rows) from their symbols. Changes the
 * instruments in place; the asset classes of those in `stated` are kept.
 */
export function completeFromSymbols(instruments: readonly Instrument[], stated: ReadonlySet<Instrument> = new Set()): void {
  const incomplete = instruments.filter(
    ({ exchange, instrument_type, underlying }) =>
      !isCash(exchange) && instrument_type !== 'INDEX' && (underlying === undefined || instrument_type === 'UNKNOWN'),
  )
  if (incomplete.length === 0) return
  const names = new Set(instruments.filter(({ asset_class }) => asset_class === 'equity_cash').map(({ symbol }) => symbol))
  for (const instrument of incomplete) {
    const parsed = parseSymbol(instrument.symbol, names)
    if (parsed === undefined) continue
    instrument.underlying ??= parsed.underlying
    instrument.expiry ??= parsed.expiry
    instrument.strike ??= parsed.strike
    if (instrument.instrument_type === 'UNKNOWN') instrument.instrument_type = parsed.instrument_type
    if (!stated.has(instrument)) instrument.asset_class = assetClassOf(instrument)
  }
}

/** Names with futures or options on NSE or BSE: those stocks have a closing auction from 2026-08-03. */
export function underlyingsOfEquityDerivatives(instruments: readonly Instrument[]): Set<string> {
  const underlyings = new Set<string>()
  for (const { exchange, underlying } of instruments)
    if ((exchange === 'NFO' || exchange === 'BFO') && underlying !== undefined) underlyings.add(underlying)
  return underlyings
}

export const isCash = (exchange: string): boolean => exchange === 'NSE' || exchange === 'BSE'
