import { type ChainView, type Leg, type OptionChain, type OptionType, TRADING_DAYS } from '../../options/index.js'
import { inRupees } from '../ict/index.js'
import type { Candidate, PatternDefinition } from '../pattern.js'
import type { PatternView } from '../view.js'
import { isWholeFive } from './five-minutes.js'
import { daysTo, ivPercentileNow, nearestChain } from './history.js'
import { PATTERN_TERMS } from './pattern-terms.js'
import { areTight, creditOf, legAt, quotedNear, spreadPct } from './premium.js'

const RANGE_BARS = 20
const STOP_PREMIUM = 1.5
const TARGET_PREMIUM = 0.5

type Name =
  | 'adx_max'
  | 'range_pct_max'
  | 'range_em_max'
  | 'place_min'
  | 'iv_percentile_min'
  | 'iv_percentile_max'
  | 'delta_min'
  | 'delta_max'
  | 'leg_spread_pct_max'
  | 'dte_min'
  | 'dte_max'
type Numbers = Readonly<Record<Name, number>>

/**
 * No trend, a range that is small for what the options expect, and the price in the middle of it: a call above and a put below are sold.
 *
 * Reading: asked at each whole five minutes, of the nearest expiry after today. The range of 20 bars of 15 minutes goes back into the session before,
 * as far as the baseline has it. The expected move of a day is F x volatility / sqrt(252). The strike is the one whose delta is nearest the middle of
 * the band; when that lies outside the band, the quoted strike nearest to one expected move (until expiry) from the forward. Entry, stop and target are
 * premiums; a short strike that is touched ends the trade as well.
 */
export const rangeBoundStrangle: PatternDefinition<Name> = {
  id: 'range_bound_strangle',
  summary: 'A calm market in the middle of a small range: a call above it and a put below it are sold',
  category: 'straddle',
  source: 'domain 5.16; range of 5 % and percentile from 30 to 70 from the public code',
  priority: 75,
  cooldown_min: 60,
  needs: ['option_chain', 'baseline'],
  on: 'underlyings',
  cadence: 'second',
  parameters: {
    adx_max: { default: 20, min: 1, max: 100, doc: 'ADX of bars of 15 minutes, below it' },
    range_pct_max: { default: 5, min: 0.1, max: 50, doc: 'Range of 20 bars of 15 minutes, percent of the price' },
    range_em_max: { default: 1, min: 0.1, max: 10, doc: 'The same in expected moves of a day' },
    place_min: { default: 0.25, min: 0, max: 0.5, doc: 'Price within the range, 0 to 1, at least so far from either end' },
    iv_percentile_min: {
      default: 30,
      min: 0,
      max: 100,
      doc: 'Share of earlier days with a lower volatility, 0 to 100; above it',
    },
    iv_percentile_max: { default: 70, min: 0, max: 100, doc: 'Below it' },
    delta_min: { default: 0.15, min: 0.01, max: 0.5, doc: 'Delta of each leg, without sign' },
    delta_max: { default: 0.2, min: 0.01, max: 0.5, doc: 'The same' },
    leg_spread_pct_max: { default: 3, min: 0.1, max: 100, doc: 'Spread of each leg, percent of its middle' },
    dte_min: { default: 1, min: 0, max: 60, doc: 'Calendar days to expiry at least' },
    dte_max: { default: 60, min: 0, max: 400, doc: 'Calendar days to expiry at most' },
  },
  create: (numbers) => (view) => {
    const { ask, m15, bar } = view
    if (!(ask.is('whole_five_minutes', isWholeFive(view)) && ask.below('adx_15m', view.adx_15m, numbers.adx_max)))
      return undefined
    const [high, low] = [m15.highest(RANGE_BARS), m15.lowest(RANGE_BARS)]
    const place = (bar.close - low) / (high - low)
    if (!(ask.atLeast('place', place, numbers.place_min) && ask.atMost('place', place, 1 - numbers.place_min))) return undefined
    if (!ask.atMost('range_pct', (100 * (high - low)) / bar.close, numbers.range_pct_max)) return undefined
    const chain = nearestChain(view, numbers.dte_min, numbers.dte_max)
    return chain === undefined ? ask.no('chain') : claimOf(view, chain, { range: high - low, place }, numbers)
  },
}

