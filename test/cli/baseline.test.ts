import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InstrumentBaseline, PreviousSession } from '../../src/core/patterns/index.js'
import { type IstDay, parseDate } from '../../src/core/time/index.js'
import { type LoadedBaseline, loadBaseline } from '../../src/io/baseline-file.js'
import { loadCalendar } from '../../src/io/calendar-file.js'
import { systemLock } from '../../src/io/recorder/folder-lock.js'
import { sessionInstruments } from '../../src/io/session-instruments.js'
import { ensureBuilt } from '../support/cli.js'
import { type Outcome, ROOT, runMds, sha256 } from '../support/run-mds.js'

// Seven trading days around a holiday (2025-10-02) and weekends.
const DAYS = ['20250929', '20250930', '20251001', '20251003', '20251006', '20251007', '20251008'] as const
const NEXT_DAY = '20251009'
const SHARES = ['RELIANCE', 'HDFCBANK', 'ICICIBANK', 'INFY', 'SBIN', 'TCS'] as const

const folder = mkdtempSync(join(tmpdir(), 'mds-baseline-'))
const raw = (name: string): string => join(folder, 'raw_ticks/synth', name)
const DEFAULT = 'raw_ticks/synth/synth.baseline.ndjson'
let duckdb: DuckDBInstance

const mds = (line: string): Promise<Outcome> => runMds(line.split(' '), { cwd: folder })
const bytesOf = (name: string): string => sha256(readFileSync(join(folder, name)))

