import type { ChargeTable } from './charge-row.js'
import { type ChargedOrder, type ChargeRounding, type Charges, charges } from './charges.js'

/** A position opened and closed. Rupees. */
export interface RoundTrip {
  readonly entry: Charges
  readonly exit: Charges
  /** Of both orders. */
  readonly total: number
  /** What the prices alone made of it. */
  readonly gross: number
  /** After charges. */
  readonly net: number
}

/** How a position is closed; everything else is as it was opened. */
export interface Exit extends Pick<ChargedOrder, 'price' | 'day' | 'extras'> {}

/** Opened by `entry` (a BUY or a SELL), closed by the order of the other side. */
export function roundTrip(entry: ChargedOrder, exit: Exit, table: ChargeTable, rounding: ChargeRounding = 'none'): RoundTrip {
  const { price, day, extras } = exit
  const closing: ChargedOrder = { ...entry, side: entry.side === 'BUY' ? 'SELL' : 'BUY', price, day, extras }
  const [opened, closed] = [charges(entry, table, rounding), charges(closing, table, rounding)]
  const total = opened.total + closed.total
  const gross = (signOf(entry) * (price - entry.price) * entry.quantity) / entry.price_divisor
  return { entry: opened, exit: closed, total, gross, net: gross - total }
}

/**
 * How far the price must move in favour of a position opened by `entry` and closed on `day` before charges are earned back: feed units, not rounded
 * to a tick. NaN without a quantity, and for a sale that no fall of the price pays for.
 */
export function breakEvenMove(entry: ChargedOrder, day: number, table: ChargeTable): number {
  if (!(entry.quantity > 0)) return Number.NaN
  const costOf = (move: number): number => {
    const { total } = roundTrip(entry, { price: entry.price + signOf(entry) * move, day }, table)
    return (total * entry.price_divisor) / entry.quantity
  }
  const move_max = entry.side === 'BUY' ? Number.POSITIVE_INFINITY : entry.price
  let move = 0
  // Charges grow by less than a hundredth of what the price does, so each round has at least two digits more.
  for (let round = 0; round < ROUNDS; round++) {
    if (!(move <= move_max)) return Number.NaN
    move = costOf(move)
  }
  return move
}

const ROUNDS = 10

const signOf = ({ side }: ChargedOrder): number => (side === 'BUY' ? 1 : -1)
