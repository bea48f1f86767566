import type { CaptureStatus } from './status.js'

/** What Prometheus asks for (text format 0.0.4). */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Kind = 'counter' | 'gauge' | 'summary'
type Labels = Readonly<Record<string, string | number>>
interface Sample {
  readonly labels?: Labels
  /** Undefined: nothing is known, and no sample is told. */
  readonly value: number | boolean | undefined
}

interface Metric {
  /** Without `mds_capture_`; seconds and bytes, counters end in `_total`. */
  readonly name: string
  readonly kind: Kind
  readonly help: string
  samples(status: CaptureStatus): readonly Sample[]
}

const counter = (name: string, help: string, read: (status: CaptureStatus) => number): Metric => ({
  name: `${name}_total`,
  kind: 'counter',
  help,
  samples: (status) => [{ value: read(status) }],
})

const gauge = (name: string, help: string, read: (status: CaptureStatus) => Sample['value']): Metric => ({
  name,
  kind: 'gauge',
  help,
  samples: (status) => [{ value: read(status) }],
})

type Connection = CaptureStatus['connections'][number]
const perConnection = (
  kind: Kind,
  name: string,
  help: string,
  read: (connection: Connection, now_ms: number) => Sample['value'],
): Metric => ({
  name: `connection_${name}`,
  kind,
  help,
  samples: ({ connections, now_ms }) =>
    connections.map((one) => ({ labels: { connection: one.connection, role: one.role }, value: read(one, now_ms) })),
})

type Sink = CaptureStatus['sinks'][number]
const perSink = (kind: Kind, name: string, help: string, read: (sink: Sink) => Sample['value']): Metric => ({
  name: `sink_${name}`,
  kind,
  help,
  samples: ({ sinks }) => sinks.map((sink) => ({ labels: { sink: sink.name }, value: read(sink) })),
})

/** To the nanosecond: what a division adds beyond is noise. */
const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : Math.round(ms * 1e6) / 1e9)

