import { Redis } from 'ioredis'
import type { RedisCommand } from './redis-commands.js'
import type { RedisConfig } from './redis-config.js'
import type { OutletListener } from './ring-sink.js'

/** A server, or what a test takes for one. */
export interface RedisConnection {
  /**
   * All commands or none, in one transaction; answers an error for each that was refused on its own. Rejects when none was done, or when
   * nobody knows.
   */
  transact(commands: readonly RedisCommand[]): Promise<readonly (Error | undefined)[]>
  close(): void
}

export type RedisConnect = (config: RedisConfig, listener: OutletListener) => RedisConnection

const CONNECT_TIMEOUT_MS = 5_000
/** A server that does not take a good-bye is not waited for: a capture ends within two seconds. */
const DISCONNECT_MS = 200
const RECONNECT_FIRST_MS = 100
const RECONNECT_MAX_MS = 5_000

/**
 * Over ioredis. It connects again for ever by itself; what was under way when a connection broke is rejected at once (`maxRetriesPerRequest`),
 * nothing waits in a queue of its own (`enableOfflineQueue`), and a server that owes an answer for too long is left (`socketTimeout`).
 */
export const connectRedis: RedisConnect = (config, { onReady, onLost }) => {
  const { host, port, tls, username, password, db, timeout_ms } = config
  let trouble = ''
  let is_ready = false
  const redis = new Redis({
    host,
    port,
    ...(tls ? { tls: { servername: host } } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    // Told at the login, or ioredis selects it by itself after a reconnect: a refusal of that would be an error that nobody catches.
    db,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: timeout_ms,
    disconnectTimeout: DISCONNECT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // a server that still loads refuses the transaction; INFO and CLIENT are not for every user
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
    retryStrategy: (times) =>
      Math.min(RECONNECT_FIRST_MS * 2 ** Math.min(times - 1, 10), RECONNECT_MAX_MS) * (1 - Math.random() / 4),
  })
  const lost = (detail: string): void => {
    is_ready = false
    onLost(detail)
  }
  redis.on('error', (error) => {
    trouble = wordsOf(error, password)
  })
  redis.on('close', () => {
    lost(trouble || 'the connection was closed')
    trouble = ''
  })
  redis.on('ready', () => {
    // ioredis itself goes on in database 0 when it can't have the one asked for.
    const selected = db === 0 ? Promise.resolve() : redis.select(db)
    selected.then(
      () => {
        trouble = ''
        is_ready = true
        onReady()
      },
      (error: unknown) => {
        trouble = wordsOf(error, password)
        redis.disconnect(true)
      },
    )
  })
  return {
    async transact(commands) {
      if (!is_ready) throw new Error(trouble || 'not connected')
      try {
        const results = await transactionOf(redis, commands).exec()
        return (results ?? []).map(([error]) => error ?? undefined)
      } catch (error) {
        throw new Error(trouble || wordsOf(reasonOf(error), password))
      }
    },
    close() {
      redis.disconnect()
    },
  }
}

function transactionOf(redis: Redis, commands: readonly RedisCommand[]) {
  const transaction = redis.multi()
  for (const command of commands) {
    if (command[0] === 'publish') transaction.publish(command[1], command[2])
    else if (command[0] === 'set') transaction.set(command[1], command[2])
    else transaction.xadd(command[1], ...(command.slice(2) as (string | Buffer)[]))
  }
  return transaction
}

/** `EXECABORT` says that a command was refused; the first refusal says why. */
function reasonOf(error: unknown): unknown {
  const previous = error instanceof Error && 'previousErrors' in error ? error.previousErrors : undefined
  return Array.isArray(previous) && previous.length > 0 ? previous[0] : error
}

/** Some servers quote the words of a command they don't know, the password of AUTH among them. */
function wordsOf(error: unknown, password: string | undefined): string {
  const first = error instanceof AggregateError ? error.errors[0] : error
  const words = first instanceof Error ? first.message : String(first)
  return password === undefined ? words : words.replaceAll(password, '***')
}
