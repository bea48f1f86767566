import type { AlertSetup } from '../../core/alerts/index.js'
import { Signals } from '../../core/engine/index.js'
import { OptionBook } from '../../core/options/index.js'
import type { BankSetup, DetectorFault } from '../../core/patterns/index.js'
import { type DayInPlace, earlierSessions } from '../earlier-sessions.js'
import { effectiveConfig, type SignalConfig, sha256 } from './signal-config.js'

/** One day's detectors, and what the run can say about them. */
export interface DaySignals {
  readonly signals: Signals
  readonly config_hash: string
  /** Undefined: none, so that relative volume is against the minutes before, and levels of the day before are not known. */
  readonly baseline_path: string | undefined
  /** Of that file: part of the configuration. */
  readonly baseline_sha256: string | undefined
  /** What the user should know about the baseline, one sentence each. */
  readonly notices: readonly string[]
  readonly faults: readonly DetectorFault[]
  /** For the engine, which keeps its quotes up to date. Whichever detectors run: what option writers hold takes from the confidence of all. */
  readonly options: OptionBook
}

/** Detectors for one day. Nothing is carried from one day to the next but the baseline file, of which only earlier sessions count. */
export async function openDaySignals(
  config: SignalConfig,
  session: DayInPlace,
  listener: Pick<AlertSetup, 'emit' | 'onSuppressed'> & Pick<BankSetup, 'listen'>,
): Promise<DaySignals> {
  const earlier = await earlierSessions(config.baseline, session)
  const baseline = earlier?.baseline
  const config_hash = sha256(effectiveConfig(config, baseline?.sha256))
  const faults: DetectorFault[] = []
  const options = new OptionBook(session.instruments, session.calendar)
  const signals = new Signals({
    patterns: config.patterns,
    rules: config.rules,
    calendar: session.calendar,
    baseline,
    config_hash,
    engine_version: config.version,
    sha256,
    ...listener,
    onFault: (fault) => faults.push(fault),
    options,
  })
  return {
    signals,
    config_hash,
    baseline_path: earlier?.path,
    baseline_sha256: baseline?.sha256,
    notices: baseline?.notices ?? [],
    faults,
    options,
  }
}
