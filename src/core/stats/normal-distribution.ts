import { exp } from './exp-log.js'

/**
 * Error function and normal distribution to about 1e-15 relative over the whole line, the far left tail included: the rational approximations
 * of W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969), 631-637. The usual seven-digit formula
 * (Abramowitz and Stegun 26.2.17) is off by more than the whole value from five deviations on.
 */

/** 2 / sqrt(pi) x integral of exp(-u^2) over [0, x]. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size <= SMALL) return smallErf(x)
  const rest = erfc(size)
  return x > 0 ? 1 - rest : rest - 1
}

/** 1 - erf(x), without the loss of digits for large x. */
export function erfc(x: number): number {
  const size = Math.abs(x)
  if (size <= SMALL) return 1 - smallErf(x)
  const tail = expOfMinusSquare(size) * largeErfcx(size)
  return x > 0 ? tail : 2 - tail
}

/** exp(x^2) erfc(x): what is left of erfc when its exponential is taken out. Infinite below -26.6. */
export function erfcx(x: number): number {
  const size = Math.abs(x)
  if (size <= SMALL) return exp(x * x) * (1 - smallErf(x))
  return x > 0 ? largeErfcx(size) : 2 / expOfMinusSquare(size) - largeErfcx(size)
}

/** Probability that a standard normal lies below x. */
export function normalCdf(x: number): number {
  if (Math.abs(x) <= SMALL * Math.SQRT2) return 0.5 + 0.5 * smallErf(x * Math.SQRT1_2)
  const tail = 0.5 * expOfMinusHalfSquare(Math.abs(x)) * largeErfcx(Math.abs(x) * Math.SQRT1_2)
  return x < 0 ? tail : 1 - tail
}

/** Density of the standard normal at x. */
export const normalPdf = (x: number): number => INVERSE_SQRT_TWO_PI * expOfMinusHalfSquare(Math.abs(x))

/** normalCdf(x) / normalPdf(x), finite where both have long gone to 0: Mills' ratio of -x. */
export const millsRatio = (x: number): number => SQRT_HALF_PI * erfcx(-x * Math.SQRT1_2)

const SMALL = 0.46875
const LARGE = 4
const INVERSE_SQRT_PI = 0.5641895835477563
const INVERSE_SQRT_TWO_PI = 0.3989422804014327
const SQRT_HALF_PI = 1.2533141373155003

/** x^2 is not a double in general, and at x^2 = 700 its rounding alone would cost three digits of the exponential: 1/16ths have exact squares. */
function expOfMinusSquare(x: number): number {
  const coarse = Math.floor(x * 16) / 16
  return exp(-coarse * coarse) * exp(-(x - coarse) * (x + coarse))
}

function expOfMinusHalfSquare(x: number): number {
  const coarse = Math.floor(x * 16) / 16
  return exp(-0.5 * coarse * coarse) * exp(-0.5 * (x - coarse) * (x + coarse))
}

// Coefficients from the highest power down; those of the denominators begin behind a leading 1.
const SMALL_TOP = [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694] as const
const SMALL_BOTTOM = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171] as const
const MIDDLE_TOP = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
] as const
const MIDDLE_BOTTOM = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
] as const
const LARGE_TOP = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
] as const
const LARGE_BOTTOM = [
  2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
] as const

/** erf on [-0.46875, 0.46875]. */
function smallErf(x: number): number {
  const square = x * x
  return (x * polynomial(SMALL_TOP, square)) / monic(SMALL_BOTTOM, square)
}

/** erfcx from 0.46875 on. */
function largeErfcx(x: number): number {
  if (x <= LARGE) return polynomial(MIDDLE_TOP, x) / monic(MIDDLE_BOTTOM, x)
  const inverse_square = 1 / (x * x)
  const rest = (inverse_square * polynomial(LARGE_TOP, inverse_square)) / monic(LARGE_BOTTOM, inverse_square)
  return (INVERSE_SQRT_PI - rest) / x
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}

function monic(coefficients: readonly number[], x: number): number {
  let sum = 1
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}
