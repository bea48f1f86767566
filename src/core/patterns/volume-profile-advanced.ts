import { MINUTE_MS } from '../time/index.js'
import type { Candidate, EvidenceValue, PatternDefinition } from './pattern.js'
import { type Levels, nextAhead, type ProfileSnapshot, profileLevels, told } from './profile-levels.js'
import type { PatternView } from './view.js'

const SHIFT_MS = 30 * MINUTE_MS
const QUARTER_MS = 15 * MINUTE_MS
/** Closes on one side of a node before it is touched. */
const BEFORE = 3
/** A low-volume node is told when it lies so near, in ATR. */
const LVN_ATR = 1
const STOP_ATR = 0.3
const TARGET_ATR = 2
/** A high-volume node nearer than this is no target, in ATR. */
const TARGET_ATR_MIN = 0.5
/** Bins next to a node that it is compared with: from so far away to so far. */
const BESIDE_FROM = 3
const BESIDE_TO = 6
const PROMINENCE_FULL = 3

type Numbers =
  | 'touch_atr'
  | 'clv_min'
  | 'shift_day_atr_min'
  | 'shift_pct_min'
  | 'va_change_pct_min'
  | 'strength_min'
  | 'profile_minutes'
type Settings = Readonly<Record<Numbers, number>>

/**
 * What the shape of the session's volume profile says. `hvn_hold`: price comes to a high-volume node and is turned back. `poc_shift`: the point of
 * control has moved far within 30 minutes. Low-volume nodes ahead, a value area that grows or shrinks against the day before, and a strong profile
 * are context: evidence, no alert.
 * Reading: the nodes are those of the last snapshot (each five minutes) before the bar. A hold comes from three closes on one side; the bar ends its
 * way within 0.1 ATR of the node, closes further away than that and in the outer part of its range. A shift is told once, by the snapshot that
 * shows it, while the close is on its side of the old point of control. Prominence is the volume of the node (three bins) against the mean bin three
 * to six bins away on both sides, full at three times. The day's ATR is that of the baseline.
 */
export const volumeProfileAdvanced: PatternDefinition<Numbers> = {
  id: 'volume_profile_advanced',
  summary: 'A high-volume node that holds, or a point of control that moves',
  category: 'volume_profile',
  source: 'domain 5.21; 2 % shift, 15 % change and strength 0.3 from the public code, ATR scaling [own]',
  priority: 60,
  cooldown_min: 30,
  needs: ['volume'],
  parameters: {
    touch_atr: { default: 0.1, min: 0, max: 5, doc: 'hvn_hold: how near the bar comes to the node, ATR' },
    clv_min: { default: 0.4, min: -1, max: 1, doc: 'hvn_hold: close location away from the node' },
    shift_day_atr_min: { default: 0.25, min: 0, max: 5, doc: 'poc_shift: move in 30 minutes, ATR of the day' },
    shift_pct_min: { default: 2, min: 0, max: 50, doc: 'poc_shift: the same in percent; the larger of the two counts' },
    va_change_pct_min: {
      default: 15,
      min: 0,
      max: 500,
      doc: 'Change of the value area against the day before that is told, percent',
    },
    strength_min: { default: 0.3, min: 0, max: 1, doc: 'Share of the volume at the POC that is told as a strong profile' },
    profile_minutes: { default: 60, min: 15, max: 360, doc: 'Minutes of trading behind a profile' },
  },
  create(numbers) {
    let seen: ProfileSnapshot | undefined
    let shifted = 0
    return (view) => {
      const levels = profileLevels(view)
      const { ask } = view
      const minutes = (view.now_ms - view.open_ms) / MINUTE_MS
      if (!(ask.above('session_minutes', minutes, numbers.profile_minutes) && ask.is('atr_known', view.atr > 0))) return undefined
      const newest = levels.asOf(view.now_ms)
      ask.about('poc_shift', newest?.poc)
      if (ask.is('new_profile', newest !== seen)) {
        seen = newest
        const shift = shiftOf(view, levels, numbers)
        const is_news = shift !== undefined && ask.is('not_told_before', shift.sign !== shifted)
        shifted = shift?.sign ?? 0
        if (is_news && ask.holds()) return candidateOf(view, levels, numbers, shift)
      }
      const hold = holdOf(view, levels, numbers)
      return hold === undefined ? undefined : candidateOf(view, levels, numbers, hold)
    }
  },
}

