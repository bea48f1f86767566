import { assert } from '../assert.js'
import { type Batch, type Cell, type Column, type Dictionary, integerAt, isPresent } from '../formats/index.js'
import type { Field, FieldType } from '../market/index.js'
import { parseCell, UNREADABLE } from './cell.js'

const FIRST_ROWS = 1024

/** A column of rows held for comparison. Values are doubles: numbers, ms, 0 and 1, codes of texts; NaN for none. */
export interface TableColumn {
  readonly name: string
  readonly type: FieldType
  values: Float64Array
  has_value: boolean
}

/** Rows of one file, 8 bytes a cell. Tables that are compared share their dictionary, so that equal texts are equal numbers. */
export class RowTable {
  readonly texts: Dictionary
  /** False for NDJSON, which has no names for columns without a value. */
  readonly has_schema: boolean
  readonly columns: TableColumn[] = []
  rows = 0
  readonly #by_name = new Map<string, number>()
  #capacity = FIRST_ROWS

  constructor(texts: Dictionary, has_schema: boolean) {
    this.texts = texts
    this.has_schema = has_schema
  }

  /** Place of a column; -1 when there is none. */
  indexOf(name: string): number {
    return this.#by_name.get(name) ?? -1
  }

  /** A further column; rows so far have no value in it. */
  addColumn(name: string, type: FieldType): number {
    assert(!this.#by_name.has(name), `column ${name} is there once`)
    const values = new Float64Array(this.#capacity).fill(Number.NaN)
    this.#by_name.set(name, this.columns.length)
    return this.columns.push({ name, type, values, has_value: false }) - 1
  }

  /** A further row, without values. */
  addRow(): number {
    if (this.rows === this.#capacity) this.#grow()
    return this.rows++
  }

  /** Sets a cell of the last row. False when `raw` is no value of the column's type. */
  set(column: number, raw: unknown): boolean {
    const own = this.columns[column]!
    const cell = parseCell(raw, own.type)
    if (cell === UNREADABLE) return false
    if (cell === undefined) return true
    own.values[this.rows - 1] = encoded(cell, this.texts)
    own.has_value = true
    return true
  }

  #grow(): void {
    this.#capacity *= 2
    for (const column of this.columns) {
      const values = new Float64Array(this.#capacity)
      values.set(column.values)
      values.fill(Number.NaN, this.rows)
      column.values = values
    }
  }
}

/** What a held value stands for. */
export function decoded(value: number, type: FieldType, texts: Dictionary): Cell {
  if (Number.isNaN(value)) return undefined
  if (type === 'string' || type === 'json') return texts.texts[value]
  return type === 'bool' ? value === 1 : value
}

/** Reads rows of batches as the values that a `RowTable` holds. */
export class BatchRows {
  readonly fields: readonly Field[]
  readonly row: Float64Array
  readonly #texts: Dictionary
  /** By column: code in its dictionary -> code in ours. */
  readonly #codes: number[][]
  readonly #seen: (readonly string[] | undefined)[] = []

  constructor(fields: readonly Field[], texts: Dictionary) {
    this.fields = fields
    this.row = new Float64Array(fields.length)
    this.#texts = texts
    this.#codes = fields.map(() => [])
  }

  /** One row, in `row`; valid until the next call. */
  read(batch: Batch, row: number): Float64Array {
    for (let n = 0; n < this.row.length; n++) this.row[n] = this.#valueOf(batch.columns[n]!, n, row)
    return this.row
  }

  #valueOf(column: Column, n: number, row: number): number {
    if (!isPresent(column, row)) return Number.NaN
    const { type } = column.field
    if (type === 'string' || type === 'json') return this.#codeOf(column, n, column.values[row]!)
    if (type === 'number' || type === 'bool') return column.values[row]! + 0
    const whole = integerAt(column, row)
    if (type === 'price') return whole / column.divisors![row]! + 0
    return type === 'fine_price' ? whole / (column.divisors![row]! * 100) + 0 : whole + 0
  }

  #codeOf({ dictionary = [], field: { type } }: Column, n: number, code: number): number {
    const codes = this.#codes[n]!
    if (this.#seen[n] !== dictionary) {
      this.#seen[n] = dictionary
      codes.length = 0
    }
    const known = codes[code]
    if (known !== undefined) return known
    const cell = parseCell(dictionary[code], type)
    const own = typeof cell === 'string' ? this.#texts.codeOf(cell) : Number.NaN
    codes[code] = own
    return own
  }
}

function encoded(cell: string | number | boolean, texts: Dictionary): number {
  return typeof cell === 'string' ? texts.codeOf(cell) : Number(cell)
}
