import { DAY_MS } from '../time/index.js'
import type { BarPair, OwnSeries, TheirBar } from './bars.js'

/** Bars that must be compared before their sum total is called another instrument's. */
const BARS_MIN = 5
/** At most this share of the closes may agree with ours, and at least that share must be those of the other. */
const OURS_MAX = 0.1
const OTHERS_MIN = 0.9

/** The series whose bars theirs are, where they are nearly none of this one's. */
export function lookalike(
  pairs: readonly BarPair[],
  series: OwnSeries,
  { tick, others }: { readonly tick: number; readonly others: readonly OwnSeries[] },
): OwnSeries | undefined {
  const their = pairs.flatMap((pair) => (pair.their === undefined ? [] : [pair.their]))
  if (their.length < BARS_MIN) return undefined
  const agree = pairs.filter((pair) => pair.own !== undefined && Math.abs(pair.own.close - (pair.their?.close ?? 0)) <= tick)
  if (agree.length > OURS_MAX * their.length) return undefined
  return others.find((other) => other !== series && isThatOf(their, series.day, other))
}

/** Prices in rupees, by the time of day. */
function isThatOf(their: readonly TheirBar[], day: number, other: OwnSeries): boolean {
  const shift_ms = (other.day - day) * DAY_MS
  const of_other = new Map(other.bars.map((bar) => [bar.open_time_ms - shift_ms, bar]))
  const same = their.filter((bar) => {
    const twin = of_other.get(bar.open_time_ms)
    return twin?.close === bar.close && twin.high === bar.high && twin.low === bar.low
  })
  return same.length >= OTHERS_MIN * their.length
}
