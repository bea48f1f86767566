import { rounded } from './rounded.js'

/** Mid prices of a call and a put of one strike, all money in one unit. */
export interface StrikePair {
  readonly strike: number
  readonly call: number
  readonly put: number
}

/** A forward needs as many strikes, and takes no more than these. */
const STRIKES_MIN = 3
const STRIKES_MAX = 5

/** The forward that put-call parity gives at one strike: K + (C - P) / D. Not rounded yet. */
export const parityForward = ({ strike, call, put }: StrikePair, discount: number): number => strike + (call - put) / discount

/** The strike nearest the money by its own prices: where call and put differ least. The lower one of two. Undefined without a pair. */
export function nearestTheMoney<Pair extends StrikePair>(pairs: readonly Pair[]): Pair | undefined {
  return best(pairs, ({ call, put }) => Math.abs(call - put))
}

/**
 * Median of the parity forwards of the five pairs nearest the money, by distance of strike (of two the lower one first); undefined with fewer
 * than three. `pairs` ascend by strike and hold only quotes that can be trusted; `center` is the strike nearest the money.
 */
export function impliedForward(
  pairs: readonly StrikePair[],
  center: number,
  discount: number,
): { forward: number; strikes: number } | undefined {
  const nearest = [...pairs]
    .sort((a, b) => Math.abs(a.strike - center) - Math.abs(b.strike - center) || a.strike - b.strike)
    .slice(0, STRIKES_MAX)
  if (nearest.length < STRIKES_MIN) return undefined
  return { forward: median(nearest.map((pair) => rounded(parityForward(pair, discount)))), strikes: nearest.length }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : rounded(0.5 * ((sorted[middle - 1] as number) + upper))
}

/** The first of the items that cost least. */
export function best<T>(items: readonly T[], costOf: (item: T) => number): T | undefined {
  let found: T | undefined
  let least = Number.POSITIVE_INFINITY
  for (const item of items) {
    const cost = costOf(item)
    if (cost < least) {
      found = item
      least = cost
    }
  }
  return found
}
