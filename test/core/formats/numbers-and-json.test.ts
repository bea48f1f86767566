import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Batch, createTableFormat, csv, type Format, ndjson, RecordBatch } from '../../../src/core/formats/index.js'
import type { Field } from '../../../src/core/market/index.js'
import { loadFormat } from '../../../src/io/formats.js'
import { batchesOf, encodeAll, type Row, textOf } from './rows.js'

const FIELDS: readonly Field[] = [
  { name: 'value', type: 'number', doc: '' },
  { name: 'evidence', type: 'json', doc: '' },
  { name: 'score', type: 'number', optional: true, doc: '' },
  { name: 'tags', type: 'json', optional: true, path: ['more', 'tags'], doc: '' },
  { name: 'note', type: 'string', optional: true, path: ['more', 'note'], doc: '' },
]
const VALUE = FIELDS.slice(0, 1)
const EVIDENCE = FIELDS.slice(1, 2)

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -100, max: 100 }),
  fc.integer(),
  fc.constantFrom(0, -0, 5e-324, -2.2250738585072014e-308, Number.MAX_VALUE, 1e21, 1e-7, 2 ** 53, -(2 ** 53) - 2, 2 ** 63),
)
const json = fc.oneof(fc.json({ stringUnit: 'binary' }), fc.constantFrom('{}', '[]', 'null', '-1', '{"a":"日\\n"}'))
const rows: fc.Arbitrary<Row> = fc.record({
  divisor: fc.constant(100),
  cells: fc.tuple(double, json, maybe(double), maybe(json), maybe(fc.constantFrom('a', 'b,"', ''))),
})

/** What a reader of columns should find: the doubles, -0 as 0; texts as they are. */
const expectedRow = ({ cells }: Row): unknown[] =>
  FIELDS.map((_, index) => {
    const cell = cells[index]
    return typeof cell === 'number' ? cell + 0 : (cell ?? null)
  })

let folder = ''
let files = 0
let parquet: Format
let arrow: Format
let duckdb: DuckDBInstance
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mds-numbers-'))
  parquet = await loadFormat('parquet')
  arrow = await loadFormat('arrow')
  duckdb = await DuckDBInstance.create(':memory:')
})
afterAll(() => {
  duckdb.closeSync()
  rmSync(folder, { recursive: true })
})

function saved(bytes: Uint8Array, extension: string): string {
  const path = join(folder, `${files++}${extension}`)
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

test('an NDJSON line is what JSON.stringify makes of the numbers, with the JSON texts as they stand', () => {
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 20 }), (all) => {
      const lines = textOf(encodeAll(ndjson, FIELDS, batchesOf(FIELDS, all, [3])))
        .split('\n')
        .slice(0, -1)
      expect(lines.length).toBe(all.length)
      all.forEach(({ cells: [value, evidence, score, tags, note] }, index) => {
        const more = [
          ...(tags === undefined ? [] : [`"tags":${tags}`]),
          ...(note === undefined ? [] : [`"note":${JSON.stringify(note)}`]),
        ]
        const parts = [
          `"value":${JSON.stringify(value)}`,
          `"evidence":${evidence}`,
          ...(score === undefined ? [] : [`"score":${JSON.stringify(score)}`]),
          ...(more.length === 0 ? [] : [`"more":{${more.join(',')}}`]),
        ]
        expect(lines[index]).toBe(`{${parts.join(',')}}`)
        const read: unknown = JSON.parse(lines[index] ?? '')
        expect(read).toMatchObject({ value: Number(value) + 0 })
        expect(JSON.stringify(Object(read).evidence)).toBe(JSON.stringify(JSON.parse(String(evidence))))
      })
    }),
    { numRuns: 200 },
  )
})

test('CSV reads back: each number as the same double, each JSON text to the letter', () => {
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 20 }), (all) => {
      const read: string[][] = parse(textOf(encodeAll(csv, FIELDS, batchesOf(FIELDS, all, [4]))), {
        relax_quotes: false,
        record_delimiter: '\n',
      })
      expect(read.slice(1)).toEqual(
        all.map(({ cells }) => cells.map((cell) => (typeof cell === 'number' ? JSON.stringify(cell) : (cell ?? '')))),
      )
    }),
    { numRuns: 200 },
  )
  const quoted: Row = { divisor: 1, cells: [1, '{"a":[1,"x"]}', -2.5e-9] }
  const some = FIELDS.slice(0, 3)
  expect(textOf(encodeAll(csv, some, batchesOf(some, [quoted])))).toBe('value,evidence,score\n1,"{""a"":[1,""x""]}",-2.5e-9\n')
})

