import { type ChainView, type DeltaLeg, type Leg, type OptionChain, volatilityPremium } from '../../options/index.js'
import type { Asking } from '../asking.js'
import { inRupees } from '../ict/index.js'
import type { Candidate, PatternDefinition } from '../pattern.js'
import type { PatternView } from '../view.js'
import { isWholeFive } from './five-minutes.js'
import { daysTo, ivPercentileNow, realisedVolatility } from './history.js'
import { PATTERN_TERMS } from './pattern-terms.js'
import { areTight, creditOf, legAt, quotedNear, spreadPct } from './premium.js'

/** Days to expiry that are best, and the middle of them. */
const BEST_DAYS = [14, 21] as const
const TARGET_PREMIUM = 0.5
/** A loss of twice the credit. */
const STOP_PREMIUM = 3
const EXIT_DAYS = 3
/** A wing lies where it should, give or take so much of the expected move. */
const WING_AWAY_MAX = 0.25

type Name =
  | 'iv_percentile_min'
  | 'dte_min'
  | 'dte_max'
  | 'premium_points_min'
  | 'adx_max'
  | 'delta_min'
  | 'delta_max'
  | 'leg_spread_pct_max'
  | 'event_days'
type Numbers = Readonly<Record<Name, number>>

/**
 * Options pay more than the underlying moves, and it goes nowhere: a call and a put far from the money are sold, with wings where they are quoted.
 *
 * Reading: asked at each whole five minutes. Of the expiries that fit, the one whose days are nearest to 17.5. The iron condor is sold where both wings
 * are quoted, else the strangle; the wing is the strike nearest to one expected move beyond the short one. Deltas outside the band: no candidate. There
 * is no calendar of events: `event_days` tells the next one. A loss of twice the credit is a premium of three times the credit. Theta is told as
 * a part of the forward: what margin the broker asks is in no feed.
 */
export const premiumCollectionStrategy: PatternDefinition<Name> = {
  id: 'premium_collection_strategy',
  summary: 'Options that pay more than the underlying moves, without a trend: strangle or iron condor is sold',
  category: 'straddle',
  source: 'domain 5.18; 7 to 30 days, best 14 to 21, from the public code',
  priority: 75,
  cooldown_min: 60,
  needs: ['option_chain', 'baseline'],
  on: 'underlyings',
  cadence: 'second',
  parameters: {
    iv_percentile_min: {
      default: 60,
      min: 0,
      max: 100,
      doc: 'Share of earlier days with a lower volatility, 0 to 100; above it',
    },
    dte_min: { default: 7, min: 0, max: 400, doc: 'Calendar days to expiry at least' },
    dte_max: { default: 30, min: 0, max: 400, doc: 'Calendar days to expiry at most' },
    premium_points_min: { default: 2, min: 0, max: 100, doc: 'Implied less realised volatility of 20 days, volatility points' },
    adx_max: { default: 25, min: 1, max: 100, doc: 'ADX of bars of 15 minutes, below it' },
    delta_min: { default: 0.15, min: 0.01, max: 0.5, doc: 'Delta of each short leg, without sign' },
    delta_max: { default: 0.25, min: 0.01, max: 0.5, doc: 'The same' },
    leg_spread_pct_max: { default: 3, min: 0.1, max: 100, doc: 'Spread of each short leg, percent of its middle' },
    event_days: {
      default: -1,
      min: -1,
      max: 400,
      doc: 'Calendar days to the next event; none may lie before expiry. -1: none known',
    },
  },
  create: (numbers) => (view) => {
    const { ask } = view
    if (!(ask.is('whole_five_minutes', isWholeFive(view)) && ask.below('adx_15m', view.adx_15m, numbers.adx_max)))
      return undefined
    const chain = bestChain(view, numbers)
    if (chain === undefined) return ask.no('chain')
    const dte = daysTo(view, chain)
    if (!(ask.atLeast('dte', dte, numbers.dte_min) && ask.atMost('dte', dte, numbers.dte_max))) return undefined
    if (numbers.event_days >= 0 && !ask.below('dte', dte, numbers.event_days)) return undefined
    return claimOf(view, chain, dte, numbers)
  },
}

