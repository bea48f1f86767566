import type { FieldType } from '../market/index.js'
import { printCell } from './cell.js'
import { decimalDifference } from './decimal.js'
import { jsonDifference } from './json-difference.js'
import type { FieldDifference, RowDifference, RowPlace } from './row-difference.js'
import type { RowKind } from './row-kind.js'
import type { RawDifference } from './row-order.js'
import { decoded, type RowTable } from './row-table.js'

/** A column that both sides have: its place in either. */
export interface SharedColumn {
  readonly name: string
  readonly type: FieldType
  readonly expected: number
  readonly found: number
  /** How far numbers may be apart and count as equal. */
  readonly tolerance: number
  /** Says who made a row, not what it says. */
  readonly is_provenance: boolean
}

interface Sides {
  readonly expected: RowTable
  readonly found_columns: readonly { readonly name: string; readonly type: FieldType }[]
  readonly shared: readonly SharedColumn[]
}

/** Puts rows and their differences into words. */
export class RowWords {
  readonly #kind: RowKind
  readonly #sides: Sides

  constructor(kind: RowKind, sides: Sides) {
    this.#kind = kind
    this.#sides = sides
  }

  /** Which row it is, by the found side where there is one. */
  placeOf(expected: number, found: Float64Array | undefined): RowPlace {
    const { lasts, time } = this.#kind
    const read = (name: string): number => this.#valueOf(name, expected, found)
    const text = (name: string): string | undefined => {
      const cell = decoded(read(name), 'string', this.#sides.expected.texts)
      return cell === undefined ? undefined : String(cell)
    }
    const number = (name: string): number | undefined => (Number.isNaN(read(name)) ? undefined : read(name))
    const time_ms = number(time) ?? 0
    return {
      symbol: text('symbol'),
      exchange: text('exchange'),
      interval: text('interval'),
      time_ms,
      end_ms: time_ms + (lasts === undefined ? 0 : (number(lasts) ?? 0)),
      instrument_token: number('instrument_token'),
      alert_id: text('alert_id'),
      state: text('state'),
      pattern_type: text('pattern_type'),
      direction: text('direction'),
    }
  }

  worded({ kind, place, expected, found }: RawDifference): RowDifference {
    const { expected: table, found_columns, shared } = this.#sides
    if (kind !== 'changed') {
      const columns = kind === 'missing' ? table.columns : found_columns
      const shown = this.#kind.shown.flatMap((name) => columns.find((column) => column.name === name) ?? [])
      const fields = shown.map((own) => {
        const value = this.#valueOf(own.name, expected, found)
        return kind === 'missing' ? this.#fieldOf(own, value, Number.NaN) : this.#fieldOf(own, Number.NaN, value)
      })
      return { kind, place, fields }
    }
    const sides = shared.map((own) => ({ own, left: table.columns[own.expected]!.values[expected]!, right: found![own.found]! }))
    const changed = sides.filter(({ own, left, right }) => !isSame(left, right, own.tolerance))
    const ordered = [...changed.filter(({ own }) => !own.is_provenance), ...changed.filter(({ own }) => own.is_provenance)]
    return { kind, place, fields: ordered.map(({ own, left, right }) => this.#fieldOf(own, left, right)) }
  }

  #fieldOf(
    { name: field, type }: { readonly name: string; readonly type: FieldType },
    left: number,
    right: number,
  ): FieldDifference {
    const { texts } = this.#sides.expected
    const [left_cell, right_cell] = [decoded(left, type, texts), decoded(right, type, texts)]
    const has_both = left_cell !== undefined && right_cell !== undefined
    if (type === 'json' && has_both)
      return { field, type, change: undefined, ...jsonDifference(String(left_cell), String(right_cell)) }
    const change = isMeasured(type) && has_both ? decimalDifference(right, left) : undefined
    const printed = (cell: typeof left_cell): string | undefined => (cell === undefined ? undefined : printCell(cell, type))
    return { field, type, expected: printed(left_cell), found: printed(right_cell), change, path: undefined }
  }

  /** Held value of a column, NaN for none. */
  #valueOf(name: string, row: number, found: Float64Array | undefined): number {
    const { expected, found_columns } = this.#sides
    if (found === undefined) return expected.columns[expected.indexOf(name)]?.values[row] ?? Number.NaN
    return found[found_columns.findIndex((column) => column.name === name)] ?? Number.NaN
  }
}

/** Held values that count as equal; none equals none. */
export function isSame(a: number, b: number, tolerance: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  return tolerance > 0 && Math.abs(decimalDifference(a, b)) <= tolerance
}

export const isText = (type: FieldType): boolean => type === 'string' || type === 'json'
/** Of what a difference has a size. */
export const isMeasured = (type: FieldType): boolean => !isText(type) && type !== 'bool'
