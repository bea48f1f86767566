import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { END_OF_RECORDING, encodeRequest, type FeedMode, RECORDED_TIME_HEADER } from '../../../src/core/feed/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { expectedFor } from '../../core/serve/packets.js'
import type { PlainRecord } from '../../support/read-records.js'
import { fullPacket, SAMPLE_START_MS, sampleRecords } from '../../support/sample-records.js'
import { client, difference, LOGIN, serving, until, upgradeStatus } from '../../support/serve.js'

const TOKENS = [738561, 738561 + 256, 738561 + 512, 256265]
const records = sampleRecords(3000)
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const is_text = ({ message }: PlainRecord): boolean => message[0] === 0x7b && message.length > 1
/** What a client of these subscriptions gets of the records, heartbeats of the server's own left out. */
const ticksFor = (wanted: ReadonlyMap<number, FeedMode>, of: readonly PlainRecord[] = records): string[] =>
  of.flatMap((record) => {
    if (is_text(record) || record.message.length === 1) return []
    const sent = expectedFor(record.message, wanted)
    return sent === undefined ? [] : [hexOf(sent)]
  })
const all = (mode: FeedMode, tokens: readonly number[] = TOKENS): ReadonlyMap<number, FeedMode> =>
  new Map(tokens.map((token) => [token, mode]))

test('a client that takes everything gets every message bit for bit, in order, and a good end', async () => {
  const { url, done } = await serving({ records })
  const one = client(url)
  await one.opened
  one.subscribe(TOKENS, 'full')
  expect(await one.closed).toEqual({ code: 1000, reason: END_OF_RECORDING })
  const greeting = one.messages.slice(0, 2)
  expect(greeting.map((message) => message.kind === 'text' && JSON.parse(message.text).type)).toEqual([
    'instruments_meta',
    'app_code',
  ])
  const got = one.messages
    .slice(2)
    .map((message) => (message.kind === 'text' ? hexOf(new TextEncoder().encode(message.text)) : message.hex))
  expect(
    difference(
      got,
      records.map(({ message }) => hexOf(message)),
    ),
  ).toBeUndefined()
  expect(await done).toMatchObject({ records: 3000, logins: 1, refused: 0, dropped: 0, sent: { packets: expect.any(Number) } })
})

test('clients are independent of each other, and of a hostile crowd', async () => {
  const { url, done } = await serving({ records, connections: 40, wait_for: 30 })
  const wishes = Array.from({ length: 30 }, (_, n): ReadonlyMap<number, FeedMode> => {
    const mode = (['ltp', 'quote', 'full'] as const)[n % 3] ?? 'full'
    return all(
      mode,
      TOKENS.filter((_, m) => ((n + 1) >> m) % 2 === 1 || m === n % 4),
    )
  })
  const rowdies = Array.from({ length: 10 }, () => client(url))
  await Promise.all(rowdies.map(({ opened }) => opened))
  for (const [n, rowdy] of rowdies.entries()) {
    rowdy.ask('not json at all \u0000')
    rowdy.ask(JSON.stringify({ a: 'mode', v: ['full', 'all of them'] }))
    rowdy.socket.send(Uint8Array.of(1, 2, 3))
    if (n % 3 === 0) rowdy.socket.terminate()
    if (n % 3 === 1) connectionOf(rowdy).write('this is no frame at all, not even nearly')
  }
  const clients = wishes.map((wanted) => {
    const one = client(url)
    void one.opened.then(() => {
      const [[, mode] = [0, 'quote' as const]] = [...wanted]
      one.subscribe([...wanted.keys()], mode)
    })
    return { one, wanted }
  })
  const ends = await Promise.all(clients.map(({ one }) => one.closed))
  expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([1000]))
  for (const { one, wanted } of clients) expect(difference(one.ticks, ticksFor(wanted))).toBeUndefined()
  expect((await done).logins).toBe(40)
})

/** The TCP connection below a client. */
function connectionOf({ socket }: ReturnType<typeof client>): import('node:net').Socket {
  const inner: unknown = Reflect.get(socket, '_socket')
  return inner as import('node:net').Socket
}

test('100 clients at once, each with every byte', async () => {
  const some = records.slice(0, 400)
  const { url, done } = await serving({ records: some, connections: 100, wait_for: 100 })
  const clients = Array.from({ length: 100 }, () => client(url))
  for (const one of clients) void one.opened.then(() => one.subscribe(TOKENS, 'full'))
  await Promise.all(clients.map(({ closed }) => closed))
  const expected = ticksFor(all('full'), some)
  for (const { ticks } of clients) expect(difference(ticks, expected)).toBeUndefined()
  expect(await done).toMatchObject({ logins: 100, records: 400 })
})

