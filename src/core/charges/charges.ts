import { assert } from '../assert.js'
import { usageError } from '../errors.js'
import { formatDate, type IstDay } from '../time/index.js'
import {
  CHARGE_ITEMS,
  type ChargedExchange,
  type ChargedProduct,
  type ChargeItem,
  type ChargeRow,
  type ChargeTable,
  type ExtraItem,
  type RowItem,
  USUAL_ITEMS,
} from './charge-row.js'

/** What is charged for an order depends on this. */
export interface ChargedOrder {
  readonly exchange: ChargedExchange
  readonly product: ChargedProduct
  /** Symbol of the underlying of a derivative; some have rates of their own. */
  readonly underlying?: string | undefined
  /** An option that is exercised pays tax on its intrinsic value, and nothing else here. */
  readonly side: 'BUY' | 'SELL' | 'EXERCISE'
  /** Feed units, average of the fills; intrinsic value of an option that is exercised. */
  readonly price: number
  /** Feed units per rupee. */
  readonly price_divisor: number
  /** Units of what the price is of, never lots: 65 for a lot of NIFTY, 100 for a lot of crude oil. */
  readonly quantity: number
  readonly day: IstDay
  readonly extras?: readonly ExtraItem[] | undefined
}

/** `contract_note`: transaction tax to the whole rupee, all else to the paisa, halves up, tax on charges of the rounded ones. */
export type ChargeRounding = 'none' | 'contract_note'

/** Rupees. */
export interface Charges {
  readonly items: Readonly<Record<ChargeItem, number>>
  readonly total: number
  /** False when a row behind it was assumed, is approximate or was not confirmed. */
  readonly verified: boolean
  /** Those rows. */
  readonly unverified: readonly ChargeRow[]
}

/** Charges of one order by the rows of its day. A day for which a row is missing is refused: a cost left out would look like a profit. */
export function charges(order: ChargedOrder, table: ChargeTable, rounding: ChargeRounding = 'none'): Charges {
  assert(order.price >= 0 && order.quantity >= 0 && order.price_divisor > 0, 'an order has a price and a quantity')
  const items: Record<ChargeItem, number> = {
    brokerage: 0,
    stt: 0,
    transaction: 0,
    ipft: 0,
    sebi: 0,
    stamp: 0,
    dp: 0,
    auto_square_off: 0,
    gst: 0,
  }
  const used: ChargeRow[] = []
  for (const [item, row_item] of itemsOf(order)) {
    const row = rowOf(row_item, order, table)
    if (row.side !== 'both' && row.side !== order.side) continue
    used.push(row)
    items[item] = rounded(amountOf(row, order), item, rounding)
  }
  if (order.side !== 'EXERCISE') {
    const tax = rowOf('gst', order, table)
    used.push(tax)
    items.gst = rounded(taxOf(tax, items), 'gst', rounding)
  }
  const sum = CHARGE_ITEMS.reduce((total, item) => total + items[item], 0)
  const unverified = used.filter(({ verified }) => !verified)
  return { items, total: rounding === 'none' ? sum : toPaise(sum), verified: unverified.length === 0, unverified }
}

function itemsOf({ side, extras = [] }: ChargedOrder): [ChargeItem, RowItem][] {
  if (side === 'EXERCISE') return [['stt', 'stt_exercise']]
  return [...USUAL_ITEMS, ...extras].map((item) => [item, item])
}

function rowOf(item: RowItem, order: ChargedOrder, table: ChargeTable): ChargeRow {
  const { exchange, product, day } = order
  const rows = table.rows.filter((row) => row.item === item && row.exchanges.includes(exchange) && row.products.includes(product))
  const underlying = order.underlying?.toUpperCase()
  const today = rows.filter(({ from, to }) => from <= day && day < to)
  const row =
    (underlying === undefined ? undefined : today.find(({ underlyings }) => underlyings.includes(underlying))) ??
    today.find(({ underlyings }) => underlyings.length === 0)
  return row ?? unknown(item, order, rows)
}

function unknown(item: RowItem, { exchange, product, day }: ChargedOrder, rows: readonly ChargeRow[]): never {
  const first = rows.reduce((least, { from }) => Math.min(least, from), Infinity)
  const since = first < Infinity ? `, known from ${formatDate(first)} on` : ', which has none'
  throw usageError(
    'no_charges',
    `No charge "${item}" for ${product} on ${exchange} on ${formatDate(day)}${since}.`,
    'Add a row to a copy of config/charges.json; docs/charges.md says how.',
  )
}

/** The product of whole prices, quantities and billionths is exact below 2^53, so one division is the only rounding. */
function amountOf({ rate }: ChargeRow, { price, quantity, price_divisor }: ChargedOrder): number {
  if (rate.kind === 'per_order') return rate.rupees
  return Math.min(rate.rupees_max, (price * quantity * rate.billionths) / (price_divisor * 1e9))
}

function taxOf({ rate, of }: ChargeRow, items: Readonly<Record<ChargeItem, number>>): number {
  if (rate.kind === 'per_order') return rate.rupees
  return (of.reduce((sum, item) => sum + items[item], 0) * rate.billionths) / 1e9
}

function rounded(rupees: number, item: ChargeItem, rounding: ChargeRounding): number {
  if (rounding === 'none') return rupees
  return item === 'stt' ? Math.floor(rupees + 0.5) : toPaise(rupees)
}

const toPaise = (rupees: number): number => Math.floor(rupees * 100 + 0.5) / 100
