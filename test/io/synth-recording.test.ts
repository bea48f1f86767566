import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { MINUTE_INTERVAL } from '../../src/core/candles/index.js'
import type { Candle } from '../../src/core/market/index.js'
import { FAULT_KINDS, PLANTS } from '../../src/core/synth/index.js'
import { formatIso, parseDate } from '../../src/core/time/index.js'
import { walkPackets } from '../../src/core/wire/index.js'
import { loadCalendar } from '../../src/io/calendar-file.js'
import { runSessions } from '../../src/io/run-sessions.js'
import { synthesizeRecording } from '../../src/io/synth-recording.js'
import type { SynthRequest } from '../../src/io/synth-request.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-synth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const { calendar } = await loadCalendar()

function request(changes: Partial<SynthRequest> & { date?: string } = {}): SynthRequest {
  const { date = '20251006', ...rest } = changes
  return {
    day: parseDate(date)!,
    instruments: 24,
    seed: 5,
    calendar,
    data_dir: folder,
    profile: 'synth',
    rate: 4,
    mode: 'full',
    start_s: 9 * 3600 - 30,
    until_s: 15 * 3600 + 2400,
    single_file: false,
    faults: [],
    truth: false,
    force: false,
    ...rest,
  }
}

const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

test('hourly files and a master, named like a capture; the same again on request; never overwritten unasked', async () => {
  const made = await synthesizeRecording(request({ profile: 'one' }))
  expect(made.files).toEqual(['08', '09', '10', '11', '12', '13', '14', '15'].map((hour) => `one_20251006_${hour}00.bin`))
  expect(readdirSync(made.folder).sort()).toEqual([...made.files, 'one_20251006.instruments.csv'].sort())
  const digests = made.files.map((name) => digest(join(made.folder, name)))
  await expect(synthesizeRecording(request({ profile: 'one' }))).rejects.toMatchObject({ code: 'recording_exists', exitCode: 2 })
  await synthesizeRecording(request({ profile: 'one', force: true }))
  expect(made.files.map((name) => digest(join(made.folder, name)))).toEqual(digests)
})

test('a recording that is not ours is never replaced', async () => {
  const real = join(folder, 'real', 'real_20251006_0900.bin')
  mkdirSync(join(folder, 'real'))
  writeFileSync(real, Buffer.from('00000199c2411b970000000100', 'hex'))
  await expect(synthesizeRecording(request({ profile: 'real', force: true }))).rejects.toMatchObject({ code: 'not_synthetic' })
  expect(readFileSync(real).length).toBe(13)
})

test('one file holds the same bytes as the hourly ones', async () => {
  const hourly = await synthesizeRecording(request({ profile: 'hourly' }))
  const single = await synthesizeRecording(request({ profile: 'single', single_file: true }))
  expect(single.files).toEqual(['single_20251006_0859.bin'])
  const joined = Buffer.concat(hourly.files.map((name) => readFileSync(join(hourly.folder, name))))
  expect(readFileSync(join(single.folder, single.files[0]!)).equals(joined)).toBe(true)
  expect([single.bytes, hourly.bytes]).toEqual([joined.length, joined.length])
})

// A plain Monday, a Sunday (closed: regular hours), a day with closing auctions, a day in two parts, an evening session.
test.each([
  ['20251006', 'none', 'full'],
  ['20251006', 'none', 'mixed'],
  ['20251006', 'all', 'full'],
  ['20251006', 'all', 'mixed'],
  ['20251005', 'all', 'full'],
  ['20260805', 'all', 'mixed'],
  ['20240302', 'none', 'full'],
  ['20251021', 'none', 'full'],
] as const)('the engine makes the candles that the truth of %s (faults: %s, mode: %s) foretells', async (date, faults, mode) =>
  expectTruth({ date, profile: `truth_${faults}_${mode}`, mode, faults: faults === 'all' ? FAULT_KINDS : [] }),
)

test.each(['full', 'mixed'] as const)(
  'the engine makes the candles that the truth of a day with planted patterns foretells (mode: %s)',
  async (mode) => {
    const plants = { ids: PLANTS.map(({ id }) => id), strength: 1 }
    await expectTruth({ profile: `planted_${mode}`, mode, plants, faults: ['late', 'corrections', 'duplicates'], rate: 2 })
  },
)

