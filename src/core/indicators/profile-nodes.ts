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
  const mean = (SMOOTHED_BINS * total) / volumes.length
  const high: number[] = []
  const low: number[] = []
  for (let n = 0; n < volumes.length; n++) {
    const height = heightAt(volumes, n)
    if (height >= HIGH_MIN * mean) {
      if (isExtreme(volumes, n, 1)) high.push(first_price + n * bin)
    } else if (height <= LOW_MAX * mean && n >= REACH && n < volumes.length - REACH) {
      if (isExtreme(volumes, n, -1)) low.push(first_price + n * bin)
    }
  }
  return { high, low }
}

/** Sum of three bins, which stays whole. Beyond the profile nothing trades. */
const heightAt = (volumes: Float64Array, n: number): number => at(volumes, n - 1) + at(volumes, n) + at(volumes, n + 1)

const at = (volumes: Float64Array, n: number): number => (n >= 0 && n < volumes.length ? volumes[n]! : 0)

/** Above all lower neighbours and not below any higher one, or with `side` -1 the other way round. */
function isExtreme(volumes: Float64Array, n: number, side: 1 | -1): boolean {
  const height = side * heightAt(volumes, n)
  for (let off = 1; off <= REACH; off++)
    if (side * heightAt(volumes, n - off) >= height || side * heightAt(volumes, n + off) > height) return false
  return true
}
