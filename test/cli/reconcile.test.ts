import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { listing, type Outcome, runMds } from '../support/run-mds.js'

interface Truth {
  readonly symbol: string
  readonly exchange: string
  readonly timestamp: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

const folder = mkdtempSync(join(tmpdir(), 'mds-reconcile-cli-'))
const TRUTH = 'raw_ticks/synth/synth_20251006.truth.candles.ndjson'
let truth: readonly Truth[]

const mds = (line: string, env: Record<string, string> = {}): Promise<Outcome> => runMds(line.split(' '), { cwd: folder, env })
const reconcile = (against: string, more = ''): Promise<Outcome> => mds(`reconcile 20251006 --against ${against}${more}`)
function put(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return name
}
const of = (symbol: string): Truth[] => truth.filter((candle) => candle.symbol === symbol)
const csv = (candles: readonly Truth[], timeOf = ({ timestamp }: Truth): string => timestamp.replace('T', ' ')): string =>
  `date,open,high,low,close,volume,tradingsymbol\n${candles
    .map((candle) => [timeOf(candle), candle.open, candle.high, candle.low, candle.close, candle.volume, candle.symbol].join(','))
    .join('\n')}\n`
const kiteJson = (candles: readonly Truth[]): string =>
  JSON.stringify({
    status: 'success',
    data: {
      candles: candles.map(({ timestamp, open, high, low, close, volume }) => [
        timestamp.replace('+05:30', '+0530'),
        open,
        high,
        low,
        close,
        volume,
      ]),
    },
  })

beforeAll(async () => {
  ensureBuilt()
  expect(await mds('synth --date 20251006 --instruments 12 --truth --until 15:40 --packets 40000 --quiet')).toMatchObject({
    code: 0,
  })
  truth = readFileSync(join(folder, TRUTH), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Truth)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('what agrees', () => {
  test('passes, says so, and exits with 0', async () => {
    const { code, stdout, stderr } = await reconcile(TRUTH)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const text = stdout.toString()
    const bars = truth.length.toLocaleString('en-US')
    expect(text).toContain(`${bars} bars of 1m in 12 symbols: ${bars} exact\n`)
    expect(text).toMatch(
      /\nPassed: 100\.00 % of [\d,]+ liquid bars within one tick; each symbol at least 99 %, its volume within 0\.5 %\.\n$/,
    )
    expect(text).not.toContain('Worst bars')
  })

  test('one object with --json; a row for each bar with -o', async () => {
    const { code, stdout } = await reconcile(TRUTH, ' --json -o rows.csv')
    expect(code).toBe(0)
    const answer = JSON.parse(stdout.toString())
    expect(answer).toMatchObject({
      passed: true,
      interval: '1m',
      totals: { compared: truth.length, by_class: { exact: truth.length } },
    })
    expect(answer.symbols).toHaveLength(12)
    for (const { conservation } of answer.symbols) if (conservation !== null) expect(conservation.rest).toBe(0)
    const rows = readFileSync(join(folder, 'rows.csv'), 'utf8').trimEnd().split('\n')
    expect(rows).toHaveLength(truth.length + 1)
    expect(rows[1]).toMatch(/,1m,exact,,0,0,0,0,0,0?,/)
  })

  test('the same bytes in any time zone', async () => {
    const runs = await Promise.all(
      ['UTC', 'America/New_York'].map((TZ) => mds(`reconcile 20251006 --against ${TRUTH} --json`, { TZ })),
    )
    expect(runs[0]?.stdout.equals(runs[1]?.stdout as Buffer)).toBe(true)
  })

  test('answers of the API, by the names of their files, and of --symbol', async () => {
    mkdirSync(join(folder, 'minutes'))
    for (const symbol of ['RELIANCE', 'INFY']) put(`minutes/${symbol}.json`, kiteJson(of(symbol)))
    put('minutes/notes.txt', 'x')
    const { code, stdout, stderr } = await reconcile('minutes/', ' --json')
    expect(code).toBe(0)
    expect(stderr).toContain('1 entry with other endings left out')
    const answer = JSON.parse(stdout.toString())
    expect(answer.symbols.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['INFY', 'RELIANCE'])
    expect(answer.only_ours).toHaveLength(10)
    put('answer.json', kiteJson(of('INFY')))
    expect((await reconcile('answer.json', ' --symbol INFY')).code).toBe(0)
    expect((await reconcile('answer.json')).stderr).toMatch(/^Error: answer\.json has answer, none of which was recorded/)
  })

  test('Parquet of a data frame, with a zone and without', async () => {
    put('frame.csv', csv(of('RELIANCE')))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const at = join(folder, 'frame')
    await connection.run("SET TimeZone = 'Asia/Kolkata'")
    await connection.run(
      `CREATE TABLE frame AS SELECT * REPLACE (date::TIMESTAMPTZ AS date) FROM read_csv('${at}.csv', all_varchar = false)`,
    )
    await connection.run(`COPY frame TO '${at}-zone.parquet'`)
    await connection.run(`COPY (SELECT * REPLACE (date::TIMESTAMP AS date) FROM frame) TO '${at}-naive.parquet'`)
    connection.closeSync()
    expect(await reconcile('frame-zone.parquet')).toMatchObject({ code: 0, stderr: '' })
    const naive = await reconcile('frame-naive.parquet')
    expect([naive.code, naive.stderr]).toEqual([0, expect.stringContaining('times have no zone and are read as IST')])
  })

  test('candles of mds stand for the recording, and on the other side', async () => {
    expect(await mds('candles 20251006 --tf 1m,5m,1d -o own.parquet --quiet')).toMatchObject({ code: 0 })
    const stored = await mds(`reconcile own.parquet --against ${TRUTH} --tf 1m`)
    expect([stored.code, stored.stderr]).toEqual([0, expect.stringContaining('No instrument master')])
    const both = await mds('reconcile 20251006 --against own.parquet --tf 5m --json')
    expect(JSON.parse(both.stdout.toString()).totals.by_class).toEqual({ exact: expect.any(Number) })
    const days = await mds('reconcile own.parquet --against own.parquet --tf 1d --json --quiet')
    expect(JSON.parse(days.stdout.toString()).totals).toMatchObject({ compared: 12, by_class: { exact: 12 } })
    const missing = await mds(`reconcile own.parquet --against ${TRUTH} --tf 3m`)
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('the file has bars of 1m')])
  })

  test('| head ends in peace', async () => {
    const { code, stderr } = await runMds([], {
      cwd: folder,
      shell: `set -o pipefail; $MDS reconcile 20251006 --against ${TRUTH} -o - --format ndjson | head -1`,
    })
    expect([code, stderr]).toEqual([0, ''])
  })
})

test('what differs fails, is named, and comes with what to try', async () => {
  const changed = truth.map((candle, n) =>
    candle.symbol === 'RELIANCE' && n % 3 === 0 ? { ...candle, high: candle.high + 2, volume: candle.volume + 800 } : candle,
  )
  const { code, stdout, stderr } = await reconcile(put('changed.csv', csv(changed)), ' --worst 3')
  expect(code).toBe(4)
  const text = stdout.toString()
  expect(text).toContain('Worst bars')
  expect(text).toMatch(/\nNot passed: 1 of 12 symbols \(1 by prices, 1 by volume\); /)
  expect(text).toMatch(/\n {2}unknown: \d+\. Nothing at hand explains it\.\n/)
  expect(stderr).toContain(
    'Below the pass line (99 % of the liquid bars within one tick, volume within 0.5 %): RELIANCE (price, volume).\nTry: ',
  )
  const lenient = await reconcile('changed.csv', ' --pass-price 0 --pass-volume 100')
  expect(lenient.code).toBe(0)
})

describe('bad files', () => {
  const header = 'date,open,high,low,close,volume,symbol'
  const row = (minute: string, more = '1400,1401,1399,1400,100'): string => `2025-10-06 ${minute}+05:30,${more},RELIANCE`

  test('broken lines are named with their numbers and left out; --strict makes them an error', async () => {
    const good = csv(of('RELIANCE')).trimEnd().split('\n')
    const broken = [
      ...good.slice(0, 4),
      'x,1,2,3,4,5,RELIANCE',
      ...good.slice(4, 8),
      row('09:25:00', '10,9,11,10,1'),
      '1,2',
      row('09:26:00', 'a,1,1,1,1'),
      ...good.slice(8),
    ]
    const { code, stderr, stdout } = await reconcile(put('broken.csv', `${broken.join('\n')}\n`))
    expect(code).toBe(0)
    expect(stdout.toString()).toContain('375 bars of 1m')
    expect(stderr).toContain('broken.csv, line 5: expected a time such as 2025-10-06 09:15:00+05:30, found "x"; left out.\n')
    expect(stderr).toContain('broken.csv, line 10: expected a high of at least the low, found 9 below 11; left out.\n')
    expect(stderr).toContain('broken.csv, line 11: expected 7 cells, found 2; left out.\nbroken.csv: 4 lines left out in all.\n')
    expect((await reconcile('broken.csv', ' --strict')).code).toBe(3)
  })

  test('symbols that we did not record are named and counted', async () => {
    const text = `${csv(of('RELIANCE'))}2025-10-06 09:15:00+05:30,1,1,1,1,1,GHOST\n`
    const { code, stdout } = await reconcile(put('ghost.csv', text))
    expect(code).toBe(0)
    expect(stdout.toString()).toContain('\nOnly theirs: 1 symbol: GHOST\n')
    expect(stdout.toString()).toContain('\nOnly ours: 11 symbols: ')
    const alone = await reconcile(
      put('alone.csv', `${header}\n2025-10-06 09:15:00+05:30,1,1,1,1,1,GHOST\n2025-10-06 09:16:00+05:30,1,1,1,1,1,GHOST\n`),
    )
    expect([alone.code, alone.stderr]).toEqual([
      2,
      expect.stringContaining('alone.csv has GHOST, none of which was recorded on 2025-10-06'),
    ])
  })

  test('times without a zone are India’s, and said to be; those of another zone are refused', async () => {
    const naive = csv(of('RELIANCE'), ({ timestamp }) => timestamp.slice(0, 19).replace('T', ' '))
    const { code, stderr } = await reconcile(put('naive.csv', naive))
    expect([code, stderr]).toEqual([0, 'naive.csv: 375 of 375 times have no zone and are read as IST.\n'])
    const utc = csv(of('RELIANCE'), ({ timestamp }) => new Date(timestamp).toISOString().slice(0, 19))
    const refused = await reconcile(put('utc.csv', utc))
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('utc.csv has a bar at 03:45:00 IST, where nothing trades'),
    ])
  })

