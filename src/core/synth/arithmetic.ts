/**
 * exp, log and the normal distribution from + - * / alone. `Math.exp` and `Math.log` may differ in their last bit between engines;
 * these give the same double everywhere, so a synthetic day is the same file everywhere.
 */
const { LN2, SQRT2, SQRT1_2 } = Math

/** Of a year: what turns its volatility into that of a day. */
export const TRADING_DAYS = 252

/** Relative error below 1e-14 for |x| < 40. */
export function exp(x: number): number {
  const halvings = Math.round(x / LN2)
  const r = x - halvings * LN2
  let sum = 1
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * r) / n
  const factor = halvings < 0 ? 0.5 : 2
  for (let n = Math.abs(halvings); n > 0; n--) sum *= factor
  return sum
}

/** Natural logarithm of a positive number; absolute error below 1e-13. */
export function log(x: number): number {
  let mantissa = x
  let doublings = 0
  for (; mantissa > SQRT2; doublings++) mantissa *= 0.5
  for (; mantissa < SQRT1_2; doublings--) mantissa *= 2
  const s = (mantissa - 1) / (mantissa + 1)
  const s2 = s * s
  let sum = 0
  for (let n = 17; n >= 1; n -= 2) sum = sum * s2 + 1 / n
  return doublings * LN2 + 2 * s * sum
}

/** Probability that a standard normal lies below x; absolute error below 7.5e-8 (Abramowitz and Stegun 26.2.17). */
export function normalCdf(x: number): number {
  const size = x < 0 ? -x : x
  if (size > 8) return x < 0 ? 0 : 1
  const t = 1 / (1 + 0.2316419 * size)
  const tail =
    exp(-0.5 * size * size) *
    0.3989422804014327 *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return x < 0 ? tail : 1 - tail
}
