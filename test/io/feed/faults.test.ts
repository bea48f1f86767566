import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { encodeMessage, type Packet } from '../../../src/core/wire/index.js'
import { Credentials, CredentialsInUse } from '../../../src/io/feed/credentials.js'
import { systemFeedPorts } from '../../../src/io/feed/feed-ports.js'
import { closeFrame, type FaultClient, FaultServer, frame, OPCODE } from '../../support/fault-server.js'
import { CANARY, HandClock, Rig, STAMPS_AHEAD_MS } from './rig.js'

/** Rows are those of the fault list in docs/feed.md. */

const HEARTBEAT = Uint8Array.of(0)
const ltp = (price: number): Uint8Array => encodeMessage([{ kind: 'ltp', instrument_token: 408065, last_price: price } as Packet])
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

interface Bench {
  readonly server: FaultServer
  readonly clock: HandClock
  readonly rig: Rig
}

/** One connection, open, subscribed, with one tick. */
async function flowing(more: Partial<ConstructorParameters<typeof Rig>[0]> = {}): Promise<Bench> {
  const server = await FaultServer.start()
  const clock = new HandClock()
  const rig = new Rig({ url: server.url, clock, ...more })
  await rig.until(() => (server.logins[0]?.subscribed.size ?? 0) > 0 && server.logins[0]?.texts.length === 2, 'the subscription')
  server.logins[0]?.binary(ltp(1))
  await rig.until(() => rig.messages.length === 1, 'the first tick')
  return { server, clock, rig }
}

/** The newest login that was accepted. */
function newest(server: FaultServer): FaultClient {
  const client = server.logins.at(-1)
  if (client === undefined) throw new Error('nobody has logged in')
  return client
}

/** A second login comes, subscribed as the first was, and a tick on it ends the gap. */
async function backAgain({ server, rig }: Bench): Promise<void> {
  const logins = server.logins.length
  await rig.until(() => server.logins.length > logins, 'another login')
  await rig.until(() => newest(server).texts.length === 2, 'the subscription')
  expect([...newest(server).subscribed]).toEqual([[408065, 'full']])
  const gaps = rig.told('gap').length
  newest(server).binary(ltp(2))
  await rig.until(() => rig.told('gap').length > gaps, 'the gap')
  expect(rig.order.slice(-2), 'a gap is told before the message that ends it').toEqual(['gap', 'ticks'])
}

function expectNoSecret(rig: Rig): void {
  const everything = JSON.stringify([rig.events, rig.texts, rig.feed.status(), rig.messages])
  for (const secret of [CANARY.api_key, CANARY.access_token, encodeURIComponent(CANARY.access_token)])
    expect(everything).not.toContain(secret)
}

describe('row 12: the socket is closed', () => {
  const ways: [string, (client: FaultClient) => void, number][] = [
    ['FIN', (client) => client.socket.end(), 1006],
    ['RST', (client) => client.socket.resetAndDestroy(), 1006],
    ...[1001, 1008, 1012].map((code): [string, (client: FaultClient) => void, number] => [
      `close ${code}`,
      (client) => client.raw(closeFrame(code, 'bye')),
      code,
    ]),
    ['close without a code', (client) => client.raw(frame(OPCODE.close)), 1005],
    [
      'close 1012 without an end of the TCP connection',
      (client) => {
        client.lingers = true
        client.raw(closeFrame(1012))
      },
      1012,
    ],
  ]
  test.each(ways)('%s: back in less than 2 s with subscriptions and modes', async (_, close, code) => {
    const bench = await flowing()
    const { server, clock, rig } = bench
    const from_ms = clock.nowMs()
    close(newest(server))
    await rig.until(() => rig.told('disconnected').length === 1, 'the end of the socket')
    expect(rig.told('disconnected')[0]?.code).toBe(code)
    await backAgain(bench)
    const to_ms = clock.nowMs()
    expect(to_ms - from_ms).toBeLessThan(2000)
    expect(rig.told('gap')).toEqual([{ event: 'gap', connection: 1, from_ms, to_ms, cause: 'disconnect', grade: 'certain' }])
    expect(rig.feed.status()[0]).toMatchObject({ state: 'open', reconnects: 1, messages: 2, packets: 2, detail: '' })
    expectNoSecret(rig)
  })

  test('a server that accepts and closes at once is not hammered', async () => {
    const { server, clock, rig } = await flowing()
    server.onAccepted = (client) => client.socket.end()
    newest(server).socket.end()
    await rig.until(() => server.logins.length === 9, 'eight more logins')
    // At least half of 0.5 + 1 + 2 + 4 + 8 + 16 + 32 + 60 s.
    expect(clock.now_ms).toBeGreaterThan(123_500 / 2)
  })
})