function claimOf(
  view: PatternView,
  chain: OptionChain,
  { range, place }: { range: number; place: number },
  numbers: Numbers,
): Candidate | undefined {
  const at = chain.view(view.second_ms, PATTERN_TERMS)
  const { atm_volatility, forward, expected_move } = at
  const { ask } = view
  if (atm_volatility === undefined || forward === undefined || expected_move === undefined) return ask.no('forward')
  const to_feed = view.instrument.price_divisor / chain.price_divisor
  const day_move = (forward.price * to_feed * atm_volatility) / Math.sqrt(TRADING_DAYS)
  if (!ask.atMost('range_em', range / day_move, numbers.range_em_max)) return undefined
  const iv_percentile = ivPercentileNow(view)
  if (!ask.above('iv_percentile', iv_percentile, numbers.iv_percentile_min)) return undefined
  if (!ask.below('iv_percentile', iv_percentile, numbers.iv_percentile_max)) return undefined
  const call = legOf(at, chain, 'CE', numbers)
  const put = legOf(at, chain, 'PE', numbers)
  if (call === undefined || put === undefined) return ask.no('strangle')
  const spreads = [spreadPct(at, call.leg), spreadPct(at, put.leg)] as const
  if (!areTight(spreads, ask, numbers.leg_spread_pct_max)) return undefined

  const legs = [legAt(call.leg, 'SELL'), legAt(put.leg, 'SELL')]
  const credit = creditOf(legs)
  const { value, missing } = ask.score([
    ['range', 0.35, range / day_move, 1, 0.5],
    ['adx_15m', 0.25, view.adx_15m, 20, 10],
    ['iv_percentile', 0.2, iv_percentile >= 40 && iv_percentile <= 60 ? 1 : 0.5],
    ['place', 0.2, 1 - 2 * Math.abs(place - 0.5)],
  ])
  return {
    direction: 'NEUTRAL',
    action: 'SELL_STRANGLE',
    score: value,
    missing,
    level: 0.5 * (call.leg.strike + put.leg.strike),
    entry: credit,
    stop: STOP_PREMIUM * credit,
    targets: [TARGET_PREMIUM * credit],
    legs,
    evidence: {
      strikes_by: [call.by, put.by],
      call_delta: call.delta,
      put_delta: put.delta,
      delta_min: numbers.delta_min,
      delta_max: numbers.delta_max,
      spread_pct: spreads,
      leg_spread_pct_max: numbers.leg_spread_pct_max,
      dte: daysTo(view, chain),
      adx_15m: view.adx_15m,
      adx_max: numbers.adx_max,
      range_pct: (100 * range) / view.bar.close,
      range_pct_max: numbers.range_pct_max,
      range_em: range / day_move,
      range_em_max: numbers.range_em_max,
      place,
      place_min: numbers.place_min,
      iv: atm_volatility,
      iv_percentile,
      iv_percentile_min: numbers.iv_percentile_min,
      iv_percentile_max: numbers.iv_percentile_max,
      ...inRupees(view.instrument, { range, day_move }),
      ...inRupees(chain, {
        call_strike: call.leg.strike,
        put_strike: put.leg.strike,
        forward: forward.price,
        expected_move,
        credit,
        stop_premium: STOP_PREMIUM * credit,
        target_premium: TARGET_PREMIUM * credit,
        stop_below: put.leg.strike,
        stop_above: call.leg.strike,
      }),
    },
  }
}

function legOf(
  at: ChainView,
  chain: OptionChain,
  type: OptionType,
  { delta_min, delta_max }: Numbers,
): { leg: Leg; delta: number; by: string } | undefined {
  const found = at.legOfDelta(type, 0.5 * (delta_min + delta_max))
  const size = Math.abs(found?.delta ?? Number.NaN)
  if (found !== undefined && size >= delta_min && size <= delta_max) return { leg: found.leg, delta: found.delta, by: 'delta' }
  const { forward, expected_move = Number.NaN } = at
  const wanted = (forward?.price ?? Number.NaN) + (type === 'CE' ? expected_move : -expected_move)
  const leg = quotedNear(at, chain.rows, type, wanted)
  return leg === undefined ? undefined : { leg, delta: at.valueOf(leg)?.delta ?? Number.NaN, by: 'expected_move' }
}
