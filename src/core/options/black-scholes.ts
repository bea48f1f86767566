import { exp } from '../stats/index.js'
import { black76Price, discountFactor } from './black76.js'
import { exerciseOf, type OptionType, type OptionValue, signOf } from './option-terms.js'

/** An option on a spot that pays a yield (Black and Scholes 1973, Merton 1973). */
export interface BlackScholesTerms {
  readonly type: OptionType
  /** Above 0, in any unit of money; `strike` in the same. */
  readonly spot: number
  readonly strike: number
  readonly years: number
  /** A year, as a fraction. */
  readonly volatility: number
  /** Continuously compounded a year, as a fraction. */
  readonly rate: number
  /** Dividend yield, likewise; 0 unless given. */
  readonly dividend_yield?: number
}

/** What it is worth and how that changes with the spot. Without time left it is worth its intrinsic value and only delta is not 0. */
export function blackScholes(terms: BlackScholesTerms): OptionValue {
  const { type, spot, strike, volatility, rate, dividend_yield = 0 } = terms
  const sign = signOf(type)
  const years = Math.max(terms.years, 0)
  const root = Math.sqrt(years)
  const deviation = Math.max(volatility, 0) * root
  const growth = exp((rate - dividend_yield) * years)
  const forward = spot * growth
  const paid = discountFactor(rate, years)
  const held = discountFactor(dividend_yield, years)
  const { d1, d2, cdf1, cdf2, pdf } = exerciseOf(sign, { forward, strike, deviation })
  const vega = spot * held * pdf * root
  const decay = pdf === 0 ? 0 : (0.5 * vega * volatility) / years
  const carry = sign * (dividend_yield * spot * held * cdf1 - rate * strike * paid * cdf2)
  const theta = years > 0 ? carry - decay : 0
  return {
    price: black76Price({ type, forward, strike, years, volatility, rate }),
    delta: held * sign * cdf1 || 0,
    gamma: pdf === 0 ? 0 : (held * pdf) / (spot * deviation),
    vega,
    theta,
    theta_per_day: theta / 365,
    rho: sign * strike * years * paid * cdf2 || 0,
    vanna: pdf === 0 ? 0 : (-held * pdf * d2) / volatility,
    volga: pdf === 0 ? 0 : (vega * d1 * d2) / volatility,
    d1,
    d2,
  }
}
