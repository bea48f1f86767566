import { exp } from '../stats/index.js'
import { normalisedBlack } from './normalised-black.js'
import { assertPositive, exerciseOf, logRatio, type OptionType, type OptionValue, signOf } from './option-terms.js'

/** An option on a forward: index options by F. Black, The pricing of commodity contracts, J. Financial Economics 3 (1976). */
export interface Black76Terms {
  readonly type: OptionType
  /** Above 0, in any unit of money; `strike` in the same. */
  readonly forward: number
  readonly strike: number
  /** Until expiry, in years of the clock that the volatility is meant for. */
  readonly years: number
  /** A year, as a fraction: 0.14 is 14 %. */
  readonly volatility: number
  /** Continuously compounded a year, as a fraction; the discount factor is exp(-rate x years). */
  readonly rate: number
}

/** What it is worth and how that changes. Without time left it is worth its intrinsic value and only delta is not 0; without volatility the discounted one. */
export function black76(terms: Black76Terms): OptionValue {
  const { type, forward, strike, volatility, rate } = terms
  const sign = signOf(type)
  const years = Math.max(terms.years, 0)
  const root = Math.sqrt(years)
  const deviation = Math.max(volatility, 0) * root
  const discount = discountFactor(rate, years)
  const { d1, d2, cdf1, pdf } = exerciseOf(sign, { forward, strike, deviation })
  const price = black76Price(terms)
  const vega = forward * discount * pdf * root
  const decay = pdf === 0 ? 0 : (0.5 * vega * volatility) / years
  const theta = years > 0 ? rate * price - decay : 0
  return {
    price,
    delta: discount * sign * cdf1 || 0,
    gamma: pdf === 0 ? 0 : (discount * pdf) / (forward * deviation),
    vega,
    theta,
    theta_per_day: theta / 365,
    rho: -years * price || 0,
    vanna: pdf === 0 ? 0 : (-discount * pdf * d2) / volatility,
    volga: pdf === 0 ? 0 : (vega * d1 * d2) / volatility,
    d1,
    d2,
  }
}

/** The price alone, good to 1e-13 relative also where it is a tiny part of the strike: intrinsic value and time value are kept apart. */
export function black76Price({ type, forward, strike, years, volatility, rate }: Black76Terms): number {
  const sign = signOf(type)
  const time = Math.max(years, 0)
  const deviation = Math.max(volatility, 0) * Math.sqrt(time)
  assertPositive(forward, strike)
  const intrinsic = Math.max(sign * (forward - strike), 0)
  const time_value =
    deviation > 0 ? Math.sqrt(forward) * Math.sqrt(strike) * normalisedBlack(-Math.abs(logRatio(forward, strike)), deviation) : 0
  return discountFactor(rate, time) * (intrinsic + time_value)
}

/** Of money to be had in `years`. */
export const discountFactor = (rate: number, years: number): number => exp(-rate * years)
