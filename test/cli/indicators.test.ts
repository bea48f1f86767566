import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INDICATORS } from '../../src/core/indicators/index.js'
import { ensureBuilt, mds } from '../support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-indicators-'))
const DAYS = ['20251006', '20251007']
const SET = 'sma:5,donchian:5,bbands:5:2,stoch:5:1:1,obv,vwap,vwap_bars,rvol_roll:20,volume_zscore:20,cvd,ofi,book,profile,rsi:14'
const parquet = join(folder, 'indicators.parquet')
let duckdb: DuckDBInstance

/** What `mds indicators` does with both days. */
const indicators = (...flags: string[]) => mds(['indicators', ...DAYS, '--data-dir', join(folder, 'raw'), ...flags])

beforeAll(async () => {
  ensureBuilt()
  for (const day of DAYS)
    await mds(['synth', '--date', day, '--data-dir', join(folder, 'raw'), '--instruments', '24', '--rate', '8'])
  duckdb = await DuckDBInstance.create(':memory:')
  expect((await indicators('--set', SET, '-o', parquet)).code).toBe(0)
})
afterAll(() => {
  duckdb.closeSync()
  rmSync(folder, { recursive: true })
})

async function query(sql: string): Promise<unknown[][]> {
  const connection = await duckdb.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } finally {
    connection.closeSync()
  }
}

describe('DuckDB, from the columns of the candles alone, comes to the same', () => {
  const bars = `(SELECT *, (high + low + close) / 3 AS typical, epoch_ms("timestamp") // 86400000 AS day,
    row_number() OVER series AS n, lag(close) OVER series AS before, row_number() OVER session AS of_day
    FROM '${parquet}' WHERE phase = 'continuous'
    WINDOW series AS (PARTITION BY exchange, symbol ORDER BY "timestamp"),
           session AS (PARTITION BY exchange, symbol, epoch_ms("timestamp") // 86400000 ORDER BY "timestamp"))`
  const series = 'OVER (PARTITION BY exchange, symbol ORDER BY "timestamp" ROWS BETWEEN'
  const session = 'OVER (PARTITION BY exchange, symbol, day ORDER BY "timestamp" ROWS BETWEEN'
  const back = (over: string, from: number, to: number | string): string => `${over} ${from} PRECEDING AND ${to})`
  const five = back(series, 4, 'CURRENT ROW')
  const before = back(series, 5, '1 PRECEDING')
  const so_far = `${session} UNBOUNDED PRECEDING AND CURRENT ROW)`
  const usual = back(session, 20, '1 PRECEDING')

  test.each<[column: string, is_there: string, value: string, tolerance?: number]>([
    ['sma_5', 'n >= 5', `avg(close) ${five}`],
    ['donchian_5_upper', 'n > 5', `max(high) ${before}`],
    ['donchian_5_lower', 'n > 5', `min(low) ${before}`],
    ['bbands_5_2_upper', 'n >= 5', `avg(close) ${five} + 2 * stddev_pop(close) ${five}`],
    [
      'stoch_5_1_1_k',
      'n >= 5',
      `coalesce(100 * (close - min(low) ${five}) / nullif(max(high) ${five} - min(low) ${five}, 0), 0)`,
    ],
    // The candles have their vwap to a hundredth of a feed unit.
    ['vwap_session', `NOT volume_na AND sum(volume) ${so_far} > 0`, `sum(vwap * volume) ${so_far} / sum(volume) ${so_far}`, 1e-4],
    ['vwap_bars', `NOT volume_na AND sum(volume) ${so_far} > 0`, `sum(typical * volume) ${so_far} / sum(volume) ${so_far}`],
    ['rvol_roll_20', 'NOT volume_na AND of_day > 10', `volume / avg(volume) ${usual}`],
    ['volume_zscore_20', 'NOT volume_na AND of_day > 10', `(volume - avg(volume) ${usual}) / stddev_samp(volume) ${usual}`],
    [
      'obv',
      'NOT volume_na',
      `sum(CASE WHEN n = 1 THEN volume ELSE sign(close - before) * volume END) ${series} UNBOUNDED PRECEDING AND CURRENT ROW)`,
    ],
  ])('%s', async (column, is_there, value, tolerance = 1e-9) => {
    const [[rows, wrong] = []] = await query(`
      SELECT count(*), count(*) FILTER (WHERE (found IS NULL) <> (expected IS NULL) OR abs(found - expected) > ${tolerance} * greatest(1, abs(expected)))
      FROM (SELECT ${column} AS found, CASE WHEN ${is_there} THEN ${value} END AS expected FROM ${bars})`)
    expect(Number(rows)).toBeGreaterThan(4000)
    expect(Number(wrong)).toBe(0)
  })

  test('order flow stays within what traded, bounds hold', async () => {
    const [[rows, wrong] = []] = await query(`
      SELECT count(*) FILTER (WHERE cvd IS NOT NULL AND book_mid IS NOT NULL AND profile_poc IS NOT NULL),
        count(*) FILTER (WHERE abs(cvd) + cvd_unsigned > traded OR book_microprice < book_mid - book_spread / 2 - 1e-9
          OR book_microprice > book_mid + book_spread / 2 + 1e-9 OR profile_val > profile_poc OR profile_poc > profile_vah
          OR vwap_lower_1 > vwap_session OR rsi_14 NOT BETWEEN 0 AND 100)
      FROM (SELECT *, sum(volume) ${so_far} AS traded FROM ${bars})`)
    expect(Number(rows)).toBeGreaterThan(3000)
    expect(Number(wrong)).toBe(0)
  })
})

