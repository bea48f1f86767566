import type { ChainView, OptionChain } from '../../options/index.js'
import { istDayStartMs, MINUTE_MS } from '../../time/index.js'
import { inRupees } from '../ict/index.js'
import type { Candidate, PatternDefinition } from '../pattern.js'
import type { PatternView } from '../view.js'
import { ChainVolume } from './chain-volume.js'
import { isWholeFive } from './five-minutes.js'
import { daysTo, ivPercentileNow, nearestChain, realisedVolatility } from './history.js'
import { PATTERN_TERMS } from './pattern-terms.js'
import { creditOf, straddleOf } from './premium.js'

/** Samples of five minutes in the last hour. */
const HOUR_STEPS = 12
/** 15:00, minutes of the day. */
const FLAT_MINUTE = 900
const HOLD_MIN = 240
const STOP_PREMIUM = 1.3
const TARGET_PREMIUM = 0.5

type Name =
  | 'iv_percentile_min'
  | 'inversion_points_min'
  | 'iv_rv_min'
  | 'dte_max'
  | 'iv_fall'
  | 'option_rv_min'
  | 'option_steps_min'
  | 'leg_spread_pct_max'
  | 'event_minute'
type Numbers = Readonly<Record<Name, number>>

/**
 * Options are dear, against their own past and against what the underlying really does, and their volatility begins to fall: the straddle is sold.
 *
 * Reading: asked at each whole five minutes of the nearest expiry that is not past 15:00 of its own day. The volatility at the money is compared with
 * the highest of the samples of the hour before, of this session; the first sample below the threshold triggers, until one above it has come. Its
 * percentile is that of 30 days to expiry. The volume is that of the whole chain over the five minutes against the mean of up to an hour of such
 * steps. There is no calendar of events: expiry today is one, `event_minute` tells another; without either the term is missing. Spreads of both legs
 * are held to the 3 % of 5.0. Entry, stop and target are premiums; that the forward leaves its expected move, and 15:00 of the day of expiry, end
 * the trade as well and stand in the evidence.
 */
export const ivCrushPlayStraddle: PatternDefinition<Name> = {
  id: 'iv_crush_play_straddle',
  summary: 'Dear options whose volatility begins to fall: the straddle at the money is sold',
  category: 'straddle',
  source: 'domain 5.15; percentile 70, volume 1.8, half of the credit and four hours from the public code',
  priority: 75,
  cooldown_min: 60,
  needs: ['option_chain', 'baseline'],
  on: 'underlyings',
  cadence: 'second',
  parameters: {
    iv_percentile_min: {
      default: 70,
      min: 0,
      max: 100,
      doc: 'Share of earlier days with a lower volatility, 0 to 100; above it',
    },
    inversion_points_min: {
      default: 3,
      min: 0.1,
      max: 100,
      doc: 'Or: volatility of the nearest expiry above that of the next, volatility points',
    },
    iv_rv_min: { default: 1.25, min: 0, max: 10, doc: 'Implied by realised volatility of 20 days' },
    dte_max: { default: 7, min: 0, max: 60, doc: 'Calendar days to expiry at most' },
    iv_fall: { default: 0.95, min: 0.1, max: 1, doc: 'Volatility at most this part of the highest of the last hour' },
    option_rv_min: {
      default: 1.8,
      min: 0,
      max: 20,
      doc: 'Volume of the chain against the usual one, times the factor of the regime',
    },
    option_steps_min: { default: 3, min: 1, max: 12, integer: true, doc: 'Steps of five minutes that make a usual volume' },
    leg_spread_pct_max: { default: 3, min: 0.1, max: 100, doc: 'Spread of each leg, percent of its middle' },
    event_minute: {
      default: -1,
      min: -1,
      max: 1439,
      doc: 'Time of an event today, minutes from midnight; nothing before it. -1: none known',
    },
  },
  create: (numbers) => {
    let chain: OptionChain | undefined
    let volume: ChainVolume | undefined
    /** At the money, the newest last. */
    const sampled: number[] = []
    let was_falling = false
    return (view) => {
      const { ask } = view
      if (!ask.is('whole_five_minutes', isWholeFive(view))) return undefined
      const nearest = nearestChain(view, 0, numbers.dte_max)
      if (nearest === undefined) return ask.no('chain')
      if (nearest !== chain) {
        chain = nearest
        volume = new ChainVolume(chain, HOUR_STEPS)
        sampled.length = 0
        was_falling = false
      }
      const option_rv = (volume as ChainVolume).step(numbers.option_steps_min)
      const at = chain.view(view.second_ms, PATTERN_TERMS)
      const iv = at.atm_volatility ?? Number.NaN
      const iv_high = highestOf(sampled)
      sampled.push(iv)
      if (sampled.length > HOUR_STEPS) sampled.shift()
      const is_falling = ask.atLeast('iv_fall_pct', fallPct(iv, iv_high), 100 * (1 - numbers.iv_fall))
      const was_falling_before = was_falling
      if (!Number.isNaN(iv)) was_falling = is_falling
      if (!(is_falling && ask.is('fall_is_new', !was_falling_before))) return undefined
      if (!ask.atLeast('option_rv', option_rv, numbers.option_rv_min * view.factors.volume)) return undefined
      return claimOf(view, at, chain, { iv, iv_high, option_rv }, numbers)
    }
  },
}

