import { EXIT, MdsError } from '../../core/errors.js'
import type { LiveSink, SinkListener } from './live-sink.js'
import type { Batch, KeptMessage } from './message-ring.js'
import { RedisCommands } from './redis-commands.js'
import type { RedisConfig } from './redis-config.js'
import { connectRedis, type RedisConnect, type RedisConnection } from './redis-connection.js'
import { type Delivered, type Later, type Outlet, type OutletListener, RingSink } from './ring-sink.js'
import type { Names } from './tick-lines.js'

export interface RedisPorts {
  readonly connect?: RedisConnect
  readonly later?: Later
}

/** Items of one transaction. While one runs, Redis serves nobody else and we build the next: two ms at most, for a recorder waits in the same thread. */
const ITEMS_MAX = 64

/** Messages and ticks to Redis; see docs/sinks.md. Connects by itself, again and again, and throws nothing. */
export function openRedisSink(config: RedisConfig, names: Names, listener: SinkListener, ports: RedisPorts = {}): LiveSink {
  const { connect = connectRedis, later } = ports
  return new RingSink(
    {
      name: 'redis',
      ring_bytes: config.ring_bytes,
      gather_ms: 0,
      open: (outlet) => new RedisOutlet(config, names, (listener) => connect(config, listener), outlet),
    },
    listener,
    later,
  )
}

/** Throws when the server can't be reached or does not let us in. For commands that rather end than wait. */
export function probeRedis(config: RedisConfig, connect: RedisConnect = connectRedis): Promise<void> {
  let connection: RedisConnection | undefined
  return new Promise<void>((resolve, reject) => {
    connection = connect(config, {
      onReady: resolve,
      onLost: (detail) =>
        reject(
          new MdsError('redis_unreachable', {
            message: `Expected a Redis server at ${config.address}, found: ${detail}.`,
            suggestions: [`redis-cli -h ${config.host} -p ${config.port} ping`],
            exitCode: EXIT.unreadable,
          }),
        ),
    })
  }).finally(() => connection?.close())
}

class RedisOutlet implements Outlet {
  readonly is_ready = false
  readonly #commands: RedisCommands
  readonly #connection: RedisConnection
  /** Messages of the batch under way of which a part was refused. */
  #refused: { batch: Batch; messages: Set<KeptMessage>; detail: string } | undefined

  constructor(
    config: RedisConfig,
    names: Names,
    connect: (listener: OutletListener) => RedisConnection,
    listener: OutletListener,
  ) {
    this.#commands = new RedisCommands(config, names)
    this.#connection = connect(listener)
  }

  /** `batch.done` counts items. */
  async deliver(batch: Batch): Promise<Delivered> {
    if (this.#refused?.batch !== batch) this.#refused = { batch, messages: new Set(), detail: '' }
    const refused = this.#refused
    const items = this.#commands.itemsOf(batch.messages)
    while (batch.done < items.length) {
      const some = items.slice(batch.done, batch.done + ITEMS_MAX)
      const { commands, messages } = this.#commands.commandsOf(some)
      const errors = commands.length === 0 ? [] : await this.#connection.transact(commands)
      errors.forEach((error, n) => {
        if (error === undefined) return
        refused.messages.add(messages[n] as KeptMessage)
        refused.detail = `${commands[n]?.[1]}: ${error.message}`
      })
      batch.done += some.length
    }
    return { refused: refused.messages.size, detail: refused.detail }
  }

  async close(): Promise<void> {
    this.#connection.close()
  }
}
