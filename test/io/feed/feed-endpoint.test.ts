import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { feedEndpoint } from '../../../src/io/feed/feed-endpoint.js'

const endpoint = (url: string | undefined, env: Record<string, string> = {}, insecure = false) =>
  feedEndpoint({ url, env, insecure })

describe('where the feed is', () => {
  test.each([
    [undefined, {}, 'wss://ws.kite.trade/', false],
    [undefined, { KITE_WS_URL: '' }, 'wss://ws.kite.trade/', false],
    [undefined, { KITE_WS_URL: 'ws://localhost:8765' }, 'ws://localhost:8765/', true],
    ['ws://[::1]:8765', { KITE_WS_URL: 'wss://elsewhere.example' }, 'ws://[::1]:8765/', true],
    ['ws://127.1.2.3', {}, 'ws://127.1.2.3/', true],
    ['ws://2130706433:99', {}, `ws://${[127, 0, 0, 1].join('.')}:99/`, true],
    ['wss://feed.example/path', {}, 'wss://feed.example/path', false],
  ] satisfies [string | undefined, Record<string, string>, string, boolean][])('%s %j', (url, env, expected, loopback) => {
    expect(endpoint(url, env)).toMatchObject({ url: expected, loopback })
  })

  test.each([
    'ws://feed.example',
    'ws://ws.kite.trade',
    'ws://localhost.example',
    'ws://127.0.0.1.example',
    'ws://10.0.0.1',
    'ws://0.0.0.0',
    'ws://[::2]',
  ])('%s is refused unless forced', (url) => {
    expect(() => endpoint(url)).toThrow(expect.objectContaining({ code: 'insecure_url', exitCode: 2 }))
    expect(endpoint(url, {}, true).loopback).toBe(false)
  })

  test.each([
    'canary',
    '',
    'https://ws.kite.trade',
    'https://canary.example/?access_token=canary',
    'wss://user:canary@ws.kite.trade',
    'wss://ws.kite.trade?api_key=canary&access_token=canary',
    'ws://a.example/canary?api_key=canary#canary',
    'wss://ws.kite.trade#canary',
    'file:///canary',
  ])('%j is refused, and not repeated', (url) => {
    for (const insecure of [false, true]) {
      const error = failure(() => endpoint(url, {}, insecure))
      expect(error).toMatchObject({ code: 'bad_url', exitCode: 2 })
      expect(inspect(error) + JSON.stringify(error)).not.toContain('canary')
    }
    expect(() => endpoint(undefined, { KITE_WS_URL: url === '' ? ' ' : url })).toThrow(/^\$KITE_WS_URL: expected/)
  })

  test("Kite's own hosts are known, also when forced", () => {
    const urls = [
      'wss://ws.kite.trade',
      'wss://kite.trade',
      'wss://notkite.trade',
      'wss://kite.trade.example',
      'wss://WS.KITE.TRADE',
    ]
    expect(urls.map((url) => endpoint(url).is_kite)).toEqual([true, true, false, false, true])
  })
})

function failure(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}