test('Parquet holds doubles and texts for DuckDB and hyparquet', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 40 }), async (all) => {
      const bytes = encodeAll(parquet, FIELDS, batchesOf(FIELDS, all, [7]))
      const expected = all.map(expectedRow)
      expect(await query(`select * from '${saved(bytes, '.parquet')}'`)).toEqual(expected)
      const objects = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
      expect(objects.map((row) => FIELDS.map(({ name }) => row[name] ?? null))).toEqual(expected)
    }),
    { numRuns: 60 },
  )
  const empty = encodeAll(parquet, FIELDS, [])
  expect((await query(`describe select * from '${saved(empty, '.parquet')}'`)).map((row) => row[1])).toEqual([
    'DOUBLE',
    'VARCHAR',
    'DOUBLE',
    'VARCHAR',
    'VARCHAR',
  ])
  const { children } = parquetSchema(parquetMetadata(Uint8Array.from(empty).buffer))
  expect(children.map(({ element }) => `${element.type} ${element.logical_type?.type} ${element.repetition_type}`)).toEqual([
    'DOUBLE undefined REQUIRED',
    'BYTE_ARRAY STRING REQUIRED',
    'DOUBLE undefined OPTIONAL',
    'BYTE_ARRAY STRING OPTIONAL',
    'BYTE_ARRAY STRING OPTIONAL',
  ])
})

test('DuckDB reads the numbers of NDJSON as the same doubles and the JSON as values', async () => {
  const values = [5e-324, 1e21, 1e-7, -0, 2 ** 53 + 2, 0.1 + 0.2, -123456.789, 1.7976931348623157e308]
  const all = values.map((value, n): Row => ({ divisor: 1, cells: [value, `{"n":${n},"deep":{"list":[1,${n}]}}`] }))
  const some = FIELDS.slice(0, 2)
  const path = saved(encodeAll(ndjson, some, batchesOf(some, all)), '.ndjson')
  expect(
    await query(`select value, evidence.deep.list[2] from read_json('${path}', columns = {value: 'double',
      evidence: 'struct(n bigint, deep struct(list bigint[]))'})`),
  ).toEqual(values.map((value, n) => [value + 0, BigInt(n)]))
})

test('an Arrow stream holds doubles and texts', () => {
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 40 }), (all) => {
      const table = tableFromIPC(encodeAll(arrow, FIELDS, batchesOf(FIELDS, all, [7])))
      const read = Array.from({ length: table.numRows }, (_, row) =>
        FIELDS.map((_, column): unknown => table.getChildAt(column)?.get(row)),
      )
      expect(read).toEqual(all.map(expectedRow))
    }),
    { numRuns: 60 },
  )
  expect(tableFromIPC(encodeAll(arrow, FIELDS, [])).schema.fields.map(({ type, nullable }) => `${type} ${nullable}`)).toEqual([
    'Float64 false',
    'Utf8 false',
    'Float64 true',
    'Utf8 true',
    'Utf8 true',
  ])
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is our bug in every format', async (value) => {
  for (const format of [ndjson, csv, parquet, arrow, createTableFormat({ width: 80, limit: 10 })])
    expect(() => encodeAll(format, VALUE, batchesOf(VALUE, [{ divisor: 1, cells: [value] }])), format.id).toThrow(
      'Broken invariant: a number in an output is finite',
    )
})

test('what lies in the cell of an absent number is nobody\u2019s business', () => {
  const score = FIELDS.slice(2, 3)
  const batch = (hidden: number): Batch => ({
    columns: [{ field: score[0] as Field, values: Float64Array.of(hidden, 1.5), present: Uint8Array.of(0, 1) }],
    rows: 2,
    capacity: 2,
  })
  for (const format of [ndjson, csv, parquet, arrow, createTableFormat({ width: 80, limit: 10 })])
    for (const hidden of [Number.NaN, -7])
      expect(encodeAll(format, score, [batch(hidden)]), format.id).toEqual(encodeAll(format, score, [batch(0)]))
})

