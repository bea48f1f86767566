import type { TimestampMs } from '../time/index.js'

/** What is shown of a running capture. Counters since it began; no secret. */
export interface CaptureFigures {
  readonly profile: string
  readonly pid: number
  readonly now_ms: TimestampMs
  readonly started_ms: TimestampMs
  readonly health: 'running' | 'degraded' | 'stopping'
  /** What is wrong now, in words. */
  readonly problems: readonly string[]
  /** Whose clock stamps the records. */
  readonly stamps: 'machine' | 'recorded'
  readonly connections: readonly ConnectionFigures[]
  readonly totals: { readonly messages: number; readonly packets: number; readonly bytes: number; readonly malformed: number }
  readonly rates: { readonly packets_per_s: number; readonly bytes_per_s: number }
  /** From the socket to the kernel. */
  readonly lag: { readonly p50_ms: number | undefined; readonly p99_ms: number | undefined; readonly max_ms: number }
  /** Behind the exchange; undefined while no packet told a time. */
  readonly feed_lag_ms: number | undefined
  readonly recorder: RecorderFigures
  readonly sinks: readonly SinkFigures[]
  /** Oldest first. */
  readonly recent_events: readonly { readonly at_ms: TimestampMs; readonly text: string }[]
}

/** One connection of a capture. */
export interface ConnectionFigures {
  readonly connection: number
  readonly role: string
  readonly state: 'idle' | 'connecting' | 'open' | 'waiting' | 'auth_needed' | 'closed'
  readonly tokens: number
  readonly last_message_ms: TimestampMs | undefined
  readonly messages: number
  readonly bytes: number
  readonly reconnects: number
  readonly retry_at_ms: TimestampMs | undefined
  /** Why it is not open. */
  readonly detail: string
}

/** What has become of the received bytes. */
export interface RecorderFigures {
  /** The newest segment of each connection. */
  readonly files: readonly string[]
  readonly accepted_records: number
  readonly written_bytes: number
  readonly synced_bytes: number
  /** Not taken by the disk yet. */
  readonly waiting_bytes: number
  readonly dropped_records: number
  readonly free_disk_bytes: number | undefined
  readonly worst_unsynced_ms: number
  readonly gaps: number
  readonly suspect_files: readonly string[]
  /** Set while writing fails. */
  readonly trouble: string | undefined
}

/** Where messages go besides the recording. */
export interface SinkFigures {
  readonly name: string
  readonly state: 'up' | 'down' | 'starting'
  readonly sent: number
  readonly dropped: number
  readonly waiting_bytes: number
  /** Why it is down. */
  readonly detail: string
}
