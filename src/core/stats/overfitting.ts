import { assert } from '../assert.js'
import { log } from './exp-log.js'

/** What is compared: the mean of a configuration's returns, or mean over standard deviation (0 for returns that are all the same). */
export type Measure = 'mean' | 'sharpe'

/** Probability of backtest overfitting. NaN without at least two configurations and a session for each block. */
export interface Overfitting {
  /** Share of the splits in which the best in sample is no better than the median out of sample: λ <= 0. Below 0.2 is asked for. */
  readonly probability: number
  /** Splits looked at: 12,870 for 16 blocks. */
  readonly splits: number
  /** Median over the splits of λ = ln(ω / (1 - ω)), ω = rank out of sample of the best in sample / (configurations + 1). */
  readonly median_logit: number
}

/** With more the splits are too many: 48,620 for 18 blocks. */
const BLOCKS_MAX = 16

/** Means and ratios are compared in these parts of the largest return: sums taken in another order are no other result. */
const GRID = 1e12

/**
 * Combinatorially symmetric cross-validation (Bailey, Borwein, Lopez de Prado and Zhu, J. Comp. Finance 20(4), 2017). `returns[k][t]` is what
 * configuration k earned in session t. The sessions are cut into `blocks` (even, 2 to 16) of neighbours, as equal as can be; each half of the
 * blocks is once in sample, the other half out of it. Equal results share their rank; of equals in sample the first is the best.
 */
export function overfitting(
  returns: readonly ArrayLike<number>[],
  { blocks = 16, measure = 'sharpe' }: { blocks?: number; measure?: Measure } = {},
): Overfitting {
  assert(blocks % 2 === 0 && blocks >= 2 && blocks <= BLOCKS_MAX, 'the number of blocks is even, from 2 to 16')
  const sessions = returns[0]?.length ?? 0
  assert(
    returns.every(({ length }) => length === sessions),
    'all configurations have the same sessions',
  )
  if (returns.length < 2 || sessions < blocks) return { probability: Number.NaN, splits: 0, median_logit: Number.NaN }
  const halves = new HalvedSums(returns, blocks)
  const ranks: number[] = []
  for (let mask = 0; mask < 1 << blocks; mask++)
    if (bitsOf(mask) === blocks / 2) ranks.push(rankOfBest(halves, mask, { measure, configurations: returns.length }))
  ranks.sort((a, b) => a - b)
  const overfitted = ranks.filter((rank) => 2 * rank <= returns.length + 1).length
  const logit = (rank: number): number => log(rank / (returns.length + 1 - rank))
  const middle = ranks.length / 2
  return {
    probability: overfitted / ranks.length,
    splits: ranks.length,
    median_logit: (logit(ranks[middle - 1] as number) + logit(ranks[middle] as number)) / 2,
  }
}

/** Rank out of sample, from 1 (worst), of the configuration that is best in sample; the mean of the ranks that equals share. */
function rankOfBest(
  sums: HalvedSums,
  in_sample: number,
  { measure, configurations }: { measure: Measure; configurations: number },
): number {
  sums.choose(in_sample)
  let best = 0
  let best_value = sums.value(0, measure)
  for (let k = 1; k < configurations; k++) {
    const value = sums.value(k, measure)
    if (value > best_value) {
      best = k
      best_value = value
    }
  }
  sums.choose(sums.all & ~in_sample)
  const reached = sums.value(best, measure)
  let below = 0
  let equal = 0
  for (let k = 0; k < configurations; k++) {
    const value = sums.value(k, measure)
    if (value < reached) below++
    else if (value === reached) equal++
  }
  return below + (equal + 1) / 2
}

/**
 * Sums of returns over any set of blocks in one addition: those of all sets of the first half of the blocks, and of all sets of the second, are
 * made beforehand (2 x 256 for 16 blocks, where adding blocks one by one would take 8 additions for each of 12,870 splits).
 */
