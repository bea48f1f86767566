import { join } from 'node:path'
import type { Alert } from '../../core/alerts/index.js'
import { type Interval, parseIntervals } from '../../core/candles/index.js'
import { type Format, ndjson } from '../../core/formats/index.js'
import type { DetectorFault } from '../../core/patterns/index.js'
import { formatCompactDate, type IstDay } from '../../core/time/index.js'
import { findRecordings, type RecordingFile } from '../find-recordings.js'
import { chooseFormat, loadFormat } from '../formats.js'
import { openDaySignals } from '../signals/day-signals.js'
import { readSignalConfig, type SignalConfig, type SignalWords } from '../signals/signal-config.js'
import type { CapturePlan } from './capture-plan.js'
import type { DayMasters } from './day-masters.js'
import { LiveBars } from './live-bars.js'

export interface BarWords {
  /** Intervals; none: no candles. */
  readonly candles: readonly string[]
  readonly candles_format: string | undefined
  /** Alerts too. */
  readonly patterns: boolean
  readonly signals: SignalWords
}

/** What is made of the feed while it is recorded. */
export interface BarChoice {
  readonly candles: { readonly intervals: readonly Interval[]; readonly format: Format } | undefined
  readonly signals: SignalConfig | undefined
}

export interface BarsPlace {
  readonly folder: string
  readonly masters: DayMasters
  onAlert(alert: Alert): void
  onFault(fault: DetectorFault): void
  onFailure(error: unknown): void
}

/** Refuses what can't be; opens nothing. Undefined: nothing is asked for. */
export async function chooseBars(words: BarWords): Promise<BarChoice | undefined> {
  if (words.candles.length === 0 && !words.patterns) return undefined
  return {
    candles: words.candles.length === 0 ? undefined : await chooseCandles(words),
    signals: words.patterns ? await readSignalConfig(words.signals) : undefined,
  }
}

async function chooseCandles({ candles, candles_format }: BarWords): Promise<BarChoice['candles']> {
  const intervals = parseIntervals(candles)
  const id = chooseFormat({ format: candles_format, output: undefined, isTTY: false, fallback: 'ndjson' })
  return { intervals, format: await loadFormat(id) }
}

/** To be called before this capture has written a record: what is there belongs to earlier ones. */
export function openBars({ candles, signals }: BarChoice, plan: CapturePlan, place: BarsPlace): LiveBars {
  const { profile, calendar } = plan
  const { folder, masters, onAlert, onFault, onFailure } = place
  const pathOf = (day: IstDay, ending: string): string => join(folder, `${profile.name}_${formatCompactDate(day)}.${ending}`)
  return new LiveBars({
    calendar,
    candles: candles && { ...candles, pathOf: (day) => pathOf(day, `candles${candles.format.extension}`) },
    alerts: signals && {
      format: ndjson,
      pathOf: (day) => pathOf(day, `alerts${ndjson.extension}`),
      open: (day, table, emit) =>
        openDaySignals(
          signals,
          { day, folder, profile: profile.name, calendar, instruments: [...table.known()] },
          { emit, onSuppressed() {} },
        ),
      onAlert,
      onFault,
    },
    earlier: segmentsIn(folder, profile.name),
    instrumentsOf: (day) => masters.tableOf(day),
    onFailure,
  })
}

function segmentsIn(folder: string, profile: string): RecordingFile[] {
  try {
    const { sessions } = findRecordings({ sessions: [folder], data_dir: folder, profiles: [profile] })
    return sessions.flatMap(({ files }) => files)
  } catch {
    return [] // none yet
  }
}
