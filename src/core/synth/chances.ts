/** Chances in proportion to their weights, none above its maximum, that add up to `wanted` as far as the maxima allow. */
export function chancesFor(wanted: number, weights: readonly number[], maxima: readonly number[]): number[] {
  const sumAt = (scale: number): number => weights.reduce((sum, weight, n) => sum + Math.min(maxima[n]!, scale * weight), 0)
  let [low, high] = [0, 1]
  for (let n = 0; n < 40 && sumAt(high) < wanted; n++) high *= 2
  for (let n = 0; n < 40; n++) {
    const middle = (low + high) / 2
    if (sumAt(middle) < wanted) low = middle
    else high = middle
  }
  return weights.map((weight, n) => Math.min(maxima[n]!, high * weight))
}
