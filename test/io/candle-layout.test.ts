import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Format } from '../../src/core/formats/index.js'
import { MdsError } from '../../src/core/index.js'
import { CANDLE_FIELDS, type Candle } from '../../src/core/market/index.js'
import { fileName, type Layout, openLayout } from '../../src/io/candle-layout.js'
import { loadFormat } from '../../src/io/formats.js'
import { candle, OPEN_MS, RELIANCE } from '../core/formats/rows.js'

const DAY = 86_400_000
const MAHINDRA = { ...RELIANCE, symbol: 'M&M', instrument_token: 519_937 }
const SLASH = { ...RELIANCE, symbol: 'A/B ../C', instrument_token: 1 }
const CURRENCY = { ...RELIANCE, symbol: 'USDINR25OCTFUT', exchange: 'CDS', price_divisor: 10_000_000, instrument_token: 3 }

let root = ''
let folder = ''
let cases = 0
let parquet: Format
let duckdb: DuckDBInstance
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mds-layout-'))
  parquet = await loadFormat('parquet')
  duckdb = await DuckDBInstance.create(':memory:')
})
afterAll(() => {
  duckdb.closeSync()
  rmSync(root, { recursive: true })
})
beforeEach(() => {
  folder = join(root, `case-${cases++}`)
})

async function query(sql: string): Promise<unknown[][]> {
  const connection = await duckdb.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } finally {
    connection.closeSync()
  }
}

async function run(layout: Layout, candles: readonly Candle[], { format = parquet, settleEach = false } = {}): Promise<void> {
  const output = openLayout({ layout, output: folder, format, fields: CANDLE_FIELDS })
  for (const each of candles) {
    output.append(each)
    if (settleEach) await output.settle()
  }
  await output.finish()
}

const filesBelow = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort()

const minute = (n: number, changes: Partial<Candle> = {}): Candle =>
  candle({ open_time_ms: OPEN_MS + n * 60_000, close_time_ms: OPEN_MS + (n + 1) * 60_000, ...changes })

test('one file a symbol and interval, whatever the symbol is called', async () => {
  await run('per-symbol', [
    minute(0),
    minute(0, { instrument: MAHINDRA }),
    minute(0, { instrument: SLASH }),
    minute(0, { instrument: CURRENCY, close: 834_212_500 }),
    minute(1),
    minute(0, { interval: '5m' }),
    minute(0, { interval: '5m' }),
  ])
  expect(filesBelow(folder)).toEqual([
    'CDS_USDINR25OCTFUT_1m.parquet',
    'NSE_A%2FB%20..%2FC_1m.parquet',
    'NSE_M&M_1m.parquet',
    'NSE_RELIANCE_1m.parquet',
    'NSE_RELIANCE_5m.parquet',
  ])
  expect(await query(`select count(*), max("close") from '${folder}/CDS_USDINR25OCTFUT_1m.parquet'`)).toEqual([[1n, 83.42125]])
  expect(await query(`select count(*) from '${folder}/NSE_RELIANCE_5m.parquet'`)).toEqual([[1n]])
})

test('names of files never meet and never leave the folder', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(fileName(a)).toMatch(/^[A-Za-z0-9&%-]?[A-Za-z0-9&%.-]*$/)
      if (a !== b) expect(fileName(a)).not.toBe(fileName(b))
    }),
  )
})

test('merging: new candles win, the rest stays, in order of time, and twice is as once', async () => {
  await run('per-symbol', [minute(0), minute(2, { oi: 7 }), minute(DAY / 60_000)], { settleEach: true })
  await run('per-symbol', [minute(1), minute(2, { close: 1, volume: 0, turnover: 0 })])
  const path = join(folder, 'NSE_RELIANCE_1m.parquet')
  const merged = readFileSync(path)
  await run('per-symbol', [minute(1), minute(2, { close: 1, volume: 0, turnover: 0 })])
  expect(readFileSync(path).equals(merged)).toBe(true)
  await run('per-symbol', [])
  expect(readFileSync(path).equals(merged)).toBe(true)
  writeFileSync(join(folder, 'copy.parquet'), merged)
  expect(
    await query(`select epoch_ms("timestamp") - ${OPEN_MS}, "close", vwap, oi from '${join(folder, 'copy.parquet')}'`),
  ).toEqual([
    [0n, 1369.95, 1369, null],
    [60_000n, 1369.95, 1369, null],
    [120_000n, 0.01, null, null],
    [BigInt(DAY), 1369.95, 1369, null],
  ])
})

/** Seconds after the open and the close of the bars in a file, in its order. */
async function barsIn(name: string): Promise<number[][]> {
  // DuckDB keeps a file it has seen: each look is at a copy of its own
  const copy = join(root, `look-${cases++}.parquet`)
  writeFileSync(copy, readFileSync(join(folder, name)))
  const rows = await query(`select epoch_ms("timestamp") - ${OPEN_MS}, round("close" * 100)::int from '${copy}'`)
  return rows.map(([time, close]) => [Number(time) / 1000, Number(close)])
}

