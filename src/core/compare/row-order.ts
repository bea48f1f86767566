import type { RowDifferenceKind, RowPlace } from './row-difference.js'

/** No row, or nothing measured. */
export const NONE = -1

/** A difference before it is put into words. */
export interface RawDifference {
  readonly kind: RowDifferenceKind
  readonly place: RowPlace
  /** Only what says who made the row differs. */
  readonly is_provenance: boolean
  /** Row of the expected table, or `NONE`. */
  readonly expected: number
  readonly found: Float64Array | undefined
}

/** By when the rows were complete, the shorter bar first: its difference is the nearest to the cause. What only says who made a row comes last. */
export function compareDifferences(a: RawDifference, b: RawDifference): number {
  return (
    Number(a.is_provenance) - Number(b.is_provenance) ||
    a.place.end_ms - b.place.end_ms ||
    b.place.time_ms - a.place.time_ms ||
    compareTexts(a.place.exchange, b.place.exchange) ||
    compareTexts(a.place.symbol, b.place.symbol) ||
    compareTexts(a.place.interval, b.place.interval) ||
    compareTexts(a.place.pattern_type, b.place.pattern_type) ||
    compareTexts(a.place.direction, b.place.direction) ||
    compareTexts(a.place.alert_id, b.place.alert_id) ||
    compareTexts(a.place.state, b.place.state) ||
    compareTexts(a.kind, b.kind)
  )
}

/** By characters; no text is the empty one. */
export const compareTexts = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0)
