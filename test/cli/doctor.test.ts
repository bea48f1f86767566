import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { DoctorReport } from '../../src/io/doctor/run-doctor.js'
import { systemLock } from '../../src/io/recorder/folder-lock.js'
import { ensureBuilt } from '../support/cli.js'
import { type Outcome, runMds } from '../support/run-mds.js'

beforeAll(ensureBuilt)
const root = mkdtempSync(join(tmpdir(), 'mds-doctor-cli-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const KEY = 'canaryKey0123456'
const TOKEN = 'canaryToken+/=0123456789'
const PASSWORD = 'canaryPassword'
const TOKEN_FILE = join('config', 'api_configs', 'zerodha_token.json')

let cwd = ''
let number = 0
beforeEach(() => {
  cwd = join(root, String(number++))
  mkdirSync(join(cwd, 'config', 'api_configs'), { recursive: true })
  writeFileSync(join(cwd, TOKEN_FILE), JSON.stringify({ api_key: KEY, access_token: TOKEN }), { mode: 0o600 })
})
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Runs it, and looks for the secrets in all that it said and wrote. */
async function doctor(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome & { report: DoctorReport }> {
  const [people, program] = await Promise.all([
    runMds(['doctor', ...args], { cwd, env }),
    runMds(['doctor', ...args, '--json'], { cwd, env }),
  ])
  expect(program.code).toBe(people.code)
  for (const said of [people.stdout.toString(), people.stderr, program.stdout.toString(), program.stderr])
    expect(said).not.toContain('canary')
  return { ...people, report: JSON.parse(program.stdout.toString()) as DoctorReport }
}
const check = ({ report }: { report: DoctorReport }, id: string) => report.checks.find((each) => each.id === id)

/** A feed on this machine, which answers as told and keeps what it was asked. */
async function feed(answer: 'open' | number | 'silent'): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server: Server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    asked.push(request.url ?? '')
    if (answer === 'open') sockets.handleUpgrade(request, socket, head, () => {})
    else if (answer !== 'silent')
      socket.end(`HTTP/1.1 ${answer} No\r\nX-Told: ${request.url}\r\nConnection: close\r\n\r\n${request.url}`)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  closing.push(() => {
    server.closeAllConnections()
    sockets.close()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `ws://localhost:${address.port}`, asked }
}

describe('the feed', () => {
  test('that opens a socket: key and token came there, and nothing of them anywhere else', async () => {
    const { url, asked } = await feed('open')
    const ran = await doctor(['--tokens', '408065,884737', '--connect', '--url', url])
    expect(check(ran, 'connect')).toMatchObject({ state: 'ok' })
    expect(ran.code).toBe(0)
    expect(new URL(asked[0] ?? '', url).searchParams.get('access_token')).toBe(TOKEN)
    expect(new URL(asked[0] ?? '', url).searchParams.get('api_key')).toBe(KEY)
  })

  test.each([403, 429, 500, 302])('that answers %i, with the URL in its words: exit 5', async (status) => {
    const { url } = await feed(status)
    const ran = await doctor(['--tokens', '408065', '--connect'], { KITE_WS_URL: url })
    expect(ran.code).toBe(5)
    expect(check(ran, 'connect')).toMatchObject({ state: 'fail', text: expect.stringContaining(String(status)) })
  })

  test('that is not there, or is something else', async () => {
    const server = createTcpServer((socket) => socket.resume().end('SSH-2.0\r\n'))
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const other = await doctor(['--tokens', '1', '--connect', '--url', `ws://localhost:${port}`])
    expect(check(other, 'connect')?.state).toBe('fail')
    await new Promise((resolve) => server.close(resolve))
    const nobody = await doctor(['--tokens', '1', '--connect', '--url', `ws://localhost:${port}`])
    expect(check(nobody, 'connect')).toMatchObject({ state: 'fail', text: expect.stringContaining('Nobody listens') })
    expect([other.code, nobody.code]).toEqual([5, 5])
  })

  test('in the clear on another machine, or with secrets in its address, is not asked', async () => {
    for (const url of ['ws://feed.example', `wss://ws.kite.trade/?access_token=${TOKEN}`]) {
      const ran = await doctor(['--tokens', '1', '--connect', '--url', url])
      expect(ran.code).toBe(5)
      expect(check(ran, 'connect')?.state).toBe('fail')
    }
  })

  test('on this machine needs no credentials', async () => {
    rmSync(join(cwd, TOKEN_FILE))
    const { url, asked } = await feed('open')
    expect((await doctor(['--tokens', '1', '--connect', '--url', url])).code).toBe(0)
    expect(asked[0]).toBe('/?api_key=mds&access_token=mds')
  })
})

describe('credentials', () => {
  test.each([
    ['readable by others', () => chmodSync(join(cwd, TOKEN_FILE), 0o644), 'chmod 600'],
    ['cut short', () => writeFileSync(join(cwd, TOKEN_FILE), `{"api_key": "${KEY}", "access_token": "${TOKEN}`), 'Log in'],
    [
      'behind a link',
      () => {
        writeFileSync(join(cwd, 'real.json'), JSON.stringify({ api_key: KEY, access_token: TOKEN }), { mode: 0o600 })
        rmSync(join(cwd, TOKEN_FILE))
        symlinkSync(join(cwd, 'real.json'), join(cwd, TOKEN_FILE))
      },
      'readlink -f',
    ],
    ['missing', () => rmSync(join(cwd, TOKEN_FILE)), 'umask 077'],
  ])('%s: exit 5, and what mends it', async (_, arrange, hint) => {
    arrange()
    const ran = await doctor(['--tokens', '408065'])
    expect(ran.code).toBe(5)
    expect(check(ran, 'token')).toMatchObject({ state: 'fail' })
    expect(ran.stdout.toString()).toContain(`try: `)
    expect(check(ran, 'token')?.tries?.join()).toContain(hint)
  })

  test('of the environment', async () => {
    rmSync(join(cwd, TOKEN_FILE))
    const ran = await doctor(['--tokens', '408065'], { ZERODHA_API_KEY: KEY, KITE_ACCESS_TOKEN: TOKEN })
    expect(check(ran, 'token')).toMatchObject({
      state: 'ok',
      text: 'Key and token from $ZERODHA_API_KEY and $KITE_ACCESS_TOKEN.',
    })
  })

  test('given as the profile by mistake are not shown', async () => {
    const ran = await doctor(['--profile', `./${TOKEN_FILE}`])
    expect(ran.code).toBe(3)
    expect(check(ran, 'profile')?.state).toBe('fail')
  })
})

describe('Redis', () => {
  /** A server of its own, for the time of a test. */
  async function redisServer(...options: string[]): Promise<{ port: number }> {
    const port = await freePort()
    const words = ['--port', String(port), '--bind', 'localhost', '--save', '', '--appendonly', 'no', '--dir', cwd, ...options]
    const server: ChildProcess = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'ignore'] })
    closing.push(() => new Promise((resolve) => server.once('exit', resolve).kill('SIGKILL')))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.stdout?.on('data', (text: Buffer) => {
        if (text.toString().includes('Ready to accept connections')) resolve()
      })
    })
    return { port }
  }

  async function freePort(): Promise<number> {
    const server = createTcpServer()
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const address = server.address()
    await new Promise((resolve) => server.close(resolve))
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  test('with a stream that has just grown', async () => {
    const { port } = await redisServer()
    const client = new Redis({ port, host: 'localhost', db: 4 })
    await client.xadd('ticks:raw:binary', '*', 'data', 'x')
    await client.quit()
    const ran = await doctor(['--tokens', '408065', '--redis', `redis://localhost:${port}`])
    expect(check(ran, 'redis')).toMatchObject({ state: 'ok', text: expect.stringContaining(`localhost:${port}, database 4`) })
    expect(check(ran, 'stream')).toMatchObject({ state: 'ok', text: expect.stringContaining('ticks:raw:binary has 1 messages') })
    expect(ran.code).toBe(0)
  })

  test('with a password: the right one works, a wrong one is a failure, neither is shown', async () => {
    const { port } = await redisServer('--requirepass', PASSWORD)
    const right = await doctor(['--tokens', '1', '--redis', `redis://:${PASSWORD}@localhost:${port}`])
    expect(check(right, 'redis')?.state).toBe('ok')
    for (const url of [`redis://:${PASSWORD}2@localhost:${port}`, `redis://localhost:${port}`]) {
      const wrong = await doctor(['--tokens', '1', '--redis', url])
      expect(check(wrong, 'redis')).toMatchObject({ state: 'fail', text: expect.stringMatching(/another user or password/) })
      expect(wrong.code).toBe(3)
    }
  })

  test('that is not there, or takes a connection and says nothing', async () => {
    const nobody = await doctor(['--tokens', '1', '--redis', `redis://localhost:${await freePort()}`])
    expect(check(nobody, 'redis')).toMatchObject({ state: 'fail', text: expect.stringContaining('ECONNREFUSED') })
    const silent = createTcpServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, 'localhost', resolve))
    closing.push(() => silent.close())
    const address = silent.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const mute = await doctor(['--tokens', '1', '--redis', `redis://localhost:${port}`])
    expect(check(mute, 'redis')).toMatchObject({ state: 'fail', text: expect.stringContaining('ETIMEDOUT') })
  })
})

