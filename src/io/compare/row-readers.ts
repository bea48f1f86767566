import type { RowTable } from '../../core/compare/index.js'
import { eachCsvRow } from '../../core/market/index.js'
import { type FillOptions, RowFiller, unreadableRows } from './row-filler.js'

/** Evidence of an alert is one cell. */
const CSV_CELL_CHARS_MAX = 1_000_000
const PARQUET_MAGIC_BYTES = 4
/** Rows taken from a Parquet file at a time where its groups are larger: as objects they take some 100 times their size. */
const PARQUET_ROWS = 16_384
const ARROW_FILE_MAGIC = 'ARROW1'
/** What closes a stream of Arrow: the mark that a length follows, and a length of 0. */
const ARROW_END = 'ffffffff00000000'

export function readNdjson(bytes: Uint8Array, options: FillOptions): RowTable {
  const filler = new RowFiller(options, false)
  let line = 0
  let names: readonly string[] = []
  for (const text of linesOf(bytes)) {
    line++
    if (text.trim() === '') continue
    const at = line
    const record = parsedLine(text, () =>
      unreadableRows(options.path, `line ${at} is no JSON object${text.length < 2 ? '' : ' (cut or damaged)'}`),
    )
    const keys = Object.keys(record)
    // rows with the same keys in the same order share one list
    if (keys.length !== names.length || keys.some((key, n) => key !== names[n])) names = keys
    filler.add(names, Object.values(record), () => `line ${at}`)
  }
  return filler.finish()
}

export function readCsv(bytes: Uint8Array, options: FillOptions): RowTable {
  const filler = new RowFiller(options, true)
  let names: readonly string[] | undefined
  eachCsvRow(
    new TextDecoder().decode(bytes),
    (row) => {
      if (row.fault !== undefined) throw unreadableRows(options.path, `line ${row.line}: ${row.fault}`)
      const cells = row.cells()
      const declared = names
      if (declared === undefined) {
        names = cells
        filler.declare(cells)
        return
      }
      if (cells.length !== declared.length)
        throw unreadableRows(options.path, `line ${row.line} has ${cells.length} of ${declared.length} cells (cut or damaged)`)
      const { line } = row
      filler.add(declared, cells, () => `line ${line}`)
    },
    CSV_CELL_CHARS_MAX,
  )
  return filler.finish()
}

export async function readParquet(bytes: Uint8Array, options: FillOptions): Promise<RowTable> {
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await import('hyparquet')
  const filler = new RowFiller(options, true)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const failed = (error: unknown): never => {
    throw unreadableRows(options.path, `it does not read as Parquet (${error instanceof Error ? error.message : String(error)})`)
  }
  const tail = Buffer.from(buffer).subarray(-PARQUET_MAGIC_BYTES).toString('latin1')
  if (tail !== 'PAR1' || bytes.length <= 2 * PARQUET_MAGIC_BYTES)
    throw unreadableRows(options.path, 'its end is missing: the Parquet file was cut')
  const metadata = attempt(() => parquetMetadata(buffer), failed)
  const names = parquetSchema(metadata).children.map((child) => child.element.name)
  filler.declare(names)
  const rows = Number(metadata.num_rows)
  for (let start = 0; start < rows; start += PARQUET_ROWS) {
    const records = await parquetReadObjects({
      file: buffer,
      metadata,
      rowStart: start,
      rowEnd: Math.min(start + PARQUET_ROWS, rows),
    }).catch(failed)
    records.forEach((record, n) => {
      filler.add(
        names,
        names.map((name) => plain(record[name])),
        () => `row ${start + n + 1}`,
      )
    })
  }
  return filler.finish()
}

export async function readArrow(bytes: Uint8Array, options: FillOptions): Promise<RowTable> {
  const { RecordBatchReader } = await import('apache-arrow')
  const filler = new RowFiller(options, true)
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-8)
  const is_whole = tail.toString('hex') === ARROW_END || tail.toString('latin1').endsWith(ARROW_FILE_MAGIC)
  if (!is_whole) throw unreadableRows(options.path, 'its end is missing: the Arrow stream was cut')
  const failed = (error: unknown): never => {
    throw unreadableRows(options.path, `it does not read as Arrow (${error instanceof Error ? error.message : String(error)})`)
  }
  const reader = attempt(() => RecordBatchReader.from(bytes).open(), failed)
  const names = reader.schema.fields.map(({ name }) => name)
  filler.declare(names)
  let row = 0
  for (const batch of attempt(() => [...reader], failed)) {
    const columns = names.map((_, n) => batch.getChildAt(n))
    for (let at = 0; at < batch.numRows; at++) {
      row++
      const number = row
      filler.add(
        names,
        columns.map((column) => plain(column?.get(at))),
        () => `row ${number}`,
      )
    }
  }
  return filler.finish()
}

/** Times as ms. */
const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value)

function parsedLine(text: string, refusal: () => Error): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refusal()
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal()
  return value as Record<string, unknown>
}

function* linesOf(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < buffer.length; ) {
    const end = buffer.indexOf(10, at)
    const to = end < 0 ? buffer.length : end
    yield buffer.toString('utf8', at, to)
    at = to + 1
  }
}

function attempt<T>(action: () => T, failed: (error: unknown) => never): T {
  try {
    return action()
  } catch (error) {
    return failed(error)
  }
}