test('the candles are those of mds candles, and every format has the same numbers', async () => {
  const flags = ['--tf', '5m,1d', '--symbol', 'RELIANCE', '--symbol', 'NIFTY 50', '--format', 'ndjson']
  const [with_columns, plain] = await Promise.all([
    indicators('--set', 'ema:9,vwap,cvd', ...flags),
    mds(['candles', ...DAYS, '--data-dir', join(folder, 'raw'), ...flags]),
  ])
  const parsed = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  const candles = parsed(with_columns.stdout).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !/^(ema_9|vwap_|cvd)/.test(name))),
  )
  expect(candles).toEqual(parsed(plain.stdout))
  const csv = await indicators('--set', 'ema:9,vwap,cvd', ...flags.slice(0, -1), 'csv')
  const [head = '', ...lines] = csv.stdout.trimEnd().split('\n')
  const names = head.split(',')
  expect(names.slice(-8)).toEqual([
    'ema_9',
    'vwap_session',
    'vwap_upper_1',
    'vwap_lower_1',
    'vwap_upper_2',
    'vwap_lower_2',
    'cvd',
    'cvd_unsigned',
  ])
  const numbers = parsed(with_columns.stdout).map((row) => names.slice(-8).map((name) => (name in row ? String(row[name]) : '')))
  expect(lines.map((line) => line.split(',').slice(-8))).toEqual(numbers)
})

test('a folder has a file per symbol, and running again changes nothing', async () => {
  const out = join(folder, 'per-symbol')
  const flags = ['--tf', '5m', '--set', 'ema:9,obv', '--symbol', 'RELIANCE', '-o', `${out}/`]
  const rows = () => query(`SELECT epoch_ms("timestamp"), close, ema_9, obv FROM '${out}/NSE_RELIANCE_5m.parquet'`)
  expect((await indicators(...flags)).code).toBe(0)
  const first = await rows()
  expect(first.filter(([, , ema]) => ema !== null).length).toBeGreaterThan(100)
  expect((await indicators(...flags)).code).toBe(0)
  expect(await rows()).toEqual(first)
})

