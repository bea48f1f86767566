import type { Random } from '../../random.js'
import type { PlantMinute } from './minute.js'

/** Seconds from one trade that is told to the next. */
export const PRINT_S = 3
const PRINTS = 20
/** Prints at which a minute reaches the end of its bar that lies nearer, and the other one. */
const FIRST_END = 6
const SECOND_END = 12
const LAST = PRINTS - 1

/** A trade that is told in second `1 + PRINT_S x n` of its minute. */
export interface Print {
  /** Feed units. */
  readonly price: number
  /** Units. */
  readonly volume: number
  /** The book before it shows its price on the offered side. */
  readonly is_bought: boolean
}

/** What decides how a price can be. */
export interface PrintGrid {
  readonly tick: number
  readonly lot: number
  /** Of the trade before, feed units. */
  readonly from: number
  /** What the book shows already says whether the first trade is bought. */
  readonly first_is_bought: boolean
  readonly random: Random
}

/** The trades of a minute: from where the price stands to the nearer end of the bar, to the other one, to the close. */
export function printsOf(minute: PlantMinute, { tick, lot, from, first_is_bought, random }: PrintGrid): Print[] {
  const { close, high, low, volume, bought } = minute
  const [first, second] = high - from < from - low ? [high, low] : [low, high]
  const knots: readonly (readonly [number, number])[] = [
    [0, from],
    [FIRST_END, first],
    [SECOND_END, second],
    [LAST, close],
  ]
  const weights = Array.from({ length: PRINTS }, () => random.between(0.6, 1.4))
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  let [told, told_bought] = [0, 0]
  return weights.map((weight, n) => {
    const size = Math.max(1, Math.round((volume * weight) / whole / lot)) * lot
    const is_bought = n === 0 ? first_is_bought : 2 * (bought * (told + size) - told_bought) >= size
    told += size
    if (is_bought) told_bought += size
    return { price: Math.max(1, Math.round(between(knots, n) / tick)) * tick, volume: size, is_bought }
  })
}

/** Straight from knot to knot. */
function between(knots: readonly (readonly [number, number])[], n: number): number {
  const after = knots.findIndex(([at]) => at >= n)
  const [to_at, to] = knots[after] as readonly [number, number]
  const [from_at, from] = knots[Math.max(0, after - 1)] as readonly [number, number]
  return to_at === from_at ? to : from + ((to - from) * (n - from_at)) / (to_at - from_at)
}
