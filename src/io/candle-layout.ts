import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../core/errors.js'
import { CandleBatch, type Cell, cellsOf, type Encoder, type Format, RecordBatch } from '../core/formats/index.js'
import type { Candle, Field } from '../core/market/index.js'
import { formatDate, type IstDay, istDay } from '../core/time/index.js'
import { EncodedOutput } from './encoded-output.js'
import { mergeCandles } from './merge-candles.js'
import { noName, openFile, openStdout, type Sink } from './output.js'
import { statPath } from './stat-path.js'
import { readStored } from './stored-candles.js'

/**
 * - `file`        one file, or standard output, in the order the candles are made
 * - `per-symbol`  DIR/NSE_RELIANCE_1m.parquet: one a symbol and interval, merged with what is there (Parquet only)
 * - `hive`        DIR/exchange=NSE/date=2025-10-06/interval=1m/part-0.parquet: the partitions of a day are replaced
 */
export const LAYOUTS = ['file', 'per-symbol', 'hive'] as const
export type Layout = (typeof LAYOUTS)[number]

/** Where candles go. One owner; `finish` or `abort` once. */
export interface CandleOutput {
  /** `numbers` for the fields beside those of a candle, in their order, NaN for none; borrowed. */
  append(candle: Candle, numbers?: Float64Array): void
  /** Call between chunks of input: writes what is complete. False when nobody reads any more: stop quietly. */
  settle(): Promise<boolean>
  finish(): Promise<void>
  /** Leaves no half-written file; files that were complete stay. */
  abort(): void
}

/** For candles that are made for another purpose only. */
export const NOWHERE: CandleOutput = {
  append: () => {},
  settle: async () => true,
  finish: async () => {},
  abort: () => {},
}

export interface LayoutOptions {
  readonly layout: Layout
  /** A file for `file` (undefined or `-` is standard output), else a folder, made when it is missing. */
  readonly output: string | undefined
  readonly format: Format
  readonly fields: readonly Field[]
}

export function openLayout(options: LayoutOptions): CandleOutput {
  if (options.layout === 'file') return openOneFile(options)
  const folder = options.output
  if (folder === undefined || folder === '-')
    throw usageError(
      'no_output_folder',
      `The ${options.layout} layout writes many files, expected a folder to put them in.`,
      '--output candles',
    )
  if (folder === '') throw noName()
  if (statPath(folder.replace(/\/+$/, '') || '/')?.isDirectory() === false)
    throw usageError(
      'output_is_file',
      `${folder} is a file, expected a folder for the ${options.layout} layout.`,
      'name another folder',
    )
  if (options.format.human === true)
    throw usageError('format_for_people', `The ${options.format.id} format is for a terminal, not for files.`, '--format parquet')
  return new DayFolder(options.layout === 'hive' ? hiveFiles(folder, options) : symbolFiles(folder, options))
}

function openOneFile({ output, format, fields }: LayoutOptions): CandleOutput {
  const sink = output === undefined || output === '-' ? openStdout() : openFile(output)
  const encoded = new EncodedOutput(sink, format.open(fields))
  const batch = new CandleBatch(fields)
  const drain = (): void => {
    encoded.write(batch)
    batch.clear()
  }
  return {
    append: (candle, numbers) => {
      batch.append(candle, numbers)
      if (batch.isFull) drain()
    },
    settle: async () => {
      drain()
      return encoded.wanted
    },
    finish: async () => {
      drain()
      encoded.finish()
    },
    abort: () => encoded.abort(),
  }
}

/** A candle and the numbers beside it. */
interface Row {
  readonly candle: Candle
  readonly numbers: Float64Array | undefined
}

/** The files of a folder: which one a candle belongs to, and how one is written. */
interface FolderFiles {
  pathOf(candle: Candle): string
  write(path: string, rows: readonly Row[]): Promise<void>
}

/** Candles by the file they belong to, held for one trading day at a time: about 120,000 in a busy one. */
class DayFolder implements CandleOutput {
  readonly #files: FolderFiles
  readonly #days = new Map<IstDay, Map<string, Row[]>>()
  #newest: IstDay = Number.NEGATIVE_INFINITY

  constructor(files: FolderFiles) {
    this.#files = files
  }

  append(candle: Candle, numbers?: Float64Array): void {
    const row = { candle, numbers: numbers?.slice() }
    const day = istDay(candle.open_time_ms)
    this.#newest = Math.max(this.#newest, day)
    const files = this.#days.get(day) ?? new Map<string, Row[]>()
    this.#days.set(day, files)
    const path = this.#files.pathOf(candle)
    const rows = files.get(path)
    if (rows === undefined) files.set(path, [row])
    else rows.push(row)
  }

  async settle(): Promise<boolean> {
    await this.#flush((day) => day < this.#newest)
    return true
  }

  finish(): Promise<void> {
    return this.#flush(() => true)
  }

  abort(): void {
    this.#days.clear()
  }

