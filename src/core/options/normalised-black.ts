import { exp, millsRatio, normalCdf, normalPdf } from '../stats/index.js'

/**
 * The price of an out-of-the-money option in its own units: b(x, s) = e^(x/2) N(x/s + s/2) - e^(-x/2) N(x/s - s/2), where x = -|ln(F/K)| and
 * s = volatility x sqrt(T); the undiscounted price is sqrt(F K) b. `x` <= 0, `s` > 0.
 *
 * The difference of the two terms loses all its digits for small s or b. With h = x/s, t = s/2, n the normal density and Y = N/n (Mills' ratio
 * of -h) it is n(h) e^(-t^2/2) [Y(h + t) - Y(h - t)], and the bracket has a series in t without a constant. P. Jäckel, Let's Be Rational
 * (Wilmott, 2015), goes this way too.
 */
export function normalisedBlack(x: number, s: number): number {
  const h = x / s
  const t = 0.5 * s
  if (t < SERIES_BELOW) return normalPdf(h) * exp(-0.5 * t * t) * differenceSeries(h, t)
  if (h + t <= 0) return normalPdf(h) * exp(-0.5 * t * t) * (millsRatio(h + t) - millsRatio(h - t))
  return exp(0.5 * x) * normalCdf(h + t) - exp(-0.5 * x) * normalCdf(h - t)
}

/** e^(x/2) - b(x, s): what the price lacks to the most it can be, without cancellation. */
export function normalisedBlackRest(x: number, s: number): number {
  const h = x / s
  const t = 0.5 * s
  return exp(0.5 * x) * normalCdf(-h - t) + exp(-0.5 * x) * normalCdf(h - t)
}

/** db/ds. */
export const normalisedVega = (x: number, s: number): number => normalPdf(x / s) * exp(-0.125 * s * s)

/** Beyond it the plain difference keeps its digits. */
const SERIES_BELOW = 0.5
/** Terms t^k/k!, k odd, up to here: below 1e-17 of the first for t < 0.5. */
const LAST_TERM = 21
/**
 * Y(h + t) - Y(h - t) = 2 [t Y'(h) + t^3/3! Y'''(h) + ...], by Y' = 1 + h Y and Y^(k+1) = h Y^(k) + k Y^(k-1). The recurrence keeps its digits where
 * options are: it loses sinh(x/2) / (x/2) of them, a factor of 1.4 at |x| = 3 and of 15 at 10.
 */
function differenceSeries(h: number, t: number): number {
  let below = millsRatio(h)
  let derivative = 1 + h * below
  let power = t // t^k/k!
  let sum = power * derivative
  for (let k = 1; k < LAST_TERM; k += 2) {
    const even = h * derivative + k * below
    const odd = h * even + (k + 1) * derivative
    power *= (t * t) / ((k + 1) * (k + 2))
    below = even
    derivative = odd
    sum += power * odd
  }
  return 2 * sum
}
