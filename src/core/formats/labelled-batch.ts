import type { Field } from '../market/index.js'
import type { Batch, Column } from './batch.js'

/** Says what kind of record a line is where several kinds share one output. */
export const TYPE_FIELD: Field = { name: 'type', type: 'string', doc: 'Kind of the record: tick or candle' }

/** The batch with a first column `type` that has the same text in every row. Follows the batch as it fills. */
export function labelled(batch: Batch, text: string): Batch {
  const type: Column = { field: TYPE_FIELD, values: new Int32Array(batch.capacity), dictionary: [text] }
  return {
    columns: [type, ...batch.columns],
    capacity: batch.capacity,
    get rows() {
      return batch.rows
    },
    set rows(rows) {
      batch.rows = rows
    },
  }
}
