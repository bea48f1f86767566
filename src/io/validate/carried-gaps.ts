import type { Pipeline } from '../../core/engine/index.js'
import type { Calendar } from '../../core/market/index.js'
import type { RecordedGap } from '../../core/recording/index.js'
import type { IstDay } from '../../core/time/index.js'
import type { NamedGap } from '../../core/validate/index.js'
import type { SessionFiles } from '../find-recordings.js'
import { recordedGaps } from '../trust/session-gaps.js'

/** Less than this after the open is no late begin. */
const BEGIN_MS = 60_000

/** For each instrument that a recording carries, when nothing of it was recorded. */
export function carriedGaps(
  pipeline: Pipeline,
  session: SessionFiles,
  hours: { readonly calendar: Calendar; readonly day: IstDay; readonly first_ms: number },
): ReadonlyMap<number, readonly NamedGap[]> {
  const recorded = recordedGaps(session.files).flatMap(({ gaps }) => gaps)
  const { gaps } = pipeline.bars
  return new Map(
    pipeline.tracks.map(({ ledger: { instrument, connections } }) => {
      const own = gaps.all
        .filter(({ tokens }) => tokens === undefined || tokens.includes(instrument.instrument_token))
        .filter(({ from_ms, to_ms }) => gaps.cuts({ instrument, connections }, from_ms, to_ms))
        .map(({ from_ms, to_ms }): NamedGap => ({ from_ms, to_ms, cause: causeOf(from_ms, to_ms, recorded) }))
      const open = hours.calendar.sessionOf(instrument, hours.day).phases.find(({ phase }) => phase === 'continuous')
      const opens_ms = (open?.start_s ?? 0) * 1000
      const begins_late = open !== undefined && hours.first_ms > opens_ms + BEGIN_MS
      const late = begins_late ? [{ from_ms: opens_ms, to_ms: hours.first_ms, cause: 'the recording begins there' }] : []
      return [instrument.instrument_token, [...late, ...own].sort((a, b) => a.from_ms - b.from_ms || a.to_ms - b.to_ms)]
    }),
  )
}

const causeOf = (from_ms: number, to_ms: number, recorded: readonly RecordedGap[]): string =>
  recorded.find((gap) => gap.from_ms === from_ms && gap.to_ms === to_ms)?.cause ?? 'silence'
