import type { CandleStyle, EventBarSpec, Gap, TimeBarOptions } from '../core/candles/index.js'
import { Pipeline, type PipelineListener } from '../core/engine/index.js'
import type { Calendar, InstrumentTable } from '../core/market/index.js'
import type { BarClock } from '../core/volume/index.js'
import { loadCalendar } from './calendar-file.js'
import { DiagnosticsLog } from './diagnostics-log.js'
import { findRecordings, type RecordingQuery, type SessionFiles } from './find-recordings.js'
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

/** A day's listener; `onBegin` and `onEnd` may look at the engine, before its first record and before it is gone. */
export interface SessionListener extends Omit<PipelineListener, 'onDiagnostic'> {
  onBegin?(pipeline: Pipeline): void
  onEnd?(pipeline: Pipeline): void
}

/** Runs the engine over recordings, once per day. `listen` makes the listener of each day. */
export async function runSessions(
  request: EngineRequest,
  run: RunListener,
  listen: (session: SessionFiles, table: InstrumentTable, calendar: Calendar) => SessionListener | Promise<SessionListener>,
): Promise<SessionRun[]> {
  const { calendar } = await loadCalendar(request.calendar)
  const { sessions, notices } = findRecordings(request.recordings)
  for (const notice of notices) run.onNotice(notice)
  const runs: SessionRun[] = []
  for (const session of sessions) {
    const { table, files: masters } = await sessionInstruments(session, request.instruments)
    noteMasters(masters, run)
    const diagnostics = new DiagnosticsLog()
    const onDiagnostic = diagnostics.add.bind(diagnostics)
    const listener = await listen(session, table, calendar)
    const pipeline = new Pipeline(
      {
        ...request,
        instruments: table,
        calendar,
        files: session.files.map(({ path }) => path),
        journaled: sessionJournals(session, onDiagnostic),
      },
      { ...listener, onDiagnostic },
    )
    listener.onBegin?.(pipeline)
    const files = await readSession(session, pipeline, {
      onDiagnostic,
      onProgress: run.onProgress,
      signal: run.signal,
      gate: gateOf(run),
    })
    pipeline.end()
    listener.onEnd?.(pipeline)
    runs.push({
      session,
      counts: pipeline.counts,
      volume: { ...pipeline.ledger.counts, ...pipeline.bars.counts },
      gaps: pipeline.bars.gaps.all,
      files,
      masters: masters.map(({ path }) => path),
      diagnostics,
    })
  }
  return runs
}

/** Lets everything pass until nobody wants more. */
export const gateOf = ({ onStep }: RunListener): Gate => ({ until_ms: Number.POSITIVE_INFINITY, pass: () => onStep?.() ?? true })

export function noteMasters(
  masters: readonly { path: string; bad_entries: readonly { where: string; reason: string }[] }[],
  run: Pick<RunListener, 'onNotice'>,
): void {
  for (const { path, bad_entries } of masters) {
    const first = bad_entries[0]
    if (first !== undefined)
      run.onNotice(`${path}: ${bad_entries.length} entries left out, the first at ${first.where}: ${first.reason}.`)
  }
}
