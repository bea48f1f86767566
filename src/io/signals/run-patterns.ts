import { type Alert, isForAction, type SuppressReason } from '../../core/alerts/index.js'
import type { Instrument } from '../../core/market/index.js'
import type { Detection, DetectorFault, Need } from '../../core/patterns/index.js'
import { placeOf } from '../earlier-sessions.js'
import { findRecordings } from '../find-recordings.js'
import { formatFor } from '../formats.js'
import { refuseInputAsOutput } from '../inputs.js'
import { InstrumentChoice, type InstrumentWishes } from '../instrument-filter.js'
import { openFile, openStdout } from '../output.js'
import { type RunListener, runSessions, type SessionRequest, type SessionRun } from '../run-sessions.js'
import { masterPaths } from '../session-instruments.js'
import { AlertOutput } from './alert-output.js'
import { type DaySignals, openDaySignals } from './day-signals.js'
import { readSignalConfig, SIGNAL_BARS, SIGNAL_CLOCK, type SignalConfig, type SignalWords } from './signal-config.js'

/** What the command line says. */
export interface PatternWords extends SessionRequest, SignalWords {
  readonly wishes: InstrumentWishes
  readonly output: string | undefined
  readonly format: string | undefined
  /** Also what was held back, and what became of each alert. */
  readonly all: boolean
}

export interface PatternSummary {
  readonly alerts: number
  readonly output: string
  readonly format: string
  /** Held back, by reason. */
  readonly suppressed: Readonly<Record<string, number>>
  /** One per session. */
  readonly config_hashes: readonly string[]
  readonly plugins: SignalConfig['plugins']
  readonly faults: readonly DetectorFault[]
  readonly runs: readonly SessionRun[]
}

/** A terminal shows the first and last of these. */
const TABLE_ROWS = 200

/** Recordings to alerts in a file or on standard output. */
export async function runPatterns(words: PatternWords, run: RunListener): Promise<PatternSummary> {
  const config = await readSignalConfig(words)
  refuseInputAsOutput(words.output, words)
  const to_terminal = words.output === undefined && process.stdout.isTTY === true
  const format = await formatFor(
    { format: words.format, output: words.output, isTTY: to_terminal, fallback: 'ndjson' },
    { width: process.stdout.columns ?? 120, limit: TABLE_ROWS },
  )
  const choice = new InstrumentChoice(words.wishes, findRecordings(words.recordings).sessions.length, run.onNotice)
  const output = new AlertOutput(
    words.output === undefined || words.output === '-' ? openStdout() : openFile(words.output),
    format,
  )
  const faults: DetectorFault[] = []
  const suppressed: Record<string, number> = {}
  const config_hashes: string[] = []
  let alerts = 0
  try {
    const runs = await runSessions(
      { ...words, clock: SIGNAL_CLOCK, bars: SIGNAL_BARS },
      { ...run, onStep: () => output.settle() },
      async (session, table, calendar) => {
        const { isWanted } = choice.filterOf(session, table, masterPaths(session, words.instruments))
        const instruments = [...table.known()]
        const onSuppressed = ({ instrument }: Detection, reason: SuppressReason): void => {
          if (isWanted(instrument)) suppressed[reason] = (suppressed[reason] ?? 0) + 1
        }
        const emit = (alert: Alert): void => {
          const { detection, suppress_reason } = alert
          if (!isWanted(detection.instrument)) return
          if (alert.state === 'emitted') alerts++
          else if (suppress_reason !== undefined) onSuppressed(detection, suppress_reason)
          if (words.all || isForAction(alert)) output.append(alert)
        }
        const day = await openDaySignals(
          config,
          { day: session.day, ...placeOf(session), calendar, instruments },
          { emit, onSuppressed: words.all ? undefined : onSuppressed },
        )
        noteMissing(config, day, instruments, run)
        config_hashes.push(day.config_hash)
        const { signals } = day
        return {
          onCandle: (candle) => signals.onCandle(candle),
          onMoment: (now_ms) => signals.onMoment(now_ms),
          ...(signals.onSecond === undefined ? {} : { onSecond: signals.onSecond }),
          options: day.options,
          onEnd: () => faults.push(...day.faults),
        }
      },
    )
    choice.finish()
    output.finish()
    return {
      alerts,
      output: words.output ?? '-',
      format: format.id,
      suppressed,
      config_hashes,
      plugins: config.plugins,
      faults,
      runs,
    }
  } catch (error) {
    output.abort()
    throw error
  }
}

/** Detectors that lack an input say nothing: the run says so instead. */
export function noteMissing(
  { patterns }: SignalConfig,
  { baseline_path, notices }: DaySignals,
  instruments: readonly Instrument[],
  run: Pick<RunListener, 'onNotice'>,
): void {
  const needing = (need: Need): string[] =>
    patterns.filter(({ definition }) => definition.needs?.includes(need) === true).map(({ definition }) => definition.id)
  if (baseline_path === undefined)
    run.onNotice(
      `No baseline: relative volume is against the 20 minutes before, levels and volatility of earlier days are unknown${listOf(needing('baseline'))}. Make one with mds baseline.`,
    )
  for (const notice of notices) run.onNotice(notice)
  const has_options = instruments.some(({ instrument_type }) => instrument_type === 'CE' || instrument_type === 'PE')
  const idle = needing('option_chain')
  if (!has_options && idle.length > 0) run.onNotice(`No options among the instruments: ${idle.join(', ')} cannot speak.`)
}

const listOf = (ids: readonly string[]): string => (ids.length === 0 ? '' : ` (${ids.join(', ')} cannot speak)`)
