import { assert } from '../assert.js'
import type { Field } from '../market/index.js'
import type { Batch, Column } from './batch.js'

/**
 * Rows gathered to a fixed number, for the columnar formats: their bytes must not depend on how batches were cut.
 * Cells are kept as they leave: prices as doubles of rupees, times and integers as doubles, texts as codes, booleans as 0 and 1.
 */
export class RowGroup {
  readonly columns: readonly GatheredColumn[]
  readonly capacity: number
  rows = 0

  constructor(fields: readonly Field[], capacity: number) {
    this.capacity = capacity
    this.columns = fields.map((field) => ({
      field,
      numbers: new Float64Array(isNumeric(field) ? capacity : 0),
      codes: new Int32Array(field.type === 'string' ? capacity : 0),
      flags: new Uint8Array(field.type === 'bool' ? capacity : 0),
      present: new Uint8Array(field.optional === true ? capacity : 0),
      dictionary: [],
    }))
  }

  /** Takes rows of the batch from `first` until it is full or the batch at its end; returns the row after the last it took. */
  take(batch: Batch, first: number): number {
    assert(batch.columns.length === this.columns.length, 'a batch has the columns the encoder was opened for')
    const end = Math.min(batch.rows, first + this.capacity - this.rows)
    this.columns.forEach((to, index) => {
      gather(to, this.rows, batch.columns[index]!, first, end)
    })
    this.rows += end - first
    return end
  }
}

/** A column of the row group under way; one of `numbers`, `codes` and `flags` is used, as its type asks. */
export interface GatheredColumn {
  readonly field: Field
  readonly numbers: Float64Array
  readonly codes: Int32Array
  readonly flags: Uint8Array
  /** Empty for a field that is never absent. */
  readonly present: Uint8Array
  dictionary: readonly string[]
}

const isNumeric = ({ type }: Field): boolean => type !== 'string' && type !== 'bool'

function gather(to: GatheredColumn, at: number, column: Column, first: number, end: number): void {
  const { field } = to
  assert(column.field.name === field.name, `column ${column.field.name} stands where ${field.name} was announced`)
  const { values, present } = column
  if (field.optional === true) {
    if (present === undefined) to.present.fill(1, at, at + end - first)
    else to.present.set(present.subarray(first, end), at)
  } else assert(present === undefined, `${field.name} is never absent`)
  if (field.type === 'string') {
    to.codes.set(values.subarray(first, end), at)
    to.dictionary = column.dictionary ?? []
  } else if (field.type === 'bool') to.flags.set(values.subarray(first, end), at)
  else if (field.type === 'price' || field.type === 'fine_price')
    gatherPrices(to.numbers, at, column, { first, end, scale: field.type === 'price' ? 1 : 100 })
  else if (column.unsigned === true) for (let row = first, next = at; row < end; row++) to.numbers[next++] = values[row]! >>> 0
  else to.numbers.set(values.subarray(first, end), at)
}

/** One division of two exact integers: the double nearest to the true price. */
function gatherPrices(
  to: Float64Array,
  at: number,
  { values, divisors, field }: Column,
  { first, end, scale }: { first: number; end: number; scale: number },
): void {
  assert(divisors !== undefined, `price column ${field.name} has divisors`)
  let next = at
  // `+ 0` turns -0 into 0
  for (let row = first; row < end; row++) to[next++] = values[row]! / (divisors[row]! * scale) + 0
}