/** What both subtypes are made of. Prices in feed units. */
interface Claim {
  readonly subtype: 'hvn_hold' | 'poc_shift'
  readonly sign: 1 | -1
  /** The node, or the new point of control. */
  readonly level: number
  /** Ramp of the term that tells rejection or shift. */
  readonly strength: readonly [x: number, from: number, to: number]
  readonly stop: number
  readonly invalidation: number
  readonly evidence: Candidate['evidence']
}

/** The first node that the bar came to and was turned back at. */
function holdOf(view: PatternView, levels: Levels, numbers: Settings): Claim | undefined {
  const { ask, atr, m1 } = view
  const snapshot = told(view, levels.asOf(m1.start(0)), numbers)
  if (snapshot === undefined) {
    ask.about('hvn_hold')
    return ask.no('profile_before')
  }
  const zone = numbers.touch_atr * atr
  const [low, high] = [m1.low(0), m1.high(0)]
  let is_reached = false
  for (const node of snapshot.nodes.high) {
    if (node < low - zone || node > high + zone) continue
    is_reached = true
    const hold = holdAt(view, node, numbers)
    if (hold !== undefined) return hold
  }
  if (is_reached) return undefined
  ask.about('hvn_hold')
  return ask.no('node_reached')
}

function holdAt(view: PatternView, node: number, numbers: Settings): Claim | undefined {
  const { ask, atr, m1 } = view
  ask.about('hvn_hold', node)
  const sign = m1.close(0) > node ? 1 : -1
  const away_atr = (price: number): number => (sign * (price - node)) / atr
  const extreme = sign > 0 ? m1.low(0) : m1.high(0)
  const clv = m1.clv(0) * sign
  if (!ask.atMost('nearest_atr', Math.abs(away_atr(extreme)), numbers.touch_atr)) return undefined
  if (!ask.above('close_away_atr', away_atr(m1.close(0)), numbers.touch_atr)) return undefined
  if (!ask.atLeast('clv', clv, numbers.clv_min)) return undefined
  let before = 0
  while (before < BEFORE && m1.isToday(before + 1) && away_atr(m1.close(before + 1)) > numbers.touch_atr) before++
  if (!(ask.atLeast('closes_before', before, BEFORE) && ask.holds())) return undefined
  const rejection_atr = away_atr(m1.close(0)) - away_atr(extreme)
  return {
    subtype: 'hvn_hold',
    sign,
    level: node,
    strength: [rejection_atr, 0.1, 0.8],
    stop: node - sign * STOP_ATR * atr,
    invalidation: node,
    evidence: {
      node,
      nearest_atr: away_atr(extreme),
      touch_atr: numbers.touch_atr,
      rejection_atr,
      clv,
      clv_min: numbers.clv_min,
      closes_before: BEFORE,
    },
  }
}

function shiftOf(view: PatternView, levels: Levels, numbers: Settings): Claim | undefined {
  const { ask, atr, bar, now_ms, baseline } = view
  const now = told(view, levels.asOf(now_ms), numbers)
  const before = told(view, levels.asOf(now_ms - SHIFT_MS), numbers)
  if (now === undefined || before === undefined) return ask.no('profile_before')
  const sign = now.poc > before.poc ? 1 : -1
  const shift = sign * (now.poc - before.poc)
  const day_atr = baseline?.day_atr ?? Number.NaN
  const shift_min = Math.max(numbers.shift_day_atr_min * day_atr, (numbers.shift_pct_min / 100) * before.poc)
  if (!ask.atLeast('shift', shift, shift_min)) return undefined
  if (!ask.above('close_beyond_old_poc_atr', (sign * (bar.close - before.poc)) / atr, 0)) return undefined
  return {
    subtype: 'poc_shift',
    sign,
    level: now.poc,
    strength: [shift / shift_min, 1, 2],
    stop: bar.close - sign * atr,
    invalidation: before.poc,
    evidence: { poc: now.poc, poc_before: before.poc, shift, shift_min, shift_pct: (100 * shift) / before.poc, day_atr },
  }
}

