/** The value below which the share `p` of `ascending` lies, straight between neighbours (type 7 of Hyndman and Fan 1996). NaN of nothing. */
export function sampleQuantile(ascending: ArrayLike<number>, p: number): number {
  const place = p * (ascending.length - 1)
  const below = Math.floor(place)
  const low = ascending[below] ?? Number.NaN
  const high = ascending[below + 1] ?? low
  return low + (place - below) * (high - low)
}
