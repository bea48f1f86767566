/** Prices of the nodes of a profile, from low to high. */
export interface ProfileNodes {
  /** Where much traded: the price halted there. */
  readonly high: readonly number[]
  /** Where little traded between busier prices: it passed quickly. */
  readonly low: readonly number[]
}

/** A node is an extreme among this many bins on either side. */
const REACH = 2
const SMOOTHED_BINS = 3
const HIGH_MIN = 1.5
const LOW_MAX = 0.3

/**
 * Local maxima of the profile, smoothed over three bins, that hold at least 1.5 times the mean bin, and local minima that hold at most 0.3 of
 * it. Of equal neighbours the lower price is the node. Minima need two bins on both sides: the profile thins out at its ends by itself.
 */
export function profileNodes(volumes: Float64Array, total: number, first_price: number, bin: number): ProfileNodes {
  const heights = smoothed(volumes)
  const mean = (SMOOTHED_BINS * total) / volumes.length
  const high: number[] = []
  const low: number[] = []
  for (let n = 0; n < volumes.length; n++) {
    const height = heights[n + REACH]!
    if (height >= HIGH_MIN * mean) {
      if (isExtreme(heights, n + REACH, 1)) high.push(first_price + n * bin)
    } else if (height <= LOW_MAX * mean && n >= REACH && n < volumes.length - REACH) {
      if (isExtreme(heights, n + REACH, -1)) low.push(first_price + n * bin)
    }
  }
  return { high, low }
}

/** Sums of three bins, which stay whole, with `REACH` more at either end: beyond the profile nothing trades. */
function smoothed(volumes: Float64Array): Float64Array {
  const heights = new Float64Array(volumes.length + 2 * REACH)
  for (let n = 0; n < volumes.length; n++) {
    const volume = volumes[n]!
    heights[n + REACH - 1]! += volume
    heights[n + REACH]! += volume
    heights[n + REACH + 1]! += volume
  }
  return heights
}

/** Above all lower neighbours and not below any higher one, or with `side` -1 the other way round. */
function isExtreme(heights: Float64Array, at: number, side: 1 | -1): boolean {
  const height = side * heights[at]!
  for (let off = 1; off <= REACH; off++)
    if (side * heights[at - off]! >= height || side * heights[at + off]! > height) return false
  return true
}
