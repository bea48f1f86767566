/** Open, high, low, close: whole numbers. */
export type Prices = readonly [number, number, number, number]

/** Bars from four numbers each: open - close before, close - open, upper shadow, lower shadow. */
export function barsOf(coded: readonly number[]): Prices[] {
  const bars: Prices[] = []
  for (let n = 0; n < coded.length; n += 4) {
    const open = (bars.at(-1)?.[3] ?? 0) + coded[n]!
    const close = open + coded[n + 1]!
    bars.push([open, Math.max(open, close) + coded[n + 2]!, Math.min(open, close) - coded[n + 3]!, close])
  }
  return bars
}

/** Bars of a window around a pattern ahead of its last: above every lookback. */
export const AHEAD = 16

/** What of a candle is moved. `rest`: the candle and all after it. `colour` is no move: open and close change places. */
export const MOVED = ['open', 'high', 'low', 'close', 'body', 'candle', 'rest', 'colour'] as const

/** Bars with part of one of them moved, by its number in `MOVED`. High and low make room for the body, or stop at it. */
export function changed(bars: readonly Prices[], ago: number, part: number, ticks: number): Prices[] {
  if (ticks === 0) return [...bars]
  const at = bars.length - 1 - ago
  return bars.map((bar, n) => (n === at || (n > at && MOVED[part] === 'rest') ? moved(bar, part, ticks) : bar))
}

function moved([open, high, low, close]: Prices, part: number, ticks: number): Prices {
  switch (MOVED[part]) {
    case 'open':
      return sound(open + ticks, high, low, close)
    case 'high':
      return sound(open, high + ticks, low, close)
    case 'low':
      return sound(open, high, low + ticks, close)
    case 'close':
      return sound(open, high, low, close + ticks)
    case 'body':
      return sound(open + ticks, high, low, close + ticks)
    case 'colour':
      return [close, high, low, open]
    default:
      return [open + ticks, high + ticks, low + ticks, close + ticks]
  }
}

const sound = (open: number, high: number, low: number, close: number): Prices => [
  open,
  Math.max(open, high, close),
  Math.min(open, low, close),
  close,
]
