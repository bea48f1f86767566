import { gunzipSync } from 'node:zlib'
import type { RowTable } from '../../core/compare/index.js'
import type { FormatId } from '../formats.js'
import { type FileRole, readUserFile } from '../read-user-file.js'
import { statPath } from '../stat-path.js'
import { contentOf, packingOf } from './content.js'
import { type FillOptions, unreadableRows } from './row-filler.js'
import { readArrow, readCsv, readNdjson, readParquet } from './row-readers.js'

/** The rows of a stored file, in whatever format; its content says which, never its name. */
export interface RowFile {
  readonly table: RowTable
  readonly format: FormatId
  readonly is_packed: boolean
}

/** Reads the rows of a file whole: a day of candles takes some 40 MB. Packed files (gzip, zstd) are read as they are. */
export async function readRowFile(options: FillOptions, role: FileRole): Promise<RowFile> {
  const stat = statPath(options.path)
  // a device may have no end
  if (stat !== undefined && !stat.isFile() && !stat.isFIFO() && !stat.isDirectory())
    throw unreadableRows(options.path, 'it is a device, expected a file', 'name a file')
  const packed = await readUserFile(options.path, role)
  const bytes = await unpacked(packed, options.path)
  const content = contentOf(bytes)
  const is_packed = bytes !== packed
  switch (content) {
    case 'parquet':
      return { table: await readParquet(bytes, options), format: content, is_packed }
    case 'arrow':
      return { table: await readArrow(bytes, options), format: content, is_packed }
    case 'ndjson':
      return { table: readNdjson(bytes, options), format: content, is_packed }
    case 'csv':
      return { table: readCsv(bytes, options), format: content, is_packed }
    case 'empty':
      // NDJSON without a row; all other formats have a header
      if (/\.(?:csv|parquet|arrows?)(?:\.gz|\.zst)?$/i.test(options.path)) throw unreadableRows(options.path, 'it is empty')
      return { table: readNdjson(bytes, options), format: 'ndjson', is_packed }
    case 'recording':
      throw unreadableRows(options.path, 'it is a recording, expected rows of candles, indicators or alerts')
    case 'unknown':
      throw unreadableRows(options.path, 'expected NDJSON, CSV, Parquet or Arrow, found other bytes')
  }
}

async function unpacked(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  const packing = packingOf(bytes)
  if (packing === 'plain') return bytes
  try {
    if (packing === 'gzip') return gunzipSync(bytes)
    const { decompress } = await import('fzstd')
    return decompress(bytes)
  } catch (error) {
    throw unreadableRows(path, `it does not unpack (${error instanceof Error ? error.message : String(error)})`)
  }
}