function candidateOf(view: PatternView, levels: Levels, numbers: Settings, claim: Claim): Candidate {
  const { ask, bar, rv, atr } = view
  const { sign, subtype, level, strength, stop, invalidation } = claim
  const prominence = prominenceOf(view, level)
  const { value, missing } = ask.score([
    ['prominence', 0.4, prominence, 1, PROMINENCE_FULL],
    [subtype === 'hvn_hold' ? 'rejection' : 'shift', 0.3, ...strength],
    ['rv', 0.3, rv, 1, 2],
  ])
  const nodes = levels.asOf(view.now_ms)?.nodes.high ?? []
  const hvn = nextAhead(nodes, bar.close, sign, TARGET_ATR_MIN * atr)
  return {
    direction: sign > 0 ? 'BUY' : 'SELL',
    subtype,
    score: value,
    missing,
    level,
    entry: bar.close,
    stop,
    targets: [Number.isNaN(hvn) ? bar.close + sign * TARGET_ATR * atr : hvn],
    invalidation,
    evidence: {
      ...claim.evidence,
      ...(Number.isFinite(prominence) ? { prominence } : {}),
      ...(Number.isNaN(rv) ? {} : { rv }),
      ...contextOf(view, levels, numbers, sign),
    },
  }
}

/** Volume at a node, three bins, against the mean bin at some distance on both sides; infinite where nothing traded there. */
function prominenceOf({ profile }: PatternView, node: number): number {
  const { bin } = profile
  const at = (bins: number): number => profile.volumeAt(node + bins * bin)
  let beside = 0
  for (let bins = BESIDE_FROM; bins <= BESIDE_TO; bins++) beside += at(bins) + at(-bins)
  return (at(-1) + at(0) + at(1)) / 3 / (beside / (2 * (BESIDE_TO - BESIDE_FROM + 1)))
}

/** What speaks for or against it and is no reason for an alert. */
function contextOf(view: PatternView, levels: Levels, numbers: Settings, sign: 1 | -1): Record<string, EvidenceValue> {
  const { bar, atr, profile } = view
  const lvn = nextAhead(levels.asOf(view.now_ms)?.nodes.low ?? [], bar.close, sign, 1)
  const change = valueAreaChange(view, levels)
  return {
    profile_strength: profile.strength,
    is_strong_profile: profile.strength >= numbers.strength_min,
    ...(sign * (lvn - bar.close) <= LVN_ATR * atr ? { lvn_ahead: lvn } : {}),
    ...(Number.isNaN(change) ? {} : { va_change_pct: change }),
    ...(Math.abs(change) >= numbers.va_change_pct_min ? { value_area: change > 0 ? 'wider' : 'narrower' } : {}),
  }
}

/** Of the width of the value area at the last quarter of an hour, against the same time of the day before; percent, NaN where that is not known. */
function valueAreaChange({ now_ms, open_ms, baseline }: PatternView, levels: Levels): number {
  const quarter_ms = Math.floor((now_ms - open_ms) / QUARTER_MS) * QUARTER_MS
  const own = levels.asOf(open_ms + quarter_ms)
  const before = baseline?.previous?.vaWidthAt(quarter_ms / MINUTE_MS) ?? Number.NaN
  return own !== undefined && before > 0 ? 100 * ((own.vah - own.val) / before - 1) : Number.NaN
}
