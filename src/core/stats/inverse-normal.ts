import { log } from './exp-log.js'

/**
 * The x below which a standard normal lies with probability `p`: the rational approximations of M. J. Wichura, Algorithm AS 241 (PPND16), Applied
 * Statistics 37 (1988), 477-484. -Infinity at 0, Infinity at 1, NaN outside.
 */
export function inverseNormalCdf(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN
  const from_middle = p - 0.5
  if (Math.abs(from_middle) <= MIDDLE) {
    const r = MIDDLE * MIDDLE - from_middle * from_middle
    return from_middle * ratio(MIDDLE_TOP, MIDDLE_BOTTOM, r)
  }
  // The smaller tail is the one that has all its digits.
  const tail = from_middle < 0 ? p : 1 - p
  const r = Math.sqrt(-log(tail))
  const size = r <= FAR ? ratio(TAIL_TOP, TAIL_BOTTOM, r - 1.6) : ratio(FAR_TOP, FAR_BOTTOM, r - FAR)
  return from_middle < 0 ? -size : size
}

const MIDDLE = 0.425
const FAR = 5

// Coefficients from the highest power down.
const MIDDLE_TOP = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
] as const
const MIDDLE_BOTTOM = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
] as const
const TAIL_TOP = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045, 5.769497221460691,
  4.630337846156546, 1.4234371107496835,
] as const
const TAIL_BOTTOM = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851, 1.6763848301838038,
  2.053191626637759, 1,
] as const
const FAR_TOP = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
] as const
const FAR_BOTTOM = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
] as const

function ratio(top: readonly number[], bottom: readonly number[], x: number): number {
  let above = 0
  let below = 0
  for (let n = 0; n < top.length; n++) {
    above = above * x + (top[n] as number)
    below = below * x + (bottom[n] as number)
  }
  return above / below
}
