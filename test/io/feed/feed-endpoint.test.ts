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

  test.each(['ws://feed.example', 'ws://localhost.example', 'ws://127.0.0.1.example', 'ws://10.0.0.1', 'ws://0.0.0.0'])(
    '%s is refused unless forced',
    (url) => {
      expect(() => endpoint(url)).toThrow(expect.objectContaining({ code: 'insecure_url', exitCode: 2 }))
      expect(endpoint(url, {}, true).loopback).toBe(false)
    },
  )

  test.each([
    'nowhere',
    '',
    'https://ws.kite.trade',
    'wss://user:canary@ws.kite.trade',
    'wss://ws.kite.trade?api_key=canary&access_token=canary',
    'wss://ws.kite.trade#canary',
    'file:///canary',
  ])('%j is refused, and not repeated', (url) => {
    expect(() => endpoint(url)).toThrow(expect.objectContaining({ code: 'bad_url', exitCode: 2 }))
    expect(() => endpoint(url, {}, true)).toThrow(expect.not.stringContaining('canary'))
    expect(() => endpoint(undefined, { KITE_WS_URL: url === '' ? ' ' : url })).toThrow(/^\$KITE_WS_URL: expected/)
  })
})
