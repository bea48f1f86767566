import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readManifest } from '../../src/core/recording/index.js'
import { ensureBuilt } from '../support/cli.js'
import { FaultServer } from '../support/fault-server.js'
import { freePort } from '../support/redis-server.js'
import { bareEnvironment, runMds, sha256 } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'
import { filesIn, journalIn, LiveCapture, numbered, recordedIn } from './live-capture.js'

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
  await until('the messages on the disk', () => recordedIn(capture.folder).length >= MESSAGES)
  return { capture, endOfStream: () => clearInterval(timer) }
}

async function expectWhole(folder: string): Promise<void> {
  const messages = recordedIn(folder).filter(({ length }) => length > 1)
  expect(messages.length).toBeGreaterThanOrEqual(MESSAGES)
  expect(messages.findIndex((message, n) => !message.equals(numbered(n + 1)))).toBe(-1)
  expect(journalIn(folder).at(-1)).toMatchObject({ event: 'session_end', reason: 'interrupted' })
  const manifests = filesIn(folder, '.manifest.json').map((path) => readManifest(readFileSync(path, 'utf8')))
  expect(manifests.map((manifest) => [manifest?.sha256, manifest?.condition])).toEqual(
    filesIn(folder, '.bin').map((path) => [sha256(readFileSync(path)), 'available']),
  )
  const verified = await runMds(['verify', ...filesIn(folder, '.bin'), '--json'], { cwd: folder })
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
    await expectWhole(capture.folder)
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
    await expectWhole(capture.folder)
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

test('a working folder that is taken away is made anew, and does not keep the capture from ending', async () => {
  const { capture, endOfStream } = await recording()
  rmSync(capture.folder, { recursive: true, force: true, maxRetries: 10 })
  await until('records in a new folder', () => recordedIn(capture.folder).length > 0)
  capture.kill('SIGTERM')
  expect(await capture.exit(), capture.stderr).toBe(3) // a file is suspect
  endOfStream()
  expect(journalIn(capture.folder)).toContainEqual(expect.objectContaining({ event: 'gap', cause: 'file_lost' }))
})

test('before it began there is nothing to keep: 130', async () => {
  const folder = tempFolder()
  const nobody = new LiveCapture(`ws://localhost:${await freePort()}`, folder)
  await nobody.said(/waiting/)
  nobody.kill('SIGTERM')
  expect(await nobody.exit()).toBe(130)
  expect(filesIn(folder, '')).toEqual([])
})

test('a terminal that is closed under the view: all is kept, and it dies of SIGHUP and not of an assertion', async () => {
  const server = await FaultServer.start()
  server.onAccepted = (client) => client.binary(...Array.from({ length: MESSAGES }, (_, n) => numbered(n + 1)))
  const folder = tempFolder()
  // The kernel tells the shell, and a shell tells what it runs.
  const command = `$MDS capture --url ${server.url} --tokens 408065 --hours always & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > code`
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: bareEnvironment({ XDG_RUNTIME_DIR: folder, TERM: 'xterm' }),
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await until('the messages on the disk', () => recordedIn(folder).length >= MESSAGES)
  terminal.kill('SIGKILL')
  await until('the end', () => existsSync(join(folder, 'code')) && readFileSync(join(folder, 'code'), 'utf8').endsWith('\n'))
  expect(readFileSync(join(folder, 'code'), 'utf8')).toBe('129\n')
  await expectWhole(folder)
})
