import { escaped } from '../core/escaped.js'
import type { Candle, Instrument } from '../core/market/index.js'
import { formatClock, formatDate, istDay } from '../core/time/index.js'
import { candleChart, printLine } from '../core/view/index.js'

const CHART_ROWS = 16
const AXIS_CELLS = 12

/** A chart for a terminal: of the instrument that turned over most, in the finest interval there is. */
export function chartLines(candles: readonly Candle[], width: number, colour: boolean): string[] {
  const [busiest] = [...byInstrument(candles)].sort(([, a], [, b]) => turnover(b) - turnover(a))
  const [first] = busiest?.[1] ?? []
  if (busiest === undefined || first === undefined) return []
  const bars = busiest[1].filter(({ interval }) => interval === first.interval)
  const last = bars.at(-1) ?? first
  const [{ exchange, symbol }] = busiest
  const span = `${formatDate(istDay(first.open_time_ms))}  ${formatClock(first.open_time_ms)} - ${formatClock(last.close_time_ms)}`
  const chart = candleChart(bars, { width, height: CHART_ROWS, axis: AXIS_CELLS, dense: 2 * bars.length > width - AXIS_CELLS })
  return [
    escaped(`${exchange}:${symbol}  ${first.interval}  ${span}`),
    ...chart.map((line) => printLine(line, { width, colour })),
  ]
}

function byInstrument(candles: readonly Candle[]): Map<Instrument, Candle[]> {
  const groups = new Map<Instrument, Candle[]>()
  for (const candle of candles) {
    if (candle.phase !== 'continuous') continue
    const own = groups.get(candle.instrument)
    if (own === undefined) groups.set(candle.instrument, [candle])
    else own.push(candle)
  }
  return groups
}

const turnover = (candles: readonly Candle[]): number =>
  candles.reduce((sum, candle) => sum + candle.turnover / candle.instrument.price_divisor, 0)