test('row 13: a silent socket is pinged, dead after 3 to 5 s, and replaced', async () => {
  const bench = await flowing()
  const { server, clock, rig } = bench
  const client = newest(server)
  client.mute = true
  const from_ms = clock.nowMs()
  clock.advance(3000)
  await rig.until(() => client.pings > 0, 'a ping')
  expect(rig.told('stall')).toEqual([])
  clock.advance(2000)
  expect(rig.told('stall')).toMatchObject([{ connection: 1, silence_ms: expect.any(Number) }])
  expect(rig.told('stall')[0]?.silence_ms).toBeGreaterThan(3000)
  await backAgain(bench)
  expect(clock.nowMs() - from_ms).toBeLessThan(7000)
  expect(rig.told('gap')).toMatchObject([{ from_ms, to_ms: clock.nowMs(), cause: 'stall', grade: 'certain' }])
  await rig.until(() => server.live.length === 1, 'the end of the first socket')
})

test('row 13: a server that answers pings is alive', async () => {
  const { server, clock, rig } = await flowing()
  for (let second = 0; second < 9; second++) {
    const { pings } = newest(server)
    clock.advance(1700)
    await rig.until(() => newest(server).pings > pings, 'a ping')
    await wait(5)
  }
  expect(rig.told('stall')).toEqual([])
})

/** Ticks twice a second, then heartbeats only, once a second. */
async function silentFeed(trading: boolean, silent_s: number): Promise<Bench> {
  const bench = await flowing({ trading })
  const { server, clock, rig } = bench
  const client = newest(server)
  const say = async (message: Uint8Array, ms: number): Promise<void> => {
    const { length } = rig.messages
    client.binary(message)
    await rig.until(() => rig.messages.length > length, 'a message')
    clock.advance(ms)
  }
  for (let n = 0; n < 10; n++) await say(ltp(n), 500)
  for (let n = 0; n < silent_s && rig.state() === 'open'; n++) await say(HEARTBEAT, 1000)
  return bench
}

describe('row 14: ticks stop, heartbeats go on', () => {
  test('suspect at 10 s, connected anew at 30 s, a gap from the last tick on', async () => {
    const bench = await silentFeed(true, 12)
    const { rig, clock } = bench
    const last_tick_ms = clock.nowMs() - 12_500
    expect(rig.told('suspect')).toHaveLength(1)
    expect(rig.state()).toBe('open')
    for (let n = 0; n < 20 && rig.state() === 'open'; n++) {
      const { length } = rig.messages
      newest(bench.server).binary(HEARTBEAT)
      await rig.until(() => rig.messages.length > length, 'a heartbeat')
      clock.advance(1000)
    }
    expect(clock.nowMs() - last_tick_ms).toBeLessThan(31_100)
    await backAgain(bench)
    expect(rig.told('gap')).toMatchObject([{ from_ms: last_tick_ms, cause: 'silent_feed', grade: 'strong' }])
    expect(rig.told('stall')).toEqual([])
  })

  test('nothing while the market is closed', async () => {
    const { rig } = await silentFeed(false, 60)
    expect([rig.told('suspect'), rig.told('disconnected'), rig.state()]).toEqual([[], [], 'open'])
  })

  test('nothing where ticks were rare anyway', async () => {
    const { rig, clock, server } = await flowing()
    for (let n = 0; n < 60; n++) {
      const { length } = rig.messages
      newest(server).binary(HEARTBEAT)
      await rig.until(() => rig.messages.length > length, 'a heartbeat')
      clock.advance(1000)
    }
    expect([rig.told('suspect'), rig.state()]).toEqual([[], 'open'])
  })
})