test('a whole bar is not replaced by a cut one; of two cut ones more ticks win, then the new one', async () => {
  const cut = (n: number, close: number, tick_count: number): Candle => minute(n, { complete: false, close, tick_count })
  await run('per-symbol', [minute(0, { close: 1, tick_count: 5 }), cut(1, 1, 5), cut(2, 1, 5), cut(3, 1, 5), cut(4, 1, 5)])
  await run('per-symbol', [cut(0, 2, 99), minute(1, { close: 2, tick_count: 1 }), cut(2, 2, 4), cut(3, 2, 5), cut(4, 2, 6)])
  expect(await barsIn('NSE_RELIANCE_1m.parquet')).toEqual([
    [0, 1],
    [60, 2],
    [120, 1],
    [180, 2],
    [240, 2],
  ])
})

test('in one run the last word counts, cut or not', async () => {
  await run('per-symbol', [minute(0), minute(0, { complete: false, close: 2, tick_count: 0, revision: 1 })])
  expect(await barsIn('NSE_RELIANCE_1m.parquet')).toEqual([[0, 2]])
  await run('per-symbol', [minute(1), minute(1440), minute(1, { complete: false, close: 3, tick_count: 0 })], {
    settleEach: true,
  })
  expect((await barsIn('NSE_RELIANCE_1m.parquet')).slice(0, 2)).toEqual([
    [0, 2],
    [60, 3],
  ])
})

test.each(['renko10', '100t'])(
  'bars of %s that begin in one second all stay, in their order, and twice is as once',
  async (interval) => {
    const name = `NSE_RELIANCE_${interval}.parquet`
    const brick = (second: number, close: number, tick_count = 1): Candle =>
      candle({
        interval,
        open_time_ms: OPEN_MS + second * 1000,
        close_time_ms: OPEN_MS + second * 1000 + 1000,
        close,
        tick_count,
      })
    const morning = [brick(0, 10), brick(0, 11), brick(0, 12), brick(7, 11)]
    const noon = [brick(9000, 20), brick(9000, 19), brick(9001, 18)]
    const bars = (candles: readonly Candle[]): number[][] =>
      candles.map(({ open_time_ms, close }) => [(open_time_ms - OPEN_MS) / 1000, close])
    await run('per-symbol', morning)
    expect(await barsIn(name)).toEqual(bars(morning))
    const once = readFileSync(join(folder, name))
    await run('per-symbol', morning)
    expect(readFileSync(join(folder, name)).equals(once)).toBe(true)
    // another part of the day is added
    await run('per-symbol', noon)
    expect(await barsIn(name)).toEqual(bars([...morning, ...noon]))
    // the whole day takes the place of its parts
    const day = [...morning.slice(0, 3), brick(7, 30, 5), brick(9000, 31, 5), brick(9001, 32, 5)]
    await run('per-symbol', day)
    expect(await barsIn(name)).toEqual(bars(day))
    // a part with fewer ticks does not tear a hole into it, and what lies beyond it is added
    await run('per-symbol', [...noon, brick(9002, 33)])
    expect(await barsIn(name)).toEqual(bars([...day, brick(9002, 33)]))
    // another day leaves it alone
    const next = brick(DAY / 1000, 40)
    await run('per-symbol', [next])
    expect(await barsIn(name)).toEqual(bars([...day, brick(9002, 33), next]))
    // a bar that comes after its day was written
    await run('per-symbol', [brick(2 * 86_400, 1), brick(3 * 86_400, 2), brick(2 * 86_400, 3)], { settleEach: true })
    expect((await barsIn(name)).slice(-3).map(([, close]) => close)).toEqual([1, 3, 2])
  },
)

test('in parts or at once, the file is the same', async () => {
  const arbitrary = fc.record({
    minute: fc.integer({ min: 0, max: 20 }),
    close: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
    turnover: fc.integer({ min: 0, max: 1e14 }),
    oi: fc.option(fc.nat(), { nil: undefined }),
    complete: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(arbitrary, { minLength: 1, maxLength: 20, selector: (each) => each.minute }),
      fc.nat(),
      fc.constantFrom(RELIANCE, CURRENCY),
      async (all, cut, instrument) => {
        const candles = all.map(({ minute: n, ...changes }) => minute(n, { ...changes, instrument }))
        const at = cut % (candles.length + 1)
        folder = join(root, `case-${cases++}`)
        await run('per-symbol', candles)
        const once = filesBelow(folder).map((path) => readFileSync(join(folder, path)))
        folder = join(root, `case-${cases++}`)
        await run('per-symbol', candles.slice(0, at))
        await run('per-symbol', candles.slice(at))
        expect(filesBelow(folder).map((path) => readFileSync(join(folder, path)))).toEqual(once)
      },
    ),
    { numRuns: 40 },
  )
})

