import type * as Library from 'hyparquet-writer'
import type { writePageHeader as WritePageHeader } from 'hyparquet-writer/src/datapage.js'
import type { writeMetadata as WriteMetadata } from 'hyparquet-writer/src/metadata.js'
import { unreachable } from '../assert.js'
import type { FieldType } from '../market/index.js'
import { GrowingBytes } from './growing-bytes.js'
import { NumberDictionary } from './number-dictionary.js'
import { writeBits, writeDoubles, writeHybrid, writeLongs, writeText } from './parquet-pages.js'
import type { GatheredColumn } from './row-group.js'
import { Snappy } from './snappy.js'

/** The parts of `hyparquet-writer` that are used: Thrift and the byte buffer. Loaded by io only when Parquet is asked for. */
export interface ParquetLibrary {
  readonly ByteWriter: typeof Library.ByteWriter
  readonly writePageHeader: typeof WritePageHeader
  readonly writeMetadata: typeof WriteMetadata
}
export type ByteWriter = Library.ByteWriter
type FileMetadata = Parameters<typeof WriteMetadata>[1]
export type ParquetRowGroup = FileMetadata['row_groups'][number]
export type ParquetChunk = ParquetRowGroup['columns'][number]
type ChunkMetadata = NonNullable<ParquetChunk['meta_data']>
type Statistics = NonNullable<ChunkMetadata['statistics']>

/** What the values of a chunk come to. `PLAIN_DICTIONARY` is the name of version 1 for codes; the newer one not every reader knows. */
interface Values {
  readonly encoding: 'PLAIN' | 'PLAIN_DICTIONARY'
  /** Of the dictionary; 0 for a plain page. */
  readonly entries: number
  readonly bounds: Statistics
}

/**
 * Writes column chunks: one data page of version 1 each (a row group is at most 512 KiB a column), dictionary where it at least halves
 * the bytes. The library's own path takes BigInt cells and goes over each six times: four times slower on candles. One writer an output.
 */
export class ParquetColumns {
  readonly #library: ParquetLibrary
  readonly #out: ByteWriter
  readonly #dictionary: NumberDictionary
  readonly #numbers: Float64Array
  readonly #codes: Int32Array
  readonly #flags: Uint8Array
  readonly #snappy = new Snappy()
  readonly #paths = new Map<string, string[]>()
  readonly #page = new GrowingBytes()
  readonly #entries = new GrowingBytes()

  constructor(library: ParquetLibrary, out: ByteWriter, capacity: number) {
    this.#library = library
    this.#out = out
    this.#dictionary = new NumberDictionary(capacity)
    this.#numbers = new Float64Array(capacity)
    this.#codes = new Int32Array(capacity)
    this.#flags = new Uint8Array(capacity)
  }

  write(column: GatheredColumn, rows: number): ParquetChunk {
    const { field } = column
    const optional = field.optional === true
    const file_offset = this.#out.offset
    this.#page.at = 0
    this.#entries.at = 0
    const present_rows = optional ? this.#writeLevels(column.present, rows) : rows
    const values = this.#writeValues(column, rows, present_rows)
    let uncompressed = 0
    if (values.encoding === 'PLAIN_DICTIONARY') uncompressed += this.#emitDictionary(values.entries)
    const data_page_offset = this.#out.offset
    uncompressed += this.#emitData(rows, values.encoding)
    return {
      file_offset: BigInt(file_offset),
      meta_data: {
        type: PHYSICAL_TYPES[field.type],
        encodings: ENCODINGS[values.encoding],
        path_in_schema: this.#pathOf(field.name),
        codec: 'SNAPPY',
        num_values: BigInt(rows),
        total_uncompressed_size: BigInt(uncompressed),
        total_compressed_size: BigInt(this.#out.offset - file_offset),
        data_page_offset: BigInt(data_page_offset),
        ...(values.encoding === 'PLAIN' ? {} : { dictionary_page_offset: BigInt(file_offset) }),
        statistics: { ...values.bounds, null_count: BigInt(rows - present_rows) },
      },
    }
  }

  /** What all chunks of a column share is kept once: a day of ticks has 30,000 chunks. */
  #pathOf(name: string): string[] {
    const path = this.#paths.get(name) ?? [name]
    this.#paths.set(name, path)
    return path
  }

