import type { CandleStyle, EventBarSpec, Gap, TimeBarOptions } from '../core/candles/index.js'
import { Pipeline, type PipelineListener } from '../core/engine/index.js'
import type { Calendar, InstrumentTable } from '../core/market/index.js'
import type { OptionBook } from '../core/options/index.js'
import type { Frame, FrameConsumer } from '../core/recording/index.js'
import type { BarClock } from '../core/volume/index.js'
import { loadCalendar } from './calendar-file.js'
import { DiagnosticsLog } from './diagnostics-log.js'
import { findRecordings, type RecordingQuery, type SessionFiles } from './find-recordings.js'
import type { InstrumentsFile } from './instruments-file.js'
import { type FileSummary, type Gate, readSession } from './read-session.js'
import { sessionInstruments } from './session-instruments.js'
import { sessionJournals } from './session-journals.js'

/** Which recordings to read, with which names and hours. */
export interface SessionRequest {
  readonly recordings: RecordingQuery
  readonly instruments: readonly string[]
  readonly calendar: string | undefined
}

export interface EngineRequest extends SessionRequest {
  readonly clock: BarClock
  readonly bars: TimeBarOptions
  readonly event_bars?: readonly EventBarSpec[]
  readonly style?: CandleStyle
}

/** Who is told of what goes on. */
export interface RunListener {
  onNotice(text: string): void
  onProgress(done_bytes: number, total_bytes: number | undefined): void
  /** Between steps of some MB. False: nobody wants more. */
  onStep?(): boolean | Promise<boolean>
  readonly signal: AbortSignal
}

/** What is left of a day when it has been read: a few numbers. The engine holds buffers and every instrument's state, which add up over days. */
export interface SessionRun {
  readonly session: SessionFiles
  readonly counts: Pipeline['counts']
  readonly volume: Pipeline['ledger']['counts'] & Pipeline['bars']['counts']
  readonly gaps: readonly Gap[]
  readonly files: readonly FileSummary[]
  readonly masters: readonly string[]
  readonly diagnostics: DiagnosticsLog
}

/** A day's listener; `onBegin` and `onEnd` may look at the engine before it has read anything, and before it is gone. */
export interface SessionListener extends Omit<PipelineListener, 'onDiagnostic'> {
  /** Option chains that the engine is to keep up to date. */
  readonly options?: OptionBook | undefined
  /** Each record, ahead of the engine. */
  onFrame?(frame: Frame): void
  onBegin?(pipeline: Pipeline): void
  onEnd?(pipeline: Pipeline): void
}

/** Makes the listener of a day. */
export type Listen = (
  session: SessionFiles,
  table: InstrumentTable,
  calendar: Calendar,
) => SessionListener | Promise<SessionListener>

/** Runs the engine over recordings, once per day. */
export async function runSessions(request: EngineRequest, run: RunListener, listen: Listen): Promise<SessionRun[]> {
  const { calendar } = await loadCalendar(request.calendar)
  const { sessions, notices } = findRecordings(request.recordings)
  for (const notice of notices) run.onNotice(notice)
  const runs: SessionRun[] = []
  for (const session of sessions) runs.push(await runSession(session, { ...request, calendar }, run, listen))
  return runs
}

/** Runs the engine over the recordings of one day. */
export async function runSession(
  session: SessionFiles,
  request: Omit<EngineRequest, 'recordings' | 'calendar'> & { readonly calendar: Calendar },
  run: RunListener,
  listen: Listen,
): Promise<SessionRun> {
  const { table, files: masters } = await sessionInstruments(session, request.instruments)
  noteMasters(masters, run)
  const diagnostics = new DiagnosticsLog()
  const onDiagnostic = diagnostics.add.bind(diagnostics)
  const listener = await listen(session, table, request.calendar)
  const pipeline = new Pipeline(
    {
      ...request,
      instruments: table,
      files: session.files.map(({ path }) => path),
      journaled: sessionJournals(session, onDiagnostic),
      options: listener.options,
    },
    { ...listener, onDiagnostic },
  )
  listener.onBegin?.(pipeline)
  const files = await readSession(session, toldOf(pipeline, listener), {
    onDiagnostic,
    onProgress: run.onProgress,
    signal: run.signal,
    gate: gateOf(run),
  })
  pipeline.end()
  listener.onEnd?.(pipeline)
  return {
    session,
    counts: pipeline.counts,
    volume: { ...pipeline.ledger.counts, ...pipeline.bars.counts },
    gaps: pipeline.bars.gaps.all,
    files,
    masters: masters.map(({ path }) => path),
    diagnostics,
  }
}

/** The engine itself, unless somebody wants to see the records: then it comes second. */
function toldOf(pipeline: Pipeline, listener: SessionListener): FrameConsumer {
  if (listener.onFrame === undefined) return pipeline
  return {
    onFrame(frame) {
      listener.onFrame?.(frame)
      pipeline.onFrame(frame)
    },
    onRecycle: (view) => pipeline.onRecycle(view),
  }
}

/** Lets everything pass until nobody wants more. */
export const gateOf = ({ onStep }: RunListener): Gate => ({ until_ms: Number.POSITIVE_INFINITY, pass: () => onStep?.() ?? true })

/** What is wrong with the masters of a day: entries that cannot be read, and tokens that two of them call by different names. */
export function noteMasters(masters: readonly InstrumentsFile[], run: Pick<RunListener, 'onNotice'>): void {
  for (const { path, bad_entries } of masters) {
    const first = bad_entries[0]
    if (first !== undefined)
      run.onNotice(`${path}: ${bad_entries.length} entries left out, the first at ${first.where}: ${first.reason}.`)
  }
  const disputed = disputedNames(masters)
  const [first] = disputed
  if (first === undefined) return
  const tokens = `${disputed.length} ${disputed.length === 1 ? 'token' : 'tokens'}`
  run.onNotice(
    `Two masters disagree about ${tokens}, e.g. ${first.token}: ${first.taken} in ${first.path}, ${first.other} in ${first.other_path}. The first is taken.`,
  )
}

interface DisputedName {
  readonly token: number
  readonly taken: string
  readonly path: string
  readonly other: string
  readonly other_path: string
}

function disputedNames(masters: readonly InstrumentsFile[]): DisputedName[] {
  if (masters.length < 2) return []
  const names = new Map<number, { taken: string; path: string }>()
  const disputed: DisputedName[] = []
  for (const { path: other_path, instruments } of masters)
    for (const { instrument_token: token, exchange, symbol } of instruments) {
      const other = `${exchange}:${symbol}`
      const known = names.get(token)
      if (known === undefined) names.set(token, { taken: other, path: other_path })
      else if (known.taken !== other) disputed.push({ token, ...known, other, other_path })
    }
  return disputed
}