test('one instrument falls silent while another goes on: a suspect, no gap', async () => {
  const wanted = new Map([408065, 884737].map((token) => [token, 'full'] as const))
  const { rig, clock, server } = await flowing({ wanted })
  const other = encodeMessage([{ kind: 'ltp', instrument_token: 884737, last_price: 5 }])
  for (let second = 1; second <= 60; second++) {
    const { length } = rig.messages
    newest(server).binary(...(second <= 20 ? [ltp(1), other] : [other]))
    await rig.until(() => rig.messages.length > length, 'ticks')
    await rig.until(() => rig.messages.at(-1)?.bytes === hex(other), 'the last of them')
    clock.advance(1000)
  }
  expect(rig.told('suspect')).toMatchObject([{ connection: 1, tokens: [408065] }])
  expect(rig.told('gap')).toEqual([])
})

test('row 15: heartbeats stop, ticks go on: nothing happens', async () => {
  const { rig, clock, server } = await flowing()
  for (let n = 0; n < 60; n++) {
    newest(server).binary(ltp(n))
    await rig.until(() => rig.messages.length === n + 2, 'a tick')
    clock.advance(1000)
  }
  expect(rig.order.filter((one) => one !== 'ticks')).toEqual(['connected', 'subscribed'])
})

test('row 16: of a frame cut in the middle nothing is taken', async () => {
  const bench = await flowing()
  const { server, rig } = bench
  newest(server).binary(ltp(5))
  newest(server).raw(frame(OPCODE.binary, ltp(6)).subarray(0, 7))
  newest(server).socket.end()
  await rig.until(() => rig.told('disconnected').length === 1, 'the end')
  expect(rig.messages.map(({ bytes }) => bytes)).toEqual([hex(ltp(1)), hex(ltp(5))])
  await backAgain(bench)
})

test('row 17: malformed messages are passed on as they are, counted, and do no harm', async () => {
  const { server, rig } = await flowing()
  const bad = [
    '',
    '0001',
    '000100',
    '0001002c0001',
    `000100b8${'00'.repeat(44)}`,
    `00020008${'00'.repeat(8)}`,
    `00010008${'00'.repeat(8)}ff`,
    `0001000c${'00'.repeat(12)}`,
    `000100a5${'00'.repeat(165)}`,
    '00010000',
    'ffff',
    `ffff0008${'00'.repeat(8)}`,
    '0000ff',
  ]
  newest(server).binary(...bad.map((text) => Buffer.from(text, 'hex')), ltp(9))
  await rig.until(() => rig.messages.length === 15, 'all of them')
  expect(rig.messages.slice(1, 14).map(({ bytes }) => bytes)).toEqual(bad)
  expect(rig.told('malformed')).toHaveLength(13)
  expect(rig.state()).toBe('open')
  for (let n = 0; n < 200; n++) newest(server).binary(Buffer.from('0001', 'hex'))
  await rig.until(() => rig.messages.length === 215, 'all of them')
  expect(rig.told('malformed'), 'a flood is summed up').toHaveLength(50)
  await rig.feed.stop()
  await rig.until(() => server.live.length === 0, 'the end')
  expect(rig.told('malformed').at(-1)).toMatchObject({ bytes: 2 * (213 - 50), detail: '163 more within a minute' })
})

