import { expect, test } from 'vitest'
import type { FeedMode } from '../../../src/core/feed/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { type FaultClient, FaultServer } from '../../support/fault-server.js'
import { HandClock, Rig } from './rig.js'

const ltp = (instrument_token: number): Uint8Array => encodeMessage([{ kind: 'ltp', instrument_token, last_price: 100 }])

/** Whatever connections are told apart by what they subscribed to. */
const carrying = (server: FaultServer, ...tokens: number[]): FaultClient | undefined =>
  server.live.find(({ subscribed }) => tokens.every((token) => subscribed.has(token)) && subscribed.size === tokens.length)

test('three sockets with roles: the standby steps in, at once, and steps back', async () => {
  const server = await FaultServer.start()
  const clock = new HandClock()
  const wanted = new Map<number, FeedMode>([
    [1, 'quote'],
    [2, 'quote'],
    [3, 'full'],
  ])
  const rig = new Rig({ url: server.url, clock, layout: { kind: 'roles' }, wanted })
  await rig.until(
    () => carrying(server, 1, 2) !== undefined && carrying(server, 3) !== undefined && carrying(server) !== undefined,
    'all',
  )
  const primary = carrying(server, 1, 2)
  const standby = carrying(server)
  primary?.binary(ltp(1))
  await rig.until(() => rig.messages.length === 1, 'a tick')

  primary?.socket.resetAndDestroy()
  await rig.until(() => standby?.subscribed.size === 2, 'the takeover')
  clock.advance(20)
  standby?.binary(ltp(2))
  await rig.until(() => rig.told('gap').length === 1, 'the gap')
  expect(rig.told('gap')).toMatchObject([{ connection: 1, to_ms: clock.nowMs() }])
  expect(rig.feed.status().map(({ role, tokens }) => [role, tokens])).toEqual([
    ['primary', 2],
    ['secondary', 1],
    ['tertiary', 2],
  ])
  expect(rig.feed.carried(3)).toEqual(new Map([['quote', [1, 2]]]))

  await rig.until(() => server.live.length === 3 && server.logins.at(-1)?.subscribed.size === 2, 'the primary')
  expect(standby?.subscribed.size).toBe(2)
  server.logins.at(-1)?.binary(ltp(1))
  await rig.until(() => standby?.subscribed.size === 0, 'the return')
  expect(rig.told('gap')).toHaveLength(1)
})

test('what is asked for while it runs reaches the right socket', async () => {
  const server = await FaultServer.start()
  const rig = new Rig({ url: server.url, layout: { kind: 'split', connections: 1 }, wanted: new Map() })
  await rig.until(() => rig.state() === 'open', 'a connection')
  expect(server.logins[0]?.texts).toEqual([])
  rig.feed.subscribe([408065, 884737], 'full')
  rig.feed.setMode('ltp', [884737])
  rig.feed.unsubscribe([408065])
  await rig.until(
    () => server.logins[0]?.subscribed.get(884737) === 'ltp' && server.logins[0].subscribed.size === 1,
    'the changes',
  )
  expect(server.logins[0]?.texts).toEqual([
    '{"a":"subscribe","v":[408065,884737]}',
    '{"a":"mode","v":["full",[408065,884737]]}',
    '{"a":"mode","v":["ltp",[884737]]}',
    '{"a":"unsubscribe","v":[408065]}',
  ])
  expect(() =>
    rig.feed.subscribe(
      Array.from({ length: 3000 }, (_, n) => n + 1),
      'ltp',
    ),
  ).toThrow(/do not fit/)
})

test('stop says good-bye on every socket, and takes nothing any more', async () => {
  const server = await FaultServer.start()
  const clock = new HandClock()
  const rig = new Rig({ url: server.url, clock, layout: { kind: 'redundant' } })
  await rig.until(() => server.live.length === 2 && rig.state(2) === 'open' && rig.state(1) === 'open', 'both')
  for (const client of server.live) client.lingers = true
  const stopped = rig.feed.stop()
  for (const client of server.live) client.binary(ltp(1))
  await rig.until(() => server.logins.every(({ close_code }) => close_code === 1000), 'the good-byes')
  clock.advance(500)
  await stopped
  for (const { socket } of server.logins) socket.end()
  expect(rig.messages).toEqual([])
  expect(rig.feed.status().map(({ state }) => state)).toEqual(['closed', 'closed'])
})
