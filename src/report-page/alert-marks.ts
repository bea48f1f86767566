import type { SeriesMarker, Time, UTCTimestamp } from 'lightweight-charts'
import type { AlertReport } from '../core/report/index.js'
import { barAtOrBefore, type ChartBars, placeAt } from './chart-bars.js'
import { toChart } from './clock.js'
import type { Theme } from './theme.js'

/** A mark on the chart: an alert, or how one ended. */
export interface AlertMark {
  readonly alert: AlertReport
  readonly what: 'told' | 'ended'
  /** Number of its place on the time axis. */
  readonly place: number
}

export const SIGNS: Readonly<Record<AlertReport['direction'], string>> = { BUY: '▲', SELL: '▼', NEUTRAL: '●' }

/** Where the alerts of an instrument and their ends stand, in order of time. */
export function alertMarks(alerts: readonly AlertReport[], bars: ChartBars): AlertMark[] {
  const markAt = (alert: AlertReport, what: AlertMark['what'], known_ms: number): AlertMark[] => {
    // The bar that ends when it was known, or the one that was under way.
    const place = barAtOrBefore(bars, placeAt(bars, (known_ms - 1) / 1000))
    return place < 0 ? [] : [{ alert, what, place }]
  }
  return alerts
    .flatMap((alert) => [
      ...markAt(alert, 'told', alert.known_at_ms),
      ...(alert.end === undefined ? [] : markAt(alert, 'ended', alert.end.at_ms)),
    ])
    .sort((a, b) => a.place - b.place)
}

/** The mark as the chart draws it. */
export function drawnMark({ alert, what, place }: AlertMark, bars: ChartBars, divisor: number, theme: Theme): SeriesMarker<Time> {
  const time = toChart(bars.times[place] as number) as UTCTimestamp
  if (what === 'ended') return endMark(alert, time, divisor, theme)
  if (alert.state === 'leg_event')
    return { time, position: 'aboveBar', shape: 'square', color: theme.neutral, size: 0.6, id: alert.id }
  switch (alert.direction) {
    case 'BUY':
      return { time, position: 'belowBar', shape: 'arrowUp', color: theme.up, size: 1.4, id: alert.id }
    case 'SELL':
      return { time, position: 'aboveBar', shape: 'arrowDown', color: theme.down, size: 1.4, id: alert.id }
    case 'NEUTRAL':
      return { time, position: 'aboveBar', shape: 'circle', color: theme.neutral, size: 1.1, id: alert.id }
  }
}

/** At the level that was reached; where none was, at the price of the bar that decided. */
function endMark(
  { end, targets, stop, direction }: AlertReport,
  time: UTCTimestamp,
  divisor: number,
  theme: Theme,
): SeriesMarker<Time> {
  const is_level = direction !== 'NEUTRAL'
  const level = end?.state === 'target_hit' ? targets[0] : end?.state === 'stop_hit' ? stop : undefined
  const price = ((is_level ? level : undefined) ?? end?.price ?? 0) / divisor
  const color = end?.state === 'target_hit' ? theme.up : end?.state === 'stop_hit' ? theme.down : theme.faint
  return { time, position: 'atPriceMiddle', price, shape: end?.state === 'target_hit' ? 'circle' : 'square', color, size: 0.5 }
}