  test('a bar that comes twice counts once, the first', async () => {
    const [head = '', first = '', ...others] = csv(of('RELIANCE')).trimEnd().split('\n')
    const other = first.replace(/,\d+,RELIANCE$/, ',1,RELIANCE')
    const { code, stdout } = await reconcile(put('twice.csv', `${[head, first, first, other, ...others].join('\n')}\n`))
    expect(code).toBe(0)
    expect(stdout.toString()).toContain(
      '\nTold twice, the first is taken: 2 bars: line 3 (as line 2), line 4 (as line 2, with other figures)\n',
    )
    expect(stdout.toString()).toContain('375 bars of 1m in 1 symbol: 375 exact')
  })

  test.each([
    ['an empty file', 'empty.csv', '', 3, 'empty.csv is empty: expected candles.'],
    ['a header alone', 'head.csv', `${header}\n`, 3, 'expected candles, found a header and nothing below it'],
    [
      'nothing but bad lines',
      'bad.csv',
      `${header}\nx\ny\n`,
      3,
      "found 2 that can't be read, the first in line 2: expected 7 cells, found 1",
    ],
    [
      'another day',
      'day.csv',
      `${header}\n2025-10-07 09:15:00+05:30,1,1,1,1,1,RELIANCE\n2025-10-07 09:16:00+05:30,1,1,1,1,1,RELIANCE\n`,
      2,
      'day.csv is of another day: it has 2025-10-07 (2 bars); the recording is of 2025-10-06.',
    ],
    [
      'other columns',
      'other.csv',
      'a,b,c\n1,2,3\n',
      2,
      'date or timestamp, open, high, low, close, volume are missing, found a, b, c',
    ],
    [
      'a ZIP archive',
      'bhav.zip',
      'PK\u0003\u0004xxxx',
      2,
      'bhav.zip is a ZIP archive: expected the file in it.\n  Try: unzip bhav.zip',
    ],
    ['a web page', 'page.csv', '<!DOCTYPE html><html></html>', 2, 'page.csv is a web page, no candles'],
    [
      'an error of the API',
      'error.json',
      '{"status":"error","message":"Incorrect `api_key` or `access_token`.","error_type":"TokenException"}',
      2,
      'error.json is an error that the API answered, no candles: TokenException: Incorrect',
    ],
    ['other JSON', 'other.json', '{"a":1}', 2, 'other.json: expected {"data":{"candles":'],
    ['cut JSON', 'cut.json', '{"status":"success","data":{"candles":[["2025', 3, 'cut.json: expected JSON or NDJSON'],
    ['damaged Parquet', 'cut.parquet', 'PAR1abcdefgh', 3, 'cut.parquet does not read as Parquet'],
    ['one bar of unknown length', 'one.csv', `${header}\n${row('09:15:00')}\n`, 2, 'the length of its bars cannot be told'],
  ])('%s', async (_, name, content, code, message) => {
    const before = listing(folder).filter((line) => !line.startsWith(name))
    const told = await reconcile(put(name, content), ' -o never.csv')
    expect([told.code, told.stderr]).toEqual([code, expect.stringContaining(message)])
    expect(told.stdout.toString()).toBe('')
    expect(listing(folder).filter((line) => !line.startsWith(name))).toEqual(before)
  })

