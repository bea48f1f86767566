import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { segmentHour, segmentName, writeRecordHeader } from '../../../src/core/recording/index.js'
import { formatCompactDate, type IstDay, istDay, parseDate, parseIso } from '../../../src/core/time/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import type { DoctorRequest } from '../../../src/io/doctor/check.js'
import { CHECKS } from '../../../src/io/doctor/checks.js'
import type { DoctorPorts } from '../../../src/io/doctor/ports.js'
import { type DoctorReport, doctorLines, runDoctor } from '../../../src/io/doctor/run-doctor.js'
import type { HandshakeOutcome } from '../../../src/io/doctor/try-handshake.js'
import type { RedisOutcome } from '../../../src/io/doctor/try-redis.js'
import { WholeMaster } from '../../support/whole-master.js'

const root = mkdtempSync(join(tmpdir(), 'mds-doctor-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const CANARY = 'canary0123456789'
const at = (text: string): number => parseIso(`${text}+05:30`) as number
/** A Monday, in the middle of the session. */
const MONDAY_MS = at('2025-10-06T11:20:10')
const GIB = 1024 ** 3

let folder = ''
let number = 0
let now_ms = MONDAY_MS
let machine: Partial<DoctorPorts> = {}
let asked: Partial<DoctorRequest> = {}
beforeEach(() => {
  folder = join(root, String(number++))
  mkdirSync(folder)
  now_ms = MONDAY_MS
  machine = {}
  asked = {}
  write('token.json', JSON.stringify({ api_key: CANARY, access_token: `${CANARY}x`, created_at: '2025-10-06T08:30:00' }))
  const expiries = [parseDate('2025-10-28') as IstDay]
  write('instruments.csv', new WholeMaster({ stocks: ['ABC'], bse: [], expiries }).csv)
  touch('instruments.csv', at('2025-10-06T08:40:00'))
  write('mine.json', JSON.stringify({ name: 'mine', select: [{ exchange: 'NFO', instrument_types: ['FUT'] }] }))
})

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content, { mode: 0o600 })
  return path
}
const touch = (name: string, changed_ms: number): void => utimesSync(join(folder, name), changed_ms / 1000, changed_ms / 1000)

/** A recording of that hour with one message, last written at `changed_ms`. */
function recording(
  received_ms: number,
  changed_ms: number,
  message: Uint8Array = encodeMessage([{ kind: 'ltp', instrument_token: 1, last_price: 5 }]),
): void {
  const bytes = new Uint8Array(12 + message.length)
  writeRecordHeader(new DataView(bytes.buffer), 0, received_ms, message.length)
  bytes.set(message, 12)
  const name = segmentName('mine', { ...segmentHour(received_ms), part: 1, connection: undefined })
  write(join('data', 'mine', name), bytes)
  touch(join('data', 'mine', name), changed_ms)
}

const OPEN: HandshakeOutcome = { kind: 'open', took_ms: 12, server_ms: undefined }
const UP: RedisOutcome = { kind: 'up', ping_ms: 0.3, length: 7, newest_age_ms: 900 }

async function doctor(): Promise<DoctorReport> {
  const request: DoctorRequest = {
    profile: join(folder, 'mine.json'),
    tokens: [],
    token_file: join(folder, 'token.json'),
    url: undefined,
    insecure: false,
    redis: undefined,
    connect: false,
    data_dir: join(folder, 'data'),
    instruments: [join(folder, 'instruments.csv')],
    calendar: undefined,
    ...asked,
  }
  const ports: DoctorPorts = {
    nowMs: () => now_ms,
    env: {},
    node_version: '20.19.0',
    freeBytes: async () => 500 * GIB,
    isClockSynchronised: async () => true,
    writerOf: async () => undefined,
    handshake: async () => OPEN,
    redis: async () => UP,
    ...machine,
  }
  const report = await runDoctor(request, new AbortController().signal, { ports })
  expect(JSON.stringify(report)).not.toContain(CANARY)
  return report
}
const finding = async (id: string) => (await doctor()).checks.find((check) => check.id === id)