describe('row 18: what no server may send ends the connection, with the right code, and it is replaced', () => {
  const cases: [string, Uint8Array, number][] = [
    ['32 MiB in one message', frame(OPCODE.binary, Buffer.alloc(1000), { declared: 32 * 1024 * 1024 }), 1009],
    ['bad UTF-8 in a text', frame(OPCODE.text, Buffer.from('ff61', 'hex')), 1007],
    ['RSV bits', frame(OPCODE.binary, ltp(1), { rsv: 4 }), 1002],
    ['a masked frame', frame(OPCODE.binary, ltp(1), { mask: true }), 1002],
    ['an unknown opcode', frame(3, ltp(1)), 1002],
    ['a continuation of nothing', frame(OPCODE.continuation, ltp(1)), 1002],
    ['a ping in parts', frame(OPCODE.ping, ltp(1), { fin: false }), 1002],
    ['a bad close code', closeFrame(999), 1002],
  ]
  test.each(cases)('%s', async (_, bytes, code) => {
    const bench = await flowing()
    const { server, rig } = bench
    const client = newest(server)
    client.raw(bytes)
    await rig.until(() => rig.told('disconnected').length === 1, 'the end')
    expect(rig.told('disconnected')).toMatchObject([{ code, reason: expect.stringContaining('broke the protocol') }])
    await rig.until(() => client.close_code !== undefined, 'a close frame')
    expect(client.close_code).toBe(code)
    expect(rig.messages).toHaveLength(1)
    await backAgain(bench)
    expectNoSecret(rig)
  })
})

test('row 19: fragments make one message, pings are answered', async () => {
  const { server, rig } = await flowing()
  const whole = ltp(77)
  newest(server).raw(frame(OPCODE.binary, whole.subarray(0, 3), { fin: false }))
  newest(server).raw(frame(OPCODE.ping, Buffer.from('are you there')))
  newest(server).raw(frame(OPCODE.continuation, whole.subarray(3, 4), { fin: false }))
  newest(server).raw(frame(OPCODE.continuation, whole.subarray(4)))
  await rig.until(() => rig.messages.length === 2, 'the message')
  expect(rig.messages[1]?.bytes).toBe(hex(whole))
  await rig.until(() => newest(server).pongs.length === 1, 'a pong')
  expect(newest(server).pongs[0]?.toString()).toBe('are you there')
})

test('row 20: the same bytes twice are kept twice, in the order of arrival', async () => {
  const { server, rig } = await flowing()
  newest(server).binary(ltp(1), ltp(1), HEARTBEAT, ltp(2), ltp(1))
  await rig.until(() => rig.messages.length === 6, 'all of them')
  expect(rig.messages.slice(1).map(({ bytes }) => bytes)).toEqual([ltp(1), ltp(1), HEARTBEAT, ltp(2), ltp(1)].map(hex))
})

test('row 21: texts of all kinds are logged escaped, account data and secrets left out', async () => {
  const { server, rig } = await flowing()
  const client = newest(server)
  const texts = [
    '{"type":"error","data":"no such token"}',
    '{"type":"order","data":{"user_id":"AB1234","order_id":"1"}}',
    '{"type":"message","data":"\\u001b[2Jgone\u202e"}',
    '{"__proto__":{"type":"error"},"constructor":1}',
    'null',
    '[1,2]',
    '"text"',
    '{"type":',
    '',
    `{"type":"error","data":"${CANARY.access_token} of ${CANARY.api_key} ${encodeURIComponent(CANARY.access_token)}"}`,
    `{"type":"message","data":"${'x'.repeat(100_000)}"}`,
    '{"type":5}',
  ]
  for (const text of texts) client.text(text)
  client.binary(ltp(3))
  await rig.until(() => rig.messages.length === 2, 'the tick after them')
  expect(rig.texts).toHaveLength(texts.length)
  const told = rig.told('text')
  expect(told.map(({ type }) => type)).toEqual(['error', 'order', 'message', '', '', '', '', '', '', 'error', 'message', ''])
  expect(told[1]?.text).toBe('')
  for (const unfit of ['AB1234', String.fromCharCode(27), '\u202e'])
    expect(told.map(({ text }) => text).join('')).not.toContain(unfit)
  expect(Math.max(...told.map(({ text }) => text.length))).toBe(2048)
  expectNoSecret(rig)
})

