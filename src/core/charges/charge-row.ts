import type { IstDay } from '../time/index.js'

/** Exchanges as masters name them. */
export const CHARGED_EXCHANGES = ['NSE', 'BSE', 'NFO', 'BFO', 'CDS', 'MCX'] as const
export type ChargedExchange = (typeof CHARGED_EXCHANGES)[number]

/** `delivery` and `intraday` are of shares. Options cost by their premium. */
export const CHARGED_PRODUCTS = ['delivery', 'intraday', 'future', 'option'] as const
export type ChargedProduct = (typeof CHARGED_PRODUCTS)[number]

/** What is charged on every order, in the order of contract notes; `stt` is the commodities transaction tax on MCX. */
export const USUAL_ITEMS = ['brokerage', 'stt', 'transaction', 'ipft', 'sebi', 'stamp'] as const

/** What is charged when something happens that the order itself does not tell: shares leave the account, the broker closes the position. */
export const EXTRA_ITEMS = ['dp', 'auto_square_off'] as const
export type ExtraItem = (typeof EXTRA_ITEMS)[number]

/** Names of charges in a result, all in rupees. */
export const CHARGE_ITEMS = [...USUAL_ITEMS, ...EXTRA_ITEMS, 'gst'] as const
export type ChargeItem = (typeof CHARGE_ITEMS)[number]

/** Names of charges in the table: an option that is exercised is taxed by a row of its own. */
export const ROW_ITEMS = [...CHARGE_ITEMS, 'stt_exercise'] as const
export type RowItem = (typeof ROW_ITEMS)[number]

/** Who pays a charge; the other side pays nothing. */
export const CHARGED_SIDES = ['BUY', 'SELL', 'both', 'EXERCISE'] as const
export type ChargedSide = (typeof CHARGED_SIDES)[number]

/** A share of the value of an order, at most `rupees_max`, or so many rupees per order. */
export type ChargeRate =
  | {
      readonly kind: 'share'
      /** Billionths: whole numbers, so that the product with whole prices and quantities is not rounded. */
      readonly billionths: number
      /** Infinity when there is no limit. */
      readonly rupees_max: number
    }
  | { readonly kind: 'per_order'; readonly rupees: number }

/** One charge, in force on `[from, to)`. */
export interface ChargeRow {
  readonly item: RowItem
  readonly exchanges: readonly ChargedExchange[]
  readonly products: readonly ChargedProduct[]
  /** In capitals. Empty: all that no other row names. */
  readonly underlyings: readonly string[]
  readonly side: ChargedSide
  readonly from: IstDay
  readonly to: IstDay
  readonly rate: ChargeRate
  /** Of a tax on other charges: which. Empty otherwise. */
  readonly of: readonly ChargeItem[]
  readonly source: string
  readonly note: string | undefined
  /** False: assumed, approximate or not confirmed. */
  readonly verified: boolean
}

/** A file of charges, checked. */
export interface ChargeTable {
  readonly rows: readonly ChargeRow[]
}
