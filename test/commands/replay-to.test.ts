import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { InstrumentTable } from '../../src/core/market/index.js'
import { openJsonlSink } from '../../src/io/sinks/jsonl-sink.js'
import { Heard, liveMessage } from '../io/sinks/live-messages.js'
import { ensureBuilt, mds } from '../support/cli.js'
import { readRecords } from '../support/read-records.js'
import { freePort, RedisServer } from '../support/redis-server.js'
import { bareEnvironment, MDS, runMds } from '../support/run-mds.js'
import { BEGIN_MS, writeSmallRecording } from '../support/small-recording.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'

const CANARY = 'c4n4ry-of-redis'
const recording = writeSmallRecording()
afterAll(recording.remove)
beforeAll(ensureBuilt)
const FILE = join(recording.folder, 'alpha', 'alpha_20251006_0900.bin')
const { records } = readRecords(readFileSync(FILE))
const withPackets = records.filter(({ message }) => message.length > 1 && message[0] !== 0x7b)

const linesOf = (folder: string): string[] => {
  const [name, ...more] = readdirSync(folder)
  expect([name, ...more]).toEqual(['market_data_2025-10-06.jsonl'])
  return readFileSync(join(folder, name as string), 'utf8')
    .split('\n')
    .slice(0, -1)
}

test('a replay writes the lines that a capture of the same messages writes, at any speed', async () => {
  const captured = tempFolder()
  const sink = openJsonlSink(captured, InstrumentTable.of(), new Heard())
  for (const { received_at_ms, message } of records) sink.onMessage(liveMessage(message, received_at_ms))
  await sink.close(10_000)
  for (const speed of ['max', '1000x', '20x']) {
    const replayed = tempFolder()
    const { code, stdout, stderr } = await mds(['replay', FILE, '--to', 'jsonl', '--jsonl', replayed, '--speed', speed])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain(`jsonl: ${withPackets.length} messages sent, 0 dropped`)
    expect(linesOf(replayed)).toEqual(linesOf(captured))
  }
})

test('a line is the tick that decode prints, without its sequence and with what sinks add', async () => {
  const folder = tempFolder()
  await mds(['replay', recording.folder, '--to', 'jsonl', '--jsonl', folder, '--speed', 'max', '-q'])
  const decoded = (await mds(['decode', recording.folder])).stdout.split('\n').slice(0, -1)
  const lines = linesOf(folder)
  expect(lines.length).toBe(decoded.length)
  for (const [n, line] of lines.entries()) {
    const { received_at_ms, asset_class, exchange_timestamp_ms, ...plain } = JSON.parse(line)
    const { sequence, ...tick } = JSON.parse(decoded[n] as string)
    expect(JSON.stringify(plain)).toBe(JSON.stringify(tick))
    expect(sequence).toBe(n)
    expect(received_at_ms).toBe(Date.parse(tick.received_at))
    expect(exchange_timestamp_ms).toBe(tick.exchange_timestamp && Date.parse(tick.exchange_timestamp))
    expect(asset_class).toBe(tick.exchange === 'INDICES' ? 'indices' : 'unknown')
  }
})

test('--to takes a time as well: only what was received before it is handed on', async () => {
  const folder = tempFolder()
  const to = new Date(BEGIN_MS + 97 * 20).toISOString()
  const { code, stdout } = await mds([
    ...['replay', FILE, '--to', to, '--to', 'jsonl', '--jsonl', folder, '--speed', 'max', '-q', '--json'],
  ])
  const before = withPackets.filter(({ received_at_ms }) => received_at_ms < BEGIN_MS + 97 * 20)
  expect(code).toBe(0)
  expect(JSON.parse(stdout).sinks).toMatchObject([{ name: 'jsonl', taken: before.length, sent: before.length, dropped: 0 }])
  expect(before.length).toBeLessThan(withPackets.length)
})

