import { existsSync } from 'node:fs'
import { EXIT, MdsError } from '../core/errors.js'
import type { Cell } from '../core/formats/index.js'
import type { Field } from '../core/market/index.js'

/**
 * The records of a Parquet file that we wrote earlier, as cells in the order of `fields`; none when there is no such file. Prices come back as
 * feed units of `divisor`: exact, because each was the double nearest to a whole number of them.
 */
export async function readStored(path: string, fields: readonly Field[], divisor: number): Promise<Cell[][]> {
  if (!existsSync(path)) return []
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet')
  const file = await asyncBufferFromFile(path).catch((error: unknown) => unreadable(path, error))
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => unreadable(path, error))
  const names = parquetSchema(metadata).children.map((child) => child.element.name)
  const expected = fields.map((field) => field.name)
  if (names.join() !== expected.join())
    throw new MdsError('other_columns', {
      message: `${path} has other columns than these candles, so they cannot be merged: it has ${names.join(', ')}; expected ${expected.join(', ')}.`,
      suggestions: ['name another folder', `move ${path} away`],
      exitCode: EXIT.usage,
    })
  const records = await parquetReadObjects({ file, metadata }).catch((error: unknown) => unreadable(path, error))
  return records.map((record) => fields.map((field) => cellOf(field, record[field.name], divisor)))
}

function cellOf({ type }: Field, value: unknown, divisor: number): Cell {
  if (value === null || value === undefined) return undefined
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number' && (type === 'price' || type === 'fine_price'))
    return Math.round(value * (type === 'price' ? divisor : divisor * 100))
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? value : undefined
}

function unreadable(path: string, error: unknown): never {
  throw new MdsError('unreadable_parquet', {
    message: `${path} is there, but does not read as Parquet: ${error instanceof Error ? error.message : String(error)}.`,
    suggestions: [`move ${path} away and run again`],
    exitCode: EXIT.unreadable,
  })
}