  /** Definition levels of an optional column, preceded by their length; returns how many rows have a value. */
  #writeLevels(present: Uint8Array, rows: number): number {
    const page = this.#page
    page.reserve(4)
    page.at = 4
    writeHybrid(page, present, rows, 1)
    page.view.setUint32(0, page.at - 4, true)
    let count = 0
    for (let row = 0; row < rows; row++) count += present[row]!
    return count
  }

  #writeValues(column: GatheredColumn, rows: number, count: number): Values {
    const { type } = column.field
    switch (type) {
      case 'string':
        return this.#writeStrings(column, pick(column.codes, column.present, rows, count, this.#codes), count)
      case 'json':
        return this.#writeJson(column, pick(column.codes, column.present, rows, count, this.#codes), count)
      case 'bool':
        return this.#writeBooleans(pick(column.flags, column.present, rows, count, this.#flags), count)
      case 'price':
      case 'fine_price':
      case 'number':
      case 'int':
      case 'timestamp':
        return this.#writeNumbers(
          type === 'int' || type === 'timestamp' ? writeLongs : writeDoubles,
          pick(column.numbers, column.present, rows, count, this.#numbers),
          count,
        )
      default:
        return unreachable(type)
    }
  }

  #writeNumbers(plain: typeof writeLongs, numbers: Float64Array, count: number): Values {
    const bounds = boundsOf(numbers, count)
    const dictionary = this.#dictionary
    const width = count > 0 && dictionary.build(numbers, count) ? bitWidth(dictionary.size) : 0
    if (width === 0 || 2 * (dictionary.size * 8 + (count * width) / 8) > count * 8) {
      plain(this.#page, numbers, count)
      return { encoding: 'PLAIN', bounds, entries: 0 }
    }
    plain(this.#entries, dictionary.values, dictionary.size)
    this.#writeCodes(dictionary.codes, count, width)
    return { encoding: 'PLAIN_DICTIONARY', bounds, entries: dictionary.size }
  }

  /** Always by dictionary: that of the row group. */
  #writeStrings({ texts }: GatheredColumn, codes: Int32Array, count: number): Values {
    if (count === 0) return { encoding: 'PLAIN', bounds: {}, entries: 0 }
    const entries = texts.all.map((text) => new TextEncoder().encode(text))
    for (const text of entries) writeText(this.#entries, text)
    this.#writeCodes(codes, count, bitWidth(entries.length))
    const sorted = entries.toSorted(compareBytes)
    return { encoding: 'PLAIN_DICTIONARY', bounds: bounded(sorted[0]!, sorted.at(-1)!), entries: entries.length }
  }

  /** Plainly and without bounds: most texts differ, and nobody looks for a whole one. */
  #writeJson({ texts }: GatheredColumn, codes: Int32Array, count: number): Values {
    const encoded = texts.all.map((text) => new TextEncoder().encode(text))
    for (let i = 0; i < count; i++) writeText(this.#page, encoded[codes[i]!]!)
    return { encoding: 'PLAIN', bounds: {}, entries: 0 }
  }

  #writeBooleans(flags: Uint8Array, count: number): Values {
    writeBits(this.#page, flags, count)
    let sum = 0
    for (let i = 0; i < count; i++) sum += flags[i]!
    return { encoding: 'PLAIN', bounds: count === 0 ? {} : bounded(sum === count, sum > 0), entries: 0 }
  }

  #writeCodes(codes: Int32Array, count: number, width: number): void {
    this.#page.reserve(1)
    this.#page.bytes[this.#page.at++] = width
    writeHybrid(this.#page, codes, count, width)
  }

  #emitDictionary(entries: number): number {
    const compressed = this.#snappy.compress(this.#entries.filled)
    return this.#emit(compressed, this.#entries.at, {
      type: 'DICTIONARY_PAGE',
      dictionary_page_header: { num_values: entries, encoding: 'PLAIN_DICTIONARY' },
    })
  }

  #emitData(rows: number, encoding: Values['encoding']): number {
    const compressed = this.#snappy.compress(this.#page.filled)
    return this.#emit(compressed, this.#page.at, {
      type: 'DATA_PAGE',
      data_page_header: { num_values: rows, encoding, definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' },
    })
  }

  /** Returns the uncompressed size, header included. */
  #emit(
    compressed: Uint8Array,
    uncompressed_page_size: number,
    header: Pick<PageHeader, 'type' | 'data_page_header' | 'dictionary_page_header'>,
  ): number {
    const start = this.#out.offset
    this.#library.writePageHeader(this.#out, { ...header, uncompressed_page_size, compressed_page_size: compressed.length })
    const header_bytes = this.#out.offset - start
    this.#out.appendBytes(compressed)
    return header_bytes + uncompressed_page_size
  }
}

const ENCODINGS: Readonly<Record<Values['encoding'], ChunkMetadata['encodings']>> = {
  PLAIN: ['PLAIN', 'RLE'],
  PLAIN_DICTIONARY: ['PLAIN_DICTIONARY', 'RLE'],
}

type PageHeader = Parameters<typeof WritePageHeader>[1]

export const PHYSICAL_TYPES = {
  price: 'DOUBLE',
  fine_price: 'DOUBLE',
  int: 'INT64',
  timestamp: 'INT64',
  number: 'DOUBLE',
  json: 'BYTE_ARRAY',
  string: 'BYTE_ARRAY',
  bool: 'BOOLEAN',
} as const satisfies Readonly<Record<FieldType, ChunkMetadata['type']>>

/** The cells that have a value, moved together; the column itself when all have one. */
function pick<T extends Float64Array | Int32Array | Uint8Array>(
  cells: T,
  present: Uint8Array,
  rows: number,
  count: number,
  picked: T,
): T {
  if (count === rows) return cells
  for (let row = 0, at = 0; row < rows; row++) if (present[row] === 1) picked[at++] = cells[row]!
  return picked
}

/** Bits a code takes; 1 at least, some readers refuse 0. */
function bitWidth(entries: number): number {
  return Math.max(1, 32 - Math.clz32(entries - 1))
}

function boundsOf(numbers: Float64Array, count: number): Statistics {
  if (count === 0) return {}
  let min = numbers[0]!
  let max = min
  for (let i = 1; i < count; i++) {
    const value = numbers[i]!
    if (value < min) min = value
    if (value > max) max = value
  }
  return bounded(min, max)
}

const bounded = <T extends number | boolean | Uint8Array>(min_value: T, max_value: T): Statistics => ({ min_value, max_value })

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
