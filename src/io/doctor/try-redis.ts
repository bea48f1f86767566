import type { RedisConfig } from '../sinks/redis-config.js'

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

/** For all of it. */
const TIMEOUT_MS = 2000
/** A server that does not close is left. */
const DISCONNECT_TIMEOUT_MS = 50
const TIMED_OUT = Symbol('timed out')

/** One connection, a few commands, no second try. */
export async function tryRedis({ host, port, db, tls, username, password, names }: RedisConfig): Promise<RedisOutcome> {
  const { Redis } = await import('ioredis')
  const client = new Redis({
    host,
    port,
    db,
    ...(tls ? { tls: {} } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
  })
  // Why a connection failed comes as an event; the promise only says that it is closed.
  let cause: unknown
  client.on('error', (error: unknown) => {
    cause ??= error
  })
  const timer = setTimeout(() => {
    cause ??= TIMED_OUT
    client.disconnect()
  }, TIMEOUT_MS)
  try {
    await client.connect()
    const sent_at_ms = performance.now()
    await client.ping()
    const ping_ms = performance.now() - sent_at_ms
    const length = await client.xlen(names.raw)
    const [newest] = await client.xrevrange(names.raw, '+', '-', 'COUNT', 1)
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
    clearTimeout(timer)
    client.disconnect()
  }
}

function codeOf(error: unknown): string {
  if (error === TIMED_OUT) return 'ETIMEDOUT'
  if (!(error instanceof Error)) return 'UNKNOWN'
  if ('code' in error && typeof error.code === 'string') return error.code
  return /^[A-Z]{2,20}\b/.exec(error.message)?.[0] ?? 'UNKNOWN'
}
