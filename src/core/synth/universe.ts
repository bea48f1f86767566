import type { Calendar, Instrument } from '../market/index.js'
import type { IstDay } from '../time/index.js'
import { indexListings, stockListings } from './cash-listings.js'
import { ContractListings } from './contract-listings.js'
import { type IsOpen, openOnOrBefore } from './expiries.js'
import { blank, type Listing } from './listing.js'
import { shareOut } from './shares.js'
import { type Spot, SpotBook } from './spots.js'

/** What is listed on a day, and the prices behind it. */
export interface Universe {
  readonly day: IstDay
  readonly previous_day: IstDay
  readonly spots: readonly Spot[]
  readonly listings: readonly Listing[]
}

/** What decides it. */
export interface UniverseSetup {
  day: IstDay
  /** 1..9000 */
  instruments: number
  seed: number
  calendar: Calendar
}

export const INSTRUMENTS_MAX = 9000
/** Of each 320 instruments: indices, NSE, NFO, CDS, BCD, MCX. The mix of the crawler `sso_xvenue`. */
const MIX = [4, 176, 100, 16, 4, 20]
/** From here on there is an index, whatever the mix says. */
const INDEX_FROM = 5

/** The instruments of a day. A stock keeps its token and its price history over the days of one seed; contracts follow the date. */
export function createUniverse({ day, instruments, seed, calendar }: UniverseSetup): Universe {
  const isOpen: IsOpen = (other) => !calendar.sessionOf(PROBE, other).closed
  const previous_day = openOnOrBefore(day - 1, isOpen)
  const book = new SpotBook({ day, previous_day, seed })
  const contracts = new ContractListings({ day, seed, isOpen, spots: book })
  const [some_indices = 0, cash = 0, nfo_count = 0, cds = 0, bcd = 0, mcx = 0] = shareOut(instruments, MIX)
  const indices = indexListings(instruments >= INDEX_FROM ? Math.max(some_indices, 1) : some_indices, book)
  const others = [...contracts.currencies('CDS', cds), ...contracts.currencies('BCD', bcd), ...contracts.commodities(mcx)]
  const nfo = contracts.derivatives(nfo_count, Math.max(cash, 1))
  const stocks = stockListings(instruments - indices.length - others.length - nfo.length, { spots: book, seed, nfo })
  return { day, previous_day, spots: book.spots, listings: [...indices, ...stocks, ...nfo, ...others] }
}

/** Whose hours decide which days are trading days and which dates an expiry can have. */
const PROBE: Instrument = {
  ...blank(40_000 * 256 + 2),
  exchange: 'NFO',
  symbol: 'NIFTY',
  segment: 'NFO-FUT',
  instrument_type: 'FUT',
  asset_class: 'index_futures',
}
