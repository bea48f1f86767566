import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { RECORDED_TIME_HEADER } from '../../src/core/feed/index.js'
import { ensureBuilt } from '../support/cli.js'
import { recordingOf } from '../support/read-records.js'
import { bareEnvironment, MDS, runMds } from '../support/run-mds.js'
import { sampleRecords } from '../support/sample-records.js'
import { client, upgradeStatus } from '../support/serve.js'
import { tempFolder } from '../support/temp-folder.js'

beforeAll(ensureBuilt)

const records = sampleRecords(400)
const TOKENS = [738561, 738817, 739073, 256265]
const LOOPBACK = '127.0.0.1'

interface Served {
  readonly url: string
  readonly folder: string
  readonly pid: number
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  kill(signal: NodeJS.Signals): void
}

/** Runs the server and waits for the line that says where it is. */
async function served(flags: readonly string[], env: Record<string, string> = {}): Promise<Served> {
  const folder = tempFolder({ 'box/box_20251005_0900.bin': recordingOf(records) })
  mkdirSync(join(folder, 'run'), { mode: 0o700 })
  const args = [MDS, 'replay', join(folder, 'box'), '--serve', `${LOOPBACK}:0`, ...flags]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: bareEnvironment({ XDG_RUNTIME_DIR: join(folder, 'run'), ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString('utf8')
  })
  const url = new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString('utf8')
      const found = /Serving (ws:\/\/[^ ]+)/.exec(stderr)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.on('close', () => reject(new Error(stderr)))
  })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  )
  return { url: await url, folder, pid: child.pid ?? 0, ended, kill: (signal) => child.kill(signal) }
}

test('serves, says where, ends with the recording, and sums up', async () => {
  const { url, ended } = await served(['--speed', 'max', '--json'])
  const one = client(url, { headers: { [RECORDED_TIME_HEADER]: '1' } })
  await one.opened
  one.subscribe(TOKENS, 'full')
  expect(await one.closed).toEqual({ code: 1000, reason: 'end of recording' })
  const { code, stdout, stderr } = await ended
  expect(code).toBe(0)
  expect(stderr).toMatch(/^Serving ws:\/\/127\.0\.0\.1:\d+ \(api_key mds, access_token mds\); waiting for 1 client\n/)
  expect(stderr).toMatch(/400 records from 09:15:\d\d to \d\d:\d\d:\d\d IST in .*; 1 login, \d+ packets in \d+ messages sent\n/)
  expect(JSON.parse(stdout)).toMatchObject({ records: 400, logins: 1, refused: 0, dropped: 0, faults: 0 })
})

test('what clients send to log in is nowhere to be found, nor what they should have sent', async () => {
  const secrets = { MDS_SERVE_API_KEY: 'CANARY-KEY-4711', MDS_SERVE_ACCESS_TOKEN: 'CANARY-TOKEN-4712' }
  const { url, folder, pid, ended } = await served(['--speed', 'max', '--json'], secrets)
  if (existsSync('/proc/self/cmdline')) expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('CANARY')
  expect(await upgradeStatus(url)).toBe(403)
  expect(await upgradeStatus(url, { query: '?api_key=CANARY-REAL-KEY&access_token=CANARY-REAL-TOKEN' })).toBe(403)
  const http = url.replace(/^ws/, 'http')
  expect(await (await fetch(`${http}/status`)).text()).not.toContain('CANARY')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  expect(files).toHaveLength(1)
  for (const name of files) expect(readFileSync(join(folder, name), 'utf8')).not.toContain('CANARY')
  const one = client(url, { query: '?api_key=CANARY-KEY-4711&access_token=CANARY-TOKEN-4712' })
  await one.opened
  one.subscribe(TOKENS)
  await one.closed
  const { code, stdout, stderr } = await ended
  expect(code).toBe(0)
  expect(stdout + stderr).not.toContain('CANARY')
  expect(stderr).toContain('A login was refused (HTTP 403).')
  expect(readdirSync(join(folder, 'run', 'mds'))).toEqual([])
})