test('a profile that ships, on an empty machine: each failure with a way out', async () => {
  const ran = await doctor(['--profile', 'sso_xvenue'])
  expect(ran.code).toBe(3)
  expect(check(ran, 'master')).toMatchObject({
    state: 'fail',
    tries: [expect.stringContaining('https://api.kite.trade/instruments')],
  })
  expect(check(ran, 'instruments')?.state).toBe('skipped')
  expect(ran.stderr).toBe('')
})

test('a recording that a synthetic day made is read, and who writes into its folder is known', async () => {
  const day = new Date(Date.now() + 19_800_000).toISOString().slice(0, 10)
  const made = await runMds(['synth', '--date', day, '--instruments', '5', '--profile', 'mine', '-q'], { cwd })
  expect(made.code).toBe(0)
  writeFileSync(join(cwd, 'mine.json'), JSON.stringify({ name: 'mine', select: [{ exchange: 'NSE' }], hours: 'always' }))
  const lock = await systemLock(join(cwd, 'raw_ticks', 'mine'), { session: 'test', now_ms: Date.now() })
  closing.push(() => lock.release())
  const ran = await doctor(['--profile', './mine.json'])
  expect(check(ran, 'messages')).toMatchObject({
    state: 'ok',
    text: expect.stringMatching(/\d{2,} messages, \d{2,} packets, nothing odd/),
  })
  expect(check(ran, 'master')).toMatchObject({ state: 'ok' })
  expect(check(ran, 'instruments')?.text).toMatch(/^\d instruments/)
  expect(check(ran, 'writer')?.text).toContain(`pid ${process.pid}`)
  expect(ran.code).toBe(0)
})

test('what the command line says must make sense', async () => {
  for (const args of [
    ['--tokens', '0'],
    ['--tokens', 'INFY'],
    ['--tokens', ','],
    ['--tokens', '1', '--profile', 'nifty50'],
  ]) {
    const ran = await runMds(['doctor', ...args], { cwd })
    expect(ran.code, args.join(' ')).toBe(2)
    expect(ran.stderr).toMatch(/^Error: /)
  }
})
