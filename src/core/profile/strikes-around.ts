/**
 * The strike at the money and `count` listed ones on each side, each with the number of strikes between it and the money. At the money is the
 * strike nearest to `price`, of two equally near the lower; without a price the middle one of the list, of two middle ones the lower.
 */
export function strikesAround(strikes: readonly number[], price: number | undefined, count: number): ReadonlyMap<number, number> {
  const listed = [...strikes].sort((a, b) => a - b)
  const money = price === undefined ? Math.floor((listed.length - 1) / 2) : nearest(listed, price)
  return new Map(
    listed.map((strike, n): [number, number] => [strike, Math.abs(n - money)]).filter(([, distance]) => distance <= count),
  )
}

function nearest(listed: readonly number[], price: number): number {
  let best = 0
  for (const [n, strike] of listed.entries()) if (Math.abs(strike - price) < Math.abs((listed[best] ?? strike) - price)) best = n
  return best
}