describe('row 22: the login is refused', () => {
  test('403: three quick tries, then one a minute, and the word token', async () => {
    const server = await FaultServer.start()
    server.otherwise = 403
    const clock = new HandClock()
    const rig = new Rig({ url: server.url, clock })
    await rig.until(() => server.logins.length === 3, 'three tries')
    expect(clock.now_ms).toBeLessThan(3000)
    await rig.until(() => rig.told('refused').length === 3, 'the third answer')
    const third_ms = clock.now_ms
    for (let minute = 1; minute <= 5; minute++) {
      await rig.until(() => rig.told('refused').length === 3 + minute, 'another try')
      expect(clock.now_ms).toBeGreaterThanOrEqual(third_ms + minute * 60_000)
    }
    expect(rig.state()).toBe('auth_needed')
    expect(rig.told('auth_needed')).toMatchObject([{ connection: 1, detail: expect.stringContaining('token') }])
    expectNoSecret(rig)
  })

  test('403 on three connections: one try a minute for all of them', async () => {
    const server = await FaultServer.start()
    server.otherwise = 403
    const clock = new HandClock()
    const wanted = new Map([1, 2, 3].map((token) => [token, 'ltp'] as const))
    const rig = new Rig({ url: server.url, clock, layout: { kind: 'split', connections: 3 }, wanted })
    await rig.until(() => rig.told('refused').length === 9, 'nine refusals')
    // Three first tries, two quick ones, and then one each minute.
    expect(clock.now_ms).toBeGreaterThanOrEqual(4 * 60_000)
    server.otherwise = 'accept'
    await rig.until(() => server.live.length === 3, 'all three')
  })

  test('429: at least 30 s', async () => {
    const server = await FaultServer.start()
    server.answers.push(429)
    const clock = new HandClock()
    const rig = new Rig({ url: server.url, clock })
    await rig.until(() => rig.state() === 'open', 'a connection')
    expect(clock.now_ms).toBeGreaterThanOrEqual(30_000)
    expect(rig.told('refused')).toMatchObject([{ status: 429, detail: expect.stringContaining('too many connections') }])
  })

  test('500, a redirect, a reset: soon again', async () => {
    const server = await FaultServer.start()
    server.answers.push(500, 302, 'reset')
    const clock = new HandClock()
    const rig = new Rig({ url: server.url, clock })
    await rig.until(() => rig.state() === 'open', 'a connection')
    expect(clock.now_ms).toBeLessThan(4000)
    expect(rig.told('refused').map(({ status }) => status)).toEqual([500, 302, 0])
    expectNoSecret(rig)
  })

  test('a redirect is not followed: the token would go along', async () => {
    const elsewhere = await FaultServer.start()
    const server = await FaultServer.start()
    server.more_headers = `Location: ${elsewhere.url}/\r\n`
    server.answers.push(302, 307)
    const rig = new Rig({ url: server.url, clock: new HandClock() })
    await rig.until(() => rig.state() === 'open', 'a connection')
    expect(rig.told('refused').map(({ status }) => status)).toEqual([302, 307])
    expect(elsewhere.logins).toEqual([])
  })

  test('no answer at all: 10 s', async () => {
    const server = await FaultServer.start()
    server.answers.push('hang')
    const clock = new HandClock()
    const rig = new Rig({ url: server.url, clock })
    await rig.until(() => server.logins.length === 1, 'a login')
    clock.advance(9900)
    expect(rig.state()).toBe('connecting')
    clock.advance(100)
    expect(rig.state()).toBe('waiting')
    await rig.until(() => rig.state() === 'open', 'a connection')
    await rig.until(() => server.live.length === 1, 'the end of the one that hangs')
  })
})

test('row 23: the token expires, and a new one is taken at once', async () => {
  const server = await FaultServer.start()
  const clock = new HandClock()
  const credentials = new CredentialsInUse(new Credentials(CANARY))
  const rig = new Rig({ url: server.url, clock, credentials })
  server.otherwise = ({ access_token }) => (access_token === 'the new one' ? 'accept' : 403)
  server.answers.push('accept')
  await rig.until(() => rig.state() === 'open', 'a connection')
  newest(server).socket.end()
  await rig.until(() => rig.told('refused').length === 3, 'three refusals')
  expect(rig.state()).toBe('auth_needed')
  credentials.change(new Credentials({ ...CANARY, access_token: 'the new one' }))
  const changed_ms = clock.now_ms
  rig.feed.credentialsChanged()
  await rig.until(() => rig.state() === 'open', 'a connection')
  expect(clock.now_ms - changed_ms).toBeLessThan(200)
  expect(rig.told('credentials_changed')).toHaveLength(1)
  newest(server).text(`${CANARY.access_token} was followed by the new one`)
  await rig.until(() => rig.texts.length === 1, 'the text')
  expect(rig.texts).toEqual(['[hidden] was followed by [hidden]'])
  expectNoSecret(rig)
})