/** In the order of the page. */
export const CAPTURE_METRICS: readonly Metric[] = [
  {
    name: 'info',
    kind: 'gauge',
    help: 'Always 1; what is running stands in the labels.',
    samples: ({ profile, session, version }) => [{ labels: { profile, session, version }, value: 1 }],
  },
  gauge('healthy', '1 while all is as it should be, 0 while degraded or stopping.', ({ health }) => health === 'running'),
  gauge('problems', 'Things that are wrong now; /health names them.', ({ problems }) => problems.length),
  gauge('start_time_seconds', 'When the capture began, Unix time.', ({ started_ms }) => seconds(started_ms)),
  counter('messages', 'WebSocket messages received, of any kind.', ({ totals }) => totals.messages),
  counter('packets', 'Packets in binary messages.', ({ totals }) => totals.packets),
  counter('bytes', 'Bytes of messages.', ({ totals }) => totals.bytes),
  counter('heartbeats', 'Messages of one byte.', ({ totals }) => totals.heartbeats),
  counter('texts', 'Text messages.', ({ totals }) => totals.texts),
  counter('malformed', 'Messages whose packets do not add up; recorded as they came.', ({ totals }) => totals.malformed),
  {
    name: 'lag_seconds',
    kind: 'summary',
    help: 'From the socket to the kernel.',
    samples: ({ lag }) => [
      { labels: { quantile: '0.5' }, value: seconds(lag.p50_ms) },
      { labels: { quantile: '0.99' }, value: seconds(lag.p99_ms) },
    ],
  },
  gauge('lag_max_seconds', 'The longest way from the socket to the kernel so far.', ({ lag }) => seconds(lag.max_ms)),
  gauge('feed_lag_seconds', 'Time of receipt less the newest time of the exchange.', ({ feed_lag_ms }) => seconds(feed_lag_ms)),
  {
    name: 'subscriptions',
    kind: 'gauge',
    help: 'Instruments asked for, by mode.',
    samples: ({ subscriptions }) => Object.entries(subscriptions).map(([mode, value]) => ({ labels: { mode }, value })),
  },
  perConnection('gauge', 'up', '1 while the socket is open.', ({ state }) => state === 'open'),
  perConnection('gauge', 'instruments', 'Instruments of this connection.', ({ tokens }) => tokens),
  perConnection('gauge', 'silence_seconds', 'Since its last message.', ({ last_message_ms }, now_ms) =>
    last_message_ms === undefined ? undefined : seconds(Math.max(0, now_ms - last_message_ms)),
  ),
  perConnection('counter', 'messages_total', 'Messages received.', ({ messages }) => messages),
  perConnection('counter', 'packets_total', 'Packets received.', ({ packets }) => packets),
  perConnection('counter', 'bytes_total', 'Bytes received.', ({ bytes }) => bytes),
  perConnection('counter', 'reconnects_total', 'Sockets opened after the first.', ({ reconnects }) => reconnects),
  counter('accepted_records', 'Records that the recorder took.', ({ recorder }) => recorder.accepted_records),
  counter('accepted_bytes', 'Bytes of these records.', ({ recorder }) => recorder.accepted_bytes),
  counter('written_bytes', 'Bytes handed to the kernel.', ({ recorder }) => recorder.written_bytes),
  counter('synced_bytes', 'Bytes that survive a power cut.', ({ recorder }) => recorder.synced_bytes),
  counter('dropped_records', 'Records given up because the ring was full.', ({ recorder }) => recorder.dropped_records),
  counter('gaps', 'Gaps told in the journal.', ({ recorder }) => recorder.gaps),
  gauge('waiting_bytes', 'Bytes that the disk has not taken yet.', ({ recorder }) => recorder.waiting_bytes),
  gauge('writing_fails', '1 while the disk takes nothing.', ({ recorder }) => recorder.trouble !== undefined),
  gauge('suspect_files', 'Files of this run in which a write or a sync failed.', ({ recorder }) => recorder.suspect_files.length),
  gauge('free_disk_bytes', 'Room left on the disk of the recordings.', ({ recorder }) => recorder.free_disk_bytes),
  gauge('sync_p99_seconds', 'How long a sync takes, 99 of 100.', ({ recorder }) => seconds(recorder.sync_p99_ms)),
  gauge('worst_unsynced_seconds', 'Longest time that a byte waited to be synced.', ({ recorder }) =>
    seconds(recorder.worst_unsynced_ms),
  ),
  perSink('gauge', 'up', '1 while the sink takes messages.', ({ state }) => state === 'up'),
  perSink('gauge', 'waiting_bytes', 'Bytes that wait for the sink.', ({ waiting_bytes }) => waiting_bytes),
  perSink('counter', 'taken_total', 'Messages taken for the sink.', ({ taken }) => taken),
  perSink('counter', 'sent_total', 'Messages handed on to it.', ({ sent }) => sent),
  perSink('counter', 'dropped_total', 'Messages that it will never get.', ({ dropped }) => dropped),
]

/** The page of /metrics. A metric without a sample is left out. */
export function metricsText(status: CaptureStatus): string {
  return CAPTURE_METRICS.map((metric) => metricText(metric, metric.samples(status))).join('')
}

function metricText({ name, kind, help }: Metric, samples: readonly Sample[]): string {
  const whole = `mds_capture_${name}`
  const lines = samples.flatMap(({ labels, value }) =>
    value === undefined ? [] : [`${whole}${labelText(labels)} ${Number(value)}\n`],
  )
  return lines.length === 0 ? '' : `# HELP ${whole} ${help}\n# TYPE ${whole} ${kind}\n${lines.join('')}`
}

function labelText(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(String(value))}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }
const escapedLabel = (text: string): string => text.replace(/[\\"\n]/g, (mark) => ESCAPES[mark] ?? mark)
