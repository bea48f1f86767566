import { assert } from '../assert.js'
import { log, log1p, normalCdf, normalPdf } from '../stats/index.js'

/** As masters write it: call or put, European. */
export type OptionType = 'CE' | 'PE'

/** What a model says of an option. Money in the unit of the prices that went in. Nothing is rounded yet. */
export interface OptionValue {
  readonly price: number
  /** Change of price per unit of the forward (Black-76) or spot (Black-Scholes). */
  readonly delta: number
  /** Change of delta per unit of forward or spot. */
  readonly gamma: number
  /** Change of price per 1.00 of volatility: /100 for one volatility point. */
  readonly vega: number
  /** Change of price per year that passes, all else held: of the forward (Black-76) or the spot (Black-Scholes). */
  readonly theta: number
  /** theta / 365: per calendar day. */
  readonly theta_per_day: number
  /** Change of price per 1.00 of rate; of Black-76 with the forward held, which leaves the discounting. */
  readonly rho: number
  /** Change of delta per 1.00 of volatility. */
  readonly vanna: number
  /** Change of vega per 1.00 of volatility. */
  readonly volga: number
  readonly d1: number
  readonly d2: number
}

/** +1 for a call, -1 for a put. */
export const signOf = (type: OptionType): 1 | -1 => (type === 'CE' ? 1 : -1)

/** The normal probabilities behind an option, signs of calls and puts applied. Certain (0, 1/2 or 1) without time or volatility. */
export interface Exercise {
  readonly d1: number
  readonly d2: number
  /** N(sign d1), N(sign d2) */
  readonly cdf1: number
  readonly cdf2: number
  /** n(d1); 0 without time or volatility. */
  readonly pdf: number
}

/** Throws for a forward or strike that is not above 0: no price there has a meaning. */
export function assertPositive(forward: number, strike: number): void {
  assert(forward > 0 && strike > 0, `an option has forward and strike above 0, found ${forward} and ${strike}`)
}

/** `deviation`: volatility x sqrt(years). */
export function exerciseOf(
  sign: 1 | -1,
  { forward, strike, deviation }: { forward: number; strike: number; deviation: number },
): Exercise {
  assertPositive(forward, strike)
  if (!(deviation > 0)) {
    const cdf = forward === strike ? 0.5 : sign * (forward - strike) > 0 ? 1 : 0
    const d = forward === strike ? 0 : forward > strike ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    return { d1: d, d2: d, cdf1: cdf, cdf2: cdf, pdf: 0 }
  }
  const d1 = logRatio(forward, strike) / deviation + 0.5 * deviation
  const d2 = d1 - deviation
  return { d1, d2, cdf1: normalCdf(sign * d1), cdf2: normalCdf(sign * d2), pdf: normalPdf(d1) }
}

/** ln(a / b) with all digits when the two are close: the difference of neighbours is exact, their quotient is not. */
export function logRatio(a: number, b: number): number {
  const difference = a - b
  return Math.abs(difference) < 0.25 * b ? log1p(difference / b) : log(a / b)
}