test('a machine that is ready: everything is ok, what was not asked for is skipped', async () => {
  recording(at('2025-10-06T10:59:59'), at('2025-10-06T11:00:00'))
  recording(at('2025-10-06T11:00:00'), MONDAY_MS - 400)
  asked = { connect: true, redis: 'redis://localhost' }
  const report = await doctor()
  expect(report.checks.filter(({ state }) => state !== 'ok')).toEqual([])
  expect(report.exit_code).toBe(0)
  expect(report.checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id))
  asked = {}
  const bare = await doctor()
  expect(bare.checks.filter(({ state }) => state === 'skipped').map(({ id }) => id)).toEqual(['connect', 'redis', 'stream'])
})

test('every check has a name of its own, and what it needs stands above it', () => {
  const ids = CHECKS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [n, { needs = [] }] of CHECKS.entries())
    for (const need of needs) expect(ids.slice(0, n), `${ids[n]} needs ${need}`).toContain(need)
})

describe('each check tells what it finds', () => {
  const cases: [string, string, string, () => void][] = [
    ['an old Node', 'node', 'fail', () => (machine = { node_version: '20.18.1' })],
    ['a newer Node', 'node', 'ok', () => (machine = { node_version: '24.0.0' })],
    ['a clock that was never set', 'clock', 'fail', () => (now_ms = 1000)],
    ['a clock that nothing keeps', 'clock', 'warn', () => (machine = { isClockSynchronised: async () => false })],
    ['a clock that may be kept', 'clock', 'ok', () => (machine = { isClockSynchronised: async () => undefined })],
    ['a clock that was set back', 'clock', 'warn', () => recording(MONDAY_MS, MONDAY_MS + 3_600_000)],
    ['no profile', 'profile', 'skipped', () => (asked = { profile: undefined })],
    ['a profile that is not there', 'profile', 'fail', () => (asked = { profile: 'nobody' })],
    ['a profile with a mistake', 'profile', 'fail', () => write('mine.json', '{"name":"mine","selct":[]}')],
    ['tokens instead of one', 'profile', 'ok', () => (asked = { profile: undefined, tokens: [408065] })],
    ['no token file', 'token', 'fail', () => (asked = { token_file: join(folder, 'none.json') })],
    ['one that others may read', 'token', 'fail', () => chmodSync(join(folder, 'token.json'), 0o644)],
    ['one of yesterday', 'token', 'warn', () => (now_ms = at('2025-10-07T09:00:00'))],
    ['a data folder that is a file', 'folder', 'fail', () => write('data', '')],
    ['a disk that is full', 'folder', 'fail', () => (machine = { freeBytes: async () => GIB - 1 })],
    ['a disk that will be full', 'folder', 'warn', () => (machine = { freeBytes: async () => GIB + 1_000_000 })],
    ['a capture that is running', 'writer', 'ok', () => (machine = { writerOf: async () => 4711 })],
    ['a Sunday', 'calendar', 'warn', () => (now_ms = at('2025-10-05T11:00:00'))],
    [
      'hours that are too short',
      'calendar',
      'warn',
      () => {
        now_ms = at('2026-08-04T11:00:00')
        write('mine.json', JSON.stringify({ name: 'mine', instruments: [40_000 * 256 + 2] }))
      },
    ],
    ['a calendar that is not there', 'calendar', 'fail', () => (asked = { calendar: join(folder, 'none.json') })],
    ['no master', 'master', 'fail', () => (asked = { instruments: [join(folder, 'none.csv')] })],
    ['a master of yesterday', 'master', 'warn', () => touch('instruments.csv', at('2025-10-05T23:59:00'))],
    [
      'a master with rows that are none',
      'master',
      'warn',
      () => {
        write('instruments.csv', 'instrument_token,tradingsymbol\n1,A\nx,B\n')
        touch('instruments.csv', now_ms)
      },
    ],
    [
      'a selection without result',
      'instruments',
      'fail',
      () => write('mine.json', '{"name":"mine","select":[{"exchange":"MCX"}]}'),
    ],
    [
      'a selection with names that nobody knows',
      'instruments',
      'warn',
      () => write('mine.json', '{"name":"mine","select":[{"exchange":"NSE","symbols":["ABC","XYZ"]}]}'),
    ],
    [
      'redundant sockets',
      'instruments',
      'ok',
      () => write('mine.json', '{"name":"mine","instruments":[408065],"layout":"redundant"}'),
    ],
    ['a feed in the clear', 'connect', 'fail', () => (asked = { url: 'ws://feed.example', connect: true })],
    [
      'a clock that differs from the feed',
      'connect',
      'warn',
      () => {
        asked = { connect: true }
        machine = { handshake: async () => ({ ...OPEN, server_ms: now_ms - 5000 }) }
      },
    ],
    ['no recording while the market trades', 'files', 'warn', () => {}],
    ['no recording on a Sunday', 'files', 'ok', () => (now_ms = at('2025-10-05T11:00:00'))],
    ['a recording that stands still', 'files', 'warn', () => recording(MONDAY_MS, MONDAY_MS - 31_000)],
    [
      'an hour without a file',
      'files',
      'warn',
      () => {
        recording(at('2025-10-06T09:10:00'), at('2025-10-06T09:59:59'))
        recording(MONDAY_MS, MONDAY_MS)
      },
    ],
    ['packets that do not add up', 'messages', 'warn', () => recording(MONDAY_MS, MONDAY_MS, Uint8Array.of(0, 9, 0, 44, 1))],
    ['heartbeats and texts', 'messages', 'ok', () => recording(MONDAY_MS, MONDAY_MS, Uint8Array.of(0))],
    [
      'Redis without the stream',
      'stream',
      'warn',
      () => {
        asked = { redis: 'redis://localhost' }
        machine = { redis: async () => ({ ...UP, length: 0, newest_age_ms: undefined }) }
      },
    ],
    [
      'a stream that stands still',
      'stream',
      'warn',
      () => {
        asked = { redis: 'redis://localhost' }
        machine = { redis: async () => ({ ...UP, newest_age_ms: 31_000 }) }
      },
    ],
    [
      'a stream that stands still on a Sunday',
      'stream',
      'ok',
      () => {
        now_ms = at('2025-10-05T11:00:00')
        asked = { redis: 'redis://localhost' }
        machine = { redis: async () => ({ ...UP, newest_age_ms: 31_000 }) }
      },
    ],
    ['a Redis URL that is none', 'redis', 'fail', () => (asked = { redis: `http://:${CANARY}@localhost` })],
  ]
  test.each(cases)('%s: %s is %s', async (_, id, state, arrange) => {
    arrange()
    const found = await finding(id)
    expect(found).toMatchObject({ state })
    expect(found?.text).toMatch(/\.$/)
    if (state === 'fail') expect(found?.tries).not.toEqual([])
  })
})

