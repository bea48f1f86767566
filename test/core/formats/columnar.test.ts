import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csv, type Format, TickBatch } from '../../../src/core/formats/index.js'
import { CANDLE_FIELDS, type Field, TICK_FIELDS } from '../../../src/core/market/index.js'
import { formatIso } from '../../../src/core/time/index.js'
import { encodePacket, type Packet, packetBytes } from '../../../src/core/wire/index.js'
import { loadFormat } from '../../../src/io/formats.js'
import { packets } from './packets.js'
import { batchesOf, encodeAll, RELIANCE, type Row, textOf } from './rows.js'

const FIELDS: readonly Field[] = [
  { name: 'symbol', type: 'string', doc: '' },
  { name: 'at', type: 'timestamp', doc: '' },
  { name: 'close', type: 'price', doc: '' },
  { name: 'volume', type: 'int', doc: '' },
  { name: 'complete', type: 'bool', doc: '' },
  { name: 'note', type: 'string', optional: true, doc: '' },
  { name: 'traded_at', type: 'timestamp', optional: true, doc: '' },
  { name: 'vwap', type: 'fine_price', optional: true, doc: '' },
  { name: 'oi', type: 'int', optional: true, doc: '' },
  { name: 'late', type: 'bool', optional: true, doc: '' },
]

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
// -0 is no integer of ours, and a lone surrogate has no UTF-8
const integer = fc
  .oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 300 }), fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32) - 1))
  .map((n) => n + 0)
const time = fc.oneof(fc.integer({ min: 1_759_600_000_000, max: 1_759_900_000_000 }), fc.integer({ min: -1e12, max: 4e12 }))
const text = fc.oneof(fc.constantFrom('RELIANCE', 'M&M', 'NIFTY25OCTFUT'), fc.string({ unit: 'grapheme', maxLength: 30 }))
const rows: fc.Arbitrary<Row> = fc.record({
  divisor: fc.constantFrom(100, 10_000, 10_000_000),
  cells: fc.tuple(
    text,
    time,
    integer,
    integer,
    fc.boolean(),
    maybe(text),
    maybe(time),
    maybe(integer),
    maybe(integer),
    maybe(fc.boolean()),
  ),
})

/** What a reader should find: rupees as the nearest double, integers and times as BigInt, null for absent. */
function expectedRow({ divisor, cells }: Row, fields: readonly Field[] = FIELDS): (string | bigint | number | boolean | null)[] {
  return fields.map(({ type }, index) => {
    const cell = cells[index]
    if (cell === undefined) return null
    if (typeof cell !== 'number') return cell
    if (type === 'price') return cell / divisor
    return type === 'fine_price' ? cell / (divisor * 100) : BigInt(cell)
  })
}

let folder = ''
let files = 0
let parquet: Format
let arrow: Format
let duckdb: DuckDBInstance
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mds-columnar-'))
  parquet = await loadFormat('parquet')
  arrow = await loadFormat('arrow')
  duckdb = await DuckDBInstance.create(':memory:')
})
afterAll(() => {
  duckdb.closeSync()
  rmSync(folder, { recursive: true })
})

