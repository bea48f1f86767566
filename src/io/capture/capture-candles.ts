import { join } from 'node:path'
import { parseIntervals, type TimeBarOptions } from '../../core/candles/index.js'
import type { Format } from '../../core/formats/index.js'
import { formatCompactDate } from '../../core/time/index.js'
import { findRecordings, type RecordingFile } from '../find-recordings.js'
import { chooseFormat, loadFormat } from '../formats.js'
import type { CapturePlan } from './capture-plan.js'
import type { DayMasters } from './day-masters.js'
import { LiveCandles } from './live-candles.js'

export interface CandleWords {
  /** Intervals; none: no candles. */
  readonly candles: readonly string[]
  readonly candles_format: string | undefined
}

export interface CandleChoice {
  readonly bars: TimeBarOptions
  readonly format: Format
}

export interface CandlesPlace {
  readonly folder: string
  readonly masters: DayMasters
  onFailure(error: unknown): void
}

/** Refuses what can't be; opens nothing. */
export async function chooseCandles({ candles, candles_format }: CandleWords): Promise<CandleChoice | undefined> {
  if (candles.length === 0) return undefined
  const intervals = parseIntervals(candles)
  const id = chooseFormat({ format: candles_format, output: undefined, isTTY: false, fallback: 'ndjson' })
  return {
    bars: { intervals, auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
    format: await loadFormat(id),
  }
}

/** To be called before this capture has written a record: what is there belongs to earlier ones. */
export function openCandles(
  { bars, format }: CandleChoice,
  { profile, calendar }: CapturePlan,
  place: CandlesPlace,
): LiveCandles {
  const { folder, masters, onFailure } = place
  return new LiveCandles({
    bars,
    calendar,
    format,
    earlier: segmentsIn(folder, profile.name),
    instrumentsOf: (day) => masters.tableOf(day),
    pathOf: (day) => join(folder, `${profile.name}_${formatCompactDate(day)}.candles${format.extension}`),
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
