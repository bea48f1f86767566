import type { FieldType } from '../market/index.js'

/** Only the expected side has the row, only the found one has it, or both have it with other values. */
export type RowDifferenceKind = 'missing' | 'extra' | 'changed'

/** Which row it is. What the kind of row has not is undefined. */
export interface RowPlace {
  readonly symbol: string | undefined
  readonly exchange: string | undefined
  readonly interval: string | undefined
  /** Begin of a candle; when an alert was known. Ms since the epoch. */
  readonly time_ms: number
  /** When the row was complete, ms: what the row is made of was received about then. */
  readonly end_ms: number
  readonly instrument_token: number | undefined
  readonly alert_id: string | undefined
  readonly state: string | undefined
  readonly pattern_type: string | undefined
  readonly direction: string | undefined
}

/** One value of a row. Texts as printed, undefined for none. */
export interface FieldDifference {
  readonly field: string
  readonly type: FieldType
  readonly expected: string | undefined
  readonly found: string | undefined
  /** Found - expected, for numbers and times (ms) that both sides have. */
  readonly change: number | undefined
  /** Where two JSON values part, and what stands there. */
  readonly path: string | undefined
}

/** One difference. `fields` of a row that only one side has: what it says. */
export interface RowDifference {
  readonly kind: RowDifferenceKind
  readonly place: RowPlace
  readonly fields: readonly FieldDifference[]
}

/** How one column differs, over all rows. */
export interface FieldCount {
  readonly field: string
  readonly type: FieldType
  readonly rows: number
  /** Largest difference in size; null for what is no number, or where one side has none. */
  readonly largest: number | null
}

/** What the rows of a side are: told where no row of one side is in the other. */
export interface RowsSpan {
  readonly intervals: readonly string[]
  readonly first_ms: number | null
  readonly last_ms: number | null
}

/** Two sets of rows, compared. */
export interface RowComparisonResult {
  readonly equal: boolean
  /** Equal but for the set of columns. */
  readonly only_columns_differ: boolean
  /** Equal but for what says who made a row: another configuration or version. */
  readonly only_provenance_differs: boolean
  readonly expected_rows: number
  readonly found_rows: number
  /** Equal within the tolerances. */
  readonly equal_rows: number
  /** Of the equal ones: those that only a tolerance makes so. */
  readonly tolerated_rows: number
  readonly missing: number
  readonly extra: number
  readonly changed: number
  readonly by_field: readonly FieldCount[]
  readonly columns_missing: readonly string[]
  readonly columns_extra: readonly string[]
  /** The columns that both have stand in another order. No difference. */
  readonly columns_reordered: boolean
  /** The rows that both have stand in another order. No difference. */
  readonly rows_reordered: boolean
  readonly expected_span: RowsSpan
  readonly found_span: RowsSpan
  /** The earliest, at most as many as asked for. */
  readonly first: readonly RowDifference[]
}