/** Enough to fill what the system keeps for a socket, many times. */
function heavyRecords({ count = 1200, every_ms = 1 } = {}): PlainRecord[] {
  const packets = Array.from({ length: 300 }, (_, n) => fullPacket({ instrument_token: 256 * (n + 1) + 1 }))
  const message = encodeMessage(packets)
  return Array.from({ length: count }, (_, n) => ({ received_at_ms: SAMPLE_START_MS + n * every_ms, message }))
}
const HEAVY_TOKENS = Array.from({ length: 300 }, (_, n) => 256 * (n + 1) + 1)

test('at full speed a client that never reads is dropped in the end, and the others have lost nothing', async () => {
  const heavy = heavyRecords()
  const { url, done, notices } = await serving({ records: heavy, wait_for: 2, limits: { stuck_ms: 300 } })
  const [reader, stuck] = [client(url), client(url)]
  await Promise.all([reader.opened, stuck.opened])
  stuck.subscribe(HEAVY_TOKENS, 'full')
  stuck.socket.pause()
  reader.subscribe(HEAVY_TOKENS, 'full')
  expect(await reader.closed).toEqual({ code: 1000, reason: END_OF_RECORDING })
  expect(reader.ticks.length).toBe(1200)
  expect(new Set(reader.ticks)).toEqual(new Set([hexOf(heavy[0]?.message ?? new Uint8Array(0))]))
  expect(await done).toMatchObject({ dropped: 1 })
  expect(notices.join('\n')).toMatch(
    /Client 1 does not read: dropped with \d+ bytes waiting|Client 0 does not read: dropped with \d+ bytes waiting/,
  )
})

test('a stop does not wait for a client that never reads', async () => {
  const { url, done, stage } = await serving({ records: heavyRecords(), limits: { stuck_ms: 3_600_000 } })
  const stuck = client(url)
  await stuck.opened
  stuck.subscribe(HEAVY_TOKENS, 'full')
  await until(() => stage.counts.records > 0)
  stuck.socket.pause()
  await until(() => stage.sockets.queuedBytes(stage.exchange.lines[0]!) > 1024 * 1024)
  stage.playback.stop('quit')
  expect((await done).records).toBeLessThan(1200)
})

test('a paced play waits for nobody: a client that never reads is dropped at its limit', async () => {
  const { url, done } = await serving({
    records: heavyRecords({ count: 600, every_ms: 4 }),
    speed: 1,
    wait_for: 2,
    limits: { queue_bytes_max: 4 * 1024 * 1024 },
  })
  const [reader, stuck] = [client(url), client(url)]
  await Promise.all([reader.opened, stuck.opened])
  stuck.subscribe(HEAVY_TOKENS, 'full')
  stuck.socket.pause()
  reader.subscribe(HEAVY_TOKENS, 'full')
  await reader.closed
  expect(reader.ticks.length).toBe(600)
  expect(await done).toMatchObject({ dropped: 1 })
})

