import { readdirSync } from 'node:fs'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { captureRoutes } from '../../src/io/capture/control-routes.js'
import { openLocalServer, type Route } from '../../src/io/local/local-server.js'
import { announceRun, randomToken } from '../../src/io/local/run-file.js'
import { SampleControl } from '../support/capture-control.js'
import { ensureBuilt } from '../support/cli.js'
import { runMds } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'

beforeAll(ensureBuilt)

/** The token of every run of these tests: whatever shows it gives the secret away. */
const CANARY = randomToken()

async function serving(kind: 'capture' | 'serve', routes: readonly Route[], env: { XDG_RUNTIME_DIR: string }) {
  const server = await openLocalServer({ host: '127.0.0.1', port: 0, token: CANARY, routes })
  onTestFinished(() => server.close())
  const run = announceRun({ kind, name: kind === 'capture' ? 'nifty50' : '20251006', url: server.url, token: CANARY }, 1, env)
  onTestFinished(run.withdraw)
  return server
}

function runs() {
  const cwd = tempFolder()
  const env = { XDG_RUNTIME_DIR: tempFolder() }
  const ctl = async (...words: string[]) => {
    const { code, stdout, stderr } = await runMds(['ctl', ...words], { cwd, env })
    const text = stdout.toString('utf8')
    expect(text + stderr).not.toContain(CANARY)
    expect(stderr).not.toMatch(/at .*\.js:\d/)
    expect(readdirSync(cwd)).toEqual([])
    return { code, stdout: text, stderr }
  }
  return { env, ctl }
}

test('a capture: status, subscribe, mode, unsubscribe, stop', async () => {
  const { env, ctl } = runs()
  const control = new SampleControl()
  await serving('capture', captureRoutes(control), env)
  const status = await ctl('status')
  expect([status.code, status.stderr]).toEqual([0, ''])
  expect(status.stdout).toMatch(/^ {2}● recording {2}nifty50 /)
  expect(status.stdout).toContain('8,413 packets/s')
  expect(await ctl('subscribe', '--tokens', '1,2', '--symbol', 'INFY', '--mode', 'full')).toMatchObject({
    code: 0,
    stdout: 'nifty50: 3 instruments (3 full)\n',
  })
  expect(await ctl('mode', 'ltp', '--tokens', '1')).toMatchObject({ stdout: 'nifty50: 3 instruments (1 ltp, 2 full)\n' })
  expect(await ctl('unsubscribe', '--tokens', '1,2')).toMatchObject({ stdout: 'nifty50: 1 instrument (1 full)\n' })
  expect([...control.modes]).toEqual([[408_065, 'full']])
  const json = JSON.parse((await ctl('status', '--json', '--to', 'nifty50')).stdout)
  expect(json.runs).toMatchObject([{ kind: 'capture', name: 'nifty50', pid: process.pid, status: { health: 'running' } }])
  expect(await ctl('stop', '--to', String(process.pid))).toMatchObject({ code: 0, stdout: 'nifty50 is stopping.\n' })
  expect(control.stopped).toBe(1)
})

test('a replay server: what is said goes to its routes', async () => {
  const { env, ctl } = runs()
  const got: [string, unknown][] = []
  const paths = ['pause', 'resume', 'step', 'seek', 'speed', 'stop'].map((verb) => `/control/${verb}`)
  const routes = paths.map((path): Route => {
    const handle = (body: unknown) => {
      got.push([path, body])
      return { json: { paused: true, virtual_ms: 1_759_635_900_250, clients: [{ subscribed: 3 }] } }
    }
    return { method: 'POST', path, handle }
  })
  const server = await serving('serve', routes, env)
  for (const words of [['pause'], ['resume'], ['step'], ['seek', '10:30'], ['seek', '+30s'], ['seek', '-5m'], ['speed', 'max']])
    expect(await ctl(...words), String(words)).toMatchObject({
      code: 0,
      stdout: 'paused                true\nvirtual_ms            2025-10-05T09:15:00.250+05:30\nclients.0.subscribed  3\n',
    })
  expect(await ctl('stop', '--to', `http://localhost:${server.port}/`)).toMatchObject({
    code: 0,
    stdout: '20251006 is stopping.\n',
  })
  expect(got).toEqual([
    ['/control/pause', {}],
    ['/control/resume', {}],
    ['/control/step', {}],
    ['/control/seek', { to: '10:30' }],
    ['/control/seek', { by: '30s' }],
    ['/control/seek', { by: '-5m' }],
    ['/control/speed', { speed: 'max' }],
    ['/control/stop', {}],
  ])
})

