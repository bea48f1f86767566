import type { LookupFunction } from 'node:net'
import { expect, test } from 'vitest'
import { END_OF_RECORDING, encodeRecordedTime, RECORDED_TIME_HEADER } from '../../../src/core/feed/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { closeFrame, FaultServer, frame, OPCODE } from '../../support/fault-server.js'
import { HandClock, Rig } from './rig.js'

const T = 1_759_636_800_000
const time = (at_ms: number): Buffer => frame(OPCODE.ping, encodeRecordedTime(at_ms))
const ltp = (last_price: number): Uint8Array => encodeMessage([{ kind: 'ltp', instrument_token: 408065, last_price }])

async function recordingServer(): Promise<FaultServer> {
  const server = await FaultServer.start()
  server.more_headers = `${RECORDED_TIME_HEADER}: 1\r\n`
  return server
}

test('messages carry the time that was announced last; a gap is told on that clock; the end is the end', async () => {
  const server = await recordingServer()
  const rig = new Rig({ url: server.url, clock: new HandClock() })
  await rig.until(() => server.logins[0]?.texts.length === 2, 'the subscription')
  expect(server.logins[0]?.headers[RECORDED_TIME_HEADER]).toBe('1')
  const first = server.logins[0]
  first?.raw(
    Buffer.concat([
      time(T),
      frame(OPCODE.binary, ltp(1)),
      frame(OPCODE.binary, ltp(2)),
      time(T + 5),
      frame(OPCODE.binary, ltp(3)),
    ]),
  )
  first?.raw(frame(OPCODE.ping, Buffer.from('no time')))
  first?.binary(ltp(4))
  await rig.until(() => rig.messages.length === 4, 'four messages')
  expect(rig.messages.map(({ served_ms }) => served_ms)).toEqual([T, T, T + 5, T + 5])
  expect(rig.served).toEqual([T, T + 5])

  first?.socket.resetAndDestroy()
  await rig.until(() => server.logins.length === 2 && server.logins[1]?.texts.length === 2, 'another login')
  server.logins[1]?.raw(Buffer.concat([time(T + 900), frame(OPCODE.binary, ltp(5))]))
  await rig.until(() => rig.messages.length === 5, 'a message')
  expect(rig.told('gap')).toMatchObject([{ from_ms: T + 5, to_ms: T + 900, cause: 'disconnect' }])

  server.logins[1]?.raw(closeFrame(1000, END_OF_RECORDING))
  await rig.until(() => rig.ends === 1, 'the end')
  expect([rig.state(), server.logins.length]).toEqual(['closed', 2])
})

test('at full speed thousands of times come in one read: each is in its place, and nobody drowns in pongs', async () => {
  const server = await recordingServer()
  const rig = new Rig({ url: server.url, clock: new HandClock() })
  await rig.until(() => server.logins[0]?.texts.length === 2, 'the subscription')
  const burst = Array.from({ length: 5000 }, (_, n) => [time(T + n), frame(OPCODE.binary, ltp(n))]).flat()
  server.logins[0]?.raw(Buffer.concat(burst))
  await rig.until(() => rig.messages.length === 5000, 'all of them')
  expect(rig.messages.every(({ served_ms }, n) => served_ms === T + n)).toBe(true)
  await rig.until(() => (server.logins[0]?.pongs.length ?? 0) > 0, 'a pong')
  expect(server.logins[0]?.pongs.at(-1)?.equals(Buffer.from(encodeRecordedTime(T + 4999)))).toBe(true)
  expect(rig.state()).toBe('open')
})

test("a server that does not answer the header is live: its pings are no times, and Kite's own is never asked", async () => {
  const server = await FaultServer.start()
  const lookup: LookupFunction = (_, __, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }])
  const rig = new Rig({ url: `ws://ws.kite.trade:${server.port}`, lookup, clock: new HandClock() })
  await rig.until(() => server.logins[0]?.texts.length === 2, 'the subscription')
  expect(server.logins[0]?.headers).not.toHaveProperty(RECORDED_TIME_HEADER)
  expect(server.logins[0]?.headers).toMatchObject({ 'x-kite-version': '3', 'user-agent': 'mds/0.0.0-test' })
  expect(server.logins[0]?.headers).not.toHaveProperty('sec-websocket-extensions')
  server.logins[0]?.raw(Buffer.concat([time(T), frame(OPCODE.binary, ltp(1))]))
  await rig.until(() => rig.messages.length === 1, 'a message')
  expect([rig.messages[0]?.served_ms, rig.served]).toEqual([undefined, []])
})

test('a replay that is made to wait is not taken for dead, and goes on where it stood', async () => {
  const server = await recordingServer()
  const clock = new HandClock()
  const rig = new Rig({ url: server.url, clock })
  await rig.until(() => server.logins[0]?.texts.length === 2, 'the subscription')
  server.logins[0]?.raw(Buffer.concat([time(T), frame(OPCODE.binary, ltp(0))]))
  await rig.until(() => rig.messages.length === 1, 'a message')
  rig.feed.hold(true)
  server.logins[0]?.raw(Buffer.concat([1, 2, 3].flatMap((n) => [time(T + n), frame(OPCODE.binary, ltp(n))])))
  clock.advance(60_000)
  expect([rig.state(), rig.messages.length, rig.told('stall').length]).toEqual(['open', 1, 0])
  rig.feed.hold(false)
  await rig.until(() => rig.messages.length === 4, 'what had waited')
  expect(rig.messages.map(({ served_ms }) => served_ms)).toEqual([T, T + 1, T + 2, T + 3])
  expect(server.logins).toHaveLength(1)
})
