import * as z from 'zod'
import { usageError } from '../../core/errors.js'

/** What a sink may give Redis. */
export const REDIS_OUTPUTS = ['raw', 'ticks', 'by_class', 'latest', 'processed'] as const
export type RedisOutput = (typeof REDIS_OUTPUTS)[number]

/** Stand for what an instrument says. */
const PLACEHOLDERS = ['{symbol}', '{exchange}', '{instrument_token}', '{asset_class}'] as const

/** Data from the feed never decides how a name begins: an ACL such as `~ticks:*` keeps its word. */
const pattern = z
  .string()
  .regex(/^[^{}\s]+(?:\{[a-z_]+\}[^{}\s]*)*$/, 'expected text without blanks that does not begin with a placeholder')
  .refine(
    (text) => (text.match(/\{[a-z_]+\}/g) ?? []).every((name) => PLACEHOLDERS.some((known) => known === name)),
    `expected no placeholders but ${PLACEHOLDERS.join(', ')}`,
  )
const plain = pattern.refine((text) => !text.includes('{'), 'expected a name without placeholders')
const length = z.int().min(1).max(100_000_000)

/** The block `redis` of a profile. Everything has a default. */
export const redisBlock = z.strictObject({
  url: z
    .string()
    .default('redis://localhost:6379')
    .describe('redis:// or, with TLS, rediss://[user[:password]@]host[:port][/db]'),
  db: z.int().min(0).max(1_000_000).default(4).describe('Database, where the URL names none'),
  outputs: z
    .array(z.enum(REDIS_OUTPUTS))
    .min(1)
    .default([...REDIS_OUTPUTS])
    .describe('What is given to Redis'),
  names: z
    .strictObject({
      raw: plain.default('ticks:raw:binary').describe('Stream of messages as received'),
      raw_payload: plain.default('binary_data').describe('Its field with the bytes of the message'),
      ticks: plain.default('market_data.ticks').describe('Channel of every tick'),
      by_class: pattern.default('ticks:{asset_class}').describe('Channels by asset class'),
      latest: pattern.default('ticks:{symbol}').describe('Key of the latest tick of an instrument'),
      processed: plain.default('ticks:intraday:processed').describe('Stream of every tick'),
      alerts: plain.default('alerts:system').describe('Stream and channel of every alert'),
      alerts_new: plain.default('alerts:new').describe('Channel of every alert'),
      alerts_by_symbol: pattern.default('alerts:{symbol}').describe('Channels of the alerts of an instrument'),
      patterns: pattern.default('patterns:{symbol}').describe('Streams of the alerts of an instrument'),
    })
    .prefault({}),
  maxlen: z
    .strictObject({
      raw: length.default(50_000).describe('Entries that the raw stream keeps, or slightly more'),
      processed: length.default(50_000).describe('Entries that the processed stream keeps, or slightly more'),
      alerts: length.default(10_000).describe('Entries that each stream of alerts keeps, or slightly more'),
    })
    .prefault({}),
  source: z.string().min(1).max(100).default('kite').describe('Field source of the raw stream'),
  ring_bytes: z
    .int()
    .min(64 * 1024)
    .max(1024 * 1024 * 1024)
    .default(16 * 1024 * 1024)
    .describe('Messages that wait while Redis is slow or gone'),
  timeout_ms: z.int().min(100).max(600_000).default(3_000).describe('A server silent for this long counts as gone'),
})

/** As people write it. */
export type RedisBlock = z.input<typeof redisBlock>

/** All there is to know; `password` is for the connection only. */
export interface RedisConfig extends Omit<z.output<typeof redisBlock>, 'url'> {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  /** `host:port, database 4`: for people, without secrets. */
  readonly address: string
}

export interface RedisSurroundings {
  /** Of the command line; goes ahead of the environment's, and that ahead of the block's. */
  readonly url?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The URL may come from `MDS_REDIS_URL`, the password from the URL or `MDS_REDIS_PASSWORD`. Throws a usage error that never quotes the URL. */
export function redisConfig(block: RedisBlock, { url, env }: RedisSurroundings): RedisConfig {
  const parsed = redisBlock.safeParse(block)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw badRedis(`The setting redis.${issue?.path.join('.') ?? ''} is not as expected: ${issue?.message ?? ''}.`)
  }
  const { url: url_of_block, ...rest } = parsed.data
  const { db = rest.db, ...server } = serverOf(url ?? (env.MDS_REDIS_URL || url_of_block))
  return {
    ...rest,
    ...server,
    db,
    password: server.password ?? (env.MDS_REDIS_PASSWORD || undefined),
    address: `${server.host}:${server.port}, database ${db}`,
  }
}

function serverOf(text: string): Pick<RedisConfig, 'host' | 'port' | 'tls' | 'username' | 'password'> & { db?: number } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const db = url?.pathname.replace(/^\/$/, '') ?? ''
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '' || !/^(?:\/\d{1,7})?$/.test(db))
    throw badRedis('The address of Redis is not as expected: redis://HOST:PORT/DATABASE, or rediss:// for TLS.')
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    tls: url.protocol === 'rediss:',
    username: url.username === '' ? undefined : unescaped(url.username),
    password: url.password === '' ? undefined : unescaped(url.password),
    ...(db === '' ? {} : { db: Number(db.slice(1)) }),
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badRedis('The user or the password in the address of Redis holds a % that is no escape: write %25 for it.')
  }
}

const badRedis = (message: string) => usageError('bad_redis', message, '--redis redis://localhost:6379')
