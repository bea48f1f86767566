/** Where Redis is. `url` may hold a password: show `host`. */
export interface RedisPlan {
  readonly url: string
  /** `localhost:6379` */
  readonly host: string
  readonly database: number
  readonly raw_stream: string
}

export type RedisOutcome =
  | {
      readonly kind: 'up'
      readonly ping_ms: number
      readonly length: number
      /** Age of the newest entry of the stream by the server's own clock; undefined when it has none. */
      readonly newest_age_ms: number | undefined
    }
  /** `code`: of the operating system (`ECONNREFUSED`) or the first word of the server's answer (`NOAUTH`). Their sentences are not shown. */
  | { readonly kind: 'failed'; readonly code: string }

const TIMEOUT_MS = 2000

/** One connection, a few commands, no second try. */
export async function tryRedis({ url, database, raw_stream }: RedisPlan): Promise<RedisOutcome> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, {
    db: database,
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  })
  // Why a connection failed comes as an event; the promise only says that it is closed.
  let cause: unknown
  client.on('error', (error: unknown) => {
    cause ??= error
  })
  try {
    await client.connect()
    const sent_at_ms = performance.now()
    await client.ping()
    const ping_ms = performance.now() - sent_at_ms
    const length = await client.xlen(raw_stream)
    const [newest] = await client.xrevrange(raw_stream, '+', '-', 'COUNT', 1)
    const [seconds, micros] = await client.time()
    const now_ms = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    return {
      kind: 'up',
      ping_ms,
      length,
      newest_age_ms: newest === undefined ? undefined : now_ms - Number(newest[0].split('-')[0]),
    }
  } catch (error) {
    return { kind: 'failed', code: codeOf(cause ?? error) }
  } finally {
    client.disconnect()
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  if ('code' in error && typeof error.code === 'string') return error.code
  if (/timed out/i.test(error.message)) return 'ETIMEDOUT'
  return /^[A-Z]{2,20}\b/.exec(error.message)?.[0] ?? 'UNKNOWN'
}
