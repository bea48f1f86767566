import type { Instrument } from '../market/index.js'
import { CHARGED_EXCHANGES, type ChargedExchange, type ChargedProduct } from './charge-row.js'

/** What of an instrument decides what is charged. */
export interface ChargedInstrument {
  readonly exchange: ChargedExchange
  readonly product: ChargedProduct
  readonly underlying: string | undefined
  readonly price_divisor: number
}

/** Shares are traded as `cash` says. Undefined for what can't be traded (indices), is not known, or has no rows (BCD, NCO). */
export function chargedAs(instrument: Instrument, cash: 'delivery' | 'intraday'): ChargedInstrument | undefined {
  const exchange = CHARGED_EXCHANGES.find((name) => name === instrument.exchange)
  const product = productOf(instrument, cash)
  if (exchange === undefined || product === undefined) return undefined
  const { underlying, price_divisor } = instrument
  return { exchange, product, underlying, price_divisor }
}

function productOf({ instrument_type }: Instrument, cash: 'delivery' | 'intraday'): ChargedProduct | undefined {
  switch (instrument_type) {
    case 'EQ':
      return cash
    case 'FUT':
      return 'future'
    case 'CE':
    case 'PE':
      return 'option'
    default:
      return undefined
  }
}