test('steered by HTTP with the token of the run: speed, seek, stop', async () => {
  const { url, folder, ended } = await served(['--stay'])
  const http = url.replace(/^ws/, 'http')
  const [name = ''] = readdirSync(join(folder, 'run', 'mds'))
  const { token } = JSON.parse(readFileSync(join(folder, 'run', 'mds', name), 'utf8'))
  const control = async (path: string, body: object, authorization = `Bearer ${token}`) => {
    const headers = { 'content-type': 'application/json', authorization }
    const response = await fetch(`${http}/control/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: await response.text() }
  }
  expect(await control('pause', {}, 'Bearer mds')).toMatchObject({ status: 401 })
  expect(await control('speed', { speed: 'warp' })).toMatchObject({ status: 400, body: expect.stringContaining('0.1x to 1000x') })
  expect(await control('seek', {})).toMatchObject({ status: 400, body: expect.stringContaining('one of the keys') })
  expect(await control('seek', { to: 'noon' })).toMatchObject({ status: 400 })
  const one = client(url)
  await one.opened
  expect(JSON.parse((await control('speed', { speed: 'max' })).body)).toMatchObject({ phase: 'waiting', speed: 'max' })
  one.subscribe(TOKENS, 'full')
  let phase: unknown
  while (phase !== 'ended') phase = ((await (await fetch(`${http}/status`)).json()) as { phase: unknown }).phase
  expect(JSON.parse((await control('seek', { to: '09:15' })).body).phase).not.toBe('waiting')
  expect((await control('step', {})).status).toBe(200)
  expect((await control('resume', {})).status).toBe(200)
  expect((await control('stop', {})).status).toBe(200)
  expect((await one.closed).code).toBe(1001)
  expect((await ended).code).toBe(0)
})

test('Ctrl-C: clients are told, 130', async () => {
  const { url, ended, kill } = await served([])
  const one = client(url)
  await one.opened
  one.subscribe(TOKENS)
  kill('SIGINT')
  expect((await one.closed).code).toBe(1001)
  expect((await ended).code).toBe(130)
})

test('a fault file: done, and written down in a file that appears whole', async () => {
  const faults = tempFolder({ 'faults.json': JSON.stringify([{ at: '+10s', fault: 'duplicate', messages: 2 }]) })
  const log = join(faults, 'log.ndjson')
  const { url, ended } = await served(['--speed', 'max', '--faults', join(faults, 'faults.json'), '--fault-log', log])
  const one = client(url)
  await one.opened
  one.subscribe(TOKENS, 'full')
  await one.closed
  const { code, stderr } = await ended
  expect(code).toBe(0)
  expect(stderr).toContain('; 2 faults')
  const lines = readFileSync(log, 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { slot: 0, fault: 'duplicate' },
    { slot: 0, fault: 'duplicate' },
  ])
})

test('usage errors say what is expected, and nothing listens', async () => {
  const folder = tempFolder({
    'box/box_20251005_0900.bin': recordingOf(records),
    'bad.json': '[{"at":"09:20","fault":"explode"}]',
  })
  const serve = ['--serve', `${LOOPBACK}:0`]
  for (const [flags, words] of [
    [['--serve', 'nowhere'], /HOST:PORT/],
    [['--serve', `${LOOPBACK}:99999`], /HOST:PORT/],
    [['--serve', '0.0.0.0:0'], /address of this machine only/],
    [['--serve', '0.0.0.0:0', '--allow-remote'], /everybody knows/],
    [[...serve, '--output', 'x.ndjson'], /--output/],
    [[...serve, '--symbol', 'INFY'], /--symbol/],
    [[...serve, '--to', 'redis'], /one of them/],
    [[...serve, '--speed', 'warp'], /0\.1x to 1000x/],
    [[...serve, '--wait-for', '4'], /more clients than may come/],
    [[...serve, '--faults', 'bad.json'], /\[0\]\.fault: expected one of drop/],
    [[...serve, '--faults', 'none.json'], /there is no such file/],
    [[...serve, '--access-token', ''], /access token/],
    [['--stay'], /--serve/],
  ] as const) {
    const { code, stdout, stderr } = await runMds(['replay', 'box', ...flags], { cwd: folder })
    expect(`${code} ${flags}: ${stderr}`).toMatch(new RegExp(`^[23] ${flags.join(',').replace(/[[\].]/g, '\\$&')}`))
    expect(stdout.toString() + stderr).toMatch(words)
    expect(stderr).not.toMatch(/at .*\.js:\d/)
  }
})

test('the variables of the server mean nothing to a replay that does not serve', async () => {
  const folder = tempFolder({ 'box/box_20251005_0900.bin': recordingOf(records) })
  const { code } = await runMds(['replay', 'box', '--speed', 'max'], { cwd: folder, env: { MDS_SERVE_ACCESS_TOKEN: 'x' } })
  expect(code).toBe(0)
})
