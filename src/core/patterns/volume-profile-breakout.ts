import { MINUTE_MS } from '../time/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { type Levels, nextAhead, type ProfileSnapshot, profileLevels, told } from './profile-levels.js'
import type { PatternView } from './view.js'

const HOUR_MS = 60 * MINUTE_MS
/** Closes beyond the value area, and closes inside it before them. */
const OUTSIDE = 2
const INSIDE = 3
/** A low-volume node counts as ahead up to so far beyond the level, in ATR. */
const LVN_ATR = 1
const STOP_ATR = 0.3
/** What lies nearer than the first is no target; without one ahead the second is, in ATR. */
const TARGET_ATR_MIN = 0.5
const TARGET_ATR = 2
const ATR_FULL = 0.8
const RV_FULL = 2.5

type Numbers = 'rv_min' | 'beyond_atr_min' | 'poc_rv_min' | 'poc_atr' | 'poc_clv_min' | 'profile_minutes'
type Parameters = Readonly<Record<Numbers, number>>

/**
 * Price leaves the value area on volume, or is turned back at the point of control.
 * Reading: closes are those of minute bars. The area left is that of the last snapshot (one each five minutes) before the two closes outside: their
 * own volume does not move it. For the first hour it is the one of the day before, then that of the session. `poc_rejection`: a bar that comes from
 * three closes on one side ends its way within 0.1 ATR of the POC, closes further away than that and in the outer part of its range; the trade is
 * back the way it came. Nodes and the way of the POC are those of a profile of an hour; before, their terms are missing.
 */
export const volumeProfileBreakout: PatternDefinition<Numbers> = {
  id: 'volume_profile_breakout',
  summary: 'Two closes outside the value area on volume, or a turn at the point of control',
  category: 'volume_profile',
  source: 'domain 5.20; volume ratios 1.8 and 2.0 from the public code, distances in ATR [own]',
  priority: 60,
  cooldown_min: 30,
  needs: ['volume'],
  parameters: {
    rv_min: { default: 1.8, min: 0, max: 20, doc: 'Relative volume of the bar, times the factor of the regime' },
    beyond_atr_min: { default: 0.1, min: 0, max: 5, doc: 'Both closes beyond the value area, ATR' },
    poc_rv_min: { default: 2, min: 0, max: 20, doc: 'poc_rejection: relative volume, times the factor of the regime' },
    poc_atr: { default: 0.1, min: 0, max: 5, doc: 'poc_rejection: how near the bar comes to the POC, ATR' },
    poc_clv_min: { default: 0.4, min: -1, max: 1, doc: 'poc_rejection: close location away from the POC' },
    profile_minutes: { default: 60, min: 15, max: 360, doc: 'Minutes of trading behind a profile of the session' },
  },
  create: (numbers) => (view) => {
    const levels = profileLevels(view)
    const { ask, rv, atr, factors, m1 } = view
    const rv_least = Math.min(numbers.rv_min, numbers.poc_rv_min) * factors.volume
    if (!(ask.atLeast('rv', rv, rv_least) && ask.is('atr_known', atr > 0))) return undefined
    if (!ask.atLeast('bars', m1.session_count, OUTSIDE + INSIDE)) return undefined
    return breakoutOf(view, levels, numbers) ?? rejectionOf(view, levels, numbers)
  },
}

function breakoutOf(view: PatternView, levels: Levels, numbers: Parameters): Candidate | undefined {
  const { ask, rv, atr, factors, m1 } = view
  ask.about('breakout')
  const rv_min = numbers.rv_min * factors.volume
  if (!ask.atLeast('rv', rv, rv_min)) return undefined
  const area = areaBefore(view, levels, m1.start(OUTSIDE - 1), numbers)
  if (area === undefined) return ask.no('value_area')
  const { vah, val, reference } = area
  const sign = m1.close(0) > vah ? 1 : -1
  const level = sign > 0 ? vah : val
  const beyond_atr = (ago: number): number => (sign * (m1.close(ago) - level)) / atr
  if (!ask.atLeast('beyond_atr', beyond_atr(0), numbers.beyond_atr_min)) return undefined
  if (!ask.atLeast('beyond_before_atr', beyond_atr(1), numbers.beyond_atr_min)) return undefined
  let inside = 0
  while (inside < INSIDE && m1.close(OUTSIDE + inside) >= val && m1.close(OUTSIDE + inside) <= vah) inside++
  if (!(ask.atLeast('closes_inside', inside, INSIDE) && ask.holds())) return undefined
  return candidateOf(view, levels, numbers, {
    subtype: 'breakout',
    sign,
    level,
    rv_min,
    distance_atr: beyond_atr(0),
    otherwise: level + sign * (vah - val),
    evidence: {
      reference,
      value_area_high: vah,
      value_area_low: val,
      beyond_atr: beyond_atr(0),
      beyond_before_atr: beyond_atr(1),
      beyond_atr_min: numbers.beyond_atr_min,
      closes_inside: INSIDE,
    },
  })
}