  test.each([
    [
      'no file at all',
      'reconcile 20251006 --against nowhere.csv',
      3,
      'Expected the file of candles nowhere.csv: there is no such file.',
    ],
    ['no --against', 'reconcile 20251006', 2, 'Missing required flag against'],
    [
      'other bars than asked for',
      `reconcile 20251006 --against ${TRUTH} --tf 5m`,
      2,
      '--tf 5m was asked for, and the file has bars of 1m.',
    ],
    [
      'no percentage',
      `reconcile 20251006 --against ${TRUTH} --pass-price 1e2`,
      2,
      'Expected a percentage from 0 to 100 after --pass-price, found "1e2".',
    ],
    ['an unknown symbol', `reconcile 20251006 --against ${TRUTH} --symbol RELIANSE`, 2, '--symbol RELIANCE'],
    ['the output over an input', `reconcile 20251006 --against ${TRUTH} -o ${TRUTH}`, 2, 'is a file that is read'],
    [
      '--json with rows on standard output',
      `reconcile 20251006 --against ${TRUTH} --json -o -`,
      2,
      '--json writes the summary to standard output',
    ],
    [
      'candles of others for the recording',
      'reconcile frame.csv --against frame.csv',
      2,
      'frame.csv holds candles that mds did not make',
    ],
  ])('%s', async (_, line, code, message) => {
    const told = await mds(line)
    expect([told.code, `${told.stderr}${told.stdout}`]).toEqual([code, expect.stringContaining(message)])
  })
})
