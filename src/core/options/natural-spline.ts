/**
 * The natural cubic spline through points: twice differentiable, without curvature at its ends. Undefined outside of them. `xs` ascend; needs three
 * points at least.
 */
export function naturalSpline(xs: readonly number[], ys: readonly number[]): ((x: number) => number | undefined) | undefined {
  const last = xs.length - 1
  if (last < 2) return undefined
  const at = (values: readonly number[], n: number): number => values[n] as number
  // Second derivatives by elimination of the tridiagonal system (Thomas).
  const factor = new Array<number>(last + 1).fill(0)
  const curve = new Array<number>(last + 1).fill(0)
  for (let n = 1; n < last; n++) {
    const [before, after] = [at(xs, n) - at(xs, n - 1), at(xs, n + 1) - at(xs, n)]
    const slope_change = (at(ys, n + 1) - at(ys, n)) / after - (at(ys, n) - at(ys, n - 1)) / before
    const pivot = 2 * (before + after) - before * at(factor, n - 1)
    factor[n] = after / pivot
    curve[n] = (6 * slope_change - before * at(curve, n - 1)) / pivot
  }
  for (let n = last - 1; n >= 1; n--) curve[n] = at(curve, n) - at(factor, n) * at(curve, n + 1)
  return (x) => {
    if (!(x >= at(xs, 0) && x <= at(xs, last))) return undefined
    let n = 0
    while (n < last - 1 && x > at(xs, n + 1)) n++
    const width = at(xs, n + 1) - at(xs, n)
    const [left, right] = [(at(xs, n + 1) - x) / width, (x - at(xs, n)) / width]
    const bend = (left * left * left - left) * at(curve, n) + (right * right * right - right) * at(curve, n + 1)
    return left * at(ys, n) + right * at(ys, n + 1) + (bend * width * width) / 6
  }
}
