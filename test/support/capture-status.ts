import type { CaptureStatus } from '../../src/io/capture/status.js'
import type { ConnectionStatus } from '../../src/io/feed/connection-status.js'

/** 2025-10-06 10:15:00 IST, a Monday. */
export const NOW_MS = 1_759_725_900_000
const STARTED_MS = NOW_MS - 70 * 60_000

export const connectionOf = (connection: number, more: Partial<ConnectionStatus> = {}): ConnectionStatus => ({
  connection,
  role: connection === 1 ? 'primary' : connection === 2 ? 'secondary' : 'tertiary',
  state: 'open',
  tokens: 3_000,
  since_ms: STARTED_MS + 1_000,
  last_message_ms: NOW_MS - 120,
  messages: 1_234_567,
  packets: 12_345_678,
  bytes: 2_271_604_752,
  reconnects: 0,
  retry_at_ms: undefined,
  detail: '',
  ...more,
})

/** A capture on a good day. */
export const captureStatus = (more: Partial<CaptureStatus> = {}): CaptureStatus => ({
  profile: 'nifty50',
  session: '20251006-090500-4711',
  pid: process.pid,
  version: '0.1.0',
  now_ms: NOW_MS,
  started_ms: STARTED_MS,
  health: 'running',
  problems: [],
  stamps: 'machine',
  connections: [connectionOf(1), connectionOf(2, { tokens: 2_410 }), connectionOf(3, { tokens: 0, messages: 1_400, packets: 0 })],
  totals: { messages: 2_470_534, packets: 24_691_356, bytes: 4_543_209_504, heartbeats: 4_200, malformed: 0, texts: 3 },
  rates: { messages_per_s: 512.25, packets_per_s: 8_412.5, bytes_per_s: 1_547_900 },
  lag: { p50_ms: 0.21, p99_ms: 1.87, max_ms: 12.5 },
  feed_lag_ms: 640,
  recorder: {
    files: ['nifty50_20251006_1000-c1.bin', 'nifty50_20251006_1000-c2.bin', 'nifty50_20251006_1000-c3.bin'],
    accepted_records: 2_470_534,
    accepted_bytes: 4_572_855_912,
    written_bytes: 4_572_855_912,
    synced_bytes: 4_572_700_000,
    waiting_bytes: 0,
    dropped_records: 0,
    free_disk_bytes: 182_400_000_000,
    sync_p99_ms: 4.2,
    worst_unsynced_ms: 149,
    gaps: 1,
    suspect_files: [],
    trouble: undefined,
  },
  sinks: [{ name: 'redis', state: 'up', taken: 2_470_534, sent: 2_470_530, dropped: 0, waiting_bytes: 812, detail: '' }],
  subscriptions: { full: 2_410, quote: 3_000 },
  recent_events: [
    { at_ms: STARTED_MS + 900, text: 'connection 1 open' },
    { at_ms: STARTED_MS + 940, text: 'connection 2 open' },
    { at_ms: NOW_MS - 400_000, text: 'connection 2 closed (1006), 0.8 s without data' },
  ],
  ...more,
})