describe('what the feed answers', () => {
  test.each([
    [{ kind: 'refused', status: 403 }, 'refused the token (403)', 'Log in to Kite again.'],
    [{ kind: 'refused', status: 429 }, 'too many sockets', 'Stop another program'],
    [{ kind: 'refused', status: 302 }, 'sends us elsewhere', '--url'],
    [{ kind: 'refused', status: 500 }, 'refused a socket (500)', 'Try again'],
    [{ kind: 'failed', code: 'ENOTFOUND' }, 'leads nowhere', 'getent hosts ws.kite.trade'],
    [{ kind: 'failed', code: 'ECONNREFUSED' }, 'Nobody listens', 'Check --url'],
    [{ kind: 'failed', code: 'ETIMEDOUT' }, 'within 10 s', 'curl'],
    [{ kind: 'failed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'certificate', 'curl'],
    [{ kind: 'failed', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate', 'curl'],
    [{ kind: 'failed', code: 'NOT_A_WEBSOCKET' }, 'no WebSocket server', 'Check --url'],
    [{ kind: 'failed', code: 'EPIPE' }, 'EPIPE', 'Try again'],
  ] satisfies [HandshakeOutcome, string, string][])('%j', async (outcome, text, hint) => {
    asked = { connect: true }
    machine = { handshake: async () => outcome }
    const report = await doctor()
    const found = report.checks.find(({ id }) => id === 'connect')
    expect(found).toMatchObject({ state: 'fail', text: expect.stringContaining(text) })
    expect(found?.tries?.join()).toContain(hint)
    expect(report.exit_code).toBe(5)
  })

  test('key and token go to the feed and nowhere else', async () => {
    const urls: string[] = []
    asked = { connect: true }
    machine = {
      handshake: async (url) => {
        urls.push(url)
        return OPEN
      },
    }
    await doctor()
    expect(urls).toEqual([`wss://ws.kite.trade/?api_key=${CANARY}&access_token=${CANARY}x`])
  })
})

test('Redis: the password is not shown, an answer that names one is a failure of its own', async () => {
  asked = { redis: `redis://user:${CANARY}@localhost:7000/3` }
  expect((await finding('redis'))?.text).toContain('localhost:7000, database 3')
  machine = { redis: async () => ({ kind: 'failed', code: 'WRONGPASS' }) }
  expect(await finding('redis')).toMatchObject({ state: 'fail', text: expect.stringContaining('another user or password') })
  machine = { redis: async () => ({ kind: 'failed', code: 'ECONNREFUSED' }) }
  const report = await doctor()
  expect(report.checks.find(({ id }) => id === 'redis')?.text).toContain('does not answer (ECONNREFUSED)')
  expect(report.checks.find(({ id }) => id === 'stream')?.state).toBe('skipped')
  expect(report.exit_code).toBe(3)
})

test('Redis of the profile is looked at, with the environment stronger than the file', async () => {
  write('mine.json', JSON.stringify({ name: 'mine', instruments: [408065], redis: { db: 9 } }))
  expect((await finding('redis'))?.text).toContain('localhost:6379, database 9')
  machine = { env: { MDS_REDIS_URL: `redis://:${CANARY}@elsewhere` } }
  expect((await finding('redis'))?.text).toContain('elsewhere:6379, database 9')
})

test('a failure skips what rests on it, and says so', async () => {
  asked = { profile: 'nobody', connect: true, token_file: join(folder, 'none.json') }
  const states = new Map((await doctor()).checks.map(({ id, state, text }) => [id, `${state}: ${text}`]))
  expect(states.get('instruments')).toBe("skipped: Can't be said without profile.")
  expect(states.get('connect')).toBe("skipped: Can't be said without token.")
})

test('the capture to start is the one that was asked about', async () => {
  expect((await finding('files'))?.tries).toEqual([`mds capture --profile ${join(folder, 'mine.json')}`])
  asked = { profile: undefined, tokens: [408065, 884737] }
  expect((await finding('files'))?.tries).toEqual(['mds capture --tokens 408065,884737'])
})

test('a recording of another day or profile counts for nothing', async () => {
  const yesterday = formatCompactDate(istDay(MONDAY_MS) - 1)
  write(join('data', 'mine', `mine_${yesterday}_0900.bin`), 'x')
  write(join('data', 'mine', `other_${formatCompactDate(istDay(MONDAY_MS))}_1100.bin`), 'x')
  for (const name of [`mine_${yesterday}_0900.bin`, `other_${formatCompactDate(istDay(MONDAY_MS))}_1100.bin`])
    touch(join('data', 'mine', name), MONDAY_MS)
  expect((await finding('files'))?.text).toContain('No recording of today')
  expect((await finding('messages'))?.state).toBe('skipped')
})

test('for people: a line for each check, below it what to try', async () => {
  machine = { node_version: '18.0.0' }
  const lines = doctorLines(await doctor())
  expect(lines[0]).toContain('2025-10-06T11:20:10+05:30')
  expect(lines.slice(1, 3)).toEqual([
    '  fail     node         Expected Node 20.19 or newer, found 18.0.0.',
    '                        try: nvm install 22',
  ])
  expect(lines.at(-1)).toBe('8 ok, 1 to look at, 1 failed, 4 skipped')
})
