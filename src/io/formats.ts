import { extname } from 'node:path'
import { usageError } from '../core/errors.js'
import type { Format } from '../core/formats/index.js'
import {
  createArrowFormat,
  createParquetFormat,
  createTableFormat,
  csv,
  ndjson,
  type ParquetLibrary,
  type TableOptions,
} from '../core/formats/index.js'

export const FORMAT_IDS = ['ndjson', 'csv', 'parquet', 'arrow', 'table'] as const
export type FormatId = (typeof FORMAT_IDS)[number]

const EXTENSIONS: Readonly<Record<string, FormatId>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
  '.parquet': 'parquet',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
}

const DEFAULT_TABLE: TableOptions = { width: 120, limit: 40 }

/** Loads a format. The libraries behind Parquet and Arrow cost tens of ms to load, so they load here and not before. */
export async function loadFormat(id: FormatId, table: TableOptions = DEFAULT_TABLE): Promise<Format> {
  switch (id) {
    case 'ndjson':
      return ndjson
    case 'csv':
      return csv
    case 'parquet':
      return createParquetFormat(await loadParquetLibrary())
    case 'arrow':
      return createArrowFormat(await import('apache-arrow'))
    case 'table':
      return createTableFormat(table)
  }
}

export interface FormatChoice {
  /** The `--format` flag. */
  readonly format: string | undefined
  /** The output path; undefined or `-` for stdout. */
  readonly output: string | undefined
  readonly isTTY: boolean
  /** What the command writes into a pipe, or a file of no known extension. */
  readonly fallback: FormatId
}

/** `--format` decides, then the extension of the file; without either a terminal gets a table, everything else the fallback. */
export function chooseFormat({ format, output, isTTY, fallback }: FormatChoice): FormatId {
  if (format !== undefined) return formatNamed(format)
  if (output !== undefined && output !== '-') return formatOfFile(output) ?? fallback
  return isTTY ? 'table' : fallback
}

/** Undefined for devices and for names without an ending. A misspelt ending must not become another format silently. */
function formatOfFile(path: string): FormatId | undefined {
  const ending = extname(path).toLowerCase()
  const known = EXTENSIONS[ending]
  if (known !== undefined || ending === '' || ending === '.' || path.startsWith('/dev/')) return known
  throw usageError(
    'unknown_ending',
    `The ending ${ending} of ${path} names no format: expected ${Object.keys(EXTENSIONS).join(', ')}, or --format.`,
    '--format ndjson',
  )
}

/** `chooseFormat`, loaded. */
export function formatFor(choice: FormatChoice, table?: TableOptions): Promise<Format> {
  return loadFormat(chooseFormat(choice), table)
}

function formatNamed(name: string): FormatId {
  const known = FORMAT_IDS.find((id) => id === name.toLowerCase()) ?? EXTENSIONS[`.${name.toLowerCase()}`]
  if (known === undefined)
    throw usageError('unknown_format', `No format is named ${name}; expected one of ${FORMAT_IDS.join(', ')}.`)
  return known
}

async function loadParquetLibrary(): Promise<ParquetLibrary> {
  const [{ ByteWriter }, { writePageHeader }, { writeMetadata }] = await Promise.all([
    import('hyparquet-writer'),
    import('hyparquet-writer/src/datapage.js'),
    import('hyparquet-writer/src/metadata.js'),
  ])
  return { ByteWriter, writePageHeader, writeMetadata }
}
