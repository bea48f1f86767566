/** Beyond it a whole number is not exact any more. */
const WHOLE_MAX = Number.MAX_SAFE_INTEGER
const PLAIN = /^-?\d+(?:\.(\d+))?$/

/**
 * `a - b` as decimals: 100.1 - 100.05 is 0.05, not 0.0499... Both are taken as they are printed (the shortest decimal that reads back the same).
 * Where that would take more than 2^53 steps, or an exponent, it is the difference of the doubles.
 */
export function decimalDifference(a: number, b: number): number {
  const places = Math.max(placesOf(a), placesOf(b))
  let scale = 1
  for (let n = 0; n < places; n++) scale *= 10
  const [left, right] = [Math.round(a * scale), Math.round(b * scale)]
  const difference = left - right
  const is_exact = Math.abs(left) <= WHOLE_MAX && Math.abs(right) <= WHOLE_MAX && Math.abs(difference) <= WHOLE_MAX
  return (is_exact && left / scale === a && right / scale === b ? difference / scale : a - b) + 0
}

function placesOf(value: number): number {
  return PLAIN.exec(String(value))?.[1]?.length ?? 0
}