test('row 24: no such host for half an hour, then it is back', async () => {
  const server = await FaultServer.start()
  const clock = new HandClock()
  let resolves = false
  let asked = 0
  const rig = new Rig({
    url: `ws://feed.invalid:${server.port}`,
    clock,
    lookup: (_, __, answer) => {
      asked++
      if (!resolves) answer(Object.assign(new Error('getaddrinfo ENOTFOUND feed.invalid'), { code: 'ENOTFOUND' }), '', 4)
      else answer(null, [{ address: '127.0.0.1', family: 4 }])
    },
  })
  await rig.until(() => clock.now_ms > 1_800_000, 'half an hour')
  expect(rig.told('refused')[0]).toMatchObject({ status: 0, detail: 'no such host (ENOTFOUND)' })
  expect(asked).toBeGreaterThan(30)
  resolves = true
  await rig.until(() => (server.logins[0]?.texts.length ?? 0) === 2, 'a connection')
  newest(server).binary(ltp(1))
  await rig.until(() => rig.told('gap').length === 1, 'the gap')
  expect(rig.told('gap')).toMatchObject([{ from_ms: STAMPS_AHEAD_MS, to_ms: clock.nowMs(), cause: 'disconnect' }])
})

test('row 25: a message that takes longer than the watchdog waits is no silence', async () => {
  const { server, clock, rig } = await flowing()
  const packets = Array.from({ length: 3000 }, () => ltp(1).subarray(2))
  const long = Buffer.concat([Buffer.from([3000 >> 8, 3000 & 255]), ...packets])
  const bytes = frame(OPCODE.binary, long)
  for (let at = 0; at < bytes.length; at += 3000) {
    newest(server).raw(bytes.subarray(at, at + 3000))
    await wait(5)
    clock.advance(1000)
  }
  await rig.until(() => rig.messages.length === 2, 'the message')
  expect(rig.messages[1]?.bytes).toBe(hex(long))
  expect(rig.told('stall')).toEqual([])
})

test('row 27: while the event loop stands still nobody could listen, so no server is blamed', async () => {
  const { server, clock, rig } = await flowing()
  for (let n = 0; n < 20; n++) newest(server).binary(ltp(n))
  clock.freeze(10_000)
  await rig.until(() => rig.messages.length === 21, 'what the kernel kept')
  expect(rig.told('loop_blocked')).toMatchObject([{ blocked_ms: expect.any(Number) }])
  expect([rig.told('stall'), rig.told('gap'), rig.state()]).toEqual([[], [], 'open'])
})

test('the figures on the real clock', async () => {
  const server = await FaultServer.start()
  const rig = new Rig({ url: server.url, clock: systemFeedPorts() })
  const tick = async (): Promise<void> => {
    await rig.until(() => newest(server).texts.length === 2, 'the subscription')
    const { length } = rig.messages
    newest(server).binary(ltp(1))
    await rig.until(() => rig.messages.length > length, 'a tick')
  }
  await rig.until(() => server.logins.length === 1, 'a login')
  await tick()
  const measured: Record<string, number> = {}
  for (const fault of ['clean drop', 'silence']) {
    const logins = server.logins.length
    if (fault === 'clean drop') newest(server).raw(closeFrame(1001))
    else newest(server).mute = true
    const began_ms = performance.now()
    await rig.until(() => server.logins.length > logins, 'another login')
    await tick()
    measured[fault] = Math.round(performance.now() - began_ms)
  }
  console.log(`ticks again after ${JSON.stringify(measured)} ms (aims: 2000 and 7000)`)
  expect(rig.told('gap').map(({ cause }) => cause)).toEqual(['disconnect', 'stall'])
})
