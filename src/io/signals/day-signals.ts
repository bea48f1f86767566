import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Alert } from '../../core/alerts/index.js'
import { type Pipeline, Signals } from '../../core/engine/index.js'
import { usageError } from '../../core/errors.js'
import type { Calendar, Instrument } from '../../core/market/index.js'
import type { DetectorFault } from '../../core/patterns/index.js'
import type { IstDay } from '../../core/time/index.js'
import { baselinePathIn, type LoadedBaseline, loadBaseline } from '../baseline-file.js'
import type { SessionFiles } from '../find-recordings.js'
import { effectiveConfig, type SignalConfig, sha256 } from './signal-config.js'

/** One day's detectors, and what the run can say about them. */
export interface DaySignals {
  readonly signals: Signals
  readonly config_hash: string
  /** Undefined: none, so that relative volume is against the minutes before, and levels of the day before are not known. */
  readonly baseline_path: string | undefined
  /** What the user should know about the baseline, one sentence each. */
  readonly notices: readonly string[]
  readonly faults: readonly DetectorFault[]
  /** To be called once the engine is there, before its first record: its quotes are asked by detectors that look each second. */
  attach(pipeline: Pick<Pipeline, 'quoteOf'>): void
}

/** Whose day it is. */
export interface SignalDay {
  readonly day: IstDay | undefined
  /** Where the recordings lie, and their profile: the baseline beside them is used unless the user named one. */
  readonly folder: string
  readonly profile: string
  readonly calendar: Calendar
  /** Of the day's master. */
  readonly instruments: Iterable<Instrument>
}

/** Detectors for one day. Nothing is carried from one day to the next but the baseline file, of which only earlier sessions count. */
export async function openDaySignals(
  config: SignalConfig,
  session: SignalDay,
  emit: (alert: Alert) => void,
): Promise<DaySignals> {
  const baseline_path = config.baseline ?? besideRecordings(session)
  const baseline = baseline_path === undefined ? undefined : await earlierSessions(baseline_path, session)
  const config_hash = sha256(effectiveConfig(config, baseline?.sha256))
  const faults: DetectorFault[] = []
  let quotes: Pick<Pipeline, 'quoteOf'> | undefined
  const signals = new Signals({
    patterns: config.patterns,
    rules: config.rules,
    calendar: session.calendar,
    baseline,
    config_hash,
    engine_version: config.version,
    sha256,
    emit,
    onFault: (fault) => faults.push(fault),
    liveQuoteOf: (token) => quotes?.quoteOf(token),
  })
  return {
    signals,
    config_hash,
    baseline_path,
    notices: baseline?.notices ?? [],
    faults,
    attach: (pipeline) => {
      quotes = pipeline
    },
  }
}

/** A recording without a date in its name may be of any day: histories could then tell what comes later. */
function earlierSessions(path: string, { day, calendar, instruments }: SignalDay): Promise<LoadedBaseline> {
  if (day !== undefined) return loadBaseline(path, { before: day, calendar, instruments })
  throw usageError(
    'undated_recording',
    `--baseline ${path}: the recording has no date in its name, so what is earlier than it is not known.`,
    'rename the recording to PROFILE_YYYYMMDD_HHMM.bin',
    'leave --baseline out',
  )
}

function besideRecordings({ folder, profile, day }: SignalDay): string | undefined {
  const path = baselinePathIn(folder, profile)
  return day !== undefined && existsSync(path) ? path : undefined
}

/** Folder and profile of a session's recordings; those of the first file, where there are several. */
export function placeOf({ files }: SessionFiles): { folder: string; profile: string } {
  const [first] = files
  return { folder: first === undefined || first.path === '-' ? '' : dirname(first.path), profile: first?.profile ?? '' }
}
