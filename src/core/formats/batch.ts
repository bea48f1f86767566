import type { Field } from '../market/index.js'

/**
 * A batch of columns: the one shape in which records reach a format. Buffers are reused; a batch is valid until its owner fills it again.
 * Its capacity is never a power of two: equal strides would put all columns into the same cache sets (9x slower, measured).
 */
export interface Batch {
  readonly columns: readonly Column[]
  /** Filled rows, from 0. */
  rows: number
  readonly capacity: number
}

/** One field of all rows of a batch. Owned by the batch, which uses it again for the next rows. */
export interface Column {
  readonly field: Field
  /**
   * Cells. `Int32Array` for what the wire carries as 32 bits (with `unsigned` they are read `>>> 0`), `Float64Array` for integers
   * up to 2^53 - 1, times and numbers, `Uint8Array` for booleans, `Int32Array` of dictionary codes for texts.
   */
  readonly values: Int32Array | Float64Array | Uint8Array
  readonly unsigned?: boolean
  /**
   * For texts: code -> text. It only grows, so a code keeps its meaning for as long as this is the same array. An owner whose texts do not repeat
   * puts another array in its place between two batches.
   */
  readonly dictionary?: readonly string[]
  /** For prices: feed units per rupee of each row, shared by all price columns of the batch. */
  readonly divisors?: Int32Array
  /** 1 where the row has a value. Missing array = every row has one. Columns of one group share the array. */
  readonly present?: Uint8Array
}

/** True when the row has a value in this column. */
export function isPresent(column: Column, row: number): boolean {
  return column.present === undefined || column.present[row] === 1
}

/** The integer in a cell, its sign as the column has it. Not for texts, numbers and booleans. */
export function integerAt(column: Column, row: number): number {
  const raw = column.values[row] as number
  return column.unsigned === true ? raw >>> 0 : raw
}
