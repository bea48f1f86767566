import type { IstDay, TimestampMs } from '../time/index.js'

/** What names the instrument of a row; as much as the file has. */
export interface RowName {
  readonly symbol: string | undefined
  readonly exchange: string | undefined
  readonly instrument_token: number | undefined
  /** A derivative by what it is: names of weekly contracts differ between exchange and broker. */
  readonly contract: RowContract | undefined
}

/** A future or option as an exchange's file names it. */
export interface RowContract {
  readonly underlying: string
  readonly expiry: IstDay
  readonly type: 'FUT' | 'CE' | 'PE'
  /** Rupees; undefined for a future. */
  readonly strike: number | undefined
}

/** A candle of a file. Prices in rupees, volume in units; not placed with an instrument yet. */
export interface TheirRow {
  /** 1-based line or number of the record. */
  readonly line: number
  readonly name: RowName
  readonly time_ms: TimestampMs
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number | undefined
  /** As its own column tells, e.g. `1m`. */
  readonly interval: string | undefined
  /** `close` is the last trade, this the closing price announced. */
  readonly official_close: number | undefined
  /** Of candles of ours: what they know beside. */
  readonly own: OwnCells | undefined
}

/** Columns that only candles made by mds have. */
export interface OwnCells {
  readonly phase: string
  readonly trade_count: number
  readonly tick_count: number
  readonly complete: boolean
  readonly gap_volume: number
  /** Length of the bar in ms. */
  readonly expected_ms: number | undefined
  readonly revision: number
  readonly volume_na: boolean
  readonly missed_volume: number
  readonly late_volume: number
  readonly correction: number
  /** Rupees. */
  readonly official_close: number | undefined
}

/** A line that is left out. */
export interface BadRow {
  readonly line: number
  readonly reason: string
}

/** What a file holds. */
export interface TheirRows {
  readonly format: string
  readonly rows: readonly TheirRow[]
  readonly bad: readonly BadRow[]
  /** Times without a zone, which were read as IST. */
  readonly naive_times: number
  /** Rows that are no candles of an instrument of ours by design (bonds, other sessions), by what they are. */
  readonly left_out: ReadonlyMap<string, number>
  /** True for days of an exchange: its rows are of everything that trades there. */
  readonly is_exchange_file: boolean
}

/** Nothing in particular. */
export const NO_NAME: RowName = { symbol: undefined, exchange: undefined, instrument_token: undefined, contract: undefined }

/** Why four prices and a volume are no candle; undefined where they are one. */
export function candleFault(row: Pick<TheirRow, 'open' | 'high' | 'low' | 'close' | 'volume'>): string | undefined {
  const { open, high, low, close, volume } = row
  if (![open, high, low, close].every(Number.isFinite)) return 'expected four prices'
  if (low < 0) return `expected prices of 0 or more, found ${low}`
  if (high < low) return `expected a high of at least the low, found ${high} below ${low}`
  if (open > high || open < low || close > high || close < low)
    return `expected open and close within low and high, found ${open}, ${close} and ${low} to ${high}`
  if (volume !== undefined && !(volume >= 0 && Number.isSafeInteger(volume)))
    return `expected a volume that is a whole number of 0 or more, found ${volume}`
  return undefined
}
