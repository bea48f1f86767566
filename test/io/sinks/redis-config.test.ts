import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MdsError } from '../../../src/core/errors.js'
import { CHANNEL_CLASSES } from '../../../src/io/sinks/redis-commands.js'
import { type RedisBlock, redisBlock, redisConfig } from '../../../src/io/sinks/redis-config.js'

const CANARY = 'p%w-c4n4ry'
const refusalOf = (block: RedisBlock, url?: string): MdsError => {
  try {
    redisConfig(block, { url, env: {} })
  } catch (error) {
    if (error instanceof MdsError) return error
  }
  throw new Error('it was not refused')
}

test('without a word: the names and the database of the design notes', () => {
  expect(redisConfig({}, { env: {} })).toEqual({
    host: 'localhost',
    port: 6379,
    tls: false,
    username: undefined,
    password: undefined,
    address: 'localhost:6379, database 4',
    db: 4,
    outputs: ['raw', 'ticks', 'by_class', 'latest', 'processed'],
    names: {
      raw: 'ticks:raw:binary',
      raw_payload: 'binary_data',
      ticks: 'market_data.ticks',
      by_class: 'ticks:{asset_class}',
      latest: 'ticks:{symbol}',
      processed: 'ticks:intraday:processed',
      alerts: 'alerts:system',
      alerts_new: 'alerts:new',
      alerts_by_symbol: 'alerts:{symbol}',
      patterns: 'patterns:{symbol}',
    },
    maxlen: { raw: 50_000, processed: 50_000, alerts: 10_000 },
    source: 'kite',
    ring_bytes: 16 * 1024 * 1024,
    timeout_ms: 3000,
  })
})

test.each([
  ['redis://10.0.0.7', { host: '10.0.0.7', port: 6379, db: 4, tls: false }],
  ['rediss://market.example.org:6390/0', { host: 'market.example.org', port: 6390, db: 0, tls: true }],
  ['redis://[::1]:7000/15', { host: '::1', port: 7000, db: 15 }],
  ['redis://feed:p%25w%40@localhost', { username: 'feed', password: 'p%w@', address: 'localhost:6379, database 4' }],
])('%s', (url, wanted) => {
  expect(redisConfig({}, { url, env: {} })).toMatchObject(wanted)
  expect(redisConfig({ url }, { env: {} })).toMatchObject(wanted)
})

test('the command line goes ahead of the environment, that ahead of the block', () => {
  const block = { url: 'redis://block', db: 2 }
  expect(redisConfig(block, { env: {} })).toMatchObject({ host: 'block', db: 2 })
  expect(redisConfig(block, { env: { MDS_REDIS_URL: 'redis://environment/3' } })).toMatchObject({ host: 'environment', db: 3 })
  const env = { MDS_REDIS_URL: 'redis://environment', MDS_REDIS_PASSWORD: CANARY }
  expect(redisConfig(block, { url: 'redis://line', env })).toMatchObject({ host: 'line', password: CANARY })
  expect(redisConfig(block, { url: 'redis://:own@line', env })).toMatchObject({ password: 'own' })
})

test.each([
  `http://:${CANARY}@localhost`,
  `redis://:${CANARY}@localhost:99999`,
  `redis://:${CANARY}@localhost/four`,
  `redis://:${CANARY}@localhost/1/2`,
  `redis://:${CANARY}@`,
  `redis:${CANARY}`,
  CANARY,
  `redis://:${CANARY}%zz@localhost`,
])('no address: %s', (url) => {
  const { code, message, suggestions, exitCode } = refusalOf({}, url)
  expect({ code, exitCode }).toEqual({ code: 'bad_redis', exitCode: 2 })
  // Whatever is wrong with it, it may hold a password.
  expect([message, ...suggestions].join()).not.toContain('c4n4ry')
})

test.each([
  [{ outputs: [] }, /outputs/],
  [{ names: { latest: '{symbol}' } }, /names\.latest.*begin/],
  [{ names: { latest: 'ticks:{sumbol}' } }, /names\.latest.*\{symbol\}/],
  [{ names: { raw: 'ticks:{symbol}' } }, /names\.raw.*without placeholders/],
  [{ names: { ticks: '' } }, /names\.ticks/],
  [{ db: -1 }, /db/],
  [{ maxlen: { raw: 0 } }, /maxlen\.raw/],
  [{ ring_bytes: 1 }, /ring_bytes/],
] as [RedisBlock, RegExp][])('a block that can not be: %j', (block, words) => {
  expect(refusalOf(block)).toMatchObject({ code: 'bad_redis', message: expect.stringMatching(words) })
})

test('a word that no block has', () => {
  const misspelt = { max_len: 5 } as RedisBlock
  expect(refusalOf(misspelt).message).toContain('max_len')
})

test('the page on sinks shows the defaults, and the channel of each class', () => {
  const page = readFileSync('docs/sinks.md', 'utf8')
  const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text]) => JSON.parse(text ?? ''))
  const { redis } = blocks.find((block) => 'redis' in block)
  expect(redis).toEqual(redisBlock.parse({}))
  const rows = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| `ticks:(\w+)` \|$/gm)]
  const shown = rows.flatMap(([, classes = '', channel]) =>
    classes.split(', ').map((name) => [name.replaceAll('`', ''), channel]),
  )
  expect(Object.fromEntries(shown)).toEqual(CHANNEL_CLASSES)
})
