import { expect, onTestFinished, test } from 'vitest'
import { captureRoutes } from '../../../src/io/capture/control-routes.js'
import { openLocalServer } from '../../../src/io/local/local-server.js'
import { randomToken } from '../../../src/io/local/run-file.js'
import { SampleControl } from '../../support/capture-control.js'
import { captureStatus } from '../../support/capture-status.js'

const TOKEN = randomToken()

async function open(control = new SampleControl()) {
  const server = await openLocalServer({ host: '127.0.0.1', port: 0, token: TOKEN, routes: captureRoutes(control) })
  onTestFinished(() => server.close())
  const ask = (path: string) => fetch(server.url + path)
  const post = async (path: string, body: unknown, token = TOKEN) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, json: await response.json() }
  }
  return { control, ask, post }
}

test('looking needs no token', async () => {
  const { control, ask } = await open()
  const health = await ask('/health')
  expect([health.status, await health.json()]).toEqual([200, { health: 'running', problems: [] }])
  control.health = 'degraded'
  const troubled = await ask('/health')
  expect([troubled.status, await troubled.json()]).toEqual([503, { health: 'degraded', problems: ['connection 2 waits: 429'] }])
  expect(await (await ask('/status')).json()).toMatchObject({ profile: 'nifty50', totals: captureStatus().totals })
  const metrics = await ask('/metrics')
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await metrics.text()).toContain('\nmds_capture_healthy 0\n')
})

test('subscribe, change the mode, unsubscribe: each answer tells the counts', async () => {
  const { control, post } = await open()
  expect(await post('/subscriptions', { tokens: [1, 2, 2, 4294967295] })).toEqual({
    status: 200,
    json: { instruments: 3, subscriptions: { quote: 3 } },
  })
  expect(await post('/subscriptions', { tokens: [7], symbols: ['INFY'], mode: 'full' })).toMatchObject({
    json: { instruments: 5, subscriptions: { quote: 3, full: 2 } },
  })
  expect(await post('/mode', { tokens: [1, 7], mode: 'ltp' })).toMatchObject({
    json: { instruments: 5, subscriptions: { quote: 2, ltp: 2, full: 1 } },
  })
  expect(await post('/subscriptions/remove', { tokens: [1, 2] })).toMatchObject({ json: { instruments: 3 } })
  expect([...control.modes]).toEqual([
    [4294967295, 'quote'],
    [7, 'ltp'],
    [408_065, 'full'],
  ])
})

test('what is refused is told, and changes nothing', async () => {
  const { control, post } = await open()
  for (const [path, body, words] of [
    ['/subscriptions', { tokens: ['408065'] }, 'at tokens[0]: expected a whole number from 1 to 4294967295, found "408065"'],
    ['/subscriptions', { tokens: [1, 4294967296] }, 'at tokens[1]'],
    ['/subscriptions', { tokens: [1, 0] }, 'at tokens[1]'],
    ['/subscriptions', { tokens: [1.5] }, 'found 1.5'],
    ['/subscriptions', { tokens: [-1] }, 'found -1'],
    ['/subscriptions', { tokens: [] }, 'expected a list of 1 to 9000'],
    ['/subscriptions', { tokens: Array.from({ length: 9_001 }, (_, n) => n + 1) }, 'expected a list of 1 to 9000'],
    ['/subscriptions', { tokens: 1 }, 'expected a list, found 1'],
    ['/subscriptions', {}, '"tokens" or "symbols"'],
    ['/subscriptions', [1, 2], 'expected an object'],
    ['/subscriptions', null, 'expected an object'],
    ['/subscriptions', { tokens: [1], mod: 'full' }, 'no key "mod"'],
    ['/subscriptions', { tokens: [1], mode: 'FULL' }, 'expected one of ltp, quote, full, found "FULL"'],
    ['/subscriptions', { symbols: ['NOBODY'], tokens: [1] }, 'No instrument is called NOBODY'],
    ['/subscriptions', { tokens: [1, 13] }, 'at most 12 instruments'],
    ['/subscriptions/remove', { tokens: [1], mode: 'full' }, 'no key "mode"'],
    ['/mode', { tokens: [1] }, 'the key "mode"'],
    ['/stop', { now: true }, 'no key "now"'],
  ] as const) {
    expect(await post(path, body)).toMatchObject({ status: 400, json: { error: { message: expect.stringContaining(words) } } })
  }
  expect((await post('/subscriptions', { tokens: [1] }, randomToken())).status).toBe(401)
  expect(control.modes.size).toBe(0)
  expect(control.stopped).toBe(0)
})

test('a capture without an instrument master says so', async () => {
  const control = new SampleControl()
  Object.defineProperty(control, 'tokensOf', { value: undefined })
  const { json } = await (await open(control)).post('/subscriptions', { symbols: ['INFY'] })
  expect(JSON.stringify(json)).toContain('expected tokens instead of symbols')
})

test('stop is answered before it happens', async () => {
  const { control, post } = await open()
  expect(await post('/stop', {})).toEqual({ status: 202, json: { stopping: true } })
  expect(control.stopped).toBe(1)
})
