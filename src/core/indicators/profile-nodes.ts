/** Prices of the nodes of a profile, from low to high. */
export interface ProfileNodes {
  /** Where much traded: the price halted there. */
  readonly high: readonly number[]
  /** Where little traded between busier prices: it passed quickly. */
  readonly low: readonly number[]
}

/** A node is an extreme among this many bins on either side. */
const REACH = 2
const HIGH_MIN = 1.5
const LOW_MAX = 0.3

/**
 * Local maxima of the profile, smoothed over three bins, that hold at least 1.5 times the mean bin, and local minima that hold at most 0.3 of
 * it. Of equal neighbours the lower price is the node. Minima need two bins on both sides: the profile thins out at its ends by itself.
 */
export function profileNodes(volumes: Float64Array, first_price: number, bin: number): ProfileNodes {
  const at = (n: number): number => volumes[n] ?? 0
  const smoothed = (n: number): number => (at(n - 1) + at(n) + at(n + 1)) / 3
  const mean = volumes.reduce((sum, volume) => sum + volume, 0) / volumes.length
  const high: number[] = []
  const low: number[] = []
  for (let n = 0; n < volumes.length; n++) {
    const here = smoothed(n)
    if (here >= HIGH_MIN * mean && isTop(smoothed, n)) high.push(first_price + n * bin)
    const is_inside = n >= REACH && n < volumes.length - REACH
    if (is_inside && here <= LOW_MAX * mean && isTop((other) => -smoothed(other), n)) low.push(first_price + n * bin)
  }
  return { high, low }
}

/** Above all lower neighbours, and not below any higher one. */
function isTop(height: (n: number) => number, n: number): boolean {
  for (let off = 1; off <= REACH; off++) if (height(n - off) >= height(n) || height(n + off) > height(n)) return false
  return true
}
