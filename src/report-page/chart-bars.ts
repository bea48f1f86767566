import type { ChartData, ReportBar, SpanS } from '../core/report/index.js'
import { unpackBars } from '../core/report/index.js'

/** Places on the time axis of one instrument: its bars, and the times in which it could have had one. */
export interface ChartBars {
  /** Begin of each place, ascending; a bar or nothing lies there. */
  readonly times: readonly number[]
  readonly bars: readonly (ReportBar | undefined)[]
  readonly length_s: number
}

/** Bars with the empty times between them, as far as the recording goes: a gap then looks like one. */
export function chartBars({ bars: packed, hours }: ChartData, span: SpanS, length_s: number): ChartBars {
  const by_time = new Map<number, ReportBar | undefined>()
  for (const { from_s, to_s } of hours)
    for (let time_s = from_s; time_s < to_s; time_s += length_s)
      if (time_s + length_s > span.from_s && time_s <= span.to_s) by_time.set(time_s, undefined)
  for (const bar of unpackBars(packed)) by_time.set(bar.start_s, bar)
  const times = [...by_time.keys()].sort((a, b) => a - b)
  return { times, bars: times.map((time_s) => by_time.get(time_s)), length_s }
}

/** Number of the place that holds a moment: the last that begins at or before it; -1 ahead of the first. */
export function placeAt({ times }: Pick<ChartBars, 'times'>, time_s: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) <= time_s) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The last place at or before `place` that has a bar; -1 without one. */
export function barAtOrBefore({ bars }: Pick<ChartBars, 'bars'>, place: number): number {
  for (let at = Math.min(place, bars.length - 1); at >= 0; at--) if (bars[at] !== undefined) return at
  return -1
}
