/** Standard normal quantile of 97.5 %: an interval of 95 %. */
export const Z_95 = 1.959963985

/** Below so many observations a rate tells more of chance than of what is judged: people are shown the count alone. */
export const RATE_N_MIN = 20

/** Both ends belong to it. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Where the true share lies, of which `hits` of `n` were seen (E. B. Wilson, JASA 22, 1927): never outside [0, 1], and it holds what was seen. Both
 * may be sums of weights, e.g. an effective n. NaN without observations.
 */
export function wilsonInterval(hits: number, n: number, z: number = Z_95): Interval {
  if (!(n > 0)) return { low: Number.NaN, high: Number.NaN }
  const share = hits / n
  const square = (z * z) / n
  const middle = share + square / 2
  const half = z * Math.sqrt((share * (1 - share)) / n + square / (4 * n))
  // At the ends the formula is exactly 0 and 1; its roundings are not.
  return {
    low: hits <= 0 ? 0 : Math.min(share, (middle - half) / (1 + square)),
    high: hits >= n ? 1 : Math.max(share, (middle + half) / (1 + square)),
  }
}
