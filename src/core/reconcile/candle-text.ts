import { usageError } from '../errors.js'
import { type CsvRow, eachCsvRow } from '../market/index.js'
import { type BadRow, candleFault, type OwnCells, type TheirRow, type TheirRows } from './their-rows.js'
import { type ReadTime, readTime } from './time-text.js'

/** Names that people give the columns of candles; the first of each that is there counts. */
const COLUMNS = {
  time: ['timestamp', 'date', 'datetime', 'time'],
  symbol: ['symbol', 'tradingsymbol'],
} as const
const NEEDED = ['open', 'high', 'low', 'close', 'volume'] as const

/** One record's cells by the names of its columns, in lower case. A time is text, or read already. */
export type RecordCells = (name: string) => unknown

type ReadRow = { readonly row: TheirRow; readonly naive: boolean } | BadRow

/** Candles as CSV: a time, open, high, low, close, volume, and as many other columns as there are. */
export function readCandleCsv(text: string, file: string): TheirRows {
  let header: Map<string, number> | undefined
  const read: ReadRow[] = []
  eachCsvRow(text, (row) => {
    if (header === undefined) {
      header = headerOf(row)
      const missing = missingColumns([...header.keys()])
      if (missing.length > 0) throw otherColumns(file, [...header.keys()], missing)
      return
    }
    const columns = header
    if (row.fault !== undefined) read.push({ line: row.line, reason: row.fault })
    else if (row.cell_count !== columns.size)
      read.push({ line: row.line, reason: `expected ${columns.size} cells, found ${row.cell_count}` })
    else read.push(recordRow((name) => row.cell(columns.get(name) ?? -1), row.line))
  })
  return rowsOf('csv', read)
}

/** Candles as NDJSON: an object a line, its keys as the columns of CSV. */
export function readCandleNdjson(text: string): TheirRows {
  const read = text.split('\n').flatMap((line, n): ReadRow[] => {
    if (line.trim() === '') return []
    try {
      return [objectRow(JSON.parse(line), n + 1)]
    } catch {
      return [{ line: n + 1, reason: `expected a JSON object, found ${JSON.stringify(line.slice(0, 40))}` }]
    }
  })
  return rowsOf('ndjson', read)
}

/** Candles that somebody has read into records, e.g. of Parquet. */
export const readCandleRecords = (format: string, records: readonly unknown[]): TheirRows =>
  rowsOf(
    format,
    records.map((record, n) => objectRow(record, n + 1)),
  )

/** Which of the columns that a candle needs are not there. */
export function missingColumns(names: readonly string[]): string[] {
  const there = new Set(names.map((name) => name.toLowerCase()))
  const missing: string[] = NEEDED.filter((name) => !there.has(name))
  return COLUMNS.time.some((name) => there.has(name)) ? missing : ['date or timestamp', ...missing]
}

/** A complaint about a file that has other columns. */
export const otherColumns = (file: string, found: readonly string[], missing: readonly string[]): Error =>
  usageError(
    'not_candles',
    `${file}: expected candles (date or timestamp, open, high, low, close, volume) or an end-of-day file of NSE or BSE; of the former ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing, found ${found.slice(0, 12).join(', ')}.`,
    'mds reconcile 20251006 --against candles.csv',
  )

/** A record of an object; keys in any case. */
export function objectRow(value: unknown, line: number): ReadRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { line, reason: 'expected an object' }
  const cells = new Map(Object.entries(value).map(([key, cell]: [string, unknown]) => [key.toLowerCase(), cell]))
  return recordRow((name) => cells.get(name), line)
}

function headerOf(row: CsvRow): Map<string, number> {
  // saved by pandas with its index: a first column without a name
  return new Map(row.cells().map((name, n) => [name.trim().toLowerCase() || `column ${n + 1}`, n]))
}

function recordRow(cells: RecordCells, line: number): ReadRow {
  const time = first(COLUMNS.time, cells)
  const read = timeOf(time)
  if (read === undefined)
    return { line, reason: `expected a time such as 2025-10-06 09:15:00+05:30, found ${JSON.stringify(time ?? '')}` }
  const is_na = cells('volume_na') === true || cells('volume_na') === 'true'
  const row: TheirRow = {
    line,
    name: {
      symbol: textOf(first(COLUMNS.symbol, cells)),
      exchange: textOf(cells('exchange'))?.toUpperCase(),
      instrument_token: wholeOf(cells('instrument_token')),
      contract: undefined,
    },
    time_ms: read.time_ms,
    open: numberOf(cells('open')),
    high: numberOf(cells('high')),
    low: numberOf(cells('low')),
    close: numberOf(cells('close')),
    volume: is_na ? undefined : numberOf(cells('volume')),
    interval: textOf(cells('interval')),
    official_close: undefined,
    own: ownCells(cells, is_na),
  }
  const reason = candleFault(row)
  return reason === undefined ? { row, naive: read.naive } : { line, reason }
}

/** Candles of mds have a phase, and counts of ticks. */
function ownCells(cells: RecordCells, volume_na: boolean): OwnCells | undefined {
  const [phase, trade_count] = [textOf(cells('phase')), wholeOf(cells('trade_count'))]
  if (phase === undefined || trade_count === undefined) return undefined
  const close = cells('close_official')
  return {
    phase,
    trade_count,
    volume_na,
    tick_count: wholeOf(cells('tick_count')) ?? 0,
    complete: cells('complete') !== false && cells('complete') !== 'false',
    gap_volume: wholeOf(cells('gap_volume')) ?? 0,
    expected_ms: wholeOf(cells('expected_ms')),
    revision: wholeOf(cells('revision')) ?? 0,
    missed_volume: wholeOf(cells('missed_volume')) ?? 0,
    late_volume: wholeOf(cells('late_volume')) ?? 0,
    correction: wholeOf(cells('volume_correction')) ?? 0,
    official_close: textOf(close) === undefined && typeof close !== 'number' ? undefined : numberOf(close),
  }
}

const first = (names: readonly string[], cells: RecordCells): unknown =>
  names.map(cells).find((cell) => cell !== undefined && cell !== null && cell !== '')

/** A time that was read already comes as its number with `naive`. */
function timeOf(cell: unknown): ReadTime | undefined {
  if (typeof cell === 'string') return readTime(cell)
  return typeof cell === 'object' && cell !== null && 'time_ms' in cell && 'naive' in cell && typeof cell.time_ms === 'number'
    ? { time_ms: cell.time_ms, naive: cell.naive === true }
    : undefined
}

const textOf = (cell: unknown): string | undefined => (typeof cell === 'string' && cell.trim() !== '' ? cell.trim() : undefined)

/** `1,234.50` is no number here: a comma would split the cell. */
function numberOf(cell: unknown): number {
  if (typeof cell === 'number') return cell
  return typeof cell === 'string' && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(cell) ? Number(cell) : Number.NaN
}

function wholeOf(cell: unknown): number | undefined {
  const value = typeof cell === 'bigint' ? Number(cell) : numberOf(cell)
  return Number.isSafeInteger(value) ? value : undefined
}

function rowsOf(format: string, read: readonly ReadRow[]): TheirRows {
  const bad = read.flatMap((row) => ('reason' in row ? [row] : []))
  const good = read.flatMap((row) => ('reason' in row ? [] : [row]))
  return {
    format,
    rows: good.map(({ row }) => row),
    bad,
    naive_times: good.filter(({ naive }) => naive).length,
    left_out: new Map(),
    is_exchange_file: false,
  }
}
