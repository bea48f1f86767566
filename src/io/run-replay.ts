import { type CandleStyle, MINUTE_INTERVAL, parseBarKinds, parseIntervals, type TimeBarOptions } from '../core/candles/index.js'
import { EXIT, MdsError, usageError } from '../core/errors.js'
import { parseDuration, parseSpeed, parseWindowEnd, UNPACED } from '../core/replay/index.js'
import { formatClock } from '../core/time/index.js'
import { counted } from '../core/view/index.js'
import { chooseFormat } from './formats.js'
import { hideArguments } from './hide-arguments.js'
import { refuseInputAsOutput } from './inputs.js'
import { systemPacing } from './pacer-ports.js'
import { openReplayOutput, parseKinds, type ReplayOutput } from './replay-output.js'
import { type Audience, type ReplayRequest, type ReplaySummary, replay } from './replay-session.js'
import { sinkLine } from './replay-sinks.js'
import type { RunListener } from './run-sessions.js'
import { readSignalConfig, SIGNAL_BARS, SIGNAL_CLOCK, type SignalWords } from './signals/signal-config.js'
import type { AlertSink } from './sinks/alert-sink.js'

/** What still waits for Redis at the end gets this long. */
const ALERTS_CLOSE_MS = 10_000

/** What the command line says, words still unread. */
export interface ReplayWords
  extends Omit<ReplayRequest, 'bars' | 'event_bars' | 'style' | 'from' | 'to' | 'speed' | 'max_wait_ms' | 'signals'> {
  readonly signals: SignalWords
  readonly bars: Omit<TimeBarOptions, 'intervals'>
  readonly tf: readonly string[]
  readonly event_bars: readonly string[]
  readonly style: CandleStyle
  readonly from: string | undefined
  readonly to: string | undefined
  readonly speed: string
  readonly max_wait: string | undefined
  readonly emit: readonly string[]
  readonly output: string | undefined
  readonly format: string | undefined
  /** Where alerts go too; undefined: nowhere. */
  readonly redis: string | undefined
}

export interface ReplayListener extends RunListener {
  /** Ctrl-C, where the view has taken the keyboard over. */
  interrupt(): void
}

/** The replay of the command line: a view on a terminal, records everywhere else. */
export async function runReplay(words: ReplayWords, run: ReplayListener): Promise<ReplaySummary> {
  const kinds = parseKinds(words.emit)
  const request = kinds.includes('alerts') ? await withAlerts(words) : requestOf(words)
  if (process.stdout.isTTY === true && words.output === undefined && words.format === undefined) return watch(request, run)
  refuseInputAsOutput(words.output, words)
  const format = chooseFormat({ format: words.format, output: words.output, isTTY: false, fallback: 'ndjson' })
  const sink = words.redis === undefined ? undefined : await openAlerts(words.redis, run)
  const output = await openReplayOutput(words.output, format, kinds, { is_paced: request.speed !== UNPACED })
  try {
    return await writeTo(output, request, run, sink)
  } finally {
    await sink?.close(ALERTS_CLOSE_MS)
    if (sink !== undefined) run.onNotice(sinkLine(sink.status(), 'alerts'))
  }
}

/** Redis is there, or the replay does not begin. */
async function openAlerts(url: string, run: RunListener): Promise<AlertSink> {
  const { redisConfig } = await import('./sinks/redis-config.js')
  const { probeRedis } = await import('./sinks/redis-sink.js')
  const { openRedisAlerts } = await import('./sinks/alert-sink.js')
  const config = redisConfig({ source: 'replay' }, { url, env: process.env })
  if (config.password !== undefined) hideArguments()
  await probeRedis(config)
  return openRedisAlerts(config, {
    onDown: (detail) => run.onNotice(`redis is down: ${detail}; alerts wait for it.`),
    onUp: (dropped) => run.onNotice(`redis is up again; ${dropped} alerts were dropped.`),
  })
}

/** The words read. */
export function requestOf(words: Omit<ReplayWords, 'signals' | 'redis'>): ReplayRequest {
  const event_bars = parseBarKinds(words.event_bars)
  const by_default = event_bars.length > 0 ? [] : [MINUTE_INTERVAL]
  return {
    recordings: words.recordings,
    instruments: words.instruments,
    calendar: words.calendar,
    wishes: words.wishes,
    clock: words.clock,
    bars: { ...words.bars, intervals: words.tf.length === 0 ? by_default : parseIntervals(words.tf) },
    event_bars,
    style: words.style,
    from: words.from === undefined ? undefined : parseWindowEnd(words.from, '--from'),
    to: words.to === undefined ? undefined : parseWindowEnd(words.to, '--to'),
    speed: parseSpeed(words.speed),
    max_wait_ms: words.max_wait === undefined ? Number.POSITIVE_INFINITY : parseDuration(words.max_wait, '--max-wait'),
  }
}