beforeAll(async () => {
  ensureBuilt()
  for (const [n, day] of DAYS.entries()) await mds(`synth --date ${day} --instruments 12 --seed ${n + 1} --quiet`)
  duckdb = await DuckDBInstance.create(':memory:')
  expect(await mds('baseline')).toMatchObject({ code: 0 })
  expect(await mds(`candles ${DAYS.join(' ')} --tf 1m -o 1m.parquet`)).toMatchObject({ code: 0 })
  expect(await mds(`decode ${DAYS.join(' ')} -o ticks.parquet`)).toMatchObject({ code: 0 })
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

/** As a run of that day sees a file. Names are those of the last day's master. */
async function lookBack(
  name: string,
  before: string,
): Promise<{ baseline: LoadedBaseline; of(symbol: string): InstrumentBaseline }> {
  const day = parseDate(before) as IstDay
  const { table } = await sessionInstruments({ day: undefined, files: [] }, [raw('synth_20251008.instruments.csv')])
  const { calendar } = await loadCalendar()
  const baseline = await loadBaseline(join(folder, name), { before: day, calendar, instruments: table.known() })
  return { baseline, of: (symbol) => baseline.of(table.find(symbol)[0] as never) as InstrumentBaseline }
}

describe('DuckDB, from the candles of a minute, comes to the same', () => {
  // Days and minutes of India, from epoch milliseconds: the time zone of whoever runs this does not matter.
  const day = (column: string): string => `((epoch_ms(${column}) + 19800000) // 86400000)`
  const clock_min = (column: string): string => `((epoch_ms(${column}) + 19800000) % 86400000 // 60000)`
  const bars = `(SELECT symbol, ${day('"timestamp"')} AS day, ${clock_min('"timestamp"')} - 555 AS m, volume
    FROM '${join(folder, '1m.parquet')}' WHERE exchange = 'NSE' AND phase = 'continuous' AND NOT volume_na)`
  const minutes = `(SELECT symbol, day, m, coalesce(volume, 0) AS volume
    FROM (SELECT DISTINCT symbol, day FROM ${bars}) CROSS JOIN (SELECT unnest(range(375)) AS m) LEFT JOIN ${bars} USING (symbol, day, m))`
  const packets = `(SELECT *, ${day('received_at')} AS day FROM '${join(folder, 'ticks.parquet')}' WHERE exchange = 'NSE' AND volume_traded IS NOT NULL)`

  test.each([1, 3, 15])('median volume of %i minutes', async (count) => {
    const rows = await query(`SELECT symbol, m, median(stretch) FROM
      (SELECT symbol, day, m, sum(volume) OVER (PARTITION BY symbol, day ORDER BY m ROWS BETWEEN CURRENT ROW AND ${count - 1} FOLLOWING) AS stretch FROM ${minutes})
      WHERE m <= 375 - ${count} GROUP BY symbol, m`)
    const { of } = await lookBack(DEFAULT, NEXT_DAY)
    expect(rows).toHaveLength(SHARES.length * (376 - count))
    for (const [symbol, minute, median] of rows)
      expect(of(String(symbol)).usualVolume(Number(minute), count), `${symbol} ${minute}`).toBe(Number(median))
  })

  test('median volume since the open, and the mean of a day', async () => {
    const rows = await query(`SELECT symbol, m, median(so_far) FROM
      (SELECT symbol, day, m, sum(volume) OVER (PARTITION BY symbol, day ORDER BY m) AS so_far FROM ${minutes}) GROUP BY symbol, m`)
    const { of } = await lookBack(DEFAULT, NEXT_DAY)
    for (const [symbol, minute, median] of rows)
      expect(of(String(symbol)).usualVolumeSoFar(Number(minute) + 1)).toBe(Number(median))
    const days = await query(
      `SELECT symbol, avg(volume) FROM (SELECT symbol, day, sum(volume) AS volume FROM ${minutes} GROUP BY ALL) GROUP BY symbol`,
    )
    for (const [symbol, mean] of days) expect(of(String(symbol)).day_volume).toBeCloseTo(Number(mean), 6)
  })

  test('levels of the day and of the week before, as the last packets of those days tell them', async () => {
    const rows =
      await query(`SELECT symbol, day, arg_max(open, sequence), arg_max(high, sequence), arg_max(low, sequence), arg_max(last_price, sequence)
      FROM ${packets} WHERE volume_traded > 0 GROUP BY symbol, day ORDER BY day`)
    const units = (rupees: unknown): number => Math.round(Number(rupees) * 100)
    const { of } = await lookBack(DEFAULT, NEXT_DAY)
    for (const symbol of SHARES) {
      const own = rows.filter(([name]) => name === symbol)
      const [, , open, high, low, close] = own.at(-1) ?? []
      expect(of(symbol).previous).toMatchObject({ open: units(open), high: units(high), low: units(low), close: units(close) })
      expect(of(symbol).week_high).toBe(Math.max(...own.slice(-5).map((row) => units(row[3]))))
      expect(of(symbol).week_low).toBe(Math.min(...own.slice(-5).map((row) => units(row[4]))))
    }
  })

  test('the value area of the day before, from volumes by price', async () => {
    const { of } = await lookBack(DEFAULT, NEXT_DAY)
    for (const symbol of SHARES) {
      // Increments of the day's volume at the last price, of trades in continuous trading; bins of 0.05 % of the close before.
      const tick = ['HDFCBANK', 'SBIN'].includes(symbol) ? 5 : 10
      const rows = await query(`WITH trades AS (SELECT last_price * 100 AS price, ${clock_min('last_trade_time')} AS minute,
          greatest(${tick}, round(close * 100 / 2000 / ${tick}) * ${tick}) AS bin, volume_traded - lag(volume_traded, 1, 0) OVER (ORDER BY sequence) AS volume
          FROM ${packets} WHERE symbol = '${symbol}' AND day = ${parseDate('20251008')})
        SELECT round(price / bin) * bin AS bin_price, sum(volume), any_value(bin) FROM trades WHERE volume > 0 AND minute >= 555 AND minute < 930
        GROUP BY bin_price ORDER BY bin_price`)
      const bins = new Map(rows.map(([price, volume]) => [Number(price), Number(volume)]))
      const { val, poc, vah } = of(symbol).previous as PreviousSession
      expect(areaOf(bins, Number(rows[0]?.[2])), symbol).toEqual([val, poc, vah])
    }
  })
})

/** From the busiest bin outwards, bin after bin to the busier side, until 70 % are in. */
function areaOf(bins: ReadonlyMap<number, number>, step: number): number[] {
  const [lowest, highest] = [Math.min(...bins.keys()), Math.max(...bins.keys())]
  const total = [...bins.values()].reduce((sum, volume) => sum + volume, 0)
  const poc = [...bins].reduce((best, bin) => (bin[1] > best[1] ? bin : best))[0]
  let [low, high] = [poc, poc]
  for (let inside = bins.get(poc) ?? 0; inside < 0.7 * total; ) {
    const above = high < highest ? (bins.get(high + step) ?? 0) : -1
    const below = low > lowest ? (bins.get(low - step) ?? 0) : -1
    if (above >= below) high += step
    else low -= step
    inside += Math.max(above, below)
  }
  return [low, poc, high]
}

describe('the same recordings give the same bytes', () => {
  test('in any order, by day or by file, wherever they lie', async () => {
    await mds(`baseline ${[...DAYS].reverse().join(' ')} -o a.ndjson`)
    const files = readdirSync(raw('')).filter((name) => name.endsWith('.bin'))
    await mds(`baseline ${files.map((name) => join('raw_ticks/synth', name)).join(' ')} -o b.ndjson`)
    mkdirSync(join(folder, 'elsewhere/synth'), { recursive: true })
    for (const name of readdirSync(raw(''))) {
      copyFileSync(raw(name), join(folder, 'elsewhere/synth', name))
      utimesSync(join(folder, 'elsewhere/synth', name), 1, 1)
    }
    rmSync(join(folder, 'elsewhere/synth/synth.baseline.ndjson'))
    await mds('baseline --data-dir elsewhere')
    for (const name of ['a.ndjson', 'b.ndjson', 'elsewhere/synth/synth.baseline.ndjson'])
      expect(bytesOf(name)).toBe(bytesOf(DEFAULT))
  })

  test('day after day, or all at once', async () => {
    await mds(`baseline ${DAYS.slice(0, 3).join(' ')} -o day-by-day.ndjson`)
    for (let count = 4; count <= DAYS.length; count++) {
      const { stderr } = await mds(`baseline ${DAYS.slice(0, count).join(' ')} -o day-by-day.ndjson`)
      expect(stderr).toContain(`; ${count - 1} as they were in it`)
    }
    expect(bytesOf('day-by-day.ndjson')).toBe(bytesOf(DEFAULT))
  })

  test('packed or not', async () => {
    mkdirSync(join(folder, 'packed/synth'), { recursive: true })
    for (const name of readdirSync(raw('')).filter((each) => !each.includes('baseline')))
      copyFileSync(raw(name), join(folder, 'packed/synth', name))
    expect(await mds('index packed --quiet')).toMatchObject({ code: 0 })
    expect(await mds('archive packed --quiet')).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, 'packed/synth')).some((name) => name.endsWith('.bin'))).toBe(false)
    await mds('baseline --data-dir packed')
    const lines = (name: string): string[] => readFileSync(join(folder, name), 'utf8').split('\n').slice(1)
    expect(lines('packed/synth/synth.baseline.ndjson')).toEqual(lines(DEFAULT))
  })

  test('a day whose recording, master or journal has changed is read again', async () => {
    await mds(`baseline ${DAYS.slice(0, 2).join(' ')} -o again.ndjson`)
    const before = bytesOf('again.ndjson')
    const last = raw('synth_20250930_1500.bin')
    const whole = readFileSync(last)
    // The last quarter of an hour is gone.
    writeFileSync(last, whole.subarray(0, whole.length / 2))
    const { stderr } = await mds(`baseline ${DAYS.slice(0, 2).join(' ')} -o again.ndjson`)
    expect(stderr).toContain('; 1 as they were in it')
    expect(bytesOf('again.ndjson')).not.toBe(before)
    writeFileSync(last, whole)
    await mds(`baseline ${DAYS.slice(0, 2).join(' ')} -o again.ndjson`)
    expect(bytesOf('again.ndjson')).toBe(before)
  })
})

