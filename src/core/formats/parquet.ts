import type * as HyparquetWriter from 'hyparquet-writer'
import { unreachable } from '../assert.js'
import type { Field, FieldType } from '../market/index.js'
import type { Encoder, Format } from './format.js'
import { type GatheredColumn, RowGroup } from './row-group.js'

/** The part of `hyparquet-writer` that is used; loaded by io only when Parquet is asked for. */
export type ParquetLibrary = Pick<typeof HyparquetWriter, 'ByteWriter' | 'ParquetWriter'>
type ColumnSource = HyparquetWriter.ColumnSource
type SchemaElement = NonNullable<HyparquetWriter.ParquetWriteOptions['schema']>[number]

/** Wide rows (ticks with depth) in smaller groups: a group is held in memory while it fills, about 15 MB either way. */
const WIDE_FIELDS = 32
const GROUP_ROWS = 65_536
const GROUP_ROWS_WIDE = 32_768
/** Fixed, so that the bytes change only when the data or the encoding do. */
const CREATED_BY = 'mds'
const SMALL_INTEGERS = 4096
const NOTHING = new Uint8Array(0)

/** Parquet, SNAPPY, row groups of a fixed number of rows whatever the batches; memory stays flat for any number of rows. */
export function createParquetFormat(library: ParquetLibrary): Format {
  return { id: 'parquet', extension: '.parquet', open: (fields) => openParquet(library, fields) }
}

function openParquet({ ByteWriter, ParquetWriter }: ParquetLibrary, fields: readonly Field[]): Encoder {
  const bytes = new ByteWriter()
  const file = new ParquetWriter({ writer: bytes, schema: schemaOf(fields), codec: 'SNAPPY', createdBy: CREATED_BY })
  const group = new RowGroup(fields, fields.length > WIDE_FIELDS ? GROUP_ROWS_WIDE : GROUP_ROWS)
  const flushGroup = (): void => {
    // The library returns a promise only when its writer's flush does; this one has none.
    void file.write({ columnData: group.columns.map((column) => sourceOf(column, group.rows)), rowGroupSize: group.rows })
    group.rows = 0
  }
  const taken = (): Uint8Array => {
    const result = bytes.getBytes()
    bytes.index = 0 // its offset in the file goes on counting
    return result
  }
  return {
    begin: taken,
    write: (batch) => {
      let row = 0
      while (row < batch.rows) {
        row = group.take(batch, row)
        if (group.rows === group.capacity) flushGroup()
      }
      return bytes.index === 0 ? NOTHING : taken()
    },
    end: () => {
      if (group.rows > 0) flushGroup()
      void file.finish()
      return taken()
    },
  }
}

function schemaOf(fields: readonly Field[]): SchemaElement[] {
  return [
    { name: 'root', num_children: fields.length },
    ...fields.map(
      ({ name, type, optional }): SchemaElement => ({
        name,
        repetition_type: optional === true ? 'OPTIONAL' : 'REQUIRED',
        ...physicalType(type),
      }),
    ),
  ]
}

function physicalType(type: FieldType): Omit<SchemaElement, 'name'> {
  switch (type) {
    case 'price':
    case 'fine_price':
      return { type: 'DOUBLE' }
    case 'int':
      return { type: 'INT64' }
    case 'timestamp':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      }
    case 'string':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
    case 'bool':
      return { type: 'BOOLEAN' }
    default:
      return unreachable(type)
  }
}

/** A column whose cells become what the library wants only when it comes to it: one column at a time is held twice, not fifty. */
function sourceOf(column: GatheredColumn, rows: number): ColumnSource {
  return {
    name: column.field.name,
    ...(column.field.type === 'string' ? { encoding: 'RLE_DICTIONARY' as const } : {}),
    get data() {
      return cellsOf(column, rows)
    },
  }
}

function cellsOf(column: GatheredColumn, rows: number): ColumnSource['data'] {
  const { field, numbers, codes, flags, dictionary } = column
  switch (field.type) {
    case 'price':
    case 'fine_price':
      return field.optional === true ? cells(column, rows, (row) => numbers[row]!) : numbers.subarray(0, rows)
    case 'int':
    case 'timestamp':
      return cells(column, rows, integers(numbers))
    case 'string':
      return cells(column, rows, (row) => dictionary[codes[row]!]!)
    case 'bool':
      return cells(column, rows, (row) => flags[row] === 1)
    default:
      return unreachable(field.type)
  }
}

function cells<T>({ field, present }: GatheredColumn, rows: number, cell: (row: number) => T): (T | null)[] {
  const result = new Array<T | null>(rows)
  if (field.optional === true) for (let row = 0; row < rows; row++) result[row] = present[row] === 1 ? cell(row) : null
  else for (let row = 0; row < rows; row++) result[row] = cell(row)
  return result
}

/** The library takes 64-bit integers as BigInt. Making one costs an allocation, so small ones and repeated ones are shared. */
function integers(numbers: Float64Array): (row: number) => bigint {
  let last = Number.NaN
  let last_big = 0n
  return (row) => {
    const value = numbers[row]!
    if (value >= 0 && value < SMALL_INTEGERS) return SMALL[value]!
    if (value !== last) {
      last = value
      last_big = BigInt(value)
    }
    return last_big
  }
}

const SMALL: readonly bigint[] = Array.from({ length: SMALL_INTEGERS }, (_, value) => BigInt(value))
