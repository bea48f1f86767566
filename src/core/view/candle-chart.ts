import type { Candle } from '../market/index.js'
import { formatPrice } from './figures.js'
import { type Line, right, type Span, span } from './spans.js'

/** Each cell has two halves; a half is empty, wick or body. Index: upper * 3 + lower. */
const GLYPHS = [' ', '╷', '╻', '╵', '│', '╽', '╹', '╿', '┃'] as const
const EMPTY = 0
const WICK = 1
const BODY = 2
/** A candle and a gap; no gap where the chart is dense. */
const STEP = 2
const DENSE_STEP = 1

/** Cells of the terminal, axis included. */
export interface ChartSize {
  readonly width: number
  readonly height: number
  /** Cells for the prices at the right margin. */
  readonly axis: number
  /** Twice as many candles, side by side. */
  readonly dense?: boolean
}

/** The newest candles that fit, oldest left, with the highest and lowest price at the right margin. */
export function candleChart(candles: readonly Candle[], { width, height, axis, dense = false }: ChartSize): Line[] {
  const step = dense ? DENSE_STEP : STEP
  const shown = candles.slice(-Math.max(1, Math.floor((width - axis) / step)))
  const first = shown[0]
  if (first === undefined) return []
  const high = Math.max(...shown.map((candle) => candle.high))
  const low = Math.min(...shown.map((candle) => candle.low))
  const divisor = first.instrument.price_divisor
  const levels = 2 * height
  /** 0 is the lowest half of a cell. */
  const levelOf = (price: number): number =>
    high === low ? height : Math.min(levels - 1, Math.floor(((price - low) / (high - low)) * levels))
  return Array.from({ length: height }, (_, row) => {
    const lower = 2 * (height - 1 - row)
    const drawn = shown.map((candle): Span => {
      const glyph = GLYPHS[halfOf(candle, lower + 1, levelOf) * 3 + halfOf(candle, lower, levelOf)] ?? ' '
      return span(glyph + ' '.repeat(step - 1), candle.close > candle.open ? 'up' : candle.close < candle.open ? 'down' : 'faint')
    })
    const label = row === 0 ? formatPrice(high, divisor) : row === height - 1 ? formatPrice(low, divisor) : ''
    return [...drawn, span(' '.repeat(Math.max(0, width - axis - step * shown.length))), span(right(label, axis), 'faint')]
  })
}

function halfOf({ open, close, high, low }: Candle, level: number, levelOf: (price: number) => number): number {
  if (level > levelOf(high) || level < levelOf(low)) return EMPTY
  return level <= levelOf(Math.max(open, close)) && level >= levelOf(Math.min(open, close)) ? BODY : WICK
}
