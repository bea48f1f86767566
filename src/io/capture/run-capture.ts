import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseIntervals } from '../../core/candles/index.js'
import { connectionsOf } from '../../core/feed/index.js'
import type { InstrumentTable } from '../../core/market/index.js'
import type { JournalEntry, RecordedGap } from '../../core/recording/index.js'
import { formatCompactDate, istDay } from '../../core/time/index.js'
import { captureSummary } from '../../core/view/index.js'
import { CredentialsInUse } from '../feed/credentials.js'
import { Feed } from '../feed/feed.js'
import { systemFeedPorts } from '../feed/feed-ports.js'
import { kiteSockets } from '../feed/kite-socket.js'
import { findRecordings, type RecordingFile } from '../find-recordings.js'
import { chooseFormat, loadFormat } from '../formats.js'
import { tokensOfSymbols } from '../instrument-filter.js'
import { openControl } from '../local/open-control.js'
import { openRecorder } from '../recorder/open-recorder.js'
import { openJsonlSink } from '../sinks/jsonl-sink.js'
import type { LiveSink, SinkListener } from '../sinks/live-sink.js'
import { redisConfig } from '../sinks/redis-config.js'
import { openRedisSink } from '../sinks/redis-sink.js'
import { SystemClock } from '../system-clock.js'
import { CaptureClock } from './capture-clock.js'
import { CaptureMeter } from './capture-meter.js'
import { type CapturePlan, type CaptureWords, planCapture } from './capture-plan.js'
import { CaptureSession, type SessionSetup } from './capture-session.js'
import { captureRoutes } from './control-routes.js'
import { CredentialsWatch } from './credentials-watch.js'
import { DayMasters } from './day-masters.js'
import { LiveCandles } from './live-candles.js'
import { DEFAULT_TOKEN_FILE } from './load-credentials.js'
import { defaultLogPath, LogFile } from './log-file.js'
import { RecordedClock } from './recorded-clock.js'
import type { CaptureStatus } from './status.js'

/** What else the command line says: where the messages go besides the recording, and how the capture is steered. */
export interface RunWords extends CaptureWords {
  readonly redis: string | undefined
  readonly jsonl: string | undefined
  readonly candles: readonly string[]
  readonly candles_format: string | undefined
  /** Port of the control API; 0: any; undefined: none. */
  readonly port: number | undefined
  readonly log_file: string | undefined
  readonly version: string
}

export interface CaptureListener {
  readonly signal: AbortSignal
  onNotice(text: string): void
  /** The capture runs: whoever shows it asks for its state from here on. */
  onRunning(status: () => CaptureStatus, stop: () => void): void
}

/** How a capture ended. */
export interface CaptureEnd {
  readonly reason: string
  readonly status: CaptureStatus
  readonly candles: number | undefined
  readonly summary: readonly string[]
}

const SECOND_MS = 1000
/** Candles are complete as late as this. */
const RELEASE_MS = 100
const SINK_CLOSE_MS = 500

/** A capture from its first file to its last line. Undefined: nothing to record today. */
export async function runCapture(words: RunWords, listener: CaptureListener): Promise<CaptureEnd | undefined> {
  const plan = await planCapture(words, listener)
  if (plan === undefined) return undefined
  const capture = await openCapture(plan, words, listener)
  try {
    return await capture.run()
  } finally {
    await capture.close()
  }
}

