import type { PlantBar } from './bars.js'

/** Wilder's average true range; NaN before there are so many bars and one more. */
export function averageRange(bars: readonly PlantBar[], length: number): number {
  let average = 0
  for (let n = 1; n < bars.length; n++) {
    const { high, low } = bars[n] as PlantBar
    const { close } = bars[n - 1] as PlantBar
    const range = Math.max(high - low, Math.abs(high - close), Math.abs(low - close))
    average = n <= length ? average + range / length : (average * (length - 1) + range) / length
  }
  return bars.length > length ? average : Number.NaN
}

/** Mean volume of the newest `count` bars; NaN without so many. */
export function meanVolume(bars: readonly PlantBar[], count: number): number {
  if (bars.length < count) return Number.NaN
  let sum = 0
  for (const { volume } of bars.slice(-count)) sum += volume
  return sum / count
}

/** The furthest price of the bars on that side: their high for 1, their low for -1. Infinite behind for none. */
export function furthest(bars: readonly PlantBar[], side: 1 | -1): number {
  let far = Number.NEGATIVE_INFINITY
  for (const { high, low } of bars) far = Math.max(far, side > 0 ? high : -low)
  return side * far
}

/** A bar whose end sticks out beyond its two neighbours on both sides. */
export interface Turn {
  readonly price: number
  /** Its number among the bars. */
  readonly at: number
}

const NEIGHBOURS = 2

/** Turning points on a side, from old to new; each known two bars after it. */
export function turns(bars: readonly PlantBar[], side: 1 | -1): Turn[] {
  const end = (n: number): number => furthest(bars.slice(n, n + 1), side) * side
  const found: Turn[] = []
  for (let at = NEIGHBOURS; at < bars.length - NEIGHBOURS; at++) {
    const before = Math.max(end(at - 1), end(at - 2))
    const after = Math.max(end(at + 1), end(at + 2))
    if (end(at) >= before && end(at) > after) found.push({ price: side * end(at), at })
  }
  return found
}

/** Exponential average of the closes, seeded with the plain one; NaN before there are so many. */
export function exponential(bars: readonly PlantBar[], length: number): number {
  let value = 0
  for (const [n, { close }] of bars.entries()) value += n < length ? close / length : ((close - value) * 2) / (length + 1)
  return bars.length < length ? Number.NaN : value
}

/** Mean of the bars' middle prices, weighted by volume. */
export function meanPrice(bars: readonly PlantBar[]): number {
  let [turnover, volume] = [0, 0]
  for (const bar of bars) {
    turnover += ((bar.high + bar.low + bar.close) / 3) * bar.volume
    volume += bar.volume
  }
  return turnover / volume
}
