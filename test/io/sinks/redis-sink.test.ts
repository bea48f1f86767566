import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { LiveSink } from '../../../src/io/sinks/live-sink.js'
import { type RedisBlock, redisConfig } from '../../../src/io/sinks/redis-config.js'
import { openRedisSink, probeRedis } from '../../../src/io/sinks/redis-sink.js'
import { RedisServer } from '../../support/redis-server.js'
import type { RespClient } from '../../support/resp.js'
import { fullPacket, SAMPLE_START_MS } from '../../support/sample-records.js'
import { until } from '../../support/until.js'
import { Heard, INSTRUMENTS, liveMessage, messageOf, numbered, table, waiting } from './live-messages.js'

const CANARY = 'c4n4ry-of-redis'
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)

interface Fed {
  readonly sink: LiveSink
  readonly heard: Heard
}

/** Short patience, small ring; `password` as the environment would have it. */
function feed(server: RedisServer, block: RedisBlock = {}, password?: string): Fed {
  const heard = new Heard()
  const config = redisConfig(
    { ring_bytes: 64 * 1024, timeout_ms: 500, ...block },
    { url: `redis://localhost:${server.port}`, env: { MDS_REDIS_PASSWORD: password } },
  )
  return { sink: openRedisSink(config, table(), heard), heard }
}

async function reader(server: RedisServer, db = 4): Promise<RespClient> {
  const client = await server.client()
  await client.send('SELECT', db)
  return client
}

/** What the raw stream says of the numbers of its messages. */
const sequences = async (client: RespClient): Promise<number[]> =>
  (await client.entries('ticks:raw:binary')).map(({ fields }) => Number(fields.get('sequence')))

async function finish({ sink }: Fed): Promise<void> {
  await sink.drained()
  await sink.close(5000)
  const { taken, sent, dropped, waiting_bytes } = sink.status()
  expect({ sum: sent + dropped, waiting_bytes }).toEqual({ sum: taken, waiting_bytes: 0 })
}

test('every stream, channel and key has what its page says', async () => {
  const server = await RedisServer.open()
  const client = await reader(server)
  const ear = await reader(server)
  await ear.send('PSUBSCRIBE', 'nothing')
  for (const channel of [
    'market_data.ticks',
    'ticks:equity',
    'ticks:futures',
    'ticks:options',
    'ticks:indices',
    'ticks:currency',
  ])
    await ear.send('SUBSCRIBE', channel)
  const fed = feed(server)
  const packets = INSTRUMENTS.map(({ instrument_token }, n) => fullPacket({ instrument_token, volume_traded: 1000 + n }))
  const again = { kind: 'ltp', instrument_token: 738_561, last_price: 140_210 } as const
  const [first, second] = [messageOf(packets, SAMPLE_START_MS + 1), messageOf([again], SAMPLE_START_MS + 250)]
  fed.sink.onMessage(first)
  fed.sink.onMessage({ ...second, connection: 2 })
  await finish(fed)
  expect(fed.heard.words).toEqual([])

  const raw = await client.entries('ticks:raw:binary')
  expect(raw.map(({ fields }) => Object.fromEntries([...fields].filter(([name]) => name !== 'binary_data')))).toEqual(
    [
      { timestamp: String(SAMPLE_START_MS + 1), mode: 'full', source: 'kite', connection: '1', sequence: '0' },
      {
        instrument_token: '738561',
        timestamp: String(SAMPLE_START_MS + 250),
        mode: 'ltp',
        source: 'kite',
        connection: '2',
        sequence: '1',
      },
    ].map((fields) => Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, Buffer.from(text)]))),
  )
  expect(raw.map(({ fields }) => fields.get('binary_data'))).toEqual(
    [first, second].map(({ bytes, start, end }) => Buffer.from(bytes.subarray(start, end))),
  )

  const ticks = (await client.entries('ticks:intraday:processed')).map(({ fields }) => String(fields.get('data')))
  expect(ticks.map((line) => JSON.parse(line))).toMatchObject([
    ...INSTRUMENTS.map(({ symbol, asset_class }, n) => ({ symbol, asset_class, volume_traded: 1000 + n })),
    { symbol: 'RELIANCE', mode: 'ltp', last_price: 1402.1 },
  ])
  const said = (channel: string) => ear.heard.filter((one) => one.channel === channel).map(({ text }) => text)
  await until('the last tick was heard', () => said('market_data.ticks').length === ticks.length)
  expect(said('market_data.ticks')).toEqual(ticks)
  const classes = ['equity', 'indices', 'futures', 'options', 'currency', 'equity']
  for (const name of new Set(classes)) expect(said(`ticks:${name}`), name).toEqual(ticks.filter((_, n) => classes[n] === name))

  for (const [n, { symbol }] of INSTRUMENTS.entries())
    expect(await client.text('GET', `ticks:${symbol}`)).toBe(symbol === 'RELIANCE' ? ticks.at(-1) : ticks[n])
  const keys = (await client.send('KEYS', '*')) as Buffer[]
  expect(keys.map(String).sort()).toEqual(
    ['ticks:raw:binary', 'ticks:intraday:processed', ...INSTRUMENTS.map(({ symbol }) => `ticks:${symbol}`)].sort(),
  )
  for (const db of [0, 3, 5]) {
    await client.send('SELECT', db)
    expect(await client.send('DBSIZE')).toBe(0)
  }
})