function rejectionOf(view: PatternView, levels: Levels, numbers: Parameters): Candidate | undefined {
  const { ask, rv, atr, factors, m1 } = view
  ask.about('poc_rejection')
  const rv_min = numbers.poc_rv_min * factors.volume
  if (!ask.atLeast('rv', rv, rv_min)) return undefined
  const area = areaBefore(view, levels, m1.start(0), numbers)
  if (area === undefined) return ask.no('point_of_control')
  const { poc, vah, val, reference } = area
  const sign = m1.close(0) > poc ? 1 : -1
  const away_atr = (price: number): number => (sign * (price - poc)) / atr
  const nearest_atr = away_atr(sign > 0 ? m1.low(0) : m1.high(0))
  const clv = m1.clv(0) * sign
  if (!ask.atMost('nearest_atr', Math.abs(nearest_atr), numbers.poc_atr)) return undefined
  if (!ask.above('close_away_atr', away_atr(m1.close(0)), numbers.poc_atr)) return undefined
  if (!ask.atLeast('clv', clv, numbers.poc_clv_min)) return undefined
  let before = 0
  while (before < INSIDE && away_atr(m1.close(before + 1)) > numbers.poc_atr) before++
  if (!ask.atLeast('closes_before', before, INSIDE)) return undefined
  return candidateOf(view, levels, numbers, {
    subtype: 'poc_rejection',
    sign,
    level: poc,
    rv_min,
    distance_atr: away_atr(m1.close(0)),
    otherwise: sign > 0 ? vah : val,
    evidence: {
      reference,
      poc,
      nearest_atr,
      poc_atr: numbers.poc_atr,
      close_away_atr: away_atr(m1.close(0)),
      clv,
      clv_min: numbers.poc_clv_min,
      closes_before: INSIDE,
    },
  })
}

/** What both subtypes are made of. Prices in feed units. */
interface Claim {
  readonly subtype: string
  readonly sign: 1 | -1
  readonly level: number
  readonly rv_min: number
  /** Of the close from the level. */
  readonly distance_atr: number
  /** Target where no high-volume node lies ahead. */
  readonly otherwise: number
  readonly evidence: Candidate['evidence']
}

function candidateOf(view: PatternView, levels: Levels, numbers: Parameters, claim: Claim): Candidate {
  const { ask, bar, rv, atr, now_ms } = view
  const { subtype, sign, level, rv_min, distance_atr, otherwise } = claim
  const now = told(view, levels.asOf(now_ms), numbers)
  const hour_ago = levels.asOf(now_ms - HOUR_MS)
  const lvn = now === undefined ? Number.NaN : nextAhead(now.nodes.low, level, sign, 1)
  const lvn_ahead = now === undefined ? Number.NaN : Number(sign * (lvn - level) <= LVN_ATR * atr)
  const poc_moved = now === undefined || hour_ago === undefined ? Number.NaN : sign * (now.poc - hour_ago.poc)
  const hvn = nextAhead(now?.nodes.high ?? [], bar.close, sign, TARGET_ATR_MIN * atr)
  const { value, missing } = ask.score([
    ['distance', 0.35, distance_atr, numbers.beyond_atr_min, ATR_FULL],
    ['rv', 0.3, rv, rv_min, RV_FULL * rv_min],
    ['lvn_ahead', 0.2, lvn_ahead],
    ['poc_migration', 0.15, Number.isNaN(poc_moved) ? Number.NaN : Number(poc_moved > 0)],
  ])
  return {
    direction: sign > 0 ? 'BUY' : 'SELL',
    subtype,
    score: value,
    missing,
    level,
    entry: bar.close,
    stop: level - sign * STOP_ATR * atr,
    targets: [
      [hvn, otherwise].find((price) => sign * (price - bar.close) >= TARGET_ATR_MIN * atr) ?? bar.close + sign * TARGET_ATR * atr,
    ],
    invalidation: level,
    evidence: {
      ...claim.evidence,
      rv,
      rv_min,
      rv_source: view.rv_source,
      ...(lvn_ahead === 1 ? { lvn_ahead: lvn } : {}),
      ...(Number.isNaN(poc_moved) ? {} : { poc_moved }),
    },
  }
}

/** Value area and point of control that hold at a moment, and whose they are. Feed units. */
interface Area extends Pick<ProfileSnapshot, 'poc' | 'vah' | 'val'> {
  readonly reference: 'developing' | 'previous_day'
}

/** Of the session, once its profile is old enough; until then of the day before. NaN, where that has none, triggers nothing. */
function areaBefore(view: PatternView, levels: Levels, at_ms: number, numbers: Parameters): Area | undefined {
  const developing = told(view, levels.asOf(at_ms), numbers)
  if (developing !== undefined) return { ...developing, reference: 'developing' }
  const is_early = at_ms <= view.open_ms + numbers.profile_minutes * MINUTE_MS
  const previous = is_early ? view.baseline?.previous : undefined
  return previous === undefined ? undefined : { ...previous, reference: 'previous_day' }
}
