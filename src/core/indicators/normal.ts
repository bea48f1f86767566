/** Beyond this both tails are below 1e-16. */
const FAR = 8.3

/** Probability that a standard normal lies below x, to 12 decimals: `Math.exp` may differ in its last digit between machines. */
export function normalCdf(x: number): number {
  if (x > FAR) return 1
  if (x < -FAR) return 0
  let term = x
  let sum = x
  for (let n = 3; Math.abs(term) > 1e-17; n += 2) {
    term *= (x * x) / n
    sum += term
  }
  const density = 0.3989422804014327 * Math.exp(-0.5 * x * x)
  return Math.round((0.5 + density * sum) * 1e12) / 1e12
}
