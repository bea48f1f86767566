/** Largest remainder: whole parts that add up to `total`, in the order given; ties to the part named first. */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const shares = weights.map((weight) => Math.floor((total * weight) / whole))
  const rest = (part: number): number => (total * weights[part]!) % whole
  const order = weights.map((_, part) => part).sort((a, b) => rest(b) - rest(a) || a - b)
  let left = total - shares.reduce((sum, share) => sum + share, 0)
  for (const part of order) if (left-- > 0) shares[part]!++
  return shares
}

/** The first `count` of a source that may have fewer, or more than anyone wants to make. */
export function take<T>(count: number, source: Iterable<T>): T[] {
  const taken: T[] = []
  if (count > 0)
    for (const item of source) {
      taken.push(item)
      if (taken.length === count) break
    }
  return taken
}