test('while play stands a client that asks and never reads is dropped at the same limit', async () => {
  const { url, stage, stop } = await serving({
    records: heavyRecords({ count: 600, every_ms: 4 }),
    speed: 1,
    limits: { queue_bytes_max: 1024 * 1024 },
  })
  const greedy = client(url)
  await greedy.opened
  greedy.subscribe(HEAVY_TOKENS, 'full')
  await until(() => stage.counts.records > 0)
  stage.playback.setPaused(true)
  greedy.socket.pause()
  for (let n = 0; stage.sockets.dropped === 0 && n < 10_000; n++) {
    greedy.ask(encodeRequest({ action: 'mode', mode: n % 2 === 0 ? 'quote' : 'full', tokens: HEAVY_TOKENS }))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(stage.sockets.dropped).toBe(1)
  stop()
})

test('logins: 403 for what is wrong or missing, 429 for the fourth, and a place that is free again', async () => {
  const { url, done, stop } = await serving({ records, wait_for: 0, stays: true, speed: 1 })
  for (const query of [
    '',
    '?api_key=mds',
    '?access_token=mds',
    '?api_key=mds&access_token=m',
    '?api_key=mds&access_token=mdsx',
    '?api_key=MDS&access_token=mds',
  ])
    expect(await upgradeStatus(url, { query })).toBe(403)
  const three = [client(url), client(url), client(url)]
  await Promise.all(three.map(({ opened }) => opened))
  expect(await upgradeStatus(url)).toBe(429)
  three[1]?.socket.close()
  await three[1]?.closed
  expect(await upgradeStatus(url, { query: `${LOGIN}&uid=1759722300000` })).toBe('open')
  stop()
  await expect(done).rejects.toMatchObject({ code: 'interrupted' })
})

test('pages of other origins and other names of this machine get nothing; compression is not taken up', async () => {
  const { url } = await serving({ records, wait_for: 0, stays: true, speed: 1 })
  const port = new URL(url).port
  expect(await upgradeStatus(url, { origin: 'https://evil.example' })).toBe(403)
  expect(await upgradeStatus(url, { origin: 'null' })).toBe(403)
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example'])
    expect(await upgradeStatus(url, { headers: { host } })).toBe(403)
  expect(await upgradeStatus(url, { headers: { host: `localhost:${port}` } })).toBe('open')
  const one = client(url, { perMessageDeflate: true })
  await one.opened
  expect(one.socket.extensions).toBe('')
})

test('other machines come by a name that is allowed, and see nothing without the token of the run', async () => {
  const { url } = await serving({
    records,
    wait_for: 0,
    stays: true,
    speed: 1,
    host: '0.0.0.0',
    allow_remote: true,
    allowed_hosts: ['box.example'],
  })
  const port = new URL(url).port
  expect(await upgradeStatus(url, { headers: { host: `evil.example:${port}` } })).toBe(403)
  expect(await upgradeStatus(url, { headers: { host: `box.example:${port}` }, query: '' })).toBe(403)
  expect(await upgradeStatus(url, { headers: { host: `box.example:${port}` } })).toBe('open')
  expect((await fetch(`${url.replace(/^ws/, 'http')}/status`)).status).toBe(401)
})

test('slow and broken handshakes cost nobody else anything', async () => {
  const { url, done } = await serving({ records })
  const { hostname, port } = new URL(url)
  const slow = Array.from({ length: 20 }, () => connect(Number(port), hostname))
  for (const socket of slow) {
    socket.on('error', () => {})
    socket.write('GET /?api_key=mds HTTP/1.1\r\nHost: ')
  }
  const broken = connect(Number(port), hostname)
  broken.on('error', () => {})
  broken.write(`GET /${LOGIN} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  const one = client(url)
  await one.opened
  one.subscribe(TOKENS, 'full')
  await one.closed
  expect(difference(one.ticks, ticksFor(all('full')))).toBeUndefined()
  await done
  for (const socket of [...slow, broken]) socket.destroy()
})

test('recorded times reach those who ask for them: each message has that of its record', async () => {
  const { url } = await serving({ records, wait_for: 2 })
  const headers = { [RECORDED_TIME_HEADER]: '1' }
  const [mds, other] = [client(url, { headers }), client(url)]
  let answered: unknown
  mds.socket.on('upgrade', (response) => {
    answered = response.headers[RECORDED_TIME_HEADER]
  })
  await Promise.all([mds.opened, other.opened])
  expect(answered).toBe('1')
  mds.subscribe(TOKENS, 'full')
  other.subscribe(TOKENS.slice(0, 1), 'quote')
  await Promise.all([mds.closed, other.closed])
  const times = mds.messages.slice(2).map(({ time_ms }) => String(time_ms))
  expect(
    difference(
      times,
      records.map(({ received_at_ms }) => String(received_at_ms)),
    ),
  ).toBeUndefined()
  expect(mds.messages[0]?.time_ms).toBe(records[0]?.received_at_ms)
  // Announced when it changes, and not again while it stays.
  expect(mds.pings.every((ms, n) => ms !== mds.pings[n - 1])).toBe(true)
  expect(other.pings).toEqual([])
})

test('who is quiet in virtual time gets heartbeats at the times of records, and no others', async () => {
  const { url } = await serving({ records })
  const one = client(url, { headers: { [RECORDED_TIME_HEADER]: '1' } })
  await one.opened
  one.subscribe([1])
  await one.closed
  const times = new Set(records.map(({ received_at_ms }) => received_at_ms))
  const beats = one.messages.filter((message) => message.kind === 'binary' && message.hex === '00')
  expect(beats.length).toBeGreaterThan(500)
  expect(beats.every(({ time_ms }) => time_ms !== undefined && times.has(time_ms))).toBe(true)
  let last_ms = records[0]?.received_at_ms ?? 0
  for (const { time_ms = 0 } of one.messages) {
    expect(time_ms - last_ms).toBeLessThan(1000 + 900)
    last_ms = time_ms
  }
})

test('while play stands, heartbeats come in real time', async () => {
  const { url, stage } = await serving({ records, wait_for: 2, limits: { heartbeat_ms: 40 } })
  const one = client(url, { headers: { [RECORDED_TIME_HEADER]: '1' } })
  await until(() => one.messages.filter((message) => message.kind === 'binary').length >= 3)
  expect(one.messages.slice(2)).toMatchObject(
    Array(one.messages.length - 2).fill({ hex: '00', time_ms: records[0]?.received_at_ms }),
  )
  expect(stage.is_waiting).toBe(true)
})

test('nothing is played before as many clients as awaited have subscribed', async () => {
  const { url, stage } = await serving({ records, wait_for: 2 })
  const [one, two] = [client(url), client(url)]
  await Promise.all([one.opened, two.opened])
  one.subscribe(TOKENS, 'full')
  await until(() => one.messages.length >= 2 && stage.exchange.requests === 2)
  expect(stage.counts.records).toBe(0)
  two.subscribe(TOKENS, 'ltp')
  await Promise.all([one.closed, two.closed])
  expect(difference(one.ticks, ticksFor(all('full')))).toBeUndefined()
  expect(difference(two.ticks, ticksFor(all('ltp')))).toBeUndefined()
})

test('--from: what came before is only cached', async () => {
  const at = records.findIndex(({ received_at_ms }) => received_at_ms >= (records[2000]?.received_at_ms ?? 0))
  const { url } = await serving({ records, from: { kind: 'moment', ms: records[at]?.received_at_ms ?? 0 } })
  const one = client(url)
  await one.opened
  one.subscribe(TOKENS, 'full')
  await one.closed
  const late = ticksFor(all('full'), records.slice(at))
  expect(difference(one.ticks.slice(-late.length), late)).toBeUndefined()
  // Quote, then full, of what is in the cache.
  expect(one.ticks.length).toBe(late.length + 2)
})

test('pauses, steps, speeds and seeks by HTTP, with the token only', async () => {
  const { url, stage, done } = await serving({ records, speed: 1, stays: true })
  const http = url.replace(/^ws/, 'http')
  expect(
    (await fetch(`${http}/control/pause`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }))
      .status,
  ).toBe(401)
  expect(await (await fetch(`${http}/health`)).json()).toEqual({ health: 'running', phase: 'waiting' })
  const one = client(url)
  await one.opened
  one.subscribe(TOKENS, 'full')
  await until(() => one.ticks.length > 0)
  stage.playback.setPaused(true)
  const before = stage.counts.records
  stage.playback.step()
  await until(() => stage.counts.records > before)
  stage.playback.setSpeed(Number.POSITIVE_INFINITY)
  stage.playback.setPaused(false)
  const first = ticksFor(all('full'))
  await until(() => stage.playback.isResting && one.ticks.length >= first.length)
  expect(difference(one.ticks, first)).toBeUndefined()
  const status: unknown = await (await fetch(`${http}/status`)).json()
  expect(status).toMatchObject({
    phase: 'ended',
    records: 3000,
    clients: [{ slot: 0, instruments: { ltp: 0, quote: 0, full: 4 } }],
  })
  // Back, by reading again: the packets of the earlier time come, nothing else is said.
  const target_ms = records[1000]?.received_at_ms ?? 0
  stage.playback.seekTo(target_ms)
  await until(() => !stage.playback.isResting && stage.playback.paused)
  stage.playback.setPaused(false)
  const again = ticksFor(
    all('full'),
    records.filter(({ received_at_ms }) => received_at_ms >= target_ms),
  )
  await until(() => stage.playback.isResting && one.ticks.length >= first.length + again.length)
  expect(difference(one.ticks.slice(first.length), again)).toBeUndefined()
  stage.playback.stop('quit')
  expect(await one.closed).toMatchObject({ code: 1001 })
  await done
})

test('whatever is asked for when, a client never gets a byte that was not recorded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 6 }), async (changes) => {
      const { url, stop } = await serving({ records: records.slice(0, 800), connections: 3 })
      const one = client(url)
      await one.opened
      for (const [at, is_full] of changes) {
        one.subscribe(TOKENS.slice(at), is_full ? 'full' : 'ltp')
        await new Promise((resolve) => setImmediate(resolve))
      }
      await one.closed
      const packets = new Set(records.flatMap(({ message }) => packetsIn(message)))
      const heads = new Set([...packets].flatMap((hex) => [hex, hex.slice(0, 88), hex.slice(0, 16)]))
      for (const hex of one.ticks)
        for (const one_packet of packetsIn(Buffer.from(hex, 'hex'))) expect(heads.has(one_packet)).toBe(true)
      stop()
    }),
    { numRuns: 8 },
  )
})

function packetsIn(message: Uint8Array): string[] {
  const found: string[] = []
  for (let at = 2; at + 2 <= message.length; ) {
    const length = (message[at] ?? 0) * 256 + (message[at + 1] ?? 0)
    found.push(hexOf(message.subarray(at + 2, at + 2 + length)))
    at += 2 + length
  }
  return found
}
