import { extname } from 'node:path'
import type { Format } from '../core/formats/index.js'
import { createParquetFormat, csv, ndjson, type ParquetLibrary } from '../core/formats/index.js'
import { usageError } from '../core/index.js'

export const FORMAT_IDS = ['ndjson', 'csv', 'parquet'] as const
export type FormatId = (typeof FORMAT_IDS)[number]

const EXTENSIONS: Readonly<Record<string, FormatId>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
  '.parquet': 'parquet',
}

/** Loads a format. The libraries behind Parquet and Arrow cost tens of ms to load, so they load here and not before. */
export async function loadFormat(id: FormatId): Promise<Format> {
  switch (id) {
    case 'ndjson':
      return ndjson
    case 'csv':
      return csv
    case 'parquet':
      return createParquetFormat(await loadParquetLibrary())
  }
}

export interface FormatChoice {
  /** The `--format` flag. */
  readonly format: string | undefined
  /** The output path; undefined or `-` for stdout. */
  readonly output: string | undefined
  readonly isTTY: boolean
  /** What the command writes into a pipe or a file of no known extension. */
  readonly fallback: FormatId
}

/** `--format` decides, then the extension of the file. */
export function chooseFormat({ format, output, fallback }: FormatChoice): FormatId {
  if (format !== undefined) return formatNamed(format)
  return (output !== undefined ? EXTENSIONS[extname(output).toLowerCase()] : undefined) ?? fallback
}

function formatNamed(name: string): FormatId {
  const known = FORMAT_IDS.find((id) => id === name.toLowerCase()) ?? EXTENSIONS[`.${name.toLowerCase()}`]
  if (known === undefined)
    throw usageError('unknown_format', `No format is named ${name}; expected one of ${FORMAT_IDS.join(', ')}.`)
  return known
}

async function loadParquetLibrary(): Promise<ParquetLibrary> {
  const [{ ByteWriter }, { writePageHeader }, { writeMetadata }, { snappyCompress }] = await Promise.all([
    import('hyparquet-writer'),
    import('hyparquet-writer/src/datapage.js'),
    import('hyparquet-writer/src/metadata.js'),
    import('hyparquet-writer/src/snappy.js'),
  ])
  return { ByteWriter, writePageHeader, writeMetadata, snappyCompress }
}
