import type { Random } from '../random.js'

/**
 * Alerts of one instrument, direction and quarter of an hour of one day, and what the same instrument did in that quarter on earlier days. Values are
 * moves in the direction of the alert; `weights` turn them into R, alert by alert.
 */
export interface ChanceGroup {
  readonly values: Float64Array
  readonly weights: Float64Array
  /** By session, the own one left out: at least as many as there are alerts, or undefined where that session has nothing to compare with. */
  readonly candidates: readonly (Float64Array | undefined)[]
}

/** Groups that move together: what happens in one hour of one day is one piece of news, however many instruments tell it. */
export type ChanceBlock = readonly ChanceGroup[]

/**
 * Samples that chance could have drawn. For each block the sessions, its own among them, are put in a random order, and each group takes the
 * first in which it has candidates: its own alerts as they were, or as many moments of another day, without replacement. So what was seen is
 * one of the samples, and what hangs together stays together. One number per draw: the sum of all values times their weights.
 */
export function chanceSums(blocks: readonly ChanceBlock[], { draws, random }: { draws: number; random: Random }): Float64Array {
  const sums = new Float64Array(draws)
  const orders = blocks.map((block) => Int32Array.from({ length: 1 + (block[0]?.candidates.length ?? 0) }, (_, n) => n))
  const own = blocks.map((block) => block.map(sumOf))
  for (let draw = 0; draw < draws; draw++) {
    let total = 0
    for (const [n, block] of blocks.entries()) {
      const order = orders[n] as Int32Array
      shuffle(order, random)
      for (const [g, group] of block.entries()) {
        const candidates = firstOf(group, order)
        total += candidates === undefined ? (own[n]?.[g] as number) : drawn(group, candidates, random)
      }
    }
    sums[draw] = total
  }
  return sums
}

/** The same sum of what was seen, added up in the same order. */
export function seenSum(blocks: readonly ChanceBlock[]): number {
  let total = 0
  for (const block of blocks) for (const group of block) total += sumOf(group)
  return total
}

function sumOf({ values, weights }: ChanceGroup): number {
  let sum = 0
  for (let n = 0; n < values.length; n++) sum += (values[n] as number) * (weights[n] as number)
  return sum
}

/** Undefined: its own session. Place 0 of the order stands for it. */
function firstOf({ candidates }: ChanceGroup, order: Int32Array): Float64Array | undefined {
  for (let n = 0; n < order.length; n++) {
    const place = order[n] as number
    if (place === 0) return undefined
    const found = candidates[place - 1]
    if (found !== undefined) return found
  }
  return undefined
}

/** The first steps of a shuffle of the candidates, which may begin from any order. */
function drawn({ weights }: ChanceGroup, candidates: Float64Array, random: Random): number {
  let sum = 0
  for (let n = 0; n < weights.length; n++) {
    const chosen = n + random.below(candidates.length - n)
    const value = candidates[chosen] as number
    candidates[chosen] = candidates[n] as number
    candidates[n] = value
    sum += value * (weights[n] as number)
  }
  return sum
}

function shuffle(order: Int32Array, random: Random): void {
  for (let n = order.length - 1; n > 0; n--) {
    const other = random.below(n + 1)
    const held = order[n] as number
    order[n] = order[other] as number
    order[other] = held
  }
}
