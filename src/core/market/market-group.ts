import type { Instrument } from './instrument.js'

/** Instruments that always keep the same hours. */
export const MARKET_GROUPS = [
  'cash_with_derivatives',
  'cash_without_derivatives',
  'index',
  'equity_futures',
  'equity_options',
  'currency',
  'commodity',
  'commodity_to_2100',
  'commodity_to_1700',
] as const
export type MarketGroup = (typeof MARKET_GROUPS)[number]

/** The group of an instrument, and the other one it may belong to when its master does not say: hours are then as good as the two agree. */
export interface GroupChoice {
  readonly group: MarketGroup
  readonly or: MarketGroup | undefined
}

/** Names of underlyings with shorter hours than their exchange, in capitals. */
export type UnderlyingGroups = ReadonlyMap<string, MarketGroup>

/** The exchange decides first, since crawler configs call derivatives of an index `indices`. The same choice is the same object. */
export function groupOf(instrument: Instrument, underlying_groups: UnderlyingGroups): GroupChoice {
  switch (instrument.exchange) {
    case 'NSE':
    case 'BSE':
      return isIndex(instrument) ? SURE.index : cashGroup(instrument)
    case 'INDICES':
      return SURE.index
    case 'NFO':
    case 'BFO':
      return derivativeGroup(instrument)
    case 'CDS':
    case 'BCD':
      return SURE.currency
    case 'MCX':
    case 'NCO':
      return SURE[underlying_groups.get((instrument.underlying ?? '').toUpperCase()) ?? 'commodity']
    default:
      return UNKNOWN_EXCHANGE
  }
}

function isIndex({ instrument_type, asset_class }: Instrument): boolean {
  return instrument_type === 'INDEX' || asset_class === 'indices'
}

function cashGroup({ has_derivatives }: Instrument): GroupChoice {
  if (has_derivatives === undefined) return UNKNOWN_CASH
  return has_derivatives ? SURE.cash_with_derivatives : SURE.cash_without_derivatives
}

function derivativeGroup({ instrument_type, asset_class }: Instrument): GroupChoice {
  if (instrument_type === 'FUT') return SURE.equity_futures
  if (instrument_type === 'CE' || instrument_type === 'PE') return SURE.equity_options
  if (asset_class === 'equity_futures' || asset_class === 'index_futures') return SURE.equity_futures
  if (asset_class === 'equity_options' || asset_class === 'index_options') return SURE.equity_options
  return UNKNOWN_DERIVATIVE
}

const sure = (group: MarketGroup): GroupChoice => ({ group, or: undefined })

const SURE: Readonly<Record<MarketGroup, GroupChoice>> = {
  cash_with_derivatives: sure('cash_with_derivatives'),
  cash_without_derivatives: sure('cash_without_derivatives'),
  index: sure('index'),
  equity_futures: sure('equity_futures'),
  equity_options: sure('equity_options'),
  currency: sure('currency'),
  commodity: sure('commodity'),
  commodity_to_2100: sure('commodity_to_2100'),
  commodity_to_1700: sure('commodity_to_1700'),
}
/** Without word of derivatives a stock is read as one without a closing auction: most have none. */
const UNKNOWN_CASH: GroupChoice = { group: 'cash_without_derivatives', or: 'cash_with_derivatives' }
/** Options outnumber futures by far, and have no pre-open. */
const UNKNOWN_DERIVATIVE: GroupChoice = { group: 'equity_options', or: 'equity_futures' }
/** Two groups whose hours never agree: whatever is said of an exchange we do not know is not verified. */
const UNKNOWN_EXCHANGE: GroupChoice = { group: 'cash_without_derivatives', or: 'commodity' }