describe('nothing later than a day is seen', () => {
  const numbers = ({
    previous,
    week_high,
    week_low,
    day_atr,
    usual_range_30m,
    history,
    day_volume,
    ...own
  }: InstrumentBaseline) =>
    JSON.stringify({
      previous,
      week_high,
      week_low,
      day_atr,
      usual_range_30m,
      history,
      day_volume,
      usual: Array.from({ length: 375 }, (_, minute) => own.usualVolume(minute, 1) ?? null),
    })

  test.each(['20251003', '20251006', '20251008'])(
    '%s sees the same in a file of its past and in one of all days',
    async (day) => {
      await mds(`baseline --until ${day} -o past.ndjson`)
      const [past, all] = [await lookBack('past.ndjson', day), await lookBack(DEFAULT, day)]
      for (const symbol of SHARES) expect(numbers(all.of(symbol))).toBe(numbers(past.of(symbol)))
      expect(all.baseline.ofUnderlying('NIFTY')?.closes).toEqual(past.baseline.ofUnderlying('NIFTY')?.closes)
      // The hash that becomes part of a run's configuration is of what the run can see.
      expect(all.baseline.sha256).toBe(past.baseline.sha256)
      expect(all.baseline.file_sha256).not.toBe(past.baseline.file_sha256)
      expect(past.baseline.notices.join()).not.toContain('left out')
      expect(all.baseline.notices.join()).toContain('left out')
    },
  )

  test('another day sees something else', async () => {
    const [monday, tuesday] = [await lookBack(DEFAULT, '20251006'), await lookBack(DEFAULT, '20251007')]
    expect(numbers(monday.of('TCS'))).not.toBe(numbers(tuesday.of('TCS')))
    expect(monday.baseline.sha256).not.toBe(tuesday.baseline.sha256)
  })

  test('--until leaves that day and later ones out', async () => {
    const { stdout } = await mds('baseline --until 2025-10-06 -o until.ndjson --json')
    const { sessions } = JSON.parse(stdout.toString())
    expect(sessions.map(({ date }: { date: string }) => date)).toEqual(['2025-09-29', '2025-09-30', '2025-10-01', '2025-10-03'])
    expect(await mds('baseline --until 20250929')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('the earliest of 2025-09-29'),
    })
    expect(await mds('baseline --until someday')).toMatchObject({ code: 2 })
  })

  test('--sessions takes the newest', async () => {
    const { stdout } = await mds('baseline --sessions 2 -o two.ndjson --json')
    expect(JSON.parse(stdout.toString()).sessions.map(({ date }: { date: string }) => date)).toEqual(['2025-10-07', '2025-10-08'])
  })

  test('a run of detectors names what it leaves out', async () => {
    const { code, stderr } = await mds('patterns 20251006 -o alerts.ndjson')
    expect(code).toBe(0)
    expect(stderr).toContain('2025-10-06, 2025-10-07, 2025-10-08 are left out')
    expect(stderr).toContain('holds 4 sessions before 2025-10-06')
  })
})

