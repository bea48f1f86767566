import type { RedisConfig } from '../sinks/redis-config.js'
import type { HandshakeOutcome } from './try-handshake.js'
import type { RedisOutcome } from './try-redis.js'

/** What the checks ask of the machine beyond files. */
export interface DoctorPorts {
  nowMs(): number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly node_version: string
  freeBytes(folder: string): Promise<number>
  /** Whether the clock is synchronised; undefined when the machine does not say. */
  isClockSynchronised(): Promise<boolean | undefined>
  /** The process that writes recordings into a folder. */
  writerOf(folder: string): Promise<number | undefined>
  handshake(socket_url: string): Promise<HandshakeOutcome>
  redis(config: RedisConfig): Promise<RedisOutcome>
}
