import { type Interval, parseIntervals } from '../core/candles/index.js'
import { Pipeline } from '../core/engine/index.js'
import type { Calendar, Candle } from '../core/market/index.js'
import type { BarClock } from '../core/volume/index.js'
import { loadCalendar } from './calendar-file.js'
import { DiagnosticsLog } from './diagnostics-log.js'
import { findRecordings, type RecordingQuery, type SessionFiles } from './find-recordings.js'
import { type FileSummary, readSession } from './read-session.js'
import { sessionInstruments } from './session-instruments.js'

export interface CandleRequest {
  recordings: RecordingQuery
  instruments: readonly string[]
  calendar: string | undefined
  tf: readonly string[]
  clock: BarClock
  auction: 'separate' | 'fold'
  fill: 'skip' | 'forward'
  late: 'drop' | 'revise'
  gap_volume: 'quarantine' | 'last' | 'spread'
}

export interface CandleRun {
  onCandle(candle: Candle): void
  onNotice(text: string): void
  onProgress(done_bytes: number, total_bytes: number | undefined): void
  signal: AbortSignal
}

export interface CandleSummary {
  candles: number
  packets: number
  files: FileSummary[]
  diagnostics: DiagnosticsLog
}

/** Recordings to candles, one run of the engine per day. */
export async function buildCandles(request: CandleRequest, run: CandleRun): Promise<CandleSummary> {
  const intervals = parseIntervals(request.tf)
  const { calendar } = await loadCalendar(request.calendar)
  const { sessions, notices } = findRecordings(request.recordings)
  for (const notice of notices) run.onNotice(notice)
  const summary: CandleSummary = { candles: 0, packets: 0, files: [], diagnostics: new DiagnosticsLog() }
  for (const session of sessions) await buildSession(session, request, run, { intervals, calendar }, summary)
  return summary
}

async function buildSession(
  session: SessionFiles,
  request: CandleRequest,
  run: CandleRun,
  { intervals, calendar }: { intervals: readonly Interval[]; calendar: Calendar },
  summary: CandleSummary,
): Promise<void> {
  const { table } = await sessionInstruments(session, request.instruments)
  const onDiagnostic = summary.diagnostics.add.bind(summary.diagnostics)
  const pipeline = new Pipeline(
    {
      instruments: table,
      calendar,
      clock: request.clock,
      bars: { intervals, auction: request.auction, fill: request.fill, late: request.late, gap_volume: request.gap_volume },
      files: session.files.map(({ path }) => path),
    },
    {
      onCandle(candle) {
        summary.candles++
        run.onCandle(candle)
      },
      onDiagnostic,
    },
  )
  summary.files.push(...(await readSession(session, pipeline, { onDiagnostic, onProgress: run.onProgress, signal: run.signal })))
  pipeline.end()
  summary.packets += pipeline.counts.packets
}