async function openCapture(plan: CapturePlan, words: RunWords, listener: CaptureListener) {
  const { profile, data_dir, recorded_ms, endpoint, layout, fsync, instruments } = plan
  const folder = join(data_dir, profile.name)
  const masters = new DayMasters(folder, profile.name, instruments.masters)
  const credentials = new CredentialsInUse(plan.credentials.credentials)
  const meter = new CaptureMeter()
  const stop = new StopSignal()
  const system = new SystemClock()
  const machine = new CaptureClock(system, (delta_ms) => session?.onEvent({ event: 'clock_step', delta_ms }))
  const clock: SessionSetup['clock'] = recorded_ms === undefined ? { machine } : { recorded: new RecordedClock(recorded_ms) }
  const now = (): number => ('machine' in clock ? clock.machine.now() : clock.recorded.now())
  const log = new LogFile({
    path: words.log_file ?? defaultLogPath(data_dir, profile.name),
    nowMs: now,
    scrub: (text) => credentials.scrub(text),
    onFailure: (code) => listener.onNotice(`The log file can't be written (${code}); the recording goes on.`),
  })
  // Lines of the journal that are told while the recorder opens.
  const early: JournalEntry[] = []
  const early_gaps: RecordedGap[] = []
  let session: CaptureSession | undefined
  const onEntry = (entry: JournalEntry): void => (session === undefined ? void early.push(entry) : session.onEntry(entry))
  const session_id = `${formatCompactDate(istDay(now()))}-${randomBytes(4).toString('hex')}`
  const recorder = await openRecorder({
    folder,
    profile: profile.name,
    connections: connectionsOf(layout),
    session: session_id,
    version: words.version,
    stamps: recorded_ms === undefined ? 'machine' : 'recorded',
    instruments_sha256: masters.sha256,
    now,
    fsync,
    onEvent: onEntry,
    onGap: (gap) => (session === undefined ? void early_gaps.push(gap) : session.onGap(gap)),
    onWritten: (waited_ms) => meter.lag.add(waited_ms),
  })
  masters.keep(istDay(now()))
  const earlier = segmentsOf(folder, profile.name)
  const sinks = openSinks(plan, words, instruments.table, {
    onDown: (sink, detail) => session?.onEvent({ event: 'sink_down', sink, detail }),
    onUp: (sink, dropped) => session?.onEvent({ event: 'sink_up', sink, dropped }),
  })
  const candles = await openCandles(words, { plan, folder, masters, earlier }, (error) => session?.failed('live candles', error))
  const own = new CaptureSession({
    profile: profile.name,
    session: session_id,
    version: words.version,
    mode: profile.mode,
    recorder,
    meter,
    sinks,
    candles,
    clock,
    scrub: (text) => credentials.scrub(text),
    tokensOf: (symbols) => tokensOfSymbols(symbols, instruments.table),
    onNotice: listener.onNotice,
    onEntry: ({ at_ms: _, event, ...fields }) => log.write(LEVELS.has(event) ? 'warn' : 'info', event, fields),
    onStop: (reason) => stop.stop(reason),
  })
  session = own
  for (const gap of early_gaps.splice(0)) own.onGap(gap)
  for (const entry of early.splice(0)) own.onEntry(entry)
  const feed = new Feed(
    {
      layout,
      wanted: instruments.selected.modes,
      credentials,
      openSocket: kiteSockets({ endpoint, version: words.version, handshake_ms: 10_000 }),
      ports: systemFeedPorts(now),
      seed: randomBytes(4).readUInt32BE(0),
      isTrading: (at_ms) => plan.trading.isTrading(at_ms),
    },
    own,
  )
  own.attach(feed)
  const watch = watchCredentials(words, plan, credentials, () => feed.credentialsChanged())
  const timers = startTimers({ machine, recorded: recorded_ms !== undefined, system, candles, now })
  const control =
    words.port === undefined
      ? undefined
      : await openControl({
          kind: 'capture',
          name: profile.name,
          host: '127.0.0.1',
          port: words.port,
          routes: captureRoutes(own),
          started_ms: system.nowMs(),
          onNotice: listener.onNotice,
          onFailure: (path, error) => own.failed(`control API ${path}`, error),
        })
  let ended: Promise<CaptureEnd> | undefined

  const end = async (reason: string): Promise<CaptureEnd> => {
    own.stop(reason)
    timers.stop()
    watch?.()
    await feed.stop()
    await Promise.all([recorder.close(now(), reason), candles?.end(), ...sinks.map((sink) => sink.close(SINK_CLOSE_MS))])
    const status = own.status()
    return { reason, status, candles: candles?.candles, summary: captureSummary(status) }
  }
  return {
    run: async (): Promise<CaptureEnd> => {
      listener.signal.addEventListener('abort', () => stop.stop('interrupted'), { once: true })
      if (plan.end_ms !== undefined) timers.stopAt(plan.end_ms, () => stop.stop('the time is over'))
      if (listener.signal.aborted) stop.stop('interrupted')
      else feed.start()
      listener.onRunning(
        () => own.status(),
        () => own.stop('asked at the terminal'),
      )
      ended = stop.reason.then(end)
      return ended
    },
    close: async (): Promise<void> => {
      if (ended === undefined) await end('failed to begin')
      await control?.close()
      await log.close()
    },
  }
}