  /** One file open at a time, in the order of days and names: the same candles give the same writes. */
  async #flush(isOver: (day: IstDay) => boolean): Promise<void> {
    const days = [...this.#days.keys()].filter(isOver).sort((a, b) => a - b)
    for (const day of days) {
      const files = [...(this.#days.get(day) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
      for (const [path, rows] of files) await this.#files.write(path, rows)
      this.#days.delete(day)
    }
  }
}

function symbolFiles(folder: string, { format, fields }: LayoutOptions): FolderFiles {
  if (format.id !== 'parquet')
    throw usageError(
      'cannot_merge',
      `The per-symbol layout merges with what is there, which works for Parquet only, not for ${format.id}.`,
      '--format parquet',
      '--layout hive',
    )
  if (!fields.some((field) => field.name === 'timestamp'))
    throw usageError(
      'no_timestamp',
      'The per-symbol layout merges by timestamp, expected it among the fields.',
      '--fields timestamp,...',
    )
  /** Files and days of this run: a candle that comes after its day was written must not be weighed against its own run. */
  const written = new Set<string>()
  return {
    pathOf: ({ instrument, interval }) =>
      join(folder, `${fileName(instrument.exchange)}_${fileName(instrument.symbol)}_${fileName(interval)}${format.extension}`),
    write: async (path, rows) => {
      const { instrument, interval, open_time_ms } = rows[0]!.candle
      const divisor = instrument.price_divisor
      const day_of_file = `${istDay(open_time_ms)} ${path}`
      const merged = mergeCandles({
        stored: await readStored(path, fields, divisor),
        made: [...recordsOf(rows, fields)],
        interval,
        fields,
        same_run: written.has(day_of_file),
      })
      written.add(day_of_file)
      writeWhole(openFile(path, { makeFolder: true }), format.open(fields), (write) => {
        const batch = new RecordBatch(fields)
        for (const record of merged) {
          batch.append(record, divisor)
          if (batch.isFull) write(batch)
        }
        write(batch)
      })
    },
  }
}

function hiveFiles(folder: string, { format, fields }: LayoutOptions): FolderFiles {
  /** Parts this run has written to a partition: a candle that comes after its day was written makes a further part. */
  const parts = new Map<string, number>()
  return {
    pathOf: ({ instrument, interval, open_time_ms }) =>
      join(
        folder,
        `exchange=${fileName(instrument.exchange)}`,
        `date=${formatDate(istDay(open_time_ms))}`,
        `interval=${fileName(interval)}`,
      ),
    write: async (partition, rows) => {
      const part = parts.get(partition) ?? 0
      parts.set(partition, part + 1)
      const sorted = [...rows].sort(bySymbolThenTime)
      writeWhole(
        openFile(join(partition, `part-${part}${format.extension}`), { makeFolder: true }),
        format.open(fields),
        (write) => {
          const batch = new CandleBatch(fields)
          for (const { candle, numbers } of sorted) {
            batch.append(candle, numbers)
            if (batch.isFull) write(batch)
          }
          write(batch)
        },
      )
      if (part === 0) removeEarlierParts(partition, format.extension)
    },
  }
}

/** What an earlier run wrote beside the first part would be read as if it were of this run. */
function removeEarlierParts(partition: string, extension: string): void {
  for (const name of readdirSync(partition))
    if (/^part-[1-9]\d*\./.test(name) && name.endsWith(extension)) rmSync(join(partition, name))
}

function writeWhole(sink: Sink, encoder: Encoder, fill: (write: (batch: CandleBatch | RecordBatch) => void) => void): void {
  const encoded = new EncodedOutput(sink, encoder)
  try {
    fill((batch) => {
      encoded.write(batch)
      batch.clear()
    })
    encoded.finish()
  } catch (error) {
    encoded.abort()
    throw error
  }
}

function* recordsOf(rows: readonly Row[], fields: readonly Field[]): Generator<Cell[]> {
  const batch = new CandleBatch(fields, 1)
  for (const { candle, numbers } of rows) {
    batch.clear()
    batch.append(candle, numbers)
    yield cellsOf(batch, 0)
  }
}

/** By symbol, then time; the last tie-break is the order in which the candles were made (sorting is stable). */
function bySymbolThenTime({ candle: a }: Row, { candle: b }: Row): number {
  if (a.instrument.symbol !== b.instrument.symbol) return a.instrument.symbol < b.instrument.symbol ? -1 : 1
  return a.open_time_ms - b.open_time_ms
}

/**
 * A name that no file system and no `..` trips over, and that two names never share: letters, digits, `&`, `-` and inner dots stay, every other byte
 * of its UTF-8 becomes `%XX`.
 */
export function fileName(name: string): string {
  return [...new TextEncoder().encode(name)]
    .map((byte, index) => {
      const character = String.fromCharCode(byte)
      const plain = /[A-Za-z0-9&-]/.test(character) || (character === '.' && index > 0)
      return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