function claimOf(
  view: PatternView,
  at: ChainView,
  chain: OptionChain,
  { iv, iv_high, option_rv }: { iv: number; iv_high: number; option_rv: number },
  numbers: Numbers,
): Candidate | undefined {
  const minute = (view.second_ms - istDayStartMs(view.session.day)) / MINUTE_MS
  const dte = daysTo(view, chain)
  const { ask } = view
  const { event_minute } = numbers
  if (!(ask.atLeast('minute_of_day', minute, event_minute) && ask.atMost('dte', dte, numbers.dte_max))) return undefined
  if (dte === 0 && !ask.below('minute_of_day', minute, FLAT_MINUTE)) return undefined
  const iv_percentile = ivPercentileNow(view)
  const inversion_points = inversionOf(view, chain, iv)
  ask.parts('dear')
  const is_dear = ask.above('iv_percentile', iv_percentile, numbers.iv_percentile_min)
  const is_inverted = ask.atLeast('inversion_points', inversion_points, numbers.inversion_points_min)
  if (!ask.is('dear', is_dear || is_inverted)) return undefined
  const realised = realisedVolatility(view)
  if (!ask.atLeast('iv_rv', iv / realised, numbers.iv_rv_min)) return undefined
  const { atm, forward, expected_move } = at
  if (forward === undefined || expected_move === undefined) return ask.no('forward')
  const legs = straddleOf(at, atm, { ask, spread_pct_max: numbers.leg_spread_pct_max })
  if (atm === undefined || legs === undefined) return undefined

  const credit = creditOf(legs)
  const iv_fall_pct = fallPct(iv, iv_high)
  const { value, missing } = ask.score([
    ['iv_percentile', 0.35, iv_percentile, 70, 95],
    ['iv_rv', 0.25, iv / realised, numbers.iv_rv_min, 2],
    ['iv_fall', 0.25, iv_fall_pct, 5, 15],
    ['event', 0.15, event_minute >= 0 || dte === 0 ? 1 : Number.NaN],
  ])
  return {
    direction: 'NEUTRAL',
    action: 'SELL_STRADDLE',
    score: value,
    missing,
    level: atm.strike,
    entry: credit,
    stop: STOP_PREMIUM * credit,
    targets: [TARGET_PREMIUM * credit],
    expires_min: dte === 0 ? Math.min(HOLD_MIN, FLAT_MINUTE - minute) : HOLD_MIN,
    legs,
    evidence: {
      dte,
      dte_max: numbers.dte_max,
      iv,
      iv_high_60m: iv_high,
      iv_fall_pct,
      iv_fall_pct_min: 100 * (1 - numbers.iv_fall),
      iv_percentile,
      iv_percentile_min: numbers.iv_percentile_min,
      inversion_points,
      inversion_points_min: numbers.inversion_points_min,
      realised_volatility: realised,
      iv_rv: iv / realised,
      iv_rv_min: numbers.iv_rv_min,
      option_rv,
      option_rv_min: numbers.option_rv_min * view.factors.volume,
      event: event_minute >= 0 ? 'told' : dte === 0 ? 'expiry' : 'unknown',
      ...inRupees(chain, {
        strike: atm.strike,
        credit,
        stop_premium: STOP_PREMIUM * credit,
        target_premium: TARGET_PREMIUM * credit,
        forward: forward.price,
        expected_move,
        stop_below: forward.price - expected_move,
        stop_above: forward.price + expected_move,
      }),
    },
  }
}

const fallPct = (iv: number, iv_high: number): number => 100 * (1 - iv / iv_high)

/** How far the nearest expiry is dearer than the next, volatility points. */
function inversionOf(view: PatternView, chain: OptionChain, iv: number): number {
  const next = view.group.chains.find(({ expiry }) => expiry > chain.expiry)
  return 100 * (iv - (next?.view(view.second_ms, PATTERN_TERMS).atm_volatility ?? Number.NaN))
}

/** NaN without any. */
const highestOf = (values: readonly number[]): number =>
  values.reduce((high, each) => (each <= high || Number.isNaN(each) ? high : each), Number.NaN)