test('nothing runs, something else runs, several run, none answers', async () => {
  const { env, ctl } = runs()
  const nothing = await ctl('status')
  expect(nothing).toMatchObject({ code: 3, stdout: '' })
  expect(nothing.stderr).toContain('No capture or replay server of yours runs here.\n  Try: mds capture --tokens')
  const control = new SampleControl()
  const server = await serving('capture', captureRoutes(control), env)
  expect((await ctl('pause')).stderr).toContain(`No replay server of yours runs here; found capture nifty50 (pid ${process.pid})`)
  expect((await ctl('stop', '--to', 'other')).stderr).toContain('None of yours that runs here is called other; found capture')
  await serving('serve', [], env)
  const several = await ctl('stop')
  expect(several.code).toBe(2)
  expect(several.stderr).toContain('Expected one, found 2')
  expect(several.stderr).toContain(`Try: mds ctl stop --to ${process.pid}`)
  expect(control.stopped).toBe(0)
  await server.close()
  const silent = await ctl('unsubscribe', '--tokens', '1')
  expect(silent.code).toBe(3)
  expect(silent.stderr).toContain(`capture nifty50 (pid ${process.pid}) does not answer at ${server.url}`)
})

test('what can not be is refused here or there, in words, and changes nothing', async () => {
  const { env, ctl } = runs()
  const control = new SampleControl()
  await serving('capture', captureRoutes(control), env)
  for (const [words, told] of [
    [['subscribe'], 'Expected --tokens or --symbol'],
    [['subscribe', '--tokens', '1,x'], 'expected numbers with commas between them, found "x"'],
    [['subscribe', '--tokens', '0'], 'refused: The request, at tokens[0]: expected a whole number from 1'],
    [['subscribe', '--symbol', 'NOBODY'], 'refused: No instrument is called NOBODY.'],
    [['subscribe', 'full', '--tokens', '1'], 'subscribe: expected no "full"'],
    [['unsubscribe', '--tokens', '1', '--mode', 'full'], 'unsubscribe: expected no --mode'],
    [['mode', '--tokens', '1'], 'mode: expected ltp, quote, full after it'],
    [['mode', 'depth', '--tokens', '1'], 'expected one of ltp, quote, full, found "depth"'],
    [['stop', '--tokens', '1'], 'stop: expected no --tokens'],
    [['stop', '--watch'], 'stop: expected no --watch'],
    [['status', '--watch'], 'expected standard output to be a terminal'],
    [['seek'], 'seek: expected a time'],
    [['fly'], 'status, subscribe'],
  ] as const) {
    const { code, stdout, stderr } = await ctl(...words)
    expect(`${code} ${stderr}`, String(words)).toContain(told)
    expect([code, stdout], String(words)).toEqual([2, ''])
  }
  const json = await ctl('subscribe', '--tokens', '0', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'refused', exit_code: 2 } })
  expect(control.modes.size + control.stopped).toBe(0)
})

test('one that was not announced: by its address, with the token from the environment, never in the clear', async () => {
  const { env } = runs()
  const control = new SampleControl()
  const server = await openLocalServer({ host: '127.0.0.1', port: 0, token: CANARY, routes: captureRoutes(control) })
  onTestFinished(() => server.close())
  const cwd = tempFolder()
  const ctl = (words: readonly string[], more: Record<string, string> = {}) =>
    runMds(['ctl', ...words], { cwd, env: { ...env, ...more } })
  expect((await ctl(['status', '--to', server.url])).code).toBe(0)
  const refused = await ctl(['subscribe', '--tokens', '1', '--to', server.url])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('authorization: Bearer TOKEN')
  const token = { MDS_CTL_TOKEN: CANARY }
  expect((await ctl(['subscribe', '--tokens', '1', '--to', server.url], token)).code).toBe(0)
  const remote = await ctl(['subscribe', '--tokens', '1', '--to', 'http://ticks.example:8080'], token)
  expect(remote.code).toBe(2)
  expect(remote.stderr).toContain('the token would cross the network in the clear')
  expect(refused.stderr + remote.stderr).not.toContain(CANARY)
})