test('names, database and outputs are those of the settings', async () => {
  const server = await RedisServer.open()
  const fed = feed(server, {
    db: 9,
    outputs: ['raw', 'latest'],
    names: { raw: 'mds:messages', raw_payload: 'data', latest: 'mds:{exchange}:{symbol}:{instrument_token}:{asset_class}' },
    source: 'test',
  })
  fed.sink.onMessage(messageOf([fullPacket({ instrument_token: 1_000_258 })]))
  await finish(fed)
  const client = await reader(server, 9)
  const keys = (await client.send('KEYS', '*')) as Buffer[]
  expect(keys.map(String).sort()).toEqual(['mds:NFO:NIFTY25O0725000CE:1000258:options', 'mds:messages'])
  const [entry] = await client.entries('mds:messages')
  expect(entry?.fields.get('data')?.length).toBe(188)
  expect(String(entry?.fields.get('source'))).toBe('test')
})

test('any bytes arrive as they were, malformed messages too', async () => {
  const server = await RedisServer.open()
  const fed = feed(server, { outputs: ['raw'] })
  const payloads = range(0, 64).map((n) =>
    Uint8Array.from({ length: 2 + 5 * n }, (_, m) => (n === 0 ? 13 : (m * 37 + n * 101) & 0xff)),
  )
  for (const payload of payloads) fed.sink.onMessage(liveMessage(payload))
  await finish(fed)
  const entries = await (await reader(server)).entries('ticks:raw:binary')
  expect(entries.map(({ fields }) => fields.get('binary_data'))).toEqual(
    payloads.filter((p) => p[0] !== 0x7b).map((p) => Buffer.from(p)),
  )
  expect(entries.length).toBe(fed.sink.status().sent)
})

test('streams keep about as many entries as they may', async () => {
  const server = await RedisServer.open()
  const fed = feed(server, { maxlen: { raw: 300, processed: 200 }, ring_bytes: 1024 * 1024 })
  for (const n of range(0, 3000)) fed.sink.onMessage(numbered(n))
  await finish(fed)
  expect(fed.sink.status()).toMatchObject({ sent: 3000, dropped: 0 })
  const client = await reader(server)
  // `~` lets Redis keep up to one node of 100 entries more.
  for (const [key, maxlen] of [
    ['ticks:raw:binary', 300],
    ['ticks:intraday:processed', 200],
  ] as const) {
    const length = Number(await client.send('XLEN', key))
    expect(length).toBeGreaterThanOrEqual(maxlen)
    expect(length).toBeLessThanOrEqual(maxlen + 100)
  }
  expect((await sequences(client)).at(-1)).toBe(2999)
})

