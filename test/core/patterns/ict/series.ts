import { BarSeries } from '../../../../src/core/patterns/index.js'

export const STEP_MS = 300_000

/** A series of `[open, high, low, close]`, the first bar beginning at `from_ms`. */
export function seriesOf(bars: readonly (readonly [number, number, number, number])[], from_ms = 0): BarSeries {
  const series = new BarSeries(64)
  addBars(series, bars, from_ms)
  return series
}

export function addBars(
  series: BarSeries,
  bars: readonly (readonly [number, number, number, number])[],
  from_ms: number,
  complete = true,
): void {
  for (const [i, [open, high, low, close]] of bars.entries())
    series.add({ open_time_ms: from_ms + i * STEP_MS, open, high, low, close, volume: 0, oi: undefined, complete }, Number.NaN)
}
