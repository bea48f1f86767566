import { assert } from '../assert.js'
import type { Field } from '../market/index.js'
import type { Batch, Column } from './batch.js'
import { Dictionary } from './dictionary.js'

/** A cell of a record: prices as integers in feed units, times in ms, undefined where the record has no value. */
export type Cell = number | string | boolean | undefined

/** Not a power of two: see `Batch`. */
const CAPACITY = 1008
/**
 * A dictionary with more texts than this is given up after its batch, so that texts which never repeat (the evidence of alerts) do not gather
 * over a long run. JSON of 500 bytes comes to some 10 MB a column, printed copies included; names that do repeat are coded anew once in a while.
 */
const TEXTS_MAX = 8192

/** A column whose dictionary is given up when it has grown too long. */
interface RecordColumn extends Column {
  dictionary?: readonly string[]
}

/** Records of any field table as columns, for what is not on a hot path. Append until `isFull`, hand it to an encoder, `clear`. */
export class RecordBatch implements Batch {
  readonly columns: readonly RecordColumn[]
  readonly capacity: number
  rows = 0
  readonly #dictionaries: Dictionary[]
  readonly #divisors: Int32Array

  constructor(fields: readonly Field[], capacity: number = CAPACITY) {
    this.capacity = capacity
    this.#divisors = new Int32Array(capacity)
    this.#dictionaries = fields.map(() => new Dictionary())
    this.columns = fields.map((field, index) => ({
      field,
      ...(field.optional === true ? { present: new Uint8Array(capacity) } : {}),
      ...this.#cellsOf(field, index),
    }))
  }

  get isFull(): boolean {
    return this.rows === this.capacity
  }

  clear(): void {
    this.rows = 0
    this.#dictionaries.forEach(({ texts }, index) => {
      if (texts.length <= TEXTS_MAX) return
      const next = new Dictionary()
      this.#dictionaries[index] = next
      this.columns[index]!.dictionary = next.texts
    })
  }

  /** `cells` in the order of the fields; `divisor` is that of all prices in the record. */
  append(cells: readonly Cell[], divisor: number): void {
    assert(this.rows < this.capacity, 'a full batch is written before more is appended')
    assert(cells.length === this.columns.length, 'a record has a cell for each field')
    const row = this.rows++
    this.#divisors[row] = divisor
    this.columns.forEach((column, index) => {
      const cell = cells[index]
      if (column.present !== undefined) column.present[row] = cell === undefined ? 0 : 1
      else assert(cell !== undefined, `${column.field.name} is never absent`)
      column.values[row] = typeof cell === 'string' ? this.#dictionaries[index]!.codeOf(cell) : Number(cell ?? 0)
    })
  }

  #cellsOf({ type }: Field, index: number): Pick<Column, 'values' | 'dictionary' | 'divisors'> {
    if (type === 'string' || type === 'json')
      return { values: new Int32Array(this.capacity), dictionary: this.#dictionaries[index]!.texts }
    if (type === 'bool') return { values: new Uint8Array(this.capacity) }
    const values = new Float64Array(this.capacity)
    return type === 'price' || type === 'fine_price' ? { values, divisors: this.#divisors } : { values }
  }
}

/** The cells of one row, as `append` takes them. */
export function cellsOf(batch: Batch, row: number): Cell[] {
  return batch.columns.map((column) => {
    if (column.present !== undefined && column.present[row] === 0) return undefined
    const raw = column.values[row]!
    if (column.dictionary !== undefined) return column.dictionary[raw]
    if (column.field.type === 'bool') return raw === 1
    return column.unsigned === true ? raw >>> 0 : raw
  })
}
