import { assert } from '../assert.js'
import type { Field } from '../market/index.js'
import type { Batch, Column } from './batch.js'
import { Dictionary } from './dictionary.js'

/**
 * Rows gathered to a fixed number, for the columnar formats: their bytes must not depend on how batches were cut.
 * Cells are kept as they leave: prices as doubles of rupees, times and integers as doubles, texts as codes, booleans as 0 and 1. The codes are
 * the group's own, in the order the texts first appear in it: no text is held longer than its group.
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
      codes: new Int32Array(isText(field) ? capacity : 0),
      flags: new Uint8Array(field.type === 'bool' ? capacity : 0),
      present: new Uint8Array(field.optional === true ? capacity : 0),
      texts: new GroupTexts(),
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

  clear(): void {
    this.rows = 0
    for (const { texts } of this.columns) texts.clear()
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
  readonly texts: GroupTexts
}

/** Stands for a code in rows where the column has no text. */
export const ABSENT = -1

/** The texts of a column in the group under way. */
class GroupTexts {
  #dictionary = new Dictionary()
  /** The dictionary of the batches, and for each of its codes that of the group + 1; 0 when the group has not met it. */
  #source: readonly string[] = []
  #codes = new Int32Array(0)

  /** By code. */
  get all(): readonly string[] {
    return this.#dictionary.texts
  }

  clear(): void {
    this.#dictionary = new Dictionary()
    this.#codes.fill(0)
  }

  /** Looks at the cells that have a value only: the others may hold anything. */
  gather(to: Int32Array, at: number, { values, present, dictionary }: Column, first: number, end: number): void {
    assert(dictionary !== undefined, 'a column of texts has a dictionary')
    if (this.#source !== dictionary) this.#codes.fill(0)
    this.#source = dictionary
    if (this.#codes.length < dictionary.length) this.#lengthen(dictionary.length)
    const codes = this.#codes
    for (let row = first, next = at; row < end; row++, next++) {
      if (present !== undefined && present[row] === 0) {
        to[next] = ABSENT
        continue
      }
      const code = values[row]!
      if (codes[code] === 0) codes[code] = this.#dictionary.codeOf(dictionary[code]!) + 1
      to[next] = codes[code]! - 1
    }
  }

  #lengthen(length: number): void {
    const codes = new Int32Array(2 * length)
    codes.set(this.#codes)
    this.#codes = codes
  }
}

const isText = ({ type }: Field): boolean => type === 'string' || type === 'json'
const isNumeric = (field: Field): boolean => !isText(field) && field.type !== 'bool'

function gather(to: GatheredColumn, at: number, column: Column, first: number, end: number): void {
  const { field } = to
  assert(column.field.name === field.name, `column ${column.field.name} stands where ${field.name} was announced`)
  const { values, present } = column
  if (field.optional === true) {
    if (present === undefined) to.present.fill(1, at, at + end - first)
    else to.present.set(present.subarray(first, end), at)
  } else assert(present === undefined, `${field.name} is never absent`)
  if (isText(field)) to.texts.gather(to.codes, at, column, first, end)
  else if (field.type === 'bool') to.flags.set(values.subarray(first, end), at)
  else if (field.type === 'price' || field.type === 'fine_price')
    gatherPrices(to.numbers, at, column, { first, end, scale: field.type === 'price' ? 1 : 100 })
  else if (field.type === 'number') gatherNumbers(to.numbers, at, column, first, end)
  else if (column.unsigned === true) for (let row = first, next = at; row < end; row++) to.numbers[next++] = values[row]! >>> 0
  else to.numbers.set(values.subarray(first, end), at)
}

/** Looks at the cells that have a value only: the others may hold NaN. */
function gatherNumbers(to: Float64Array, at: number, { values, present }: Column, first: number, end: number): void {
  for (let row = first, next = at; row < end; row++, next++) {
    if (present !== undefined && present[row] === 0) continue
    const value = values[row]!
    assert(Number.isFinite(value), 'a number in an output is finite')
    to[next] = value + 0 // turns -0 into 0
  }
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
