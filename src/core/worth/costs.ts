import { type ChargeTable, chargedAs, roundTrip } from '../charges/index.js'
import type { MadeTrade } from './outcome.js'
import type { CostPct } from './settled-alert.js'

/** Rupees that a trade of shares is sized by; of derivatives it is one lot. */
export const NOTIONAL = 100_000

/**
 * Charges there and back by the rates of the day, in percent of the entry. Shares are bought for `notional` rupees and squared off on the day, at least
 * one of them; of derivatives one lot is traded. Spread beyond the entry and slippage are no charges. NaN for what cannot be traded.
 */
export function chargesPct(table: ChargeTable, notional = NOTIONAL): CostPct {
  return (trades, day) => {
    let [paid, charged] = [0, 0]
    for (const { instrument, side, ratio, entry_price, exit_price } of trades) {
      const traded = chargedAs(instrument, 'intraday')
      if (traded === undefined || !(entry_price > 0) || !(exit_price >= 0)) return Number.NaN
      const quantity = ratio * quantityOf(instrument, entry_price, notional)
      const order = { ...traded, side, price: entry_price, quantity, day }
      charged += roundTrip(order, { price: exit_price, day }, table).total
      paid += (entry_price * quantity) / instrument.price_divisor
    }
    return (100 * charged) / paid
  }
}

function quantityOf(
  { instrument_type, lot_size, price_divisor }: MadeTrade['instrument'],
  price: number,
  notional: number,
): number {
  const is_share = instrument_type === 'EQ'
  return is_share ? Math.max(1, Math.floor((notional * price_divisor) / price)) : Math.max(1, lot_size)
}