function claimOf(view: PatternView, chain: OptionChain, dte: number, numbers: Numbers): Candidate | undefined {
  const at = chain.view(view.second_ms, PATTERN_TERMS)
  const { atm_volatility = Number.NaN, forward, expected_move = Number.NaN } = at
  const realised = realisedVolatility(view)
  const premium_points = 100 * volatilityPremium(atm_volatility, realised)
  const { ask } = view
  if (forward === undefined) return ask.no('forward')
  if (!ask.atLeast('premium_points', premium_points, numbers.premium_points_min)) return undefined
  const iv_percentile = ivPercentileNow(view)
  if (!ask.above('iv_percentile', iv_percentile, numbers.iv_percentile_min)) return undefined
  const middle = 0.5 * (numbers.delta_min + numbers.delta_max)
  const [call, put] = [at.legOfDelta('CE', middle), at.legOfDelta('PE', middle)]
  if (call === undefined || put === undefined) return ask.no('strangle')
  if (!(hasDelta('call_delta', call, numbers, ask) && hasDelta('put_delta', put, numbers, ask))) return undefined
  if (!areTight([spreadPct(at, call.leg), spreadPct(at, put.leg)], ask, numbers.leg_spread_pct_max)) return undefined

  const wings = wingsOf(at, chain, [call.leg, put.leg], expected_move)
  const legs = [legAt(call.leg, 'SELL'), legAt(put.leg, 'SELL'), ...wings.map((leg) => legAt(leg, 'BUY'))]
  const credit = creditOf(legs)
  if (!ask.above('credit', credit / chain.price_divisor, 0)) return undefined
  const theta = (at.valueOf(call.leg)?.theta_per_day ?? Number.NaN) + (at.valueOf(put.leg)?.theta_per_day ?? Number.NaN)
  const { value, missing } = ask.score([
    ['iv_percentile', 0.35, iv_percentile, 60, 90],
    ['premium', 0.3, premium_points, 2, 8],
    ['dte', 0.2, dte >= BEST_DAYS[0] && dte <= BEST_DAYS[1] ? 1 : 0.5],
    ['adx_15m', 0.15, view.adx_15m, 25, 15],
  ])
  return {
    direction: 'NEUTRAL',
    action: wings.length > 0 ? 'IRON_CONDOR' : 'SELL_STRANGLE',
    score: value,
    missing,
    level: 0.5 * (call.leg.strike + put.leg.strike),
    entry: credit,
    stop: STOP_PREMIUM * credit,
    targets: [TARGET_PREMIUM * credit],
    legs,
    evidence: {
      ...(wings.length > 0 ? { wing_strikes: wings.map(({ strike }) => strike / chain.price_divisor) } : {}),
      call_delta: call.delta,
      put_delta: put.delta,
      delta_min: numbers.delta_min,
      delta_max: numbers.delta_max,
      leg_spread_pct_max: numbers.leg_spread_pct_max,
      dte,
      dte_min: numbers.dte_min,
      dte_max: numbers.dte_max,
      iv: atm_volatility,
      realised_volatility: realised,
      premium_points,
      premium_points_min: numbers.premium_points_min,
      iv_percentile,
      iv_percentile_min: numbers.iv_percentile_min,
      adx_15m: view.adx_15m,
      adx_max: numbers.adx_max,
      event: numbers.event_days >= 0 ? `in ${numbers.event_days} days` : 'unknown',
      ...inRupees(chain, {
        call_strike: call.leg.strike,
        put_strike: put.leg.strike,
        forward: forward.price,
        expected_move,
        credit,
        stop_premium: STOP_PREMIUM * credit,
        target_premium: TARGET_PREMIUM * credit,
        theta_per_day: theta,
      }),
      exit_dte: EXIT_DAYS,
      theta_pct_of_forward: (100 * theta) / forward.price,
    },
  }
}

/** Of the expiries that fit, the one nearest the best days; of two the earlier. */
function bestChain(view: PatternView, { dte_min, dte_max }: Numbers): OptionChain | undefined {
  const best = 0.5 * (BEST_DAYS[0] + BEST_DAYS[1])
  const away = (chain: OptionChain): number => Math.abs(daysTo(view, chain) - best)
  let found: OptionChain | undefined
  for (const chain of view.group.chains) {
    const days = daysTo(view, chain)
    if (days < dte_min || days > dte_max) continue
    if (found === undefined || away(chain) < away(found)) found = chain
  }
  return found
}

/** Without sign. */
function hasDelta(name: string, { delta }: DeltaLeg, { delta_min, delta_max }: Numbers, ask: Asking): boolean {
  const size = Math.abs(delta)
  return ask.atLeast(name, size, delta_min) && ask.atMost(name, size, delta_max)
}

/** Call and put one expected move beyond the short ones; none unless both are quoted near there. */
function wingsOf(at: ChainView, chain: OptionChain, [call, put]: [Leg, Leg], expected_move: number): Leg[] {
  const above = quotedNear(at, chain.rows, 'CE', call.strike + expected_move)
  const below = quotedNear(at, chain.rows, 'PE', put.strike - expected_move)
  if (above === undefined || below === undefined) return []
  const [up, down] = [above.strike - call.strike, put.strike - below.strike]
  return [up, down].every((width) => Math.abs(width - expected_move) <= WING_AWAY_MAX * expected_move) ? [above, below] : []
}