describe('what the user is told', () => {
  test('a session that was not recorded', async () => {
    const { baseline, of } = await lookBack(DEFAULT, '20251013')
    expect(baseline.notices.join()).toContain('ends with 2025-10-08: without 2025-10-10')
    expect(of('TCS').previous).toBeUndefined()
    expect(of('TCS').usualVolume(0, 1)).toBeDefined()
  })

  test('fewer than five sessions', async () => {
    const { stderr } = await mds('baseline 20251006 20251007 -o few.ndjson')
    expect(stderr).toContain('Fewer than 5 sessions')
    const { baseline, of } = await lookBack('few.ndjson', '20251008')
    expect(baseline.notices.join()).toContain('holds 2 sessions before 2025-10-08')
    expect(of('TCS').usualVolume(0, 1)).toBeUndefined()
    expect(of('TCS').previous).toMatchObject({ day: parseDate('20251007') })
    const none = await lookBack('few.ndjson', '20251006')
    expect(none.baseline.notices.join()).toContain('holds no session before 2025-10-06')
    expect(none.of('TCS')).toBeUndefined()
  })

  test('a day that cannot be read is named, the others are taken', async () => {
    mkdirSync(join(folder, 'broken/synth'), { recursive: true })
    for (const name of readdirSync(raw('')).filter((each) => /20251007|20251008/.test(each)))
      copyFileSync(raw(name), join(folder, 'broken/synth', name))
    for (const name of readdirSync(join(folder, 'broken/synth')).filter((each) => /20251007.*bin$/.test(each)))
      writeFileSync(join(folder, 'broken/synth', name), 'no recording at all')
    const { code, stderr, stdout } = await mds('baseline --data-dir broken --json')
    expect(code).toBe(0)
    expect(stderr).toContain('2025-10-07 is left out: Expected a recording in')
    expect(JSON.parse(stdout.toString())).toMatchObject({
      sessions: [{ date: '2025-10-08' }],
      left_out: [{ date: '2025-10-07' }],
    })
    expect(await mds('baseline 20251007 --data-dir broken -o none.ndjson')).toMatchObject({ code: 3 })
    expect(statSync(join(folder, 'none.ndjson'), { throwIfNoEntry: false })).toBeUndefined()
  })

  test('a day that a capture is still writing is left for later', async () => {
    mkdirSync(join(folder, 'live/synth'), { recursive: true })
    for (const name of readdirSync(raw('')).filter((each) => /20251007|20251008/.test(each)))
      copyFileSync(raw(name), join(folder, 'live/synth', name))
    const lock = await systemLock(join(folder, 'live/synth'), { session: 's', now_ms: 0 })
    const { stderr, stdout } = await mds('baseline --data-dir live --json')
    expect(stderr).toContain('2025-10-08 is left out: a capture is writing live/synth/synth_20251008_1500.bin')
    expect(JSON.parse(stdout.toString()).sessions).toMatchObject([{ date: '2025-10-07' }])
    await lock.release()
    expect(JSON.parse((await mds('baseline --data-dir live --json')).stdout.toString()).sessions).toHaveLength(2)
  })

  test('a day on which the exchange is closed is a rehearsal', async () => {
    await mds('synth --date 20251005 --instruments 3 --data-dir sunday --quiet')
    const { code, stderr } = await mds('baseline --data-dir sunday')
    expect(code).toBe(3)
    expect(stderr).toContain('2025-10-05 is left out: the calendar calls the day closed for 3 instruments')
  })

  test('masters that disagree, on one day and over days', async () => {
    for (const profile of ['one', 'two'])
      await mds(`synth --date 20251008 --instruments 3 --profile ${profile} --data-dir masters --quiet`)
    const two = join(folder, 'masters/two/two_20251008.instruments.csv')
    writeFileSync(two, readFileSync(two, 'utf8').replace('RELIANCE,"', 'OTHER,"'))
    const both = await mds('baseline --data-dir masters -o both.ndjson')
    expect(both.stderr).toContain('Two masters disagree about 1 token, e.g. 738561: NSE:RELIANCE in')
    expect(await mds('baseline --data-dir masters')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('several profiles (one, two)'),
    })

    mkdirSync(join(folder, 'contracts/synth'), { recursive: true })
    for (const name of readdirSync(raw('')).filter((each) => /20251007|20251008/.test(each)))
      copyFileSync(raw(name), join(folder, 'contracts/synth', name))
    const master = join(folder, 'contracts/synth/synth_20251007.instruments.csv')
    writeFileSync(master, readFileSync(master, 'utf8').replace(/^(.*,NIFTY25OCTFUT,.*,)2025-10-28(,.*)$/m, '$12024-10-29$2'))
    const { stderr } = await mds('baseline --data-dir contracts')
    expect(stderr).toContain('The masters disagree about 1 name, e.g. NFO:NIFTY25OCTFUT from 2025-10-08 on')
  })

  test('no recordings at all', async () => {
    expect(await mds('baseline --data-dir nowhere')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('there are no recordings in nowhere'),
    })
  })

  test('a summary, for people and for programs', async () => {
    const { stderr } = await mds('baseline')
    expect(stderr.trim().split('\n').at(-1)).toBe(
      `7 sessions (2025-09-29 to 2025-10-08), 30 instruments, 3 underlyings in ${DEFAULT}; 7 as they were in it`,
    )
    const { stdout } = await mds('baseline --json')
    expect(JSON.parse(stdout.toString())).toMatchObject({
      output: DEFAULT,
      sha256: bytesOf(DEFAULT),
      instruments: 30,
      underlyings: 3,
      left_out: [],
    })
    expect((await mds('baseline --quiet')).stderr).toBe('')
    expect(sha256((await mds('baseline -o -')).stdout)).toBe(bytesOf(DEFAULT))
  })
})

