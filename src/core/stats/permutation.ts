import { assert } from '../assert.js'
import type { Random } from '../random.js'

/**
 * (1 + how many of `pseudo` are at least `observed`) / (1 + how many there are): never 0, and right as it stands, what was seen being one of the
 * samples that chance could have drawn.
 */
export function permutationPValue(observed: number, pseudo: ArrayLike<number>): number {
  let reached = 0
  for (let at = 0; at < pseudo.length; at++) if ((pseudo[at] as number) >= observed) reached++
  return (1 + reached) / (1 + pseudo.length)
}

/** Candidates of one bucket (e.g. a symbol, direction and quarter of an hour) and how many of them a sample needs: the alerts of that bucket. */
export interface Bucket {
  readonly size: number
  /** At most `size`: with fewer candidates than alerts there is nothing to compare with, which is the caller's to tell. */
  readonly take: number
}

/**
 * Draws pseudo samples: out of each bucket as many candidates as it has alerts, without replacement, all choices alike likely. The draws depend
 * on the order of the buckets: sort them.
 */
export class PseudoSampler {
  /** Candidates per sample. */
  readonly length: number
  readonly #buckets: readonly Bucket[]
  readonly #random: Random
  /** Numbers of all candidates, bucket after bucket; those drawn last stand first in their bucket. */
  readonly #candidates: Int32Array
  readonly #sample: Int32Array

  constructor(buckets: readonly Bucket[], random: Random) {
    for (const { size, take } of buckets) assert(take <= size, 'a bucket has the candidates that are taken from it')
    this.#buckets = buckets
    this.#random = random
    this.#candidates = Int32Array.from({ length: buckets.reduce((sum, { size }) => sum + size, 0) }, (_, n) => n)
    this.length = buckets.reduce((sum, { take }) => sum + take, 0)
    this.#sample = new Int32Array(this.length)
  }

  /** Numbers of the candidates, counted through all buckets from 0, bucket by bucket. Borrowed: the next call writes over it. */
  next(): Int32Array {
    const all = this.#candidates
    let start = 0
    let filled = 0
    for (const { size, take } of this.#buckets) {
      // The first steps of a shuffle; it may begin from any order.
      for (let n = 0; n < take; n++) {
        const chosen = start + n + this.#random.below(size - n)
        const candidate = all[chosen] as number
        all[chosen] = all[start + n] as number
        all[start + n] = candidate
        this.#sample[filled++] = candidate
      }
      start += size
    }
    return this.#sample
  }
}
