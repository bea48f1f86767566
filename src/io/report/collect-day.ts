import { basename } from 'node:path'
import { assert } from '../../core/assert.js'
import { DAY_INTERVAL, type Interval } from '../../core/candles/index.js'
import { DIAGNOSTIC_CODES } from '../../core/diagnostics.js'
import type { Pipeline } from '../../core/engine/index.js'
import type { DetectorFault } from '../../core/patterns/index.js'
import {
  type CollectedDay,
  DayCollector,
  type DayReport,
  type Finding,
  type SignalsReport,
  type SourcesReport,
} from '../../core/report/index.js'
import { findingText } from '../diagnostics-log.js'
import { placeOf } from '../earlier-sessions.js'
import { InstrumentChoice } from '../instrument-filter.js'
import { connectionsOf } from '../read-session.js'
import { type RunListener, runSessions, type SessionRequest, type SessionRun } from '../run-sessions.js'
import { masterPaths } from '../session-instruments.js'
import { type DaySignals, openDaySignals } from '../signals/day-signals.js'
import { faultLine } from '../signals/fault-line.js'
import { missingInputs } from '../signals/missing-inputs.js'
import { SIGNAL_BARS, SIGNAL_CLOCK, type SignalConfig, type SignalWords } from '../signals/signal-config.js'
import { withSignalIntervals } from '../signals/signal-intervals.js'

/** What the command line says. */
export interface ReportWords extends SessionRequest, SignalWords {
  readonly symbols: readonly string[]
  /** Length of the bars that are drawn. */
  readonly tf: string
  /** False: no detector runs. */
  readonly alerts: boolean
  /** Undefined or `-`: standard output. */
  readonly output: string | undefined
}

interface DaySetup {
  readonly words: ReportWords
  /** Undefined: no detectors. */
  readonly config: SignalConfig | undefined
  /** Of the bars that are drawn. */
  readonly interval: Interval
}

export interface DayOfReport {
  readonly report: DayReport
  readonly faults: readonly DetectorFault[]
  readonly session_run: SessionRun
}

/** Runs the engine once over the day: bars for the charts and, unless `config` is undefined, the alerts of `mds patterns`. */
export async function collectDay({ words, config, interval }: DaySetup, run: RunListener): Promise<DayOfReport> {
  const choice = new InstrumentChoice({ symbols: words.symbols, tokens: [], exchanges: [] }, 1, run.onNotice)
  const bars = { ...SIGNAL_BARS, intervals: withSignalIntervals([interval, DAY_INTERVAL]) }
  let collected: CollectedDay | undefined
  let signals: { day: DaySignals; notices: readonly string[] } | undefined
  const [session_run] = await runSessions({ ...words, clock: SIGNAL_CLOCK, bars }, run, async (session, table, calendar) => {
    const { isWanted } = choice.filterOf(session, table, masterPaths(session, words.instruments))
    const collector = new DayCollector(interval.label, isWanted)
    const common = {
      onFrame: ({ received_at_ms }: { received_at_ms: number }) => collector.onMessage(received_at_ms),
      onVolumeEvent: collector.onVolumeEvent.bind(collector),
      onEnd: (pipeline: Pipeline) => {
        collected = collector.collected(pipeline)
      },
    }
    if (config === undefined) return { ...common, onCandle: collector.onCandle.bind(collector) }
    const instruments = [...table.known()]
    const day = await openDaySignals(
      config,
      { day: session.day, ...placeOf(session), calendar, instruments },
      { emit: collector.onAlert.bind(collector), onSuppressed: collector.onSuppressed.bind(collector) },
    )
    const notices = missingInputs(config, day, instruments)
    for (const notice of notices) run.onNotice(notice)
    signals = { day, notices }
    return {
      ...common,
      onCandle(candle) {
        collector.onCandle(candle)
        day.signals.onCandle(candle)
      },
      onMoment: (now_ms) => day.signals.onMoment(now_ms),
      ...(day.signals.onSecond === undefined ? {} : { onSecond: day.signals.onSecond }),
      options: day.options,
    }
  })
  assert(session_run !== undefined && collected !== undefined, 'a run of one day has one session')
  const { suppressed, suppressed_by_pattern, ...day } = collected
  return {
    report: {
      ...day,
      version: words.version,
      profiles: [...new Set(session_run.session.files.map(({ profile }) => profile))],
      interval: interval.label,
      signals: signals === undefined ? undefined : { ...signalsOf(signals), suppressed, suppressed_by_pattern },
      findings: findingsOf(session_run),
      sources: sourcesOf(session_run, words, config),
    },
    faults: signals?.day.faults ?? [],
    session_run,
  }
}

function signalsOf({
  day,
  notices,
}: {
  day: DaySignals
  notices: readonly string[]
}): Omit<SignalsReport, 'suppressed' | 'suppressed_by_pattern'> {
  return {
    config_hash: day.config_hash,
    baseline: day.baseline_path === undefined ? undefined : basename(day.baseline_path),
    faults: day.faults.map(faultLine),
    notices,
  }
}

function findingsOf({ diagnostics }: SessionRun): Finding[] {
  return [...diagnostics.counts].map(([code, count]) => ({
    code,
    says: DIAGNOSTIC_CODES[code],
    count,
    first: diagnostics.kept
      .filter((diagnostic) => diagnostic.code === code)
      .map((diagnostic) => findingText({ ...diagnostic, file: basename(diagnostic.file) })),
  }))
}

/** Names without folders: where the files lie is no part of the day. */
function sourcesOf(
  { session, files, masters }: SessionRun,
  { symbols }: ReportWords,
  config: SignalConfig | undefined,
): SourcesReport {
  return {
    files: files.map(({ path, bytes, records, packing }) => ({ name: basename(path), bytes, records, packing })),
    masters: masters.map((path) => basename(path)),
    plugins: (config?.plugins ?? []).map(({ path, id, sha256 }) => `${id} (${basename(path)}, SHA-256 ${sha256.slice(0, 12)})`),
    connections: connectionsOf(session),
    symbols,
  }
}