class HalvedSums {
  /** The mask of all blocks. */
  readonly all: number
  readonly #half: number
  readonly #configurations: number
  /** In units of the largest return. */
  readonly #means: Float64Array
  readonly #scale: number
  /** For each set of the half, for each configuration: the sum of the distances from its mean, and of their squares. */
  readonly #low: Float64Array
  readonly #high: Float64Array
  readonly #low_rows: Float64Array
  readonly #high_rows: Float64Array
  #low_at = 0
  #high_at = 0
  #rows = 0

  constructor(returns: readonly ArrayLike<number>[], blocks: number) {
    const half = blocks / 2
    this.#half = half
    this.all = (1 << blocks) - 1
    this.#configurations = returns.length
    this.#scale = largestOf(returns)
    this.#means = Float64Array.from(returns, (values) => meanOf(values) / this.#scale)
    const sessions = returns[0]?.length ?? 0
    const start = (block: number): number => Math.floor((block * sessions) / blocks)
    const of_block = Array.from({ length: blocks }, (_, block) => this.#sumsOf(returns, start(block), start(block + 1)))
    const rows = Array.from({ length: blocks }, (_, block) => [start(block + 1) - start(block)])
    this.#low = sumsOfSets(of_block.slice(0, half))
    this.#high = sumsOfSets(of_block.slice(half))
    this.#low_rows = sumsOfSets(rows.slice(0, half))
    this.#high_rows = sumsOfSets(rows.slice(half))
  }

  choose(mask: number): void {
    const low = mask & ((1 << this.#half) - 1)
    const high = mask >> this.#half
    this.#low_at = low * 2 * this.#configurations
    this.#high_at = high * 2 * this.#configurations
    this.#rows = (this.#low_rows[low] as number) + (this.#high_rows[high] as number)
  }

  /** Of configuration k over the blocks chosen, in whole steps of the grid. */
  value(k: number, measure: Measure): number {
    const low = this.#low_at + 2 * k
    const high = this.#high_at + 2 * k
    const sum = (this.#low[low] as number) + (this.#high[high] as number)
    const mean = (this.#means[k] as number) + sum / this.#rows
    if (measure === 'mean') return Math.round(mean * GRID)
    const squares = (this.#low[low + 1] as number) + (this.#high[high + 1] as number)
    const variance = (squares - (sum * sum) / this.#rows) / this.#rows
    return variance > 0 ? Math.round((mean / Math.sqrt(variance)) * GRID) : 0
  }

  #sumsOf(returns: readonly ArrayLike<number>[], from: number, to: number): number[] {
    return returns.flatMap((values, k) => {
      let sum = 0
      let squares = 0
      for (let t = from; t < to; t++) {
        const off = (values[t] as number) / this.#scale - (this.#means[k] as number)
        sum += off
        squares += off * off
      }
      return [sum, squares]
    })
  }
}

/** Row after row for each set of `parts` (bit n: the n-th is in it), what the parts of the set sum up to. */
function sumsOfSets(parts: readonly (readonly number[])[]): Float64Array {
  const width = parts[0]?.length ?? 0
  const sums = new Float64Array(width << parts.length)
  for (let set = 1; set < 1 << parts.length; set++) {
    const last = 31 - Math.clz32(set)
    const rest = (set ^ (1 << last)) * width
    const part = parts[last] as readonly number[]
    for (let n = 0; n < width; n++) sums[set * width + n] = (sums[rest + n] as number) + (part[n] as number)
  }
  return sums
}

/** 1 where all are 0. */
function largestOf(returns: readonly ArrayLike<number>[]): number {
  let largest = 0
  for (const values of returns) for (let t = 0; t < values.length; t++) largest = Math.max(largest, Math.abs(values[t] as number))
  return largest > 0 ? largest : 1
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let t = 0; t < values.length; t++) sum += values[t] as number
  return sum / values.length
}

function bitsOf(mask: number): number {
  let bits = 0
  for (let rest = mask; rest > 0; rest &= rest - 1) bits++
  return bits
}
