import { formatClock } from '../time/index.js'
import { type BarPair, type GapSpan, isInside, type OwnSeries } from './bars.js'
import type { Finding } from './causes.js'

/** Spans named in a note. */
const NAMED_MAX = 3

/**
 * A gap takes away and adds nothing: it explains a bar that is cut only where all that we have of it is inside theirs. Undefined where no gap, and no
 * end of the recording, cuts it.
 */
export function gapFinding({ open_time_ms, own, their }: BarPair, series: OwnSeries, close_time_ms: number): Finding | undefined {
  if (their === undefined || (own !== undefined && !isInside(own, their))) return undefined
  const spans = series.gaps.filter(({ from_ms, to_ms }) => from_ms < close_time_ms && to_ms > open_time_ms)
  if (own?.complete === true && own.gap_volume === 0) return undefined
  if (spans.length > 0) return { class: 'gap', cause: 'feed_gap', note: spansText(spans) }
  // what a gap hid is told by the first snapshot after it, which may come a bar later
  const before = series.gaps.findLast(({ to_ms }) => to_ms < close_time_ms)
  if (own !== undefined && own.gap_volume > 0 && before !== undefined)
    return { class: 'gap', cause: 'feed_gap', note: spansText([before]) }
  if (isOutside(series, open_time_ms, close_time_ms)) return { class: 'gap', cause: 'recording_edge', note: edgeText(series) }
  // a candle file tells that a bar is cut, and not by what
  if (own !== undefined) return { class: 'gap', cause: series.recorded === undefined ? 'feed_gap' : 'recording_edge' }
  return undefined
}

/** Not recorded at all, or not this instrument yet: it had traded before its first packet. */
function isOutside({ recorded, whole_day, bars }: OwnSeries, from_ms: number, to_ms: number): boolean {
  if (recorded !== undefined && (from_ms < recorded.from_ms || to_ms > recorded.to_ms)) return true
  return (whole_day?.missed_volume ?? 0) > 0 && from_ms < (bars[0]?.open_time_ms ?? 0)
}

/** `10:01:05-10:02:40` */
const spansText = (spans: readonly GapSpan[]): string =>
  `${spans.slice(0, NAMED_MAX).map(spanText).join(', ')}${spans.length > NAMED_MAX ? ` and ${spans.length - NAMED_MAX} more` : ''}`

const spanText = ({ from_ms, to_ms }: GapSpan): string => `${formatClock(from_ms)}-${formatClock(to_ms)}`

const edgeText = ({ recorded }: OwnSeries): string => (recorded === undefined ? '' : `recorded ${spanText(recorded)}`)