test('hive partitions are those DuckDB knows, and a day is replaced by its next run', async () => {
  const candles = [minute(1), minute(0), minute(0, { instrument: CURRENCY }), minute(0, { interval: '5m' }), minute(1440)]
  await run('hive', candles)
  expect(filesBelow(folder)).toEqual([
    'exchange=CDS/date=2025-10-06/interval=1m/part-0.parquet',
    'exchange=NSE/date=2025-10-06/interval=1m/part-0.parquet',
    'exchange=NSE/date=2025-10-06/interval=5m/part-0.parquet',
    'exchange=NSE/date=2025-10-07/interval=1m/part-0.parquet',
  ])
  expect(
    await query(
      `select exchange, "date"::varchar, "interval", symbol, count(*) from read_parquet('${folder}/**/*.parquet', hive_partitioning = true) group by all order by all`,
    ),
  ).toEqual([
    ['CDS', '2025-10-06', '1m', 'USDINR25OCTFUT', 1n],
    ['NSE', '2025-10-06', '1m', 'RELIANCE', 2n],
    ['NSE', '2025-10-06', '5m', 'RELIANCE', 1n],
    ['NSE', '2025-10-07', '1m', 'RELIANCE', 1n],
  ])
  const before = filesBelow(folder).map((path) => readFileSync(join(folder, path)))
  await run('hive', candles)
  expect(filesBelow(folder).map((path) => readFileSync(join(folder, path)))).toEqual(before)
})

test('a candle that comes after its day was written is not lost, and the next run leaves no such part behind', async () => {
  await run('hive', [minute(0), minute(1440), minute(1)], { settleEach: true })
  expect(filesBelow(folder)).toEqual([
    'exchange=NSE/date=2025-10-06/interval=1m/part-0.parquet',
    'exchange=NSE/date=2025-10-06/interval=1m/part-1.parquet',
    'exchange=NSE/date=2025-10-07/interval=1m/part-0.parquet',
  ])
  await run('hive', [minute(0), minute(1), minute(1440)])
  expect(filesBelow(folder)).toEqual([
    'exchange=NSE/date=2025-10-06/interval=1m/part-0.parquet',
    'exchange=NSE/date=2025-10-07/interval=1m/part-0.parquet',
  ])
})

test('hive takes text formats too', async () => {
  await run('hive', [minute(1), minute(0)], { format: await loadFormat('csv') })
  const lines = readFileSync(join(folder, 'exchange=NSE/date=2025-10-06/interval=1m/part-0.csv'), 'utf8').split('\n')
  expect(lines.slice(1).map((line) => line.split(',')[2])).toEqual([
    '2025-10-06T09:15:00+05:30',
    '2025-10-06T09:16:00+05:30',
    undefined,
  ])
})

test('one file holds the candles in the order they were made', async () => {
  mkdirSync(folder)
  const path = join(folder, 'out.ndjson')
  const output = openLayout({
    layout: 'file',
    output: path,
    format: await loadFormat('ndjson'),
    fields: CANDLE_FIELDS.slice(0, 3),
  })
  output.append(minute(1))
  expect(await output.settle()).toBe(true)
  output.append(minute(0, { instrument: MAHINDRA }))
  await output.finish()
  expect(readFileSync(path, 'utf8')).toBe(
    '{"symbol":"RELIANCE","exchange":"NSE","timestamp":"2025-10-06T09:16:00+05:30"}\n{"symbol":"M&M","exchange":"NSE","timestamp":"2025-10-06T09:15:00+05:30"}\n',
  )
  const aborted = openLayout({ layout: 'file', output: join(folder, 'half.csv'), format: parquet, fields: CANDLE_FIELDS })
  aborted.append(minute(0))
  aborted.abort()
  expect(readdirSync(folder)).toEqual(['out.ndjson'])
})

test('what cannot be done is said before anything is written', async () => {
  const codeOf = async (action: () => Promise<unknown> | unknown): Promise<string> => {
    try {
      await action()
    } catch (error) {
      if (error instanceof MdsError) return error.code
      throw error
    }
    return 'nothing'
  }
  const csv = await loadFormat('csv')
  const open =
    (layout: Layout, output: string | undefined, format: Format, fields = CANDLE_FIELDS.slice(0)) =>
    () =>
      openLayout({ layout, output, format, fields })
  expect(await codeOf(open('per-symbol', folder, csv))).toBe('cannot_merge')
  expect(await codeOf(open('per-symbol', folder, parquet, CANDLE_FIELDS.slice(0, 2)))).toBe('no_timestamp')
  expect(await codeOf(open('hive', undefined, parquet))).toBe('no_output_folder')
  expect(await codeOf(open('hive', folder, await loadFormat('table')))).toBe('format_for_people')
  mkdirSync(folder)
  writeFileSync(join(folder, 'file'), '')
  expect(await codeOf(open('hive', join(folder, 'file'), parquet))).toBe('output_is_file')
  writeFileSync(join(folder, 'NSE_RELIANCE_1m.parquet'), 'not parquet at all')
  expect(await codeOf(() => run('per-symbol', [minute(0)]))).toBe('unreadable_parquet')
  const output = openLayout({
    layout: 'file',
    output: join(folder, 'NSE_M&M_1m.parquet'),
    format: parquet,
    fields: CANDLE_FIELDS.slice(0, 4),
  })
  await output.finish()
  expect(await codeOf(() => run('per-symbol', [minute(0, { instrument: MAHINDRA })]))).toBe('other_columns')
})
