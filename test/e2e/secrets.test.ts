import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { closeFrame, type FaultClient, FaultServer } from '../support/fault-server.js'
import { runMds } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'
import { filesIn, LiveCapture, numbered, recordedIn } from './live-capture.js'

beforeAll(ensureBuilt)

/** Every form that a program may give them keeps the word; none of it may be found anywhere. */
const WORD = 'canary'
const SECRETS = { api_key: `${WORD}Key0123456`, access_token: `${WORD}+Token/0123456789=abc"\\def` }
const PASSWORD = `${WORD}:Pass/word@0123`
const TOKEN_FILE = 'token.json'

/** What a mean server makes of the login it was sent. */
const ECHOES = [
  SECRETS.access_token,
  encodeURIComponent(SECRETS.access_token),
  JSON.stringify(SECRETS),
  new URLSearchParams(SECRETS).toString(),
]

/** Refuses, then lets in, quotes the secrets in texts and in its good-bye, then asks for patience. */
async function meanServer(): Promise<FaultServer> {
  const server = await FaultServer.start()
  server.answers.push(403, 'accept')
  server.otherwise = 429
  server.onAccepted = (client) => {
    client.binary(numbered(1), numbered(2))
    for (const echo of ECHOES) client.text(JSON.stringify({ type: 'error', data: `no such token: ${echo}` }))
    for (const echo of ECHOES) client.text(`plain words and ${echo}`)
  }
  return server
}

const sayGoodBye = (client: FaultClient | undefined): void => client?.raw(closeFrame(1008, `bye ${SECRETS.access_token}`))

/** Takes nobody, and quotes the words of AUTH, as some servers do. */
async function quotingRedis(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      socket.write(`-ERR unknown command with args: ${bytes.toString('utf8').replaceAll('\r\n', ' ')}\r\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const hasSecret = (text: string): boolean =>
  text.toLowerCase().includes(WORD) ||
  [...Object.values(SECRETS), PASSWORD].some((secret) => text.includes(Buffer.from(secret).toString('base64').slice(0, -4)))

/** Files below the folder that hold a secret, those that are to do so left out. */
function filesWithSecret(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== TOKEN_FILE && statSync(join(folder, name)).isFile())
    .filter((name) => hasSecret(name) || hasSecret(readFileSync(join(folder, name), 'latin1')))
}

const ways = [
  {
    way: 'a token file and --redis',
    args: (redis: number) => [
      ...['--token-file', TOKEN_FILE],
      ...['--redis', `redis://:${encodeURIComponent(PASSWORD)}@localhost:${redis}`],
    ],
    env: {},
  },
  {
    way: 'the environment',
    args: (redis: number) => ['--redis', `redis://localhost:${redis}`],
    env: {
      KITE_API_KEY: SECRETS.api_key,
      KITE_ACCESS_TOKEN: SECRETS.access_token,
      MDS_REDIS_PASSWORD: PASSWORD,
    },
  },
]