// A recorder that comes late: what had traded is missed, and the cache of the feed is yesterday's.
test.each(
  (['full', 'mixed'] as const).flatMap((mode) =>
    ['08:59:59', '09:00:00', '09:05:00', '09:14:59', '09:16:20', '10:00:00', '15:20:30'].map((start) => [start, mode] as const),
  ),
)('the engine makes the candles that the truth foretells from %s (mode: %s)', async (start, mode) => {
  const [hours = 0, minutes = 0, seconds = 0] = start.split(':').map(Number)
  const start_s = hours * 3600 + minutes * 60 + seconds
  const until_s = Math.min(start_s + 2400, 15 * 3600 + 2400)
  await expectTruth({ profile: `from_${start.replaceAll(':', '')}_${mode}`, mode, start_s, until_s, instruments: 40 })
})

async function expectTruth(changes: Partial<SynthRequest> & { date?: string; profile: string }): Promise<void> {
  const { profile, date = '20251006' } = changes
  const made = await synthesizeRecording(request({ ...changes, truth: true }))
  const expected = readFileSync(join(made.folder, made.truth_candles!), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(expected.length).toBe(made.candles)
  const open = new Map(expected.map((row) => [`${row.instrument_token} ${row.timestamp}`, row.unsettled ?? []]))
  const rows = (await candlesOf(profile, date)).map((candle) => rowOf(candle))
  const settled = (row: Record<string, unknown>) => {
    const left_open: string[] = open.get(`${row.instrument_token} ${row.timestamp}`) ?? []
    return Object.fromEntries(Object.entries(row).filter(([name]) => !left_open.includes(name) && name !== 'unsettled'))
  }
  const byKey = (a: Record<string, unknown>, b: Record<string, unknown>) =>
    String(a.timestamp) < String(b.timestamp)
      ? -1
      : String(a.timestamp) > String(b.timestamp)
        ? 1
        : Number(a.instrument_token) - Number(b.instrument_token)
  expect(rows.map(settled).sort(byKey)).toEqual(expected.map(settled).sort(byKey))
}

test('the truth names the bytes of each planted fault', async () => {
  const made = await synthesizeRecording(request({ profile: 'placed', truth: true, faults: ['damage'] }))
  const { planted } = JSON.parse(readFileSync(join(made.folder, made.truth!), 'utf8'))
  const bytesOf = (kind: string): Buffer => {
    const { file, offset } = planted.find((fault: { kind: string }) => fault.kind === kind)
    return readFileSync(join(made.folder, file)).subarray(offset)
  }
  expect(bytesOf('record_header').subarray(0, 4).toString('hex')).toBe('ffffffff')
  const torn = bytesOf('torn_tail')
  expect(torn.length).toBeLessThan(12 + torn.readUInt32BE(8))
  const cut = bytesOf('cut_packet')
  const found: string[] = []
  const view = new DataView(cut.buffer, cut.byteOffset, cut.length)
  walkPackets(view, 12, 12 + cut.readUInt32BE(8), { onPacket: () => {}, onBadPacket: (code) => found.push(code) })
  expect(found).toEqual(['truncated_packet'])
})

test.each([
  [{ instruments: 0 }, 'bad_instruments'],
  [{ instruments: 9001 }, 'bad_instruments'],
  [{ rate: 0 }, 'bad_rate'],
  [{ rate: 1e6 }, 'bad_rate'],
  [{ until_s: 0 }, 'bad_hours'],
  [{ profile: '../elsewhere' }, 'bad_profile'],
])('%o is refused', async (changes, code) => {
  await expect(synthesizeRecording(request({ profile: 'refused', ...changes }))).rejects.toMatchObject({ code, exitCode: 2 })
})

async function candlesOf(profile: string, date: string): Promise<Candle[]> {
  const candles: Candle[] = []
  await runSessions(
    {
      recordings: { sessions: [date], data_dir: folder, profiles: [profile] },
      instruments: [],
      calendar: undefined,
      clock: 'trade',
      bars: { intervals: [MINUTE_INTERVAL], auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
    },
    { onNotice: () => {}, onProgress: () => {}, signal: new AbortController().signal },
    () => ({ onCandle: (candle) => candles.push(candle) }),
  )
  return candles.filter(({ phase }) => phase === 'continuous')
}

function rowOf({ instrument, open_time_ms, open, high, low, close, ...rest }: Candle): Record<string, unknown> {
  const rupees = (units: number): number => units / instrument.price_divisor
  const { volume, tick_count, trade_count, complete, gap_volume } = rest
  return {
    symbol: instrument.symbol,
    exchange: instrument.exchange,
    timestamp: formatIso(open_time_ms),
    ...{ open: rupees(open), high: rupees(high), low: rupees(low), close: rupees(close), volume },
    instrument_token: instrument.instrument_token,
    ...{ tick_count, trade_count, complete, gap_volume },
  }
}
