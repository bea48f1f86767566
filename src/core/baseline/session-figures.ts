import type { TermVolatility } from '../options/index.js'
import type { HistoryBar } from '../patterns/index.js'
import type { IstDay } from '../time/index.js'

/** How many of its last bars a session keeps, for indicators of the next one to go on from. */
export const KEPT_BARS = { '1m': 40, '5m': 60, '15m': 40 } as const
/** Interval labels of those bars. */
export const BAR_LABELS = ['1m', '5m', '15m'] as const
/** Bars of a minute in one entry of `ranges_30m`. */
export const RANGE_BARS = 30

/** Minutes between two entries of `va_widths`. */
export const VA_MINUTES = 15

/** What one session says of one instrument. Prices in feed units, quantities in those of the feed. */
export interface SessionFigures {
  /** `NSE:RELIANCE` */
  readonly name: string
  readonly day: IstDay
  /** Feed units per rupee. */
  readonly price_divisor: number
  /** Of a derivative. */
  readonly expiry: IstDay | undefined
  /** Of an option: some option on its underlying expired that day. */
  readonly expiry_day: boolean
  /** Hours of continuous trading, `[from, to)` in seconds after midnight IST; several parts in a split special session. */
  readonly hours: readonly Span[]
  /** Minutes from the begin of continuous trading, `[from, to)`, that the recording does not tell: gaps, a late begin, an early end. */
  readonly unknown: readonly Span[]
  /** NaN for an instrument without a price that day. */
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Closing price announced after the session; NaN where none came. */
  readonly close_official: number
  /** Value area and point of control of continuous trading; NaN without volume by price. */
  readonly vah: number
  readonly val: number
  readonly poc: number
  /** Width (VAH - VAL) of the value area as it was after each 15 minutes; 0 while nothing had traded, none where nothing did. */
  readonly va_widths: readonly number[]
  /** Traded in each minute from the beginning of continuous trading to its end; 0 where nothing was told. Undefined for what has no volume. */
  readonly volume: readonly number[] | undefined
  /** High - low of each 30 minute bars in a row, from the first bar on; what is left at the end counts no more. */
  readonly ranges_30m: readonly number[]
  /** The last bars of the session, oldest first. */
  readonly bars: Readonly<Record<(typeof BAR_LABELS)[number], readonly HistoryBar[]>>
}

/** `[from, to)` */
export type Span = readonly [from: number, to: number]

/** Minutes from the beginning of continuous trading to its end, breaks included. */
export const minutesOf = ({ hours }: Pick<SessionFigures, 'hours'>): number =>
  hours.length === 0 ? 0 : Math.ceil(((hours.at(-1) as Span)[1] - (hours[0] as Span)[0]) / 60)

/** What one session says of an underlying. */
export interface UnderlyingFigures {
  /** `NIFTY` */
  readonly underlying: string
  readonly day: IstDay
  /** Rupees; NaN without one. */
  readonly close: number
  /** At-the-money volatilities at the close, of each expiry whose options tell one; ascending by years. */
  readonly terms: readonly TermVolatility[]
}