test('redis gets each message once, marked as a replay', async () => {
  const server = await RedisServer.open()
  const url = `redis://localhost:${server.port}`
  const { code, stderr } = await mds(['replay', recording.folder, '--to', 'redis', '--redis', url, '--speed', 'max'])
  expect(code).toBe(0)
  expect(stderr).toMatch(/redis: \d+ messages sent, 0 dropped/)
  const client = await server.client()
  await client.send('SELECT', 4)
  const entries = await client.entries('ticks:raw:binary')
  expect(new Set(entries.map(({ fields }) => String(fields.get('source'))))).toEqual(new Set(['replay']))
  const alpha = entries.map(({ fields }) => fields.get('binary_data')?.toString('hex'))
  const wanted = withPackets.map(({ message }) => Buffer.from(message).toString('hex'))
  expect(alpha.filter((hex) => wanted.includes(hex ?? ''))).toEqual(wanted)
  const decoded = (await mds(['decode', recording.folder])).stdout.split('\n').slice(0, -1)
  expect(Number(await client.send('XLEN', 'ticks:intraday:processed'))).toBe(decoded.length)
})

test('a server that is not there ends it at once, and no password is shown', async () => {
  const server = await RedisServer.open([], { absent: true })
  const cwd = tempFolder()
  for (const [url, env] of [
    [`redis://feed:${CANARY}@localhost:${server.port}`, {}],
    [`redis://localhost:${server.port}`, { MDS_REDIS_PASSWORD: CANARY }],
    [`redis://feed:${CANARY}@localhost:no`, {}],
    [`rediss://feed:${CANARY}@localhost:${server.port}`, {}],
  ] as const) {
    const { code, stdout, stderr } = await runMds(['replay', FILE, '--to', 'redis', '--redis', url, '--speed', 'max'], {
      cwd,
      env: bareEnvironment(env),
    })
    expect(code).toBe(url.endsWith('no') ? 2 : 3)
    expect(stderr).toMatch(
      url.endsWith('no') ? /address of Redis/ : /Expected a Redis server at localhost:\d+, database 4, found/,
    )
    expect(stdout.toString() + stderr).not.toContain(CANARY)
  }
})

test('what can not go with a sink is refused', async () => {
  for (const [flags, words] of [
    [['--to', 'jsonl', '--symbol', 'RELIANCE'], /without --symbol/],
    [['--to', 'jsonl', '-o', 'x.csv', '--emit', 'candles'], /without --output, --emit/],
    [['--to', '10:00', '--to', '11:00'], /one time/],
    [['--to', 'reddis'], /HH:MM/],
    [['--jsonl', 'x'], /--to jsonl is missing/],
    [['--to', 'jsonl', '--jsonl', FILE], /folder/],
  ] as const) {
    const { code, stderr } = await mds(['replay', FILE, '--speed', 'max', ...flags])
    expect(`${code} ${flags}`).toBe(`2 ${flags}`)
    expect(stderr).toMatch(words)
  }
})

test('a password on the command line is not left where other users can read it', async () => {
  const server = await RedisServer.open()
  const url = `redis://:${CANARY}@localhost:${server.port}`
  const child = spawn(process.execPath, [MDS, 'replay', FILE, '--to', 'redis', '--redis', url, '--speed', '0.1x'], {
    env: bareEnvironment(),
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const client = await server.client()
  await client.send('SELECT', 4)
  await until('it plays', async () => Number(await client.send('XLEN', 'ticks:raw:binary')) > 0)
  expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(CANARY)
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
})

test('rediss:// asks for a certificate that somebody vouches for', async () => {
  const folder = tempFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  execFileSync('openssl', [...made, ...names], { stdio: 'ignore' })
  const port = await freePort()
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no']
  const server = await RedisServer.open(['--tls-port', String(port), ...files])
  const args = ['replay', FILE, '--to', 'redis', '--redis', `rediss://localhost:${port}`, '--speed', 'max']
  const trusting = await runMds(args, { cwd: folder, env: bareEnvironment({ NODE_EXTRA_CA_CERTS: cert }) })
  expect(trusting.stderr).toContain(`redis: ${withPackets.length} messages sent, 0 dropped`)
  const client = await server.client()
  await client.send('SELECT', 4)
  expect(await client.send('XLEN', 'ticks:raw:binary')).toBe(withPackets.length)
  const wary = await runMds(args, { cwd: folder, env: bareEnvironment() })
  expect(wary.code).toBe(3)
  expect(wary.stderr).toMatch(/self-signed certificate/)
  expect(await client.send('XLEN', 'ticks:raw:binary')).toBe(withPackets.length)
})
