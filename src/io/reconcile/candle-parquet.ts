import { EXIT, MdsError } from '../../core/errors.js'
import { missingColumns, otherColumns, readCandleRecords, type TheirRows } from '../../core/reconcile/index.js'
import { IST_OFFSET_MS } from '../../core/time/index.js'

/** Candles in Parquet: those of mds, or saved from a data frame. */
export async function readCandleParquet(path: string): Promise<TheirRows> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet')
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const columns = parquetSchema(metadata).children.map(({ element }) => element)
    const missing = missingColumns(columns.map(({ name }) => name))
    if (missing.length > 0)
      throw otherColumns(
        path,
        columns.map(({ name }) => name),
        missing,
      )
    // a frame whose times had no zone says that they are local: these are of India
    const local = new Set(
      columns.flatMap(({ name, logical_type }) =>
        logical_type?.type === 'TIMESTAMP' && logical_type.isAdjustedToUTC === false ? [name] : [],
      ),
    )
    const records = await parquetReadObjects({ file, metadata })
    return readCandleRecords(
      'parquet',
      records.map((record) =>
        Object.fromEntries(Object.entries(record).map(([name, cell]) => [name, cellOf(cell, local.has(name))])),
      ),
    )
  } catch (error) {
    if (error instanceof MdsError) throw error
    throw new MdsError('unreadable_parquet', {
      message: `${path} does not read as Parquet: ${error instanceof Error ? error.message : String(error)}.`,
      suggestions: ['save it again'],
      exitCode: EXIT.unreadable,
    })
  }
}

function cellOf(cell: unknown, is_local: boolean): unknown {
  if (typeof cell === 'bigint') return Number(cell)
  if (!(cell instanceof Date)) return cell
  return { time_ms: is_local ? cell.getTime() - IST_OFFSET_MS : cell.getTime(), naive: is_local }
}