describe('a file that is not what was written', () => {
  const load = (name: string): Promise<unknown> => lookBack(name, NEXT_DAY)
  const changed = (name: string, change: (text: string) => string): void =>
    writeFileSync(join(folder, name), change(readFileSync(join(folder, DEFAULT), 'utf8')))

  test.each<[string, (text: string) => string, string, string]>([
    ['one digit', (text) => text.replace(/("close":\d+)\d/, '$17'), 'damaged_baseline', 'is damaged or was changed'],
    [
      'a line less',
      (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1),
      'damaged_baseline',
      'is damaged or was changed',
    ],
    ['cut', (text) => text.slice(0, -1000), 'damaged_baseline', 'is damaged or was changed'],
    [
      'another version',
      (text) => text.replace('"version":1', '"version":9'),
      'baseline_version',
      'expected a baseline of version 1, found version 9',
    ],
    ['another file', () => '{"symbol":"RELIANCE"}\n', 'not_a_baseline', 'expected a baseline'],
    ['half a first line', (text) => text.slice(0, 300), 'not_a_baseline', 'expected a baseline'],
    ['nothing', () => '', 'not_a_baseline', 'expected a baseline'],
  ])('%s', async (_, change, code, message) => {
    changed('bad.ndjson', change)
    await expect(load('bad.ndjson')).rejects.toMatchObject({
      code,
      exitCode: 3,
      message: expect.stringContaining(message),
      suggestions: [expect.stringContaining('mds baseline')],
    })
    // The command makes it anew, and says so.
    const { code: exit, stderr } = await mds(`baseline ${DAYS.join(' ')} -o bad.ndjson`)
    expect(exit).toBe(0)
    expect(stderr).toContain('It is made anew.')
    expect(bytesOf('bad.ndjson')).toBe(bytesOf(DEFAULT))
  })

  test('is not there', async () => {
    await expect(load('missing.ndjson')).rejects.toMatchObject({
      code: 'no_such_file',
      exitCode: 3,
      suggestions: [expect.stringContaining('mds baseline')],
    })
  })
})

test('the page on baselines names every field', () => {
  const page = readFileSync(join(ROOT, 'docs/baseline.md'), 'utf8')
  const named = new Set([...page.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', ')))
  const lines = readFileSync(join(folder, DEFAULT), 'utf8').trim().split('\n')
  const fields = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line))))
  // Not in this market: gaps, and options enough for a forward.
  expect(new Set([...fields, 'unknown', 'atm_iv', 'expiry_day', 'close_official'])).toEqual(named)
})

test('nothing that is read is written over', async () => {
  for (const name of ['synth_20251008.instruments.csv', 'synth_20251008_0900.bin']) {
    const before = sha256(readFileSync(raw(name)))
    expect(await mds(`baseline -o raw_ticks/synth/${name}`)).toMatchObject({ code: 2 })
    expect(sha256(readFileSync(raw(name)))).toBe(before)
  }
})
