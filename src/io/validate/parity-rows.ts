import { type Format, RecordBatch } from '../../core/formats/index.js'
import { PARITY_FIELDS, parityRow } from '../../core/validate/index.js'
import { EncodedOutput } from '../encoded-output.js'
import type { Sink } from '../output.js'
import type { ParityOfDay } from './run-parity.js'

/** One row a difference, in any format. */
export function writeParityRows(sink: Sink, format: Format, days: readonly ParityOfDay[]): void {
  const output = new EncodedOutput(sink, format.open(PARITY_FIELDS))
  try {
    const batch = new RecordBatch(PARITY_FIELDS)
    for (const { replayed, parity } of days)
      for (const difference of parity.differences) {
        const row = parityRow(replayed.day, difference)
        batch.append(
          PARITY_FIELDS.map(({ name }) => row[name]),
          1,
        )
        if (!batch.isFull) continue
        output.write(batch)
        batch.clear()
      }
    output.write(batch)
    output.finish()
  } catch (error) {
    output.abort()
    throw error
  }
}