test('a message of 3,000 packets goes in several pieces, once', async () => {
  const server = await RedisServer.open()
  const fed = feed(server, { ring_bytes: 1024 * 1024 })
  fed.sink.onMessage(messageOf(range(0, 3000).map((volume_traded) => fullPacket({ volume_traded }))))
  await finish(fed)
  const client = await reader(server)
  expect(await sequences(client)).toEqual([0])
  const ticks = await client.entries('ticks:intraday:processed')
  expect(ticks.map(({ fields }) => JSON.parse(String(fields.get('data'))).volume_traded)).toEqual(range(0, 3000))
})

test('a symbol named like a stream does not overwrite it', async () => {
  const server = await RedisServer.open()
  const heard = new Heard()
  const config = redisConfig({}, { url: `redis://localhost:${server.port}`, env: {} })
  const hostile = { ...INSTRUMENTS[0]!, symbol: 'raw:binary' }
  const sink = openRedisSink(config, { resolve: () => hostile }, heard)
  sink.onMessage(numbered(0))
  sink.onMessage(numbered(1))
  await finish({ sink, heard })
  expect(await sequences(await reader(server))).toEqual([0, 1])
  expect(heard.words).toEqual([])
})

test('no server: what the ring can not hold is counted, the newest go out when it comes', async () => {
  const server = await RedisServer.open([], { absent: true })
  const fed = feed(server)
  for (const n of range(0, 1000)) fed.sink.onMessage(numbered(n))
  await until('it is told', () => fed.heard.words.length > 0)
  const { dropped, ...status } = fed.sink.status()
  expect(status).toMatchObject({ state: 'down', taken: 1000, sent: 0 })
  expect(status.detail).toContain('ECONNREFUSED')
  expect(status.waiting_bytes).toBeLessThanOrEqual(64 * 1024)
  expect(dropped).toBeGreaterThan(600)
  await server.start()
  await finish(fed)
  expect(fed.sink.status()).toMatchObject({ taken: 1000, sent: 1000 - dropped, dropped })
  expect(await sequences(await reader(server))).toEqual(range(dropped, 1000))
  expect(fed.heard.words).toEqual([expect.stringMatching(/^down: .*ECONNREFUSED/), `up: ${dropped - droppedAtDown(fed)}`])
})

/** The first refusal comes while messages are still being taken, or after: what was dropped by then is not of the episode. */
const droppedAtDown = (fed: Fed): number => fed.sink.status().dropped - Number(/^up: (\d+)$/.exec(fed.heard.words[1] ?? '')?.[1])

test('a server killed and started again, over and over: nothing is lost that the ring held', async () => {
  const server = await RedisServer.open(['--appendonly', 'yes', '--appendfsync', 'always'])
  const fed = feed(server, { ring_bytes: 4 * 1024 * 1024 })
  let n = 0
  for (let round = 0; round < 4; round++) {
    for (const end = n + 500; n < end; n++) {
      fed.sink.onMessage(numbered(n))
      if (n % 100 === 50) await new Promise((resolve) => setImmediate(resolve))
      // Sometimes with a delivery under way, sometimes without.
      if (n === end - 150) await server.kill()
    }
    await until('it is told', () => fed.sink.status().state === 'down')
    await server.start()
    await until('it is up again', () => fed.sink.status().state === 'up')
  }
  await finish(fed)
  expect(fed.sink.status()).toMatchObject({ taken: n, sent: n, dropped: 0, state: 'up' })
  const found = await sequences(await reader(server))
  // What was under way when the server died may be there twice, in one piece; nothing is missing.
  expect([...new Set(found)].sort((a, b) => a - b)).toEqual(range(0, n))
  const kinds = fed.heard.words.map((word) => word.slice(0, 4))
  expect(kinds).toEqual(kinds.map((_, k) => (k % 2 === 0 ? 'down' : 'up: ')))
  expect(kinds.length).toBeGreaterThanOrEqual(8)
})

