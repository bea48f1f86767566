import { formatDate } from '../time/index.js'
import type { Listing } from './listing.js'

const HEADER =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'

/** The day's instrument master as Kite's `GET /instruments` prints it: names quoted, `last_price` 0, indices of type EQ. */
export function masterCsv(listings: readonly Listing[]): string {
  return `${[HEADER, ...listings.map(rowOf)].join('\n')}\n`
}

function rowOf({ instrument, exchange_token }: Listing): string {
  const expiry = instrument.expiry === undefined ? '' : formatDate(instrument.expiry)
  const type = instrument.instrument_type === 'INDEX' ? 'EQ' : instrument.instrument_type
  return [
    instrument.instrument_token,
    exchange_token,
    instrument.symbol,
    `"${instrument.name}"`,
    0,
    expiry,
    instrument.strike ?? 0,
    instrument.tick_size,
    instrument.lot_size,
    type,
    instrument.segment,
    instrument.exchange,
  ].join(',')
}