/** Alerts are those of `mds patterns`: of bars as they come by default. */
async function withAlerts(words: ReplayWords): Promise<ReplayRequest> {
  const { auction, fill, late, gap_volume } = SIGNAL_BARS
  const { bars, clock, style } = words
  const others = [
    bars.auction !== auction && `--auction ${bars.auction}`,
    bars.fill !== fill && `--fill ${bars.fill}`,
    bars.late !== late && `--late ${bars.late}`,
    bars.gap_volume !== gap_volume && `--gap-volume ${bars.gap_volume}`,
    clock !== SIGNAL_CLOCK && `--clock ${clock}`,
    style !== 'plain' && `--style ${style}`,
  ].filter((flag) => flag !== false)
  if (others.length > 0)
    throw usageError(
      'bars_of_alerts',
      `--emit alerts takes bars as they come by default: expected no ${others.join(', ')}.`,
      'mds replay --emit alerts',
    )
  return { ...requestOf(words), signals: await readSignalConfig(words.signals) }
}

/** At full speed records leave in large pieces; paced ones are made ready ahead of their time and leave at it. */
function recordAudience(output: ReplayOutput, run: RunListener, sink: AlertSink | undefined): Audience {
  return {
    wantsAll: false,
    rests: false,
    get wanted() {
      return output.wanted
    },
    onBegin: () => output.nextSession(),
    onTick: (tick) => output.onTick(tick),
    onCandle: (candle) => output.onCandle(candle),
    onAlert: (alert) => {
      output.onAlert(alert)
      sink?.onAlert(alert)
    },
    onProgress: (done, total) => run.onProgress(done, total),
  }
}

function pacedAudience(output: ReplayOutput, run: RunListener, sink: AlertSink | undefined): Audience {
  const audience = recordAudience(output, run, sink)
  return {
    ...audience,
    get wanted() {
      return output.wanted
    },
    onPrepare: () => output.prepare(),
    onIdle: () => output.flush(),
    // A share of bytes says little about a replay that mostly waits.
    onProgress: () => {},
  }
}

/**
 * What a pipe has not got yet it gets even on Ctrl-C, unless its time has not come; a file appears whole or not at all.
 */
async function writeTo(
  output: ReplayOutput,
  request: ReplayRequest,
  run: RunListener,
  sink: AlertSink | undefined,
): Promise<ReplaySummary> {
  const is_paced = request.speed !== UNPACED
  const audience = is_paced ? pacedAudience(output, run, sink) : recordAudience(output, run, sink)
  try {
    const summary = await replay(request, { ports: systemPacing(), signal: run.signal, onNotice: run.onNotice, audience })
    output.finish()
    return summary
  } catch (error) {
    if (!is_paced && error instanceof MdsError && error.exitCode === EXIT.interrupted) output.flush()
    output.abort()
    throw error
  }
}

/** The view has the terminal to itself: notices wait until it is gone. */
async function watch(request: ReplayRequest, run: ReplayListener): Promise<ReplaySummary> {
  const { openViewer } = await import('./replay-view/viewer.js')
  const notices: string[] = []
  const interval = request.bars.intervals[0] ?? request.event_bars?.[0]
  const viewer = openViewer(interval?.label ?? '', run.interrupt)
  try {
    return await replay(request, {
      ports: systemPacing(),
      signal: run.signal,
      onNotice: (text) => notices.push(text),
      audience: viewer.audience,
    })
  } finally {
    viewer.close()
    for (const notice of notices) run.onNotice(notice)
  }
}

/** `12,345 records, 2,469,000 ticks, 3,120 candles; 09:00:00 to 15:30:00 in 2.1 s; lateness p50 0.12 ms, p99 0.40 ms` */
export function closingLine({
  records,
  ticks,
  candles,
  alerts,
  first_ms,
  last_ms,
  real_ms,
  lateness,
}: Omit<ReplaySummary, 'diagnostics' | 'faults'>): string {
  const told = alerts === 0 ? '' : `, ${counted(alerts, 'alert')}`
  const counts = `${counted(records, 'record')}, ${counted(ticks, 'tick')}, ${counted(candles, 'candle')}${told}`
  const span =
    first_ms === undefined || last_ms === undefined
      ? 'nothing in the window'
      : `${formatClock(first_ms)} to ${formatClock(last_ms)} IST`
  const late =
    lateness === undefined ? '' : `; lateness p50 ${lateness.p50_ms.toFixed(2)} ms, p99 ${lateness.p99_ms.toFixed(2)} ms`
  return `${counts}; ${span} in ${(real_ms / 1000).toFixed(1)} s${late}`
}