describe('with a baseline', () => {
  const WEEK = ['20250929', '20250930', '20251001', '20251003', '20251006', '20251007']
  const raw = join(folder, 'week')
  const candles = join(folder, 'week.parquet')
  const of_day = join(folder, 'of-day.parquet')

  beforeAll(async () => {
    const short = ['--data-dir', raw, '--instruments', '12', '--rate', '12', '--start', '09:10', '--until', '09:40']
    for (const day of WEEK) await mds(['synth', '--date', day, ...short])
    expect((await mds(['baseline', '--data-dir', raw])).code).toBe(0)
    expect((await mds(['candles', ...WEEK, '--data-dir', raw, '--tf', '5m', '-o', candles])).code).toBe(0)
    const told = await mds([
      'indicators',
      '20251007',
      '--data-dir',
      raw,
      '--tf',
      '5m',
      '--set',
      'rvol_tod,rvol_cum',
      '-o',
      of_day,
    ])
    expect([told.code, told.stderr.includes('is empty')]).toEqual([0, false])
  })

  test('volume is held against the median of the same minutes of the five sessions before', async () => {
    const rows = await query(`
      WITH bars AS (SELECT exchange, symbol, epoch_ms("timestamp") AS began, volume,
        sum(volume) OVER (PARTITION BY exchange, symbol, epoch_ms("timestamp") // 86400000 ORDER BY "timestamp") AS so_far FROM '${candles}' WHERE exchange = 'NSE' AND phase = 'continuous' AND NOT volume_na),
      usual AS (SELECT exchange, symbol, began % 86400000 AS clock, median(volume) AS volume, median(so_far) AS so_far FROM bars
        WHERE began < epoch_ms(TIMESTAMP '2025-10-07') GROUP BY ALL HAVING count(*) = 5)
      SELECT count(*), max(abs(rvol_tod - bars.volume / usual.volume)), max(abs(rvol_cum - bars.so_far / usual.so_far)),
        max(rvol_tod_profile + rvol_cum_profile)
      FROM '${of_day}' AS made JOIN bars ON (made.exchange, made.symbol, epoch_ms(made."timestamp")) = (bars.exchange, bars.symbol, bars.began)
      JOIN usual ON (bars.exchange, bars.symbol, bars.began % 86400000) = (usual.exchange, usual.symbol, usual.clock)
      WHERE made.complete`)
    const [count, tod, cum, profile] = (rows[0] ?? []).map(Number)
    expect(count).toBeGreaterThan(10)
    expect(tod).toBeLessThan(1e-9)
    expect(cum).toBeLessThan(1e-9)
    expect(profile).toBe(0)
  })

  test('sessions of the day itself and later ones do not count, and that is said', async () => {
    const { code, stderr } = await mds(['indicators', '20251006', '--data-dir', raw, '--set', 'rvol_tod', '--format', 'csv'])
    expect(code).toBe(0)
    expect(stderr).toContain('a baseline knows nothing from 2025-10-06 on')
    expect(stderr).toMatch(/rvol_tod is empty: .*synth\.baseline\.ndjson tells too little of earlier sessions\./)
  })
})

describe('what cannot be known is said', () => {
  test('no earlier sessions, no trades in bars of the day, too few bars', async () => {
    const { code, stderr } = await indicators('--tf', '1d', '--set', 'rvol_tod,cvd,sma:1,sma:50', '--format', 'csv')
    expect(code).toBe(0)
    expect(stderr).toBe(
      `${[
        'rvol_tod is empty: nothing is known of earlier sessions (mds baseline).',
        'cvd is empty: it takes trades and books, which bars of the day and bars that trades end do not carry.',
        'sma_50 is empty: no series of candles is long enough, or has the volume it takes.',
      ].join('\n')}\n`,
    )
  })

  test('an unknown name, before anything is read', async () => {
    const { code, stdout, stderr } = await mds(['indicators', 'nowhere', '--set', 'rsi:14,emma:9'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('No indicator is named "emma". Close to it: ema, sma.')
    expect(stderr).toContain('mds indicators --set ema:20')
  })
})

test('--list has them all, for people and for programs', async () => {
  const [text, json] = await Promise.all([mds(['indicators', '--list']), mds(['indicators', '--list', '--json'])])
  expect([text.code, json.code]).toEqual([0, 0])
  const rows: { set: string; columns: string }[] = JSON.parse(json.stdout)
  expect(rows.map(({ set }) => set.split(':')[0])).toEqual(INDICATORS.map(({ id }) => id))
  for (const { set } of rows) expect(text.stdout).toContain(`\n${set} `)
  expect(rows.find(({ set }) => set === 'macd:12:26:9')?.columns).toBe('macd _signal _hist')
})
