import type { ConnectionStatus } from '../feed/connection-status.js'
import type { SinkStatus } from '../sinks/live-sink.js'
import type { RecorderStatus } from './recorder-port.js'

/** What `/status`, `/metrics`, `mds ctl status` and the live view show of a capture. No secret. */
export interface CaptureStatus {
  readonly profile: string
  readonly session: string
  readonly pid: number
  readonly version: string
  readonly now_ms: number
  readonly started_ms: number
  /** running: as it should be; degraded: something is wrong that it may get over; stopping. */
  readonly health: 'running' | 'degraded' | 'stopping'
  readonly problems: readonly string[]
  readonly stamps: 'machine' | 'recorded'
  readonly connections: readonly ConnectionStatus[]
  readonly totals: { messages: number; packets: number; bytes: number; heartbeats: number; malformed: number; texts: number }
  /** Over the last seconds. */
  readonly rates: { messages_per_s: number; packets_per_s: number; bytes_per_s: number }
  /** From the socket to the kernel, ms. */
  readonly lag: { p50_ms: number | undefined; p99_ms: number | undefined; max_ms: number }
  /** Time of receipt less the newest exchange time, ms; undefined while no packet told one. */
  readonly feed_lag_ms: number | undefined
  readonly recorder: RecorderStatus
  readonly sinks: readonly SinkStatus[]
  readonly subscriptions: Readonly<Record<string, number>>
  readonly recent_events: readonly { at_ms: number; text: string }[]
}
