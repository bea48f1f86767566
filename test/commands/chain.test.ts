import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt, mds } from '../support/cli.js'
import { readRecords, recordingOf } from '../support/read-records.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-chain-'))
const DATE = '20251006'
const MASTER = 'synth_20251006.instruments.csv'
const AT_MS = Date.parse('2025-10-06T09:25:00+05:30')

beforeAll(async () => {
  ensureBuilt()
  const words = `synth --date ${DATE} --rate 50 --until 09:32 --quiet --data-dir`.split(' ')
  expect((await mds([...words, join(folder, 'whole')])).code).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const chain = (words: string, data = 'whole', session = DATE) =>
  mds(['chain', session, '--data-dir', join(folder, data), ...words.split(' ').filter((word) => word !== '')])
type Row = Record<string, number | string | boolean | undefined>
const rowsOf = (stdout: string): Row[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** The records of `whole` that `keep` lets through, in a folder of their own. */
function cut(name: string, keep: (received_ms: number) => boolean): void {
  const from = join(folder, 'whole', 'synth')
  const to = join(folder, name, 'synth')
  mkdirSync(to, { recursive: true })
  for (const file of readdirSync(from)) {
    if (!file.endsWith('.bin')) continue
    const records = readRecords(readFileSync(join(from, file))).records.filter(({ received_at_ms }) => keep(received_at_ms))
    if (records.length > 0) writeFileSync(join(to, file), recordingOf(records))
  }
  writeFileSync(join(to, MASTER), readFileSync(join(from, MASTER)))
}

describe('what comes after --at changes nothing', () => {
  beforeAll(() => cut('cut', (received_ms) => received_ms < AT_MS))

  test.each(['ndjson', 'csv', 'parquet', 'arrow', 'table'])('%s', async (format) => {
    const words = `-u NIFTY --at 09:25 --format ${format}`
    const [whole, early] = [await chain(words), await chain(words, 'cut')]
    expect([whole.code, early.code]).toEqual([0, 0])
    expect(whole.stdout.length).toBeGreaterThan(1000)
    expect(early.stdout).toBe(whole.stdout)
    expect(early.stderr).toBe(whole.stderr)
  })

  test('a record of the very moment is after it', async () => {
    const first = readdirSync(join(folder, 'whole/synth'))
      .filter((file) => file.endsWith('.bin'))
      .flatMap((file) => readRecords(readFileSync(join(folder, 'whole/synth', file))).records)
      .find(({ received_at_ms }) => received_at_ms >= AT_MS)
    const time = new Date(first?.received_at_ms ?? 0).toISOString()
    const next = new Date((first?.received_at_ms ?? 0) + 1).toISOString()
    cut('before', (received_ms) => received_ms < (first?.received_at_ms ?? 0))
    expect((await chain(`-u NIFTY --at ${time}`)).stdout).toBe((await chain(`-u NIFTY --at ${time}`, 'before')).stdout)
    const [at, after] = [
      await chain(`-u NIFTY --at ${time} --format csv -q`),
      await chain(`-u NIFTY --at ${next} --format csv -q`),
    ]
    expect(after.stdout).not.toBe(at.stdout)
  })
})

test('rows have both sides and what holds for all of them', async () => {
  const { stdout, stderr, code } = await chain('-u NIFTY --at 09:25')
  expect(code).toBe(0)
  const rows = rowsOf(stdout)
  expect(rows).toHaveLength(15)
  expect(rows.map(({ strike }) => strike)).toEqual(rows.map((_, n) => Number(rows[0]?.strike) + 50 * n))
  expect(rows.filter(({ atm }) => atm)).toHaveLength(1)
  for (const row of rows) {
    expect(row).toMatchObject({
      underlying: 'NIFTY',
      exchange: 'NFO',
      expiry: '2025-10-07',
      timestamp: '2025-10-06T09:25:00+05:30',
      expiry_clock: 'calendar',
      rate: 0.065,
      forward_method: 'parity',
    })
    expect([row.forward, row.straddle, row.max_pain]).toEqual([rows[0]?.forward, rows[0]?.straddle, rows[0]?.max_pain])
    for (const side of ['call', 'put']) {
      expect(row[`${side}_symbol`]).toBe(`NIFTY25O07${row.strike}${side === 'call' ? 'CE' : 'PE'}`)
      expect(row[`${side}_iv`] === undefined).toBe(row[`${side}_iv_reason`] !== undefined)
    }
  }
  expect(stderr).toContain('NFO:NIFTY  expiry 2025-10-07 Tue  at 2025-10-06 09:25:00')
})

test('greeks are per rupee, per day and per volatility point', async () => {
  const rows = rowsOf((await chain('-u BANKNIFTY --at 09:25')).stdout)
  const row = rows.find(({ atm }) => atm) ?? {}
  const [forward, iv, years, discount] = [row.forward, row.call_iv, row.years, row.discount].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const deviation = iv * Math.sqrt(years)
  const d1 = Math.log(forward / Number(row.strike)) / deviation + deviation / 2
  const density = Math.exp((-d1 * d1) / 2) / Math.sqrt(2 * Math.PI)
  const mid = (Number(row.call_bid_price) + Number(row.call_ask_price)) / 2
  expect(row.call_gamma).toBeCloseTo((discount * density) / (forward * deviation), 10)
  expect(row.call_vega).toBeCloseTo((forward * discount * density * Math.sqrt(years)) / 100, 7)
  expect(row.call_theta).toBeCloseTo((0.065 * mid - (forward * discount * density * iv) / (2 * Math.sqrt(years))) / 365, 5)
})

test('--strikes, --rate and --clock', async () => {
  const [few] = [rowsOf((await chain('-u NIFTY --at 09:25 --strikes 2')).stdout)]
  expect(few.map(({ atm }) => atm)).toEqual([false, false, true, false, false])
  const [dear] = rowsOf((await chain('-u NIFTY --at 09:25 --strikes 0 --rate 0.1')).stdout)
  expect(dear).toMatchObject({ rate: 0.1, atm: true })
  expect(Number(dear?.discount)).toBeCloseTo(Math.exp(-0.1 * Number(dear?.years)), 11)
  const [trading] = rowsOf((await chain('-u NIFTY --at 09:25 --strikes 0 --clock trading')).stdout)
  expect(trading?.expiry_clock).toBe('trading')
  // 365 minutes of today, 375 of tomorrow.
  expect(trading?.years).toBe(Number(((365 + 375) / 94_500).toPrecision(12)))
})

test('without --at the chain of the end of the recording', async () => {
  const rows = rowsOf((await chain('-u NIFTY')).stdout)
  expect(String(rows[0]?.timestamp)).toMatch(/^2025-10-06T09:31:59/)
})

test('a day after the close is that of the close', async () => {
  const words = `synth --date ${DATE} --instruments 120 --start 15:20 --until 15:40 --quiet --data-dir`.split(' ')
  expect((await mds([...words, join(folder, 'close')])).code).toBe(0)
  const rows = rowsOf((await chain('-u NIFTY', 'close')).stdout)
  expect(rows[0]?.timestamp).toBe('2025-10-06T15:30:00+05:30')
})

test('several days follow each other, and one without such options is told and left out', async () => {
  const words = 'synth --date 20251007 --instruments 120 --start 15:20 --until 15:40 --quiet --data-dir'.split(' ')
  expect((await mds([...words, join(folder, 'close')])).code).toBe(0)
  const both = await mds(['chain', DATE, '20251007', '-u', 'NIFTY', '--at', '15:29', '--data-dir', join(folder, 'close')])
  const days = [...new Set(rowsOf(both.stdout).map(({ timestamp }) => timestamp))]
  expect(days).toEqual(['2025-10-06T15:29:00+05:30', '2025-10-07T15:29:00+05:30'])
  // At its close the options of the second day have expired, and of later ones none was recorded.
  const one = await mds(['chain', DATE, '20251007', '-u', 'NIFTY', '--data-dir', join(folder, 'close')])
  expect([one.code, new Set(rowsOf(one.stdout).map(({ timestamp }) => timestamp)).size]).toEqual([0, 1])
  expect(one.stderr).toMatch(/2025-10-07: At 15:30:00 the options of NFO:NIFTY that expire on 2025-10-07 had expired\./)
  const none = await mds([
    'chain',
    '20251007',
    '-u',
    'NIFTY',
    '--expiry',
    '2025-10-07',
    '--at',
    '15:31',
    '--data-dir',
    join(folder, 'close'),
  ])
  expect([none.code, none.stdout]).toEqual([2, ''])
  const words_of_both = ['chain', DATE, '20251007', '-u', 'NIFTY', '--expiry', '2025-10-09', '--data-dir', join(folder, 'close')]
  const neither = await mds(words_of_both)
  expect([neither.code, neither.stdout]).toEqual([2, ''])
  expect(neither.stderr).toMatch(/2025-10-06: No options .*\n2025-10-07: No options .*\nError: None of the sessions/)
  expect(none.stderr).toMatch(/had expired\.\n +Try: --at 15:29/)
})

test('an assumed time of expiry is told', async () => {
  const words = 'synth --date 20260804 --instruments 120 --start 11:00 --until 11:03 --quiet --data-dir'.split(' ')
  expect((await mds([...words, join(folder, 'later')])).code).toBe(0)
  const { stderr, stdout } = await chain('-u NIFTY', 'later', '20260804')
  expect(stderr).toContain('That options expire at 15:30:00 of 2026-08-04 is assumed')
  expect(rowsOf(stdout)[0]?.years).toBeLessThan(4.5 / 24 / 365)
  const calendar = JSON.parse(readFileSync('config/calendar.json', 'utf8'))
  const file = join(folder, 'old-calendar.json')
  writeFileSync(file, JSON.stringify({ ...calendar, expiry_times: undefined }))
  const refused = await chain(`-u NIFTY --calendar ${file}`, 'later', '20260804')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('expected a row of expiry_times')])
})

test.each([
  ['another zone and locale', { TZ: 'America/St_Johns', LC_ALL: 'hi_IN.UTF-8' }, []],
  ['no compiler', {}, ['--jitless']],
  ['only the optimising compiler', {}, ['--always-turbofan']],
] as const)('the same bytes with %s', async (_, env, flags) => {
  const words = ['chain', DATE, '-u', 'NIFTY', '--at', '09:25', '-q', '--data-dir', join(folder, 'whole')]
  const plain = spawnSync(process.execPath, ['bin/run.js', ...words], { encoding: 'utf8' })
  const other = spawnSync(process.execPath, [...flags, 'bin/run.js', ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  expect(plain.stdout.length).toBeGreaterThan(1000)
  expect([other.status, other.stdout]).toEqual([0, plain.stdout])
})

test('a table has calls to the left, strikes in the middle and puts to the right', async () => {
  const { stdout } = await chain('-u NIFTY --at 09:25 --format table')
  const lines = stdout.split('\n')
  expect(lines[1]).toMatch(/^forward [\d,.]+ \(parity of 5 strikes\) {2}futures say .* ATM IV \d+\.\d\d%$/)
  expect(lines[5]).toMatch(/^ +CALLS +PUTS$/)
  expect(lines[6]?.trim().split(/ +/).join(' ')).toMatch(
    /^volume oi chg oi delta iv last ask bid strike bid ask last iv delta oi oi chg volume$/,
  )
  expect(lines.filter((line) => /\[\d+\]/.test(line))).toHaveLength(1)
})

test('--json has the facts of each chain, and its rows go to a file', async () => {
  const file = join(folder, 'chain.csv')
  const { stdout, code } = await chain(`-u NIFTY --at 09:25 --json -o ${file}`)
  expect(code).toBe(0)
  const { chains, rows, format } = JSON.parse(stdout)
  const [row] = rowsOf((await chain('-u NIFTY --at 09:25')).stdout)
  expect([rows, format]).toEqual([15, 'csv'])
  for (const [name, value] of Object.entries(chains[0])) expect(row?.[name], name).toEqual(value)
  expect(Object.keys(chains[0])).toContain('forward')
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(16)
})

test.each([
  ['-u NIFT', 'unknown_underlying', /lists no options of NIFT; there are options of BANKNIFTY, .*NIFTY/],
  ['-u BFO:NIFTY', 'unknown_underlying', /lists no options of BFO:NIFTY/],
  [
    '-u NIFTY --at 08:00',
    'at_outside_recording',
    /2025-10-06 08:00:00 lies outside the recordings, which begin at 2025-10-06 08:59:30/,
  ],
  ['-u NIFTY --at 09:33', 'at_outside_recording', /09:33:00 lies outside the recordings, which end at 2025-10-06 09:31:59/],
  ['-u NIFTY --at 09:10', 'no_option_quotes', /nothing had been received at 09:10:00; the first packet comes at 09:15:0\d/],
  ['-u NIFTY --at 2025-10-07T09:20:00+05:30', 'at_outside_recording', /lies on 2025-10-07: none of the recordings/],
  ['-u NIFTY --expiry 2025-10-09', 'unknown_expiry', /expire on 2025-10-09; they do on 2025-10-07/],
  ['-u NIFTY --expiry soon', 'bad_expiry', /expected nearest, all or a date/],
  ['-u NIFTY --at soon', 'bad_time', /--at "soon" is no time/],
  ['-u NIFTY --rate 6.5', 'bad_rate', /expected a fraction a year such as 0.065/],
])('%s: %s', async (words, code, message) => {
  const ran = await chain(`${words} --json -o ${join(folder, 'none.csv')}`)
  expect(ran.code).toBe(2)
  const { error } = JSON.parse(ran.stdout)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(message)
  expect(error.suggestions.length).toBeGreaterThan(0)
  expect(readdirSync(folder)).not.toContain('none.csv')
})
