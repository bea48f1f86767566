import { EXIT, MdsError } from '../../core/errors.js'
import type { LogListener } from '../../core/validate/index.js'

/** The rows of a Parquet file as records, each with its 1-based number as its line. */
export async function eachParquetRecord(bytes: Buffer, path: string, listener: LogListener): Promise<void> {
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await import('hyparquet')
  const file = new Uint8Array(bytes).buffer
  try {
    const metadata = parquetMetadata(file)
    const columns = parquetSchema(metadata).children.map(({ element }) => element)
    listener.onHeader?.(columns.map(({ name }) => name))
    const local = new Set(columns.flatMap(({ name, logical_type: type }) => (isLocalTime(type) ? [name] : [])))
    const rows = await parquetReadObjects({ file, metadata })
    rows.forEach((row, n) => {
      const values = Object.entries(row).map(([name, value]) => [name, plain(value, local.has(name))])
      listener.onRecord({ line: n + 1, values: Object.fromEntries(values) })
    })
  } catch (error) {
    if (error instanceof MdsError) throw error
    throw new MdsError('unreadable_log', {
      message: `${path} begins like Parquet, but does not read as it: ${error instanceof Error ? error.message : String(error)}.`,
      suggestions: ['write the log again, or as lines of JSON'],
      exitCode: EXIT.unreadable,
    })
  }
}

const isLocalTime = (type: { readonly type: string; readonly isAdjustedToUTC?: boolean } | undefined): boolean =>
  type?.type === 'TIMESTAMP' && type.isAdjustedToUTC === false

/** Times as ms, or as text without a zone where the column has none. */
function plain(value: unknown, is_local: boolean): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return is_local ? value.toISOString().slice(0, -1) : value.getTime()
  return value
}
