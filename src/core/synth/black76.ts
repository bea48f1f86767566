import { exp, log, normalCdf } from './arithmetic.js'

export const RISK_FREE_RATE = 0.065
const YEAR_S = 365 * 86_400
/** Below an hour the formula says nothing useful about a book with a tick of 0.05. */
const YEARS_MIN = 3600 / YEAR_S

export const yearsUntil = (from_s: number, to_s: number): number => Math.max((to_s - from_s) / YEAR_S, YEARS_MIN)

/** What a unit of the underlying costs at `years` from now, as a multiple of today's price. */
export const carryOf = (years: number): number => exp(RISK_FREE_RATE * years)

/** Forward and strike in the same unit; `volatility` is a fraction a year. */
export interface OptionTerms {
  forward: number
  strike: number
  years: number
  /** At the money, e.g. 0.14. */
  volatility: number
  call: boolean
}

/**
 * Black-76 with a skewed smile. The out-of-the-money side is priced, the other follows from put-call parity, so parity holds exactly
 * before rounding to ticks and no price falls below its intrinsic value.
 */
export function optionPrice({ forward, strike, years, volatility, call }: OptionTerms): number {
  const discount = exp(-RISK_FREE_RATE * years)
  const root = Math.sqrt(years)
  const moneyness = log(forward / strike)
  const sigma = smile(volatility, -moneyness / (volatility * root)) * root
  const d1 = moneyness / sigma + 0.5 * sigma
  const d2 = d1 - sigma
  const call_is_out = strike >= forward
  const out = call_is_out ? forward * normalCdf(d1) - strike * normalCdf(d2) : strike * normalCdf(-d2) - forward * normalCdf(-d1)
  const time_value = discount * Math.max(out, 0)
  return call === call_is_out ? time_value : time_value + discount * Math.abs(forward - strike)
}

/** `distance` in standard deviations, positive above the forward. Low strikes dearer, both wings raised, nothing beyond 4 deviations. */
function smile(volatility: number, distance: number): number {
  const x = Math.max(-4, Math.min(4, distance))
  return volatility * (1 - 0.035 * x + 0.022 * x * x)
}
