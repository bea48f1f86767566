import { closingFinding, openingFinding } from './auction.js'
import { type BarPair, isInside, type OwnBar, type OwnSeries, sameFigures, sameVolume, type TheirBar } from './bars.js'
import type { Finding } from './causes.js'
import { gapFinding } from './gap.js'
import { sizeClass } from './size.js'

/** What all bars of a series are judged by. */
export interface BarContext {
  readonly series: OwnSeries
  /** Feed units. */
  readonly tick: number
  /** Length of a bar in ms; the last of a session may be shorter. */
  readonly length_ms: number
}

const EXACT: Finding = { class: 'exact', cause: undefined }

/** What one bar alone tells. `unknown` here may still be explained by its neighbours or by the sum of the day. */
export function judgeBar(pair: BarPair, context: BarContext): Finding {
  const { own, their } = pair
  if (their === undefined) return { class: 'other', cause: 'their_missing_bar' }
  if (own === undefined) return judgeAlone(pair, their, context)
  if (sameFigures(own, their)) return EXACT
  const { series, tick } = context
  return (
    readingFinding(pair, own, their, context) ??
    (pair.open_time_ms === series.hours.open_ms ? openingFinding(own, their, series, tick) : undefined) ??
    (own.close_time_ms === series.hours.close_ms ? closingFinding(own, their, series, tick) : undefined) ??
    gapFinding(pair, series, own.close_time_ms) ??
    extremeFinding(own, their, tick) ?? { class: sizeClass(own, their, tick), cause: 'unknown' }
  )
}

/** They have a bar, we have none. */
function judgeAlone(pair: BarPair, their: TheirBar, { series, tick, length_ms }: BarContext): Finding {
  const { open_ms, close_ms } = series.hours
  if (pair.open_time_ms < open_ms || pair.open_time_ms >= close_ms || (pair.open_time_ms - open_ms) % length_ms !== 0)
    return { class: 'other', cause: 'misaligned' }
  const close_time_ms = Math.min(pair.open_time_ms + length_ms, close_ms)
  for (const { cause, bars } of series.readings) {
    const reading = bars.get(pair.open_time_ms)
    if (reading !== undefined && sameFigures(reading, their))
      return { class: cause === 'late_trades' ? 'other' : 'boundary_shift', cause }
  }
  const auction =
    (pair.open_time_ms === open_ms ? openingFinding(undefined, their, series, tick) : undefined) ??
    (close_time_ms === close_ms ? closingFinding(undefined, their, series, tick) : undefined)
  if (auction !== undefined) return auction
  const is_empty = their.volume === 0 && their.high === their.low
  const gap = gapFinding(pair, series, close_time_ms)
  if (is_empty && gap === undefined) return { class: 'exact', cause: 'empty_bar' }
  return gap ?? { class: 'other', cause: 'unknown', note: 'we have no trade there' }
}

function readingFinding(
  { open_time_ms }: BarPair,
  own: OwnBar,
  their: TheirBar,
  { series, tick }: BarContext,
): Finding | undefined {
  const found = series.readings.find(({ bars }) => {
    const reading = bars.get(open_time_ms)
    return reading !== undefined && sameFigures(reading, their)
  })
  if (found === undefined) return undefined
  return { class: found.cause === 'late_trades' ? sizeClass(own, their, tick) : 'boundary_shift', cause: found.cause }
}

function extremeFinding(own: OwnBar, their: TheirBar, tick: number): Finding | undefined {
  if (own.open !== their.open || own.close !== their.close || !sameVolume(own, their)) return undefined
  if (isInside(own, their)) return { class: sizeClass(own, their, tick), cause: 'missing_extreme' }
  return isInside(their, own) ? { class: sizeClass(own, their, tick), cause: 'their_missing_extreme' } : undefined
}
