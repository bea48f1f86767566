import { ALERT_FIELDS, type Alert, alertCells } from '../../core/alerts/index.js'
import { ndjson, RecordBatch } from '../../core/formats/index.js'
import type { LiveSink, SinkListener } from './live-sink.js'
import type { Batch } from './message-ring.js'
import type { RedisCommand } from './redis-commands.js'
import type { RedisConfig } from './redis-config.js'
import { connectRedis, type RedisConnect, type RedisConnection } from './redis-connection.js'
import { type Delivered, type Later, type Outlet, type OutletListener, RingSink } from './ring-sink.js'

/** Where alerts go as they are raised. Like every sink it never makes anybody wait, and counts what it could not hand on. */
export interface AlertSink extends Pick<LiveSink, 'status' | 'close' | 'drained'> {
  onAlert(alert: Alert): void
}

/** Alerts that wait while Redis is gone: some thousands. */
const RING_BYTES = 8 * 1024 * 1024
const NEWLINE_BYTES = 1

/** Fields of an entry of a stream, ahead of the whole alert in `data`. */
const ENTRY_FIELDS = [
  'pattern_type',
  'symbol',
  'confidence',
  'price',
  'volume_ratio',
  'signal',
  'timestamp_ms',
  'alert_id',
] as const

export function openRedisAlerts(
  config: RedisConfig,
  listener: SinkListener,
  { connect = connectRedis, later }: { readonly connect?: RedisConnect; readonly later?: Later } = {},
): AlertSink {
  const ring = new RingSink(
    {
      name: 'redis alerts',
      ring_bytes: RING_BYTES,
      gather_ms: 0,
      takes: () => true,
      open: (outlet) => new AlertOutlet(config, (own) => connect(config, own), outlet),
    },
    listener,
    later,
  )
  const lines = new AlertLines()
  return {
    onAlert(alert) {
      const bytes = lines.lineOf(alert)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      ring.onMessage({
        connection: 0,
        received_at_ms: alert.emitted_at_ms,
        view,
        bytes,
        start: 0,
        end: bytes.length - NEWLINE_BYTES,
      })
    },
    status: () => ring.status(),
    close: (deadline_ms) => ring.close(deadline_ms),
    drained: () => ring.drained(),
  }
}

/** An alert as the line that `mds patterns` writes. */
class AlertLines {
  readonly #encoder = ndjson.open(ALERT_FIELDS)
  readonly #batch = new RecordBatch(ALERT_FIELDS, 1)

  /** Valid until the next call. */
  lineOf(alert: Alert): Uint8Array {
    this.#batch.clear()
    this.#batch.append(alertCells(alert), alert.detection.instrument.price_divisor)
    return this.#encoder.write(this.#batch)
  }
}

class AlertOutlet implements Outlet {
  readonly is_ready = false
  readonly #config: RedisConfig
  readonly #connection: RedisConnection

  constructor(config: RedisConfig, connect: (listener: OutletListener) => RedisConnection, listener: OutletListener) {
    this.#config = config
    this.#connection = connect(listener)
  }

  /** One transaction an alert, so that all of its places have it or none. */
  async deliver(batch: Batch): Promise<Delivered> {
    let refused = 0
    let detail = ''
    for (; batch.done < batch.messages.length; batch.done++) {
      const message = batch.messages[batch.done]
      if (message === undefined) break
      const commands = alertCommands(this.#config, new TextDecoder().decode(message.bytes.subarray(message.start, message.end)))
      const errors = await this.#connection.transact(commands)
      const at = errors.findIndex((error) => error !== undefined)
      if (at < 0) continue
      refused++
      detail = `${commands[at]?.[1]}: ${errors[at]?.message}`
    }
    return { refused, detail }
  }

  async close(): Promise<void> {
    this.#connection.close()
  }
}

/** What one alert says to Redis; see docs/sinks.md. */
export function alertCommands({ names, maxlen }: RedisConfig, line: string): RedisCommand[] {
  const alert: Record<string, unknown> = JSON.parse(line)
  const symbol = String(alert.symbol)
  const named = (pattern: string): string => pattern.replaceAll('{symbol}', symbol)
  const fields = ENTRY_FIELDS.flatMap((name) => (alert[name] === undefined ? [] : [name, String(alert[name])]))
  const entry = (key: string): RedisCommand => ['xadd', key, 'MAXLEN', '~', String(maxlen.alerts), '*', ...fields, 'data', line]
  return [
    entry(names.alerts),
    entry(named(names.patterns)),
    ['publish', names.alerts, line],
    ['publish', names.alerts_new, line],
    ['publish', named(names.alerts_by_symbol), line],
  ]
}