test.each(['{"a":\n1}', '{"a":\r1}', ''])('a JSON text that would break the line is our bug: %j', (text) => {
  expect(() => encodeAll(ndjson, EVIDENCE, batchesOf(EVIDENCE, [{ divisor: 1, cells: [text] }]))).toThrow(
    'a JSON text is not empty and on one line',
  )
})

/** As a command would: one batch, filled and cleared. `pieces` takes what the encoder says. */
function throughOneBatch(format: Format, fields: readonly Field[], all: readonly Row[], batch: RecordBatch): Uint8Array {
  const encoder = format.open(fields)
  const pieces = [Uint8Array.from(encoder.begin())]
  for (const { cells, divisor } of all) {
    batch.append(cells, divisor)
    if (!batch.isFull) continue
    pieces.push(Uint8Array.from(encoder.write(batch)))
    batch.clear()
  }
  pieces.push(Uint8Array.from(encoder.write(batch)), Uint8Array.from(encoder.end()))
  return Uint8Array.from(Buffer.concat(pieces))
}

test('texts that never repeat come through whole, and are not kept', async () => {
  const count = 40_000
  const all = Array.from({ length: count }, (_, n): Row => {
    const cells = [
      n / 7,
      `{"n":${n},"why":"${'x'.repeat(n % 90)}"}`,
      undefined,
      n % 3 === 0 ? `[${n}]` : undefined,
      `note ${n % 5}`,
    ]
    return { divisor: 1, cells }
  })
  for (const format of [ndjson, csv, parquet, arrow]) {
    const batch = new RecordBatch(FIELDS)
    const bytes = throughOneBatch(format, FIELDS, all, batch)
    expect(batch.columns.map((column) => column.dictionary?.length ?? 0).filter((length) => length > 9200)).toEqual([])
    // one dictionary that grows and whole batches say the same
    expect(Buffer.compare(bytes, encodeAll(format, FIELDS, batchesOf(FIELDS, all, [count]))), format.id).toBe(0)
    expect(Buffer.compare(bytes, throughOneBatch(format, FIELDS, all, new RecordBatch(FIELDS, 977))), format.id).toBe(0)
    if (format.id !== 'parquet') continue
    const path = saved(bytes, '.parquet')
    expect(await query(`select count(*), count(distinct evidence), sum(cast(evidence->>'n' as bigint)) from '${path}'`)).toEqual([
      [BigInt(count), BigInt(count), BigInt((count * (count - 1)) / 2)],
    ])
    expect(parquetMetadata(Uint8Array.from(bytes).buffer).row_groups.map((group) => Number(group.num_rows))).toEqual([
      8192, 8192, 8192, 8192, 7232,
    ])
  }
})

test('a table shows six digits of a number and the beginning of a JSON text', () => {
  const some = FIELDS.slice(0, 2)
  const long = `{"why":"${'x'.repeat(60)}"}`
  const shown = (value: number, text = '{}'): string[] =>
    textOf(encodeAll(createTableFormat({ width: 80, limit: 4 }), some, batchesOf(some, [{ divisor: 1, cells: [value, text] }])))
      .split('\n')
      .slice(1, 2)
  const number = (value: number): string | undefined =>
    shown(value)[0]
      ?.replace(/\s+\{\}$/, '')
      .trim()
  expect(
    [56.48321987, -0.1, 1 / 3, 24_567.1239, 123_456.75, 1_234_567_890_123, 0, -0, 99_999.96, 1.23456789e-9, 2.5e21].map(number),
  ).toEqual(['56.4832', '-0.1', '0.333333', '24567.1', '123457', '1234567890123', '0', '0', '100000', '1.23457e-9', '2.5e+21'])
  expect(shown(1, long)).toEqual([`    1  {"why":"${'x'.repeat(31)}…`])
  expect(shown(-1, '"\u202e"')).toEqual(['   -1  "\\u{202e}"'])
})
