import type { Field, FieldType } from '../market/index.js'
import type { Encoder, Format } from './format.js'
import { ParquetColumns, type ParquetLibrary, type ParquetRowGroup, PHYSICAL_TYPES } from './parquet-column.js'
import { RowGroup } from './row-group.js'

type FileMetadata = Parameters<ParquetLibrary['writeMetadata']>[1]
type SchemaElement = FileMetadata['schema'][number]

/** Wide rows (ticks with depth) in smaller groups: a group is held in memory while it fills, 7 and 13 MB. */
const WIDE_FIELDS = 32
const GROUP_ROWS = 65_536
const GROUP_ROWS_WIDE = 32_768
/** With JSON, whose texts are all held until the group is full: 4 MB at 500 bytes each. */
const GROUP_ROWS_JSON = 8192
/** `PAR1`, at both ends of the file. */
const MAGIC = 0x31524150
/** Data pages of version 1 and the first format version: what every reader takes, old ones too. */
const FORMAT_VERSION = 1
/** Fixed, so that the bytes change only when the data or the encoding do. */
const CREATED_BY = 'mds'
const NOTHING = new Uint8Array(0)

/** Parquet, SNAPPY, row groups of a fixed number of rows whatever the batches; memory stays flat for any number of rows. */
export function createParquetFormat(library: ParquetLibrary): Format {
  return { id: 'parquet', extension: '.parquet', open: (fields) => openParquet(library, fields) }
}

function openParquet(library: ParquetLibrary, fields: readonly Field[]): Encoder {
  const out = new library.ByteWriter()
  const group = new RowGroup(fields, groupRows(fields))
  const columns = new ParquetColumns(library, out, group.capacity)
  const row_groups: ParquetRowGroup[] = []
  let rows = 0
  const flushGroup = (): void => {
    const start = out.offset
    const chunks = group.columns.map((column) => columns.write(column, group.rows))
    row_groups.push({
      columns: chunks,
      num_rows: BigInt(group.rows),
      total_byte_size: chunks.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n),
      total_compressed_size: BigInt(out.offset - start),
    })
    rows += group.rows
    group.clear()
  }
  const taken = (): Uint8Array => {
    const bytes = out.getBytes()
    out.index = 0 // its offset in the file goes on counting
    return bytes
  }
  return {
    begin: () => {
      out.appendUint32(MAGIC)
      return taken()
    },
    write: (batch) => {
      for (let row = 0; row < batch.rows; ) {
        row = group.take(batch, row)
        if (group.rows === group.capacity) flushGroup()
      }
      return out.index === 0 ? NOTHING : taken()
    },
    end: () => {
      if (group.rows > 0) flushGroup()
      library.writeMetadata(out, {
        version: FORMAT_VERSION,
        created_by: CREATED_BY,
        schema: schemaOf(fields),
        num_rows: BigInt(rows),
        row_groups,
        metadata_length: 0, // known to the library
      })
      out.appendUint32(MAGIC)
      return taken()
    },
  }
}

function groupRows(fields: readonly Field[]): number {
  if (fields.some(({ type }) => type === 'json')) return GROUP_ROWS_JSON
  return fields.length > WIDE_FIELDS ? GROUP_ROWS_WIDE : GROUP_ROWS
}

function schemaOf(fields: readonly Field[]): SchemaElement[] {
  return [
    { name: 'root', num_children: fields.length },
    ...fields.map(
      ({ name, type, optional }): SchemaElement => ({
        name,
        type: PHYSICAL_TYPES[type],
        repetition_type: optional === true ? 'OPTIONAL' : 'REQUIRED',
        ...logicalType(type),
      }),
    ),
  ]
}

function logicalType(type: FieldType): Pick<SchemaElement, 'converted_type' | 'logical_type'> {
  if (type === 'string' || type === 'json') return { converted_type: 'UTF8', logical_type: { type: 'STRING' } }
  if (type === 'timestamp')
    return {
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    }
  return {}
}
