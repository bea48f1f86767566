import { type Alert, isForAction } from '../core/alerts/index.js'
import { Pipeline, type RawTick } from '../core/engine/index.js'
import { interrupted } from '../core/errors.js'
import type { Calendar, Candle, Instrument, InstrumentTable } from '../core/market/index.js'
import type { DetectorFault } from '../core/patterns/index.js'
import type { Frame } from '../core/recording/index.js'
import { type WindowEnd, windowOn } from '../core/replay/index.js'
import { istDay } from '../core/time/index.js'
import { loadCalendar } from './calendar-file.js'
import { DiagnosticsLog } from './diagnostics-log.js'
import { type DayInPlace, placeOf } from './earlier-sessions.js'
import { findRecordings, type SessionFiles } from './find-recordings.js'
import { InstrumentChoice, type InstrumentWishes } from './instrument-filter.js'
import type { PacerPorts } from './pacer.js'
import { Playback } from './playback.js'
import { type FileSummary, readSession } from './read-session.js'
import { type EngineRequest, noteMasters } from './run-sessions.js'
import { masterPaths, sessionInstruments } from './session-instruments.js'
import { sessionJournals } from './session-journals.js'
import { type DaySignals, openDaySignals } from './signals/day-signals.js'
import { SIGNAL_BARS, type SignalConfig } from './signals/signal-config.js'
import { isShown as isShownBar, withSignalIntervals } from './signals/signal-intervals.js'

export interface ReplayRequest extends EngineRequest {
  readonly wishes: InstrumentWishes
  readonly from: WindowEnd | undefined
  readonly to: WindowEnd | undefined
  readonly speed: number
  readonly max_wait_ms: number
  /** Detectors that run along; default none. */
  readonly signals?: SignalConfig | undefined
}

/** Who is played to. */
export interface Audience {
  /** A reading begins, for the first time or again after a seek backwards. */
  onBegin?(session: SessionFiles, playback: Playback): void
  /** A day begins, with the names of its instruments. Reading waits for it. */
  onSession?(session: SessionFiles, table: InstrumentTable): Promise<void>
  /** Every record inside the window, ahead of what the engine makes of it. The bytes are borrowed. */
  onFrame?(frame: Frame): void
  /** Between steps of some MB: reading waits for it. */
  pause?(): Promise<void>
  onTick?(tick: RawTick): void
  onCandle?(candle: Candle): void
  onAlert?(alert: Alert): void
  /** What was handed out is made ready to leave. With it, and with a speed, the engine runs one moment ahead. */
  onPrepare?(): void
  /** Everything due has been handed out. */
  onIdle?(): void
  onProgress?(done_bytes: number, total_bytes: number | undefined): void
  /** False once nobody listens any more. */
  readonly wanted: boolean
  /** Gets what lies before the window too. */
  readonly wantsAll: boolean
  /** Stays at the end until told to quit or to seek backwards. */
  readonly rests: boolean
}

export interface ReplayRun {
  readonly audience: Audience
  readonly ports: PacerPorts
  readonly signal: AbortSignal
  onNotice(text: string): void
}

export interface ReplaySummary {
  /** Records, packets, candles and alerts inside the window. */
  records: number
  ticks: number
  candles: number
  alerts: number
  /** Times of receipt of the first and the last record inside the window; undefined when there is none. */
  first_ms: number | undefined
  last_ms: number | undefined
  real_ms: number
  lateness: { p50_ms: number; p99_ms: number; max_ms: number } | undefined
  files: FileSummary[]
  /** One per session. */
  diagnostics: DiagnosticsLog[]
  faults: DetectorFault[]
}

interface Played {
  records: number
  ticks: number
  candles: number
  alerts: number
  first_ms: number | undefined
  last_ms: number | undefined
  files: FileSummary[]
  diagnostics: DiagnosticsLog
  faults: readonly DetectorFault[]
}

/** Plays recordings in virtual time, day after day. */
export async function replay(request: ReplayRequest, run: ReplayRun): Promise<ReplaySummary> {
  const begun_ms = run.ports.nowMs()
  const { calendar } = await loadCalendar(request.calendar)
  const { sessions, notices } = findRecordings(request.recordings)
  for (const notice of notices) run.onNotice(notice)
  const playback = new Playback({
    speed: request.speed,
    max_wait_ms: request.max_wait_ms,
    ports: run.ports,
    onPrepare: run.audience.onPrepare?.bind(run.audience),
    onIdle: () => run.audience.onIdle?.(),
    isWanted: () => run.audience.wanted && !run.signal.aborted,
  })
  run.signal.addEventListener('abort', () => playback.stop('quit'), { once: true })
  const choice = new InstrumentChoice(request.wishes, sessions.length, run.onNotice)
  const played: Played[] = []
  for (const session of sessions) {
    const is_last = session === sessions.at(-1)
    const one = await playSession({ session, is_last, request, run, calendar, playback, choice })
    if (one !== undefined) played.push(one)
    if (playback.stopped === 'quit' || playback.stopped === 'unwanted') break
  }
  choice.finish()
  return summaryOf(played, playback, run.ports.nowMs() - begun_ms)
}

interface SessionPlay {
  readonly session: SessionFiles
  readonly is_last: boolean
  readonly request: ReplayRequest
  readonly run: ReplayRun
  readonly calendar: Calendar
  readonly playback: Playback
  readonly choice: InstrumentChoice
}

