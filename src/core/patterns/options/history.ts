import {
  CHAIN_TERMS,
  closeToCloseVolatility,
  constantMaturity,
  ivPercentile,
  type OptionChain,
  type TermVolatility,
  YEAR_DAYS,
} from '../../options/index.js'
import type { PatternView } from '../view.js'

/** Maturity of the volatility that is compared with earlier days, calendar days: that of `UnderlyingBaseline.iv`. */
const MATURITY_DAYS = 30
/** 20 returns. */
const REALISED_CLOSES = 21

/** Calendar days from the session to an expiry: 0 on its day. */
export const daysTo = (view: PatternView, { expiry }: OptionChain): number => expiry - view.session.day

/** The nearest chain that has so many days left and has not expired. */
export function nearestChain(view: PatternView, days_min: number, days_max: number): OptionChain | undefined {
  return view.group.chains.find((chain) => {
    const days = daysTo(view, chain)
    return days >= days_min && days <= days_max && view.second_ms < chain.expires.at_ms
  })
}

/**
 * Share of earlier days, in percent, whose at-the-money volatility of 30 days was below that of now. NaN with fewer than 60 days of history, or
 * when no two chains lie around 30 days.
 */
export function ivPercentileNow(view: PatternView): number {
  const history = view.market.baseline?.ofUnderlying(view.group.underlying)?.iv ?? []
  const now = maturityNow(view)
  return now === undefined ? Number.NaN : (ivPercentile(now, history) ?? Number.NaN)
}

/** Volatility a year of the last 20 daily returns, a fraction; NaN with a shorter history. */
export function realisedVolatility(view: PatternView): number {
  const closes = view.market.baseline?.ofUnderlying(view.group.underlying)?.closes ?? []
  if (closes.length < REALISED_CLOSES) return Number.NaN
  return closeToCloseVolatility(closes.slice(-REALISED_CLOSES)) ?? Number.NaN
}

/** From the nearest chain up to the first one beyond the maturity. */
function maturityNow({ group, second_ms }: PatternView): number | undefined {
  const years = MATURITY_DAYS / YEAR_DAYS
  const terms: TermVolatility[] = []
  for (const chain of group.chains) {
    const view = chain.view(second_ms, CHAIN_TERMS)
    const volatility = view.years > 0 ? view.atm_volatility : undefined
    if (volatility === undefined) continue
    terms.push({ years: view.years, volatility })
    if (view.years >= years) break
  }
  return constantMaturity(terms, MATURITY_DAYS)
}
