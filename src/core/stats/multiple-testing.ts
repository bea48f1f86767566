/** One answer for each p-value, in the order they came in. */
export interface Adjusted {
  /** The smallest level at which this one would still be rejected. NaN for a missing p-value. */
  readonly p_values: readonly number[]
  /** True where adjusted p <= level. */
  readonly rejected: readonly boolean[]
}

/**
 * Benjamini and Hochberg (JRSS B 57, 1995): of what is rejected at most the share `q` is expected to be luck. A p-value that is NaN was not
 * tested: it counts in no number of tests.
 */
export function benjaminiHochberg(p_values: readonly number[], q: number): Adjusted {
  const order = ascending(p_values)
  const adjusted = p_values.map(() => Number.NaN)
  let least = 1
  for (let rank = order.length; rank >= 1; rank--) {
    const at = order[rank - 1] as number
    least = Math.min(least, ((p_values[at] as number) * order.length) / rank)
    adjusted[at] = least
  }
  return { p_values: adjusted, rejected: adjusted.map((p) => p <= q) }
}

/** Holm (Scand. J. Statist. 6, 1979): with probability 1 - `alpha` nothing that is rejected is luck. NaN as above. */
export function holm(p_values: readonly number[], alpha: number): Adjusted {
  const order = ascending(p_values)
  const adjusted = p_values.map(() => Number.NaN)
  let most = 0
  for (const [passed, at] of order.entries()) {
    most = Math.max(most, Math.min(1, (p_values[at] as number) * (order.length - passed)))
    adjusted[at] = most
  }
  return { p_values: adjusted, rejected: adjusted.map((p) => p <= alpha) }
}

/** Places of the p-values that are there, smallest first; equal ones in their order, which changes no result. */
function ascending(p_values: readonly number[]): number[] {
  const places = [...p_values.keys()].filter((at) => !Number.isNaN(p_values[at]))
  return places.sort((a, b) => (p_values[a] as number) - (p_values[b] as number) || a - b)
}