const LEVELS: ReadonlySet<JournalEntry['event']> = new Set([
  'disconnected',
  'refused',
  'auth_needed',
  'stall',
  'gap',
  'suspect',
  'clock_step',
  'loop_blocked',
  'malformed',
  'write_failed',
  'sync_failed',
  'disk_low',
  'recovered',
  'sink_down',
  'failure',
])

/** The first reason to stop counts. */
class StopSignal {
  readonly reason: Promise<string>
  #resolve: (reason: string) => void = () => {}

  constructor() {
    this.reason = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  stop(reason: string): void {
    this.#resolve(reason)
  }
}

/** Segments of earlier captures: read before live candles go on where they ended. */
function segmentsOf(folder: string, profile: string): RecordingFile[] {
  try {
    const { sessions } = findRecordings({ sessions: [folder], data_dir: folder, profiles: [profile] })
    return sessions.flatMap(({ files }) => files)
  } catch {
    return [] // none yet
  }
}

interface SinkTellers {
  onDown(sink: string, detail: string): void
  onUp(sink: string, dropped: number): void
}

function openSinks(plan: CapturePlan, words: RunWords, names: InstrumentTable, tell: SinkTellers): LiveSink[] {
  const { profile, data_dir } = plan
  const listenerOf = (sink: string): SinkListener => ({
    onDown: (detail) => tell.onDown(sink, detail),
    onUp: (dropped) => tell.onUp(sink, dropped),
  })
  const sinks: LiveSink[] = []
  if (words.redis !== undefined || profile.redis !== undefined)
    sinks.push(
      openRedisSink(redisConfig(profile.redis ?? {}, { url: words.redis, env: process.env }), names, listenerOf('redis')),
    )
  const jsonl =
    words.jsonl ?? (profile.jsonl === undefined ? undefined : (profile.jsonl.directory ?? join(data_dir, profile.name)))
  if (jsonl !== undefined) sinks.push(openJsonlSink(jsonl, names, listenerOf('jsonl')))
  return sinks
}

interface CandlesPlace {
  readonly plan: CapturePlan
  readonly folder: string
  readonly masters: DayMasters
  readonly earlier: readonly RecordingFile[]
}

async function openCandles(words: RunWords, place: CandlesPlace, onFailure: (error: unknown) => void) {
  if (words.candles.length === 0) return undefined
  const { plan, folder, masters, earlier } = place
  const id = chooseFormat({ format: words.candles_format, output: undefined, isTTY: false, fallback: 'ndjson' })
  const format = await loadFormat(id)
  return new LiveCandles({
    bars: {
      intervals: parseIntervals(words.candles),
      auction: 'separate',
      fill: 'skip',
      late: 'drop',
      gap_volume: 'quarantine',
    },
    calendar: plan.calendar,
    format,
    earlier,
    instrumentsOf: (day) => masters.tableOf(day),
    pathOf: (day) => join(folder, `${plan.profile.name}_${formatCompactDate(day)}.candles${format.extension}`),
    onFailure,
  })
}

function watchCredentials(words: RunWords, plan: CapturePlan, credentials: CredentialsInUse, onChange: () => void) {
  const { origin } = plan.credentials
  const path = words.token_file ?? DEFAULT_TOKEN_FILE
  if (origin !== path) return undefined
  const watch = new CredentialsWatch(path, credentials.current, {
    onChange: (loaded) => {
      credentials.change(loaded.credentials)
      onChange()
    },
    onTrouble: () => {},
  })
  return watch.start()
}

interface TimerSetup {
  readonly machine: CaptureClock
  readonly recorded: boolean
  readonly system: SystemClock
  readonly candles: LiveCandles | undefined
  now(): number
}

function startTimers({ machine, recorded, system, candles, now }: TimerSetup) {
  const release = setInterval(() => {
    // Whatever was received a moment ago has been pushed by now.
    if (!recorded) candles?.release(now())
  }, RELEASE_MS)
  const check = setInterval(() => {
    if (!recorded) machine.check()
  }, SECOND_MS)
  let end: NodeJS.Timeout | undefined
  return {
    /** Looks each second: a machine that slept, or whose clock was set, still stops in time. */
    stopAt(end_ms: number, action: () => void): void {
      end = setInterval(() => system.nowMs() >= end_ms && action(), SECOND_MS)
    },
    stop(): void {
      for (const timer of [release, check, end]) clearInterval(timer)
    },
  }
}
