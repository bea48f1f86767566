/**
 * exp and log from + - * / alone, to within a unit of the last place. The language leaves `Math.exp` and `Math.log` to the engine; these give the
 * same double on every machine, so that no digit of an option chain or of a verdict depends on where it was computed.
 */

/** e^x: 0 far below, Infinity far above. */
export function exp(x: number): number {
  if (x < -LARGEST) return 0
  if (x > LARGEST) return Number.POSITIVE_INFINITY
  const doublings = Math.round(x / Math.LN2)
  // The first product is not rounded: the last 21 bits of LN2_HIGH are 0.
  const rest = x - doublings * LN2_HIGH - doublings * LN2_LOW
  let sum = 0
  for (const term of EXP_TERMS) sum = (sum + term) * rest
  let power = 1 + (rest + sum * rest)
  for (let n = doublings; n > 0; n--) power *= 2
  for (let n = doublings; n < 0; n++) power *= 0.5
  return power
}

/** Natural logarithm of a finite number above 0, else NaN. */
export function log(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return Number.NaN
  let mantissa = x
  let doublings = 0
  for (; mantissa > Math.SQRT2; doublings++) mantissa *= 0.5
  for (; mantissa < Math.SQRT1_2; doublings--) mantissa *= 2
  const f = mantissa - 1
  return doublings * LN2_HIGH + (f + (doublings * LN2_LOW + curvedPart(f)))
}

/** log(1 + x) for x from -0.3 to 0.4, with all its digits next to 0. */
export const log1p = (x: number): number => x + curvedPart(x)

/** log(1 + f) - f = s (f^2/2 + R) - f^2/2 with s = f / (2 + f) and R = 2 (s^2/3 + s^4/5 + ...): small beside f, which is exact. */
function curvedPart(f: number): number {
  const s = f / (2 + f)
  const square = s * s
  let series = 0
  for (const term of LOG_TERMS) series = (series + term) * square
  const half_square = 0.5 * f * f
  return s * (half_square + series) - half_square
}

/** Beyond it e^x is no double. */
const LARGEST = 746
/** ln 2 in two parts. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
/** 1/n! from n = 14 down to 2. */
const EXP_TERMS: readonly number[] = Array.from({ length: 13 }, (_, n) => 1 / factorial(14 - n))
/** 2/(2n + 1) from n = 13 down to 1. */
const LOG_TERMS: readonly number[] = Array.from({ length: 13 }, (_, n) => 2 / (27 - 2 * n))

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1)
}
