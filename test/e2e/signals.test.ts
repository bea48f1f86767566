import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readManifest } from '../../src/core/recording/index.js'
import { ensureBuilt } from '../support/cli.js'
import { FaultServer } from '../support/fault-server.js'
import { freePort } from '../support/redis-server.js'
import { runMds, sha256 } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'
import { LiveCapture, numbered } from './live-capture.js'

beforeAll(ensureBuilt)

const MESSAGES = 500

/** A capture that has all of these messages on the disk, unsynced as likely as not, while more keep coming. */
async function recording(args: readonly string[] = []): Promise<{ capture: LiveCapture; endOfStream: () => void }> {
  const server = await FaultServer.start()
  let timer: NodeJS.Timeout | undefined
  server.onAccepted = (client) => {
    for (let n = 1; n <= MESSAGES; n++) client.binary(numbered(n))
    let next = MESSAGES
    timer = setInterval(() => client.binary(numbered(++next)), 1)
  }
  const capture = new LiveCapture(server.url, tempFolder(), { args })
  await capture.said(/Recording\./)
  await until('the messages on the disk', () => capture.recorded().length >= MESSAGES)
  return { capture, endOfStream: () => clearInterval(timer) }
}

async function expectWhole(capture: LiveCapture, reason: string): Promise<void> {
  const messages = capture.recorded().filter(({ length }) => length > 1)
  expect(messages.length).toBeGreaterThanOrEqual(MESSAGES)
  expect(messages.findIndex((message, n) => !message.equals(numbered(n + 1)))).toBe(-1)
  expect(capture.journal().at(-1)).toMatchObject({ event: 'session_end', reason })
  const manifests = capture.files('.manifest.json').map((path) => readManifest(readFileSync(path, 'utf8')))
  expect(manifests.map((manifest) => [manifest?.sha256, manifest?.condition])).toEqual(
    capture.files('.bin').map((path) => [sha256(readFileSync(path)), 'available']),
  )
  const verified = await runMds(['verify', ...capture.files('.bin'), '--json'], { cwd: capture.folder })
  const { sessions } = JSON.parse(verified.stdout.toString()) as { sessions: { files: { verdict: string }[] }[] }
  expect(sessions.flatMap(({ files }) => files.map(({ verdict }) => verdict))).toEqual(manifests.map(() => 'intact'))
  expect(verified.code, verified.stderr).toBe(0)
}

describe('whatever asks a capture to stop, all that it received is written, synced and described', () => {
  test.each<{ signals: NodeJS.Signals[] }>([
    { signals: ['SIGTERM'] },
    { signals: ['SIGINT'] },
    { signals: ['SIGHUP'] },
    { signals: ['SIGQUIT'] },
    { signals: ['SIGINT', 'SIGINT'] },
    { signals: ['SIGTERM', 'SIGINT', 'SIGHUP'] },
  ])('$signals', async ({ signals }) => {
    const { capture, endOfStream } = await recording()
    const asked_ms = performance.now()
    for (const signal of signals) capture.kill(signal)
    expect(await capture.exit(), capture.stderr).toBe(0)
    console.log(`${signals.join(' ')}: ended after ${Math.round(performance.now() - asked_ms)} ms (aim: 2000)`)
    endOfStream()
    await expectWhole(capture, 'interrupted')
  })
})

describe('a reader that goes away', () => {
  test.each<{ streams: ('stdout' | 'stderr')[] }>([
    { streams: ['stdout'] },
    { streams: ['stderr'] },
    { streams: ['stdout', 'stderr'] },
  ])('of $streams changes nothing', async ({ streams }) => {
    const { capture, endOfStream } = await recording(['--json'])
    for (const stream of streams) capture.child[stream]?.destroy()
    capture.kill('SIGTERM')
    expect(await capture.exit()).toBe(0)
    endOfStream()
    await expectWhole(capture, 'interrupted')
  })

  test('| head', async () => {
    const server = await FaultServer.start()
    const folder = tempFolder()
    const line = `$MDS capture --url ${server.url} --tokens 408065 --hours always --duration 1s --json 2>&1 | head -n 1; exit "\${PIPESTATUS[0]}"`
    const { code, stdout } = await runMds([], { cwd: folder, env: { XDG_RUNTIME_DIR: folder }, shell: line })
    expect(code).toBe(0)
    expect(stdout.toString().split('\n')).toHaveLength(2)
  })
})

test('before it began there is nothing to keep: 130', async () => {
  const folder = tempFolder()
  const nobody = new LiveCapture(`ws://localhost:${await freePort()}`, folder)
  await nobody.said(/waiting/)
  nobody.kill('SIGTERM')
  expect(await nobody.exit()).toBe(130)
  expect(nobody.files('')).toEqual([])
})
