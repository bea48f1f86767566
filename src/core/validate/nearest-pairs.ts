/** Something at a moment, ms since the epoch. */
export interface Timed {
  readonly time_ms: number
}

/** Which pairs may be, and how far apart. */
export interface PairRule<A, B> {
  /** Pairs must be nearer than this, ms. */
  readonly window_ms: number
  allows(a: A, b: B): boolean
}

const SKIP_A = 1
const SKIP_B = 2
const PAIR = 3

/**
 * The one-to-one assignment of two lists in order of time that makes the most pairs, and of those the one with the least sum of distances; no
 * two pairs cross. A tie goes to the assignment that pairs the last ones.
 */
export function nearestPairs<A extends Timed, B extends Timed>(
  as: readonly A[],
  bs: readonly B[],
  rule: PairRule<A, B>,
): [A, B][] {
  return clusters(as, bs, rule.window_ms).flatMap(([some_as, some_bs]) => align(some_as, some_bs, rule))
}

/** Parts of both lists that no pair connects. */
function clusters<A extends Timed, B extends Timed>(as: readonly A[], bs: readonly B[], window_ms: number): [A[], B[]][] {
  const found: [A[], B[]][] = []
  let last_ms = Number.NEGATIVE_INFINITY
  for (let i = 0, j = 0; i < as.length || j < bs.length; ) {
    const [a, b] = [as[i], bs[j]]
    const is_a = b === undefined || (a !== undefined && a.time_ms <= b.time_ms)
    const time_ms = is_a ? (a as A).time_ms : b.time_ms
    if (time_ms - last_ms >= window_ms) found.push([[], []])
    const [some_as, some_bs] = found.at(-1) as [A[], B[]]
    if (is_a) {
      some_as.push(a as A)
      i++
    } else {
      some_bs.push(b)
      j++
    }
    last_ms = time_ms
  }
  return found.filter(([some_as, some_bs]) => some_as.length > 0 && some_bs.length > 0)
}

function align<A extends Timed, B extends Timed>(as: readonly A[], bs: readonly B[], rule: PairRule<A, B>): [A, B][] {
  const width = bs.length + 1
  const steps = new Uint8Array((as.length + 1) * width)
  // One pair more is worth more than any sum of distances.
  const pair_worth = rule.window_ms * (Math.min(as.length, bs.length) + 1)
  let above = new Float64Array(width)
  for (let i = 1; i <= as.length; i++) {
    const a = as[i - 1] as A
    const row = new Float64Array(width)
    for (let j = 1; j <= bs.length; j++) {
      const b = bs[j - 1] as B
      const distance = Math.abs(a.time_ms - b.time_ms)
      const paired = distance < rule.window_ms && rule.allows(a, b) ? above[j - 1]! + pair_worth - distance : -1
      const skipped = Math.max(above[j]!, row[j - 1]!)
      row[j] = Math.max(paired, skipped)
      steps[i * width + j] = paired >= skipped ? PAIR : above[j]! >= row[j - 1]! ? SKIP_A : SKIP_B
    }
    above = row
  }
  const pairs: [A, B][] = []
  for (let i = as.length, j = bs.length; i > 0 && j > 0; ) {
    const step = steps[i * width + j]
    if (step === PAIR) pairs.push([as[--i] as A, bs[--j] as B])
    else if (step === SKIP_A) i--
    else j--
  }
  return pairs.reverse()
}