/** DuckDB remembers a file by its name: each is used once. */
function saved(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.parquet`)
  writeFileSync(path, bytes)
  return path
}

async function query(sql: string): Promise<unknown[][]> {
  const connection = await duckdb.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } finally {
    connection.closeSync()
  }
}

async function duckdbRows(bytes: Uint8Array, fields: readonly Field[] = FIELDS): Promise<unknown[][]> {
  const cell = ({ name, type }: Field): string => (type === 'timestamp' ? `epoch_ms("${name}")` : `"${name}"`)
  return query(`select ${fields.map(cell).join(', ')} from '${saved(bytes)}'`)
}

test('Parquet says to DuckDB what was written, type by type', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 60 }), async (all) => {
      expect(await duckdbRows(encodeAll(parquet, FIELDS, batchesOf(FIELDS, all, [7])))).toEqual(
        all.map((row) => expectedRow(row)),
      )
    }),
    { numRuns: 60 },
  )
  const path = saved(encodeAll(parquet, FIELDS, []))
  expect((await query(`describe select * from '${path}'`)).map((row) => row[1])).toEqual([
    'VARCHAR',
    'TIMESTAMP WITH TIME ZONE',
    'DOUBLE',
    'BIGINT',
    'BOOLEAN',
    'VARCHAR',
    'TIMESTAMP WITH TIME ZONE',
    'DOUBLE',
    'BIGINT',
    'BOOLEAN',
  ])
  expect(await query(`select name, repetition_type from parquet_schema('${path}') where name != 'root'`)).toEqual(
    FIELDS.map(({ name, optional }) => [name, optional === true ? 'OPTIONAL' : 'REQUIRED']),
  )
})

/** Columns that repeat themselves, that do not, with long and short runs and stretches without a value. */
function manyRows(count: number): Row[] {
  let state = 12_345
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state % below
  }
  return Array.from({ length: count }, (_, index) => ({
    divisor: index % 3 === 0 ? 10_000_000 : 100,
    cells: [
      `SYM${random(300)}`,
      1_759_722_300_000 + Math.floor(index / 50) * 60_000,
      random(0x7fffffff) - 1000,
      random(5) === 0 ? random(0x7fffffff) * 4_000_000 : random(40),
      random(100) < 3,
      index < 9000 ? undefined : `note ${random(3)}`,
      index % 11 === 0 ? undefined : 1_759_722_300_000 + random(1000),
      random(2) === 0 ? undefined : random(1_000_000_000),
      undefined,
      Math.floor(index / 20) % 2 === 0 ? true : undefined,
    ],
  }))
}

test('several row groups, dictionaries and plain pages read back the same in DuckDB and hyparquet', async () => {
  const all = manyRows(140_000)
  const bytes = encodeAll(parquet, FIELDS, batchesOf(FIELDS, all, [1008]))
  const expected = all.map((row) => expectedRow(row))
  const read = await duckdbRows(bytes)
  // one comparison of a string is faster than toEqual on 1.4 million cells, and says as much
  const line = (row: readonly unknown[]): string => row.map(String).join('|')
  expect(read.length).toBe(expected.length)
  expect(read.findIndex((row, index) => line(row) !== line(expected[index] ?? []))).toBe(-1)

  const buffer = Uint8Array.from(bytes).buffer
  const objects = await parquetReadObjects({ file: buffer })
  const plain = (value: unknown): unknown => (value instanceof Date ? BigInt(value.getTime()) : value)
  expect(objects.findIndex((row, index) => line(Object.values(row).map(plain)) !== line(expected[index] ?? []))).toBe(-1)

  const metadata = parquetMetadata(buffer)
  expect(metadata.created_by).toBe('mds')
  expect(metadata.row_groups.map((group) => group.num_rows)).toEqual([65_536n, 65_536n, 8928n])
  expect(metadata.row_groups[0]?.columns.map((column) => column.meta_data?.encodings.includes('PLAIN_DICTIONARY'))).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    true,
    false,
    false,
    false,
  ])
})

test('the bounds in the footer never hide a row from a filter', async () => {
  const path = saved(encodeAll(parquet, FIELDS, batchesOf(FIELDS, manyRows(140_000), [1008])))
  for (const where of [
    'volume > 1000',
    "symbol = 'SYM299'",
    'close < 0',
    '"at" >= make_timestamptz(1759722300000000)',
    'complete',
    'oi > 0',
    'vwap > 90000',
  ]) {
    // `+ 0`-like wrapping keeps the second filter from being pushed down to the footer
    const [pushed] = await query(`select count(*) from '${path}' where ${where}`)
    const [scanned] = await query(`select count(*) from (select *, random() as r from '${path}') where (${where}) and r >= 0`)
    expect(pushed, where).toEqual(scanned)
  }
  const [bounds] = await query(
    `select min(stats_min_value::bigint), max(stats_max_value::bigint), sum(stats_null_count) from parquet_metadata('${path}') where path_in_schema = 'volume'`,
  )
  expect(bounds).toEqual((await query(`select min(volume), max(volume), 0::hugeint from '${path}'`))[0])
})

test('parquetjs-lite, an older reader, finds the same rows', async () => {
  const { ParquetReader } = await import('parquetjs-lite')
  // it fails on every TIMESTAMP_MILLIS column, its own included
  const without = (_: unknown, index: number): boolean => FIELDS[index]?.type !== 'timestamp'
  const fields = FIELDS.filter(without)
  const all = manyRows(3000).map((row) => ({ ...row, cells: row.cells.filter(without) }))
  const reader = await ParquetReader.openBuffer(Buffer.from(encodeAll(parquet, fields, batchesOf(fields, all, [1008]))))
  const cursor = reader.getCursor()
  const read: string[][] = []
  // repeated numbers reach us as text
  for (let row = await cursor.next(); row !== null; row = await cursor.next()) {
    const record = row
    read.push(fields.map(({ name }) => String(record[name] ?? null)))
  }
  expect(read).toEqual(all.map((row) => expectedRow(row, fields).map(String)))
})

test('an Arrow stream reads back with its types and nulls', async () => {
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 60 }), (all) => {
      const table = tableFromIPC(encodeAll(arrow, FIELDS, batchesOf(FIELDS, all, [7])))
      const read = Array.from({ length: table.numRows }, (_, row) =>
        FIELDS.map(({ type }, column): unknown => {
          const cell: unknown = table.getChildAt(column)?.get(row)
          return type === 'timestamp' && typeof cell === 'number' ? BigInt(cell) : cell
        }),
      )
      expect(read).toEqual(all.map((row) => expectedRow(row)))
    }),
    { numRuns: 60 },
  )
  const { schema, numRows } = tableFromIPC(encodeAll(arrow, FIELDS, []))
  expect(numRows).toBe(0)
  expect(schema.fields.map((field) => `${field.name} ${field.type} ${field.nullable}`)).toEqual([
    'symbol Utf8 false',
    'at Timestamp<MILLISECOND, UTC> false',
    'close Float64 false',
    'volume Int64 false',
    'complete Bool false',
    'note Utf8 true',
    'traded_at Timestamp<MILLISECOND, UTC> true',
    'vwap Float64 true',
    'oi Int64 true',
    'late Bool true',
  ])
  const table = tableFromIPC(encodeAll(arrow, FIELDS, batchesOf(FIELDS, manyRows(40_000))))
  expect(table.batches.map((batch) => batch.numRows)).toEqual([16_384, 16_384, 7232])
})

test('CSV reads back, quotes and all', () => {
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 40 }), (all) => {
      const read = parse(textOf(encodeAll(csv, FIELDS, batchesOf(FIELDS, all, [5]))), {
        relax_quotes: false,
        record_delimiter: '\n',
      })
      const cell = (row: Row, value: bigint | number | string | boolean | null, index: number): string => {
        if (value === null) return ''
        if (FIELDS[index]?.type === 'timestamp') return formatIso(Number(value))
        if (typeof value !== 'number') return String(value)
        // the exact printing has tests of its own
        return Number.isFinite(row.divisor) ? String(value) : ''
      }
      const numeric = (line: string[]): string[] =>
        line.map((text, index) => (FIELDS[index]?.type.endsWith('price') && text !== '' ? String(Number(text)) : text))
      expect(read.map(numeric).slice(1)).toEqual(
        all.map((row) => expectedRow(row).map((value, index) => cell(row, value, index))),
      )
      expect(read[0]).toEqual(FIELDS.map((field) => field.name))
    }),
    { numRuns: 200 },
  )
})

test('a cell that a spreadsheet would run is quoted, an empty text differs from an absent one', () => {
  const row = (symbol: string, note: string | undefined): Row => ({ divisor: 100, cells: [symbol, 0, -150, -1, true, note] })
  const some = FIELDS.slice(0, 6)
  expect(textOf(encodeAll(csv, some, batchesOf(some, [row('=cmd()', '@a'), row('+1', ''), row('-a"b', undefined)])))).toBe(
    [
      'symbol,at,close,volume,complete,note',
      '"=cmd()",1970-01-01T05:30:00+05:30,-1.5,-1,true,"@a"',
      '"+1",1970-01-01T05:30:00+05:30,-1.5,-1,true,""',
      '"-a""b",1970-01-01T05:30:00+05:30,-1.5,-1,true,',
      '',
    ].join('\n'),
  )
})

test('how batches are cut never shows', async () => {
  const ndjson = await loadFormat('ndjson')
  const all = manyRows(70_000)
  for (const format of [parquet, arrow]) {
    const whole = encodeAll(format, FIELDS, batchesOf(FIELDS, all, [all.length]))
    for (const cuts of [[1008], [1, 16_383, 1, 49_151, 3, 977]])
      expect(Buffer.compare(encodeAll(format, FIELDS, batchesOf(FIELDS, all, cuts)), whole), `${format.id} cut at ${cuts}`).toBe(
        0,
      )
  }
  fc.assert(
    fc.property(
      fc.array(rows, { minLength: 1, maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (some, cuts) => {
        for (const format of [ndjson, csv, parquet, arrow])
          expect(encodeAll(format, FIELDS, batchesOf(FIELDS, some, cuts))).toEqual(
            encodeAll(format, FIELDS, batchesOf(FIELDS, some)),
          )
      },
    ),
    { numRuns: 60 },
  )
})

test('what a reused batch held before never shows, not even under a null', async () => {
  const instruments = [RELIANCE]
  const filled = (format: Format, all: readonly Packet[], capacity: number): Uint8Array => {
    const batch = new TickBatch(instruments, TICK_FIELDS, capacity)
    const encoder = format.open(TICK_FIELDS)
    const pieces = [Uint8Array.from(encoder.begin())]
    all.forEach((packet, sequence) => {
      const view = new DataView(new ArrayBuffer(packetBytes(packet)))
      encodePacket(packet, view, 0)
      batch.append(view, 0, packetBytes(packet), 1_759_722_300_000 + sequence, sequence, 0)
      if (!batch.isFull) return
      pieces.push(Uint8Array.from(encoder.write(batch)))
      batch.clear()
    })
    pieces.push(Uint8Array.from(encoder.write(batch)), Uint8Array.from(encoder.end()))
    return Uint8Array.from(Buffer.concat(pieces))
  }
  fc.assert(
    fc.property(fc.array(packets, { minLength: 2, maxLength: 20 }), fc.integer({ min: 1, max: 6 }), (all, capacity) => {
      for (const format of [parquet, arrow]) expect(filled(format, all, capacity)).toEqual(filled(format, all, 100))
    }),
    { numRuns: 60 },
  )
})

test('the first eight columns of candles and all of ticks have the types readers rely on', async () => {
  const types = async (fields: readonly Field[]): Promise<unknown[][]> =>
    (await query(`describe select * from '${saved(encodeAll(parquet, fields, []))}'`)).map(([name, type]) => [name, type])
  expect((await types(CANDLE_FIELDS)).slice(0, 8)).toEqual([
    ['symbol', 'VARCHAR'],
    ['exchange', 'VARCHAR'],
    ['timestamp', 'TIMESTAMP WITH TIME ZONE'],
    ['open', 'DOUBLE'],
    ['high', 'DOUBLE'],
    ['low', 'DOUBLE'],
    ['close', 'DOUBLE'],
    ['volume', 'BIGINT'],
  ])
  expect((await types(TICK_FIELDS)).map(([name]) => name)).toEqual(TICK_FIELDS.map((field) => field.name))
})
