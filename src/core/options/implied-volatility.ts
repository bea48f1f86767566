import { exp, inverseNormalCdf, log } from '../stats/index.js'
import { discountFactor } from './black76.js'
import { normalisedBlack, normalisedBlackRest, normalisedVega } from './normalised-black.js'
import { assertPositive, logRatio, type OptionType, signOf } from './option-terms.js'

/**
 * Why a price has no volatility.
 * - `below_intrinsic`  below what the option is worth without any volatility
 * - `no_time_value`    above that by half a tick at most: the price does not tell the volatility
 * - `above_max`        not below the discounted forward (call) or strike (put): no volatility makes it so dear
 * - `expired`          no time is left
 */
export type NoVolatilityOfPrice = 'below_intrinsic' | 'no_time_value' | 'above_max' | 'expired'

/** A volatility as a fraction a year with what half a tick of price makes of it, or the reason why there is none. */
export type ImpliedVolatility<Reason extends string = NoVolatilityOfPrice> =
  | { readonly kind: 'volatility'; readonly volatility: number; readonly error: number }
  | { readonly kind: 'none'; readonly reason: Reason }

/** A price and the terms of its option; all money in one unit. */
export interface PricedOption {
  readonly type: OptionType
  readonly forward: number
  readonly strike: number
  readonly years: number
  /** Continuously compounded, a year. */
  readonly rate: number
  readonly price: number
  /** Price step of the option. */
  readonly tick: number
}

/**
 * The volatility at which Black-76 gives the price, to double precision and not rounded yet. In-the-money prices are turned into the
 * out-of-the-money option of the same strike by parity: a deep one is intrinsic value in the main and tells little.
 */
export function impliedVolatility({ type, forward, strike, years, rate, price, tick }: PricedOption): ImpliedVolatility {
  assertPositive(forward, strike)
  if (!(years > 0)) return none('expired')
  const discount = discountFactor(rate, years)
  const intrinsic = discount * Math.max(signOf(type) * (forward - strike), 0)
  if (!(price >= intrinsic)) return none('below_intrinsic')
  if (price <= intrinsic + 0.5 * tick) return none('no_time_value')
  if (price >= discount * (type === 'CE' ? forward : strike)) return none('above_max')
  const unit = discount * Math.sqrt(forward) * Math.sqrt(strike)
  const x = -Math.abs(logRatio(forward, strike))
  const beta = (price - intrinsic) / unit
  if (beta >= exp(0.5 * x)) return none('above_max')
  const root = Math.sqrt(years)
  const s = normalisedVolatility(x, beta)
  const vega = unit * normalisedVega(x, s) * root
  return { kind: 'volatility', volatility: s / root, error: (0.5 * tick) / vega }
}

/**
 * The s with b(x, s) = beta, for x <= 0 and 0 < beta < e^(x/2); see `normalisedBlack`. Below the inflection point of b it solves for ln b, near
 * the top for the logarithm of what is missing, else for b itself: each is nearly straight there. Halley's steps inside a bracket.
 */
export function normalisedVolatility(x: number, beta: number): number {
  const inflection = Math.sqrt(-2 * x)
  const at_inflection = x === 0 ? 0 : normalisedBlack(x, inflection)
  const most = exp(0.5 * x)
  if (beta < at_inflection) {
    const start = -x / Math.sqrt(-0.5 * x + 2 * log(at_inflection / beta))
    return solve({ start, low: 0, high: inflection, step: lowStep(x, beta) })
  }
  // At the money b(0, s) = 2 N(s/2) - 1, and s >= sqrt(2 pi) beta, which holds where the closed form has lost its digits.
  const start = x === 0 ? Math.max(2 * inverseNormalCdf(0.5 + 0.5 * beta), SQRT_TWO_PI * beta) : inflection
  const is_high = beta > 0.5 * (at_inflection + most)
  return solve({
    start,
    low: inflection,
    high: Number.POSITIVE_INFINITY,
    step: is_high ? highStep(x, beta, most) : middleStep(x, beta),
  })
}

/** How far the target function is from its value, in Newton's step, and half of f''/f' for Halley's correction. */
interface Step {
  /** f / f': positive when s is too large. */
  readonly newton: number
  readonly bend: number
}
type StepAt = (s: number) => Step

/** (b')'/b' = x^2/s^3 - s/4 */
const curvature = (x: number, s: number): number => (x * x) / (s * s * s) - 0.25 * s

const middleStep =
  (x: number, beta: number): StepAt =>
  (s) => ({ newton: (normalisedBlack(x, s) - beta) / normalisedVega(x, s), bend: 0.5 * curvature(x, s) })

const lowStep =
  (x: number, beta: number): StepAt =>
  (s) => {
    const b = normalisedBlack(x, s)
    const slope = normalisedVega(x, s) / b
    return { newton: log(b / beta) / slope, bend: 0.5 * (curvature(x, s) - slope) }
  }

const highStep =
  (x: number, beta: number, most: number): StepAt =>
  (s) => {
    const rest = normalisedBlackRest(x, s)
    const slope = -normalisedVega(x, s) / rest
    return { newton: log(rest / (most - beta)) / slope, bend: 0.5 * (curvature(x, s) - slope) }
  }

const SQRT_TWO_PI = 2.5066282746310002
const STEPS_MAX = 60
const ENOUGH = 1e-14
/** Steps as small as this that leave the bracket are noise of the last digits. */
const NOISE = 1e-9

function solve({ start, low, high, step }: { start: number; low: number; high: number; step: StepAt }): number {
  let s = start
  for (let n = 0; n < STEPS_MAX; n++) {
    const { newton, bend } = step(s)
    if (newton > 0) high = s
    else low = s
    const halley = newton / Math.max(1 - newton * bend, 0.5)
    const next = s - halley
    if (Math.abs(halley) <= ENOUGH * s) return next
    const inside = next > low && next < high
    if (!inside && Math.abs(halley) <= NOISE * s) return s
    if (inside) s = next
    else s = high === Number.POSITIVE_INFINITY ? 2 * s : 0.5 * (low + high)
  }
  return s
}

const none = (reason: NoVolatilityOfPrice): { kind: 'none'; reason: NoVolatilityOfPrice } => ({ kind: 'none', reason })
