import { type Interval, isClockLabel } from '../../core/candles/index.js'
import type { Candle } from '../../core/market/index.js'
import { SIGNAL_BARS } from './signal-config.js'

/** Bars that were asked for, and those that detectors live on. */
export function withSignalIntervals(asked: readonly Interval[]): Interval[] {
  const by_label = new Map([...asked, ...SIGNAL_BARS.intervals].map((interval) => [interval.label, interval]))
  return [...by_label.values()].sort((a, b) => a.length_s - b.length_s)
}

/** False for bars that are there for the detectors alone. `asked`: labels. */
export const isShown = ({ interval }: Candle, asked: ReadonlySet<string>): boolean =>
  asked.has(interval) || !isClockLabel(interval) || (interval === 'auction' && asked.size > 0)
