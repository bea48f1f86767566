import type * as Arrow from 'apache-arrow'
import { unreachable } from '../assert.js'
import type { Field } from '../market/index.js'
import type { Encoder, Format } from './format.js'
import { GrowingBytes } from './growing-bytes.js'
import { ABSENT, type GatheredColumn, RowGroup } from './row-group.js'

/** The part of `apache-arrow` that is used; loaded by io only when Arrow is asked for. */
export type ArrowLibrary = Pick<
  typeof Arrow,
  | 'AsyncByteQueue'
  | 'Bool'
  | 'Field'
  | 'Float64'
  | 'Int64'
  | 'makeData'
  | 'RecordBatch'
  | 'RecordBatchStreamWriter'
  | 'Schema'
  | 'Struct'
  | 'TimestampMillisecond'
  | 'Utf8'
>

/** Rows of a record batch: large enough to scan fast, small enough to arrive while a replay runs. */
const BATCH_ROWS = 16_384
const TWO_POW_32 = 0x1_0000_0000

/**
 * Arrow IPC stream: record batches of a fixed number of rows whatever the batches. Texts are plain Utf8: a dictionary that grows needs deltas,
 * which not every reader of streams takes.
 */
export function createArrowFormat(library: ArrowLibrary): Format {
  return { id: 'arrow', extension: '.arrow', open: (fields) => openArrow(library, fields) }
}

function openArrow(library: ArrowLibrary, fields: readonly Field[]): Encoder {
  const { AsyncByteQueue, Field, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct } = library
  const out = new GrowingBytes()
  // The library writes only into its own queue, whose reading end is asynchronous: this one hands the bytes over at once.
  class Written extends AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      out.append(bytes) // a copy: the rows behind it are overwritten by the next group
    }
    override close(): void {}
  }
  const schema = new Schema(fields.map((field) => new Field(field.name, typeOf(library, field), field.optional === true)))
  const writer = new RecordBatchStreamWriter({ autoDestroy: false })
  const group = new RowGroup(fields, BATCH_ROWS)
  const flushGroup = (): void => {
    const children = group.columns.map((column) => columnData(library, column, group.rows))
    writer.write(
      new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: group.rows, nullCount: 0, children })),
    )
    group.clear()
  }
  const taken = (): Uint8Array => {
    const bytes = out.filled
    out.at = 0
    return bytes
  }
  return {
    begin: () => {
      writer.reset(new Written(), schema)
      return taken()
    },
    write: (batch) => {
      for (let row = 0; row < batch.rows; ) {
        row = group.take(batch, row)
        if (group.rows === group.capacity) flushGroup()
      }
      return taken()
    },
    end: () => {
      if (group.rows > 0) flushGroup()
      writer.close()
      return taken()
    },
  }
}

function typeOf(library: ArrowLibrary, { type }: Field): Arrow.DataType {
  switch (type) {
    case 'price':
    case 'fine_price':
    case 'number':
      return new library.Float64()
    case 'int':
      return new library.Int64()
    case 'timestamp':
      return new library.TimestampMillisecond('UTC')
    case 'string':
    case 'json':
      return new library.Utf8()
    case 'bool':
      return new library.Bool()
    default:
      return unreachable(type)
  }
}

function columnData(library: ArrowLibrary, column: GatheredColumn, length: number): Arrow.Data {
  const { field, numbers } = column
  const validity = validityOf(column, length)
  if (validity.nullCount > 0) clearAbsent(column, length)
  switch (field.type) {
    case 'price':
    case 'fine_price':
    case 'number':
      return library.makeData({ type: new library.Float64(), length, ...validity, data: numbers.subarray(0, length) })
    case 'int':
      return library.makeData({ type: new library.Int64(), length, ...validity, data: longs(numbers, length) })
    case 'timestamp':
      return library.makeData({
        type: new library.TimestampMillisecond('UTC'),
        length,
        ...validity,
        data: longs(numbers, length),
      })
    case 'string':
    case 'json':
      return library.makeData({ type: new library.Utf8(), length, ...validity, ...utf8(column, length) })
    case 'bool':
      return library.makeData({ type: new library.Bool(), length, ...validity, data: bits(column.flags, length) })
    default:
      return unreachable(field.type)
  }
}

function validityOf({ field, present }: GatheredColumn, length: number): { nullCount: number; nullBitmap?: Uint8Array } {
  if (field.optional !== true) return { nullCount: 0 }
  let nulls = 0
  for (let row = 0; row < length; row++) nulls += 1 - present[row]!
  return nulls === 0 ? { nullCount: 0 } : { nullCount: nulls, nullBitmap: bits(present, length) }
}

/** The cells of an absent value are written too: what stands there must not depend on the rows their batch held before. */
function clearAbsent({ present, numbers, flags }: GatheredColumn, length: number): void {
  // a product, since a branch on what is random costs more; `+ 0` turns -0 into 0
  if (numbers.length > 0) for (let row = 0; row < length; row++) numbers[row] = numbers[row]! * present[row]! + 0
  if (flags.length > 0) for (let row = 0; row < length; row++) flags[row]! &= present[row]!
}

/** Bits, lowest first, padded to 8 bytes. */
function bits(flags: Uint8Array, length: number): Uint8Array {
  const packed = new Uint8Array(Math.ceil(length / 64) * 8)
  for (let row = 0; row < length; row++) packed[row >> 3]! |= flags[row]! << (row & 7)
  return packed
}

/** Integers held as doubles, as 64-bit integers: two halves, no BigInt. Arrow's buffers are those of a little-endian machine, as all of Node's are. */
function longs(numbers: Float64Array, length: number): BigInt64Array {
  const halves = new Int32Array(2 * length)
  for (let row = 0; row < length; row++) {
    const value = numbers[row]!
    halves[2 * row] = value // modulo 2^32
    halves[2 * row + 1] = Math.floor(value / TWO_POW_32)
  }
  return new BigInt64Array(halves.buffer)
}

function utf8({ codes, texts }: GatheredColumn, length: number): { valueOffsets: Int32Array; data: Uint8Array } {
  const encoded = texts.all.map((text) => new TextEncoder().encode(text))
  const valueOffsets = new Int32Array(length + 1)
  for (let row = 0; row < length; row++) {
    const code = codes[row]!
    valueOffsets[row + 1] = valueOffsets[row]! + (code === ABSENT ? 0 : encoded[code]!.length)
  }
  const data = new Uint8Array(valueOffsets[length]!)
  for (let row = 0, at = 0; row < length; row++) {
    if (codes[row] === ABSENT) continue
    const text = encoded[codes[row]!]!
    // names are short: a loop is faster than `set`
    for (let i = 0; i < text.length; i++) data[at + i] = text[i]!
    at += text.length
  }
  return { valueOffsets, data }
}
