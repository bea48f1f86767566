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

/** Where the volume of a session lies. Prices in feed units, those of bins. */
export interface PriceProfile {
  /** The price around which most of it traded: three bins together. */
  readonly mode: number
  /** Ends of the prices around the largest bin that hold 70 % of it. */
  readonly high: number
  readonly low: number
  /** Width of a bin. */
  readonly bin: number
}

const VALUE_SHARE = 0.7

/** `bin`: feed units. At least one price must have traded. */
export function profileOf(traded: ReadonlyMap<number, number>, bin: number): PriceProfile {
  const bins = new Map<number, number>()
  let left = 0
  for (const [price, volume] of traded) {
    const at = Math.round(price / bin)
    bins.set(at, (bins.get(at) ?? 0) + volume)
    left += VALUE_SHARE * volume
  }
  const volumeAt = (at: number): number => bins.get(at) ?? 0
  const around = (at: number): number => volumeAt(at - 1) + volumeAt(at) + volumeAt(at + 1)
  const all = [...bins.keys()].sort((a, b) => a - b)
  const [first = 0, last = 0] = [all[0], all.at(-1)]
  const mode = all.reduce((best, at) => (around(at) > around(best) ? at : best), first)
  const busiest = all.reduce((best, at) => (volumeAt(at) > volumeAt(best) ? at : best), first)
  let [low, high] = [busiest, busiest]
  left -= volumeAt(busiest)
  while (left > 0 && (low > first || high < last)) {
    const is_up = low === first || (high < last && volumeAt(high + 1) >= volumeAt(low - 1))
    if (is_up) high++
    else low--
    left -= volumeAt(is_up ? high : low)
  }
  return { mode: mode * bin, high: high * bin, low: low * bin, bin }
}