test('a connection that is killed is made again', async () => {
  const server = await RedisServer.open()
  const client = await reader(server)
  const fed = feed(server, { ring_bytes: 1024 * 1024 })
  for (const n of range(0, 2000)) {
    fed.sink.onMessage(numbered(n))
    if (n % 400 === 399) await client.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  }
  await finish(fed)
  expect(fed.sink.status()).toMatchObject({ sent: 2000, dropped: 0 })
  expect([...new Set(await sequences(client))].sort((a, b) => a - b)).toEqual(range(0, 2000))
})

test.each([
  [
    'paused',
    async (client: RespClient) => void (await client.send('CLIENT', 'PAUSE', 60_000, 'WRITE')),
    async (client: RespClient) => void (await client.send('CLIENT', 'UNPAUSE')),
  ],
  [
    'stopped',
    async (_: RespClient, server: RedisServer) => server.signal('SIGSTOP'),
    async (_: RespClient, server: RedisServer) => server.signal('SIGCONT'),
  ],
] as const)('a server that is %s is noticed, and fed again when it goes on', async (_, stop, goOn) => {
  const server = await RedisServer.open()
  const client = await reader(server)
  const fed = feed(server)
  fed.sink.onMessage(numbered(0))
  await fed.sink.drained()
  await stop(client, server)
  for (const n of range(1, 2000)) fed.sink.onMessage(numbered(n))
  await until('it is told', () => fed.heard.words.length > 0)
  expect(fed.heard.words[0]).toMatch(/didn't receive any|slower/)
  const stopped = fed.sink.status()
  expect(stopped).toMatchObject({ taken: 2000, sent: 1, state: 'down' })
  expect(stopped.waiting_bytes).toBeLessThanOrEqual(64 * 1024 + 32 * 1024)
  await goOn(client, server)
  await finish(fed)
  const { sent, dropped, state } = fed.sink.status()
  expect({ state, sum: sent + dropped }).toEqual({ state: 'up', sum: 2000 })
  expect(dropped).toBeGreaterThan(1000)
  const found = new Set(await sequences(client))
  for (const n of range(dropped + 1, 2000)) expect(found.has(n)).toBe(true)
  // A batch that was under way may have been taken although it was given up.
  expect(found.size).toBeGreaterThanOrEqual(sent)
  expect(found.size).toBeLessThanOrEqual(sent + 150)
})

test('a server that accepts and never says a word is left and tried again, and no error of it goes astray', async () => {
  let connections = 0
  const silent = createServer(() => {
    connections++
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void silent.close())
  const heard = new Heard()
  const { port } = silent.address() as AddressInfo
  const config = redisConfig({ ring_bytes: 64 * 1024, timeout_ms: 100 }, { url: `redis://localhost:${port}`, env: {} })
  const sink = openRedisSink(config, table(), heard)
  for (const n of range(0, 100)) sink.onMessage(numbered(n))
  // What nobody catches fails the run: the second login says what the first one did.
  await until('several tries', () => connections >= 4)
  expect(sink.status()).toMatchObject({ taken: 100, sent: 0, state: 'down' })
  expect(heard.words).toHaveLength(1)
  await sink.close(1)
})

test('a full server refuses whole batches; when there is room they go out, none twice', async () => {
  const server = await RedisServer.open(['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'])
  const client = await reader(server)
  const fed = feed(server)
  let n = 0
  for (; fed.sink.status().state !== 'down'; n++) {
    fed.sink.onMessage(numbered(n))
    if (n % 50 === 0)
      await until('taken or refused', () => waiting(fed.sink.status()) === 0 || fed.sink.status().state === 'down')
  }
  expect(fed.heard.words).toEqual([expect.stringContaining('OOM command not allowed')])
  for (const end = n + 1000; n < end; n++) fed.sink.onMessage(numbered(n))
  await client.send('CONFIG', 'SET', 'maxmemory', 0)
  await finish(fed)
  const { sent, dropped, state } = fed.sink.status()
  expect({ state, sum: sent + dropped }).toEqual({ state: 'up', sum: n })
  expect(dropped).toBeGreaterThan(0)
  const found = await sequences(client)
  expect(found.length).toBe(sent)
  expect(new Set(found).size).toBe(sent)
  expect(Number(await client.send('XLEN', 'ticks:intraday:processed'))).toBe(sent)
})

test('a key of another type: those messages count as dropped, the rest goes on', async () => {
  const server = await RedisServer.open()
  const client = await reader(server)
  await client.send('SET', 'ticks:intraday:processed', 'a text')
  const fed = feed(server)
  fed.sink.onMessage(numbered(0))
  await fed.sink.drained()
  expect(fed.sink.status()).toMatchObject({ state: 'down', taken: 1, sent: 0, dropped: 1 })
  expect(fed.heard.words).toEqual([expect.stringMatching(/^down: ticks:intraday:processed: WRONGTYPE/)])
  await client.send('DEL', 'ticks:intraday:processed')
  fed.sink.onMessage(numbered(1))
  await finish(fed)
  expect(fed.sink.status()).toMatchObject({ state: 'up', taken: 2, sent: 1, dropped: 1 })
  expect(await sequences(client)).toEqual([0, 1])
})

test('a wrong password is told without it, and let in once it is right', async () => {
  const server = await RedisServer.open(['--requirepass', 'another'])
  const fed = feed(server, {}, CANARY)
  fed.sink.onMessage(numbered(0))
  await until('it is told', () => fed.heard.words.length > 0)
  expect(fed.heard.words[0]).toMatch(/^down: WRONGPASS/)
  const client = await server.client()
  await client.send('AUTH', 'another')
  await client.send('CONFIG', 'SET', 'requirepass', CANARY)
  await finish(fed)
  expect(fed.sink.status()).toMatchObject({ sent: 1, dropped: 0 })
  expect(JSON.stringify([fed.heard.words, fed.sink.status()])).not.toContain(CANARY)
})

test('a user who may only write ticks can', async () => {
  const server = await RedisServer.open()
  const client = await reader(server)
  const rules = ['~ticks:*', '&market_data.*', '&ticks:*', '-@all', '+xadd', '+set', '+publish', '+multi', '+exec', '+select']
  await client.send('ACL', 'SETUSER', 'feeder', 'on', `>${CANARY}`, ...rules)
  const config = redisConfig({}, { url: `redis://feeder@localhost:${server.port}`, env: { MDS_REDIS_PASSWORD: CANARY } })
  const fed = { heard: new Heard(), sink: openRedisSink(config, table(), new Heard()) }
  fed.sink.onMessage(numbered(0))
  await finish(fed)
  expect(await sequences(client)).toEqual([0])
})

test('a database that is not there is an error, not database 0', async () => {
  const server = await RedisServer.open(['--databases', '2'])
  const fed = feed(server)
  fed.sink.onMessage(numbered(0))
  await until('it is told', () => fed.heard.words.length > 0)
  expect(fed.heard.words[0]).toMatch(/out of range/)
  await fed.sink.close(1000)
  const client = await reader(server, 0)
  expect(await client.send('DBSIZE')).toBe(0)
})

test('a probe says who does not answer', async () => {
  const server = await RedisServer.open()
  const config = redisConfig({}, { url: `redis://:${CANARY}@localhost:${server.port}`, env: {} })
  await probeRedis(config)
  await server.kill()
  const error = await probeRedis(config).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'redis_unreachable', exitCode: 3 })
  expect(JSON.stringify(error) + String(error)).not.toContain(CANARY)
})