async function playSession(play: SessionPlay): Promise<Played | undefined> {
  const { session, request, run, playback } = play
  const { table, files: masters } = await sessionInstruments(session, request.instruments)
  noteMasters(masters, run)
  const filter = play.choice.filterOf(session, table, masterPaths(session, request.instruments))
  // nobody waits through a day of nothing
  if (filter.is_empty) return undefined
  await run.audience.onSession?.(session, table)
  const windowOf = (first_ms: number) => windowOn(session.day ?? istDay(first_ms), request.from, request.to)
  for (let at_ms: number | undefined; ; at_ms = playback.target_ms) {
    playback.begin(windowOf, at_ms)
    run.audience.onBegin?.(session, playback)
    const played = await readOnce(play, table, filter.isWanted)
    if (run.signal.aborted) throw interrupted()
    if (run.audience.rests && play.is_last && (playback.stopped === undefined || playback.stopped === 'window')) {
      await playback.rest()
      if (run.signal.aborted) throw interrupted()
    }
    if (playback.stopped !== 'rewind') return played
  }
}

async function readOnce(
  { session, request, run, calendar, playback }: SessionPlay,
  table: InstrumentTable,
  isShown: (instrument: Instrument) => boolean,
): Promise<Played> {
  const { audience } = run
  const diagnostics = new DiagnosticsLog()
  const onDiagnostic = diagnostics.add.bind(diagnostics)
  const played: Played = { ...NOTHING_PLAYED, files: [], diagnostics }
  const day = await signalsOf(request, session, { calendar, instruments: [...table.known()] }, (alert) => {
    if (!isForAction(alert) || !isShown(alert.detection.instrument)) return
    if (playback.isInWindow) played.alerts++
    else if (!audience.wantsAll) return
    audience.onAlert?.(alert)
  })
  const asked = new Set(request.bars.intervals.map(({ label }) => label))
  const pipeline: Pipeline = new Pipeline(
    {
      ...request,
      bars: day === undefined ? request.bars : { ...SIGNAL_BARS, intervals: withSignalIntervals(request.bars.intervals) },
      instruments: table,
      calendar,
      files: session.files.map(({ path }) => path),
      journaled: sessionJournals(session, onDiagnostic),
      options: day?.options,
    },
    {
      onTick(tick) {
        if (!isShown(tick.instrument)) return
        if (playback.isInWindow) played.ticks++
        else if (!audience.wantsAll) return
        audience.onTick?.(tick)
      },
      onCandle(candle) {
        if (day !== undefined) {
          day.signals.onCandle(candle)
          if (!isShownBar(candle, asked)) return
        }
        if (!isShown(candle.instrument)) return
        if (playback.isInWindow) played.candles++
        else if (!audience.wantsAll) return
        audience.onCandle?.(candle)
      },
      onDiagnostic,
      ...(day === undefined ? {} : { onMoment: (now_ms: number) => day.signals.onMoment(now_ms) }),
      ...(day?.signals.onSecond === undefined ? {} : { onSecond: day.signals.onSecond }),
    },
  )
  const reading = readSession(
    session,
    {
      onFrame(frame) {
        playback.noteRecord(frame.received_at_ms)
        if (playback.isInWindow) {
          played.records++
          played.first_ms ??= playback.last_ms
          played.last_ms = playback.last_ms
          audience.onFrame?.(frame)
        }
        pipeline.onFrame(frame)
      },
      onRecycle: (view) => pipeline.onRecycle(view),
    },
    {
      onDiagnostic,
      gate: playback,
      signal: run.signal,
      pause: () => audience.pause?.(),
      ...(audience.onProgress === undefined ? {} : { onProgress: audience.onProgress.bind(audience) }),
    },
  )
  // What was made ready before Ctrl-C still leaves.
  played.files = await reading.catch(async (error: unknown) => {
    if (run.signal.aborted) await playback.finish()
    throw error
  })
  // Cut short, the bars that are still open stay untold: a longer replay would tell them otherwise.
  if (playback.stopped === undefined) pipeline.end()
  await playback.finish()
  return { ...played, faults: day?.faults ?? [] }
}

const NOTHING_PLAYED = { records: 0, ticks: 0, candles: 0, alerts: 0, first_ms: undefined, last_ms: undefined, faults: [] }

async function signalsOf(
  { signals }: ReplayRequest,
  session: SessionFiles,
  day: Pick<DayInPlace, 'calendar' | 'instruments'>,
  emit: (alert: Alert) => void,
): Promise<DaySignals | undefined> {
  if (signals === undefined) return undefined
  return openDaySignals(signals, { day: session.day, ...placeOf(session), ...day }, emit)
}

function summaryOf(played: readonly Played[], { lateness }: Playback, real_ms: number): ReplaySummary {
  const sum = (count: (one: Played) => number): number => played.reduce((total, one) => total + count(one), 0)
  const p50_ms = lateness.quantile(0.5)
  const p99_ms = lateness.quantile(0.99)
  return {
    records: sum(({ records }) => records),
    ticks: sum(({ ticks }) => ticks),
    candles: sum(({ candles }) => candles),
    alerts: sum(({ alerts }) => alerts),
    first_ms: played.find(({ first_ms }) => first_ms !== undefined)?.first_ms,
    last_ms: played.findLast(({ last_ms }) => last_ms !== undefined)?.last_ms,
    real_ms,
    lateness: p50_ms === undefined || p99_ms === undefined ? undefined : { p50_ms, p99_ms, max_ms: lateness.max_ms },
    files: played.flatMap(({ files }) => files),
    diagnostics: played.map(({ diagnostics }) => diagnostics),
    faults: played.flatMap(({ faults }) => faults),
  }
}
