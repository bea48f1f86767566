import { assert } from '../assert.js'
import type { Random } from '../random.js'

/** Rows of a new sample, as many as the old one has. Borrowed: the next call writes over them. */
export interface Resampler {
  next(): Int32Array
}

/**
 * Stationary bootstrap (Politis and Romano, JASA 89, 1994): blocks of a length that is drawn anew for each (geometric, `mean_block` rows in the
 * mean) from anywhere in the sample, which goes on at its beginning when a block runs over its end. Keeps what neighbouring sessions share.
 */
export class StationaryBootstrap implements Resampler {
  readonly #rows: Int32Array
  readonly #ends: number
  readonly #random: Random

  constructor({ rows, mean_block, random }: { rows: number; mean_block: number; random: Random }) {
    assert(rows > 0 && mean_block >= 1, 'there are rows, and blocks have at least one')
    this.#rows = new Int32Array(rows)
    this.#ends = 1 / mean_block
    this.#random = random
  }

  next(): Int32Array {
    const rows = this.#rows
    const random = this.#random
    rows[0] = random.below(rows.length)
    for (let n = 1; n < rows.length; n++)
      rows[n] = random.unit() < this.#ends ? random.below(rows.length) : ((rows[n - 1] as number) + 1) % rows.length
    return rows
  }
}

/**
 * Variance of sqrt(n) times the mean of a stationary bootstrap sample of `values`, without drawing one (Politis and Romano 1994, lemma 1): the
 * long-run variance that studentises Hansen's test.
 */
export function stationaryVariance(values: ArrayLike<number>, mean_block: number): number {
  const n = values.length
  let mean = 0
  for (let t = 0; t < n; t++) mean += values[t] as number
  mean /= n
  const goes_on = powers(1 - 1 / mean_block, n)
  let variance = 0
  for (let lag = 0; lag < n; lag++) {
    let covariance = 0
    for (let t = lag; t < n; t++) covariance += ((values[t] as number) - mean) * ((values[t - lag] as number) - mean)
    const weight = lag === 0 ? 1 : 2 * ((1 - lag / n) * (goes_on[lag] as number) + (lag / n) * (goes_on[n - lag] as number))
    variance += (weight * covariance) / n
  }
  return variance
}

/** base^0 to base^last. */
function powers(base: number, last: number): Float64Array {
  const all = new Float64Array(last + 1).fill(1)
  for (let n = 1; n <= last; n++) all[n] = (all[n - 1] as number) * base
  return all
}
