import { RecordBatch } from '../../core/formats/index.js'
import { RECONCILE_FIELDS, reconcileCells, type SeriesVerdict } from '../../core/reconcile/index.js'
import { EncodedOutput } from '../encoded-output.js'
import { formatFor } from '../formats.js'
import { openFile, openStdout } from '../output.js'

/** Where the rows of all compared bars go. */
export interface RowsWords {
  /** Undefined: nowhere. */
  readonly output: string | undefined
  readonly format: string | undefined
}

/** Checks the format before anything is read; the file is opened when there are rows. */
export async function openRows({
  output,
  format,
}: RowsWords): Promise<{ write(verdicts: readonly SeriesVerdict[], interval: string): void }> {
  if (output === undefined) return { write: () => {} }
  const chosen = await formatFor({ format, output, isTTY: false, fallback: 'ndjson' })
  return {
    write(verdicts, interval) {
      const sink = output === '-' ? openStdout() : openFile(output)
      const encoded = new EncodedOutput(sink, chosen.open(RECONCILE_FIELDS))
      const batch = new RecordBatch(RECONCILE_FIELDS)
      const drain = (): void => {
        encoded.write(batch)
        batch.clear()
      }
      try {
        for (const verdict of verdicts)
          for (const bar of verdict.bars) {
            batch.append(reconcileCells(verdict, bar, interval), verdict.series.instrument.price_divisor)
            if (batch.isFull) drain()
          }
        drain()
        encoded.finish()
      } catch (error) {
        encoded.abort()
        throw error
      }
    },
  }
}