describe('key, token and password are found nowhere', () => {
  test.each(ways)('when they come from $way', async ({ args, env }) => {
    const [server, redis] = [await meanServer(), await quotingRedis()]
    const folder = tempFolder()
    writeFileSync(join(folder, TOKEN_FILE), JSON.stringify(SECRETS), { mode: 0o600 })
    const capture = new LiveCapture(server.url, folder, {
      args: [...args(redis), ...['--candles', '1m', '--jsonl', 'jsonl', '--json']],
      env,
    })
    await until(`a login; ${capture.stderr}`, () => server.logins.length >= 2)
    expect(server.logins[1]).toMatchObject(SECRETS)
    await capture.told('text', 2 * ECHOES.length)
    await capture.told('sink_down')
    sayGoodBye(server.logins[1])
    await capture.told('disconnected')
    await capture.told('refused', 2)

    const asked = await asks(folder)
    const cmdline = commandLine(capture.child.pid)
    capture.kill('SIGTERM')
    expect(await capture.exit(), capture.stderr).toBe(0)

    const told = { ...asked, cmdline, stdout: capture.stdout, stderr: capture.stderr }
    expect(Object.entries(told).filter(([, text]) => hasSecret(text))).toEqual([])
    expect(filesWithSecret(folder)).toEqual([])
    // What could have held one is there.
    expect(Object.entries(told).filter(([, text]) => text === '')).toEqual([])
    expect(capture.stderr).toContain('disconnected (1008, bye [hidden])')
    expect(recordedIn(folder).length).toBeGreaterThanOrEqual(2)
    for (const ending of ['.manifest.json', '.journal.jsonl', '.candles.ndjson']) expect(filesIn(folder, ending)).toHaveLength(1)
    for (const path of ['logs/tokens.log', 'jsonl']) expect(existsSync(join(folder, path)), path).toBe(true)
  })

  test('a new token of the same day does not uncover the old one', async () => {
    const server = await FaultServer.start()
    const folder = tempFolder()
    writeFileSync(join(folder, TOKEN_FILE), JSON.stringify(SECRETS), { mode: 0o600 })
    const capture = new LiveCapture(server.url, folder, { args: ['--token-file', TOKEN_FILE] })
    await capture.told('subscribed')
    writeFileSync(join(folder, TOKEN_FILE), JSON.stringify({ ...SECRETS, access_token: `${SECRETS.access_token}new` }))
    await capture.told('credentials_changed')
    server.logins[0]?.text(`${SECRETS.access_token} and ${SECRETS.access_token}new`)
    await capture.told('text')
    capture.kill('SIGTERM')
    expect(await capture.exit(), capture.stderr).toBe(0)
    expect(filesWithSecret(folder)).toEqual([])
    expect(readFileSync(join(folder, 'logs/tokens.log'), 'utf8')).toContain('"[hidden] and [hidden]"')
  })
})

describe('refused before anything is sent', () => {
  test('a token file that others can read', async () => {
    const server = await FaultServer.start()
    const folder = tempFolder()
    writeFileSync(join(folder, TOKEN_FILE), JSON.stringify(SECRETS), { mode: 0o644 })
    const capture = new LiveCapture(server.url, folder, { args: ['--token-file', TOKEN_FILE] })
    expect(await capture.exit()).toBe(5)
    expect(capture.stderr).toContain(`Try: chmod 600 ${TOKEN_FILE}`)
    expect(hasSecret(capture.stderr)).toBe(false)
    expect([server.logins, filesIn(folder, '')]).toEqual([[], []])
  })

  test('ws:// to another machine', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, TOKEN_FILE), JSON.stringify(SECRETS), { mode: 0o600 })
    for (const json of [[], ['--json']]) {
      const capture = new LiveCapture('ws://feed.example', folder, { args: ['--token-file', TOKEN_FILE, ...json] })
      expect(await capture.exit()).toBe(2)
      expect(capture.stderr + capture.stdout).toContain('--url wss://feed.example')
      expect(filesIn(folder, '')).toEqual([])
    }
  })

  test('a URL with a secret in it, which is not repeated', async () => {
    const folder = tempFolder()
    const capture = new LiveCapture(`wss://ws.kite.trade/?${new URLSearchParams(SECRETS)}`, folder)
    expect(await capture.exit()).toBe(2)
    expect(hasSecret(capture.stderr + capture.stdout)).toBe(false)
  })
})

/** All that a running capture answers. */
async function asks(folder: string): Promise<Record<string, string>> {
  const run_folder = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => /capture-\d+\.json$/.test(name))
  const { url, token } = JSON.parse(readFileSync(join(folder, run_folder ?? ''), 'utf8')) as { url: string; token: string }
  const pages = await Promise.all(
    ['/status', '/metrics', '/health', '/nowhere'].map(async (path) => {
      const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } })
      return [path, await response.text()] as const
    }),
  )
  const ctl = (args: readonly string[]) => runMds(['ctl', 'status', ...args], { cwd: folder, env: { XDG_RUNTIME_DIR: folder } })
  const [plain, json] = [await ctl([]), await ctl(['--json'])]
  expect([plain.code, json.code], plain.stderr + json.stderr).toEqual([0, 0])
  return { ...Object.fromEntries(pages), plain: plain.stdout.toString(), json: json.stdout.toString() }
}

/** As every user of the machine sees it, where there is such a thing. */
function commandLine(pid: number | undefined): string {
  const path = `/proc/${pid}/cmdline`
  return existsSync(path) ? readFileSync(path, 'latin1') : 'hidden'
}
