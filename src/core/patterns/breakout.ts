import { type BreakoutLevel, BreakoutLevels } from './breakout-levels.js'
import { type Break, type BreakLimits, breakAt, isReached, reachOf, type Told } from './level-break.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, rsiFrom, SIDES, type Side } from './side.js'
import type { PatternView } from './view.js'

const ATR_STOP = 0.8
const ATR_TARGET = 2.5
const ATR_INVALID = 0.25
/** A high-volume node so near ahead of the price is in its way. */
const ATR_NODE = 0.3
const NODE_FACTOR = 0.9

type Name = 'beyond_atr_min' | 'retest_atr' | 'retest_bars' | 'settled_min' | 'touches_min' | 'touch_atr' | 'rv_min'
type Numbers = Readonly<Record<Name, number>>

/**
 * The price closes beyond a level that many look at, and stays there: two closes, or a retest of the level that holds.
 *
 * Levels: high and low of the previous day (from the baseline), of the opening range, of the session but for its last 15 minutes, and swings of
 * bars of five minutes that were touched at least twice.
 *
 * Readings: closes are those of minute bars, and all of this session: a gap over a level is no break of it. The two closes are the first two
 * beyond the level; a retest comes two to six bars after the first one, no deeper than 0.2 ATR, closes beyond the level and in the direction,
 * and no close between lies deeper either. Touches are the swings of one kind within 0.2 ATR of the furthest of them, which is the
 * level. A session extreme weighs like a swing touched once. Of several levels broken by one bar the one with the best score is told.
 * Volume is asked for at the opening range and the previous day only; the score of the other levels counts it too. M is on it. The price is
 * inside a high-volume node when it is in its bin. A low-volume node beyond the level is told in the evidence; 5.6 gives it no number.
 */
export const breakout: PatternDefinition<Name> = {
  id: 'breakout',
  summary: "Closes beyond the previous day's, the opening range's, the session's or a swing's extreme, and stays there",
  category: 'breakout',
  source: 'domain 5.6; levels: Crabel (opening range), Dalton (nodes of the volume profile)',
  priority: 80,
  cooldown_min: 30,
  parameters: {
    beyond_atr_min: { default: 0.1, min: 0, max: 5, doc: 'Closes beyond the level, ATR; at least a tick' },
    retest_atr: { default: 0.2, min: 0, max: 5, doc: 'Retest: the bar comes back to within so many ATR of the level' },
    retest_bars: {
      default: 6,
      min: 1,
      max: 60,
      integer: true,
      doc: 'Retest: within so many minute bars of the first close beyond',
    },
    settled_min: { default: 15, min: 1, max: 375, doc: 'Session extreme: without the last so many minutes' },
    touches_min: { default: 2, min: 1, max: 32, integer: true, doc: 'Swing: touches it needs' },
    touch_atr: { default: 0.2, min: 0, max: 5, doc: 'Swing: others of its kind within so many ATR touch it' },
    rv_min: {
      default: 1.2,
      min: 0,
      max: 20,
      doc: 'Relative volume of the bar at the opening range and the previous day, times the factor of the regime',
    },
  },
  create: (numbers) => {
    const levels = new BreakoutLevels(numbers)
    return (view) => {
      levels.update(view)
      const { ask, m1, atr } = view
      if (!ask.is('atr_known', atr > 0)) return undefined
      const margin = marginOf(view, numbers)
      const limits = { margin, retest: numbers.retest_atr * atr, retest_bars: numbers.retest_bars, ask, atr }
      let best: Candidate | undefined
      for (const side of SIDES) {
        ask.side(side)
        if (!ask.below('rsi', rsiFrom(side, view.rsi), view.factors.overbought)) continue
        const prices = levels.prices(side)
        const reach = reachOf(side, m1)
        let is_reached = false
        for (let n = prices.length - 1; n >= 0; n--) {
          if (!isReached(side * (prices[n] as number), reach, limits)) continue
          is_reached = true
          const found = claimAt(n, side, view, { levels, limits, numbers })
          if (found !== undefined && found.score >= (best?.score ?? 0)) best = found
        }
        if (!is_reached) ask.no('level_broken_now')
      }
      return best
    }
  },
}

/** How far beyond a level a close must lie. */
const marginOf = ({ tick, atr }: PatternView, { beyond_atr_min }: Numbers): number => Math.max(tick, beyond_atr_min * atr)

interface Tools {
  readonly levels: BreakoutLevels
  readonly limits: BreakLimits & Told
  readonly numbers: Numbers
}

/** A claim about level `n`, if the newest bar has broken it. */
function claimAt(n: number, side: Side, view: PatternView, { levels, limits, numbers }: Tools): Candidate | undefined {
  const { ask, m1, atr } = view
  const price = levels.prices(side)[n] as number
  ask.about(levels.typeOf(n), price)
  const broken = breakAt(price, side, m1, limits)
  if (broken === undefined) return undefined
  const level = levels.level(n, side, { ask, atr })
  return level && claimOf(level, broken, side, view, numbers)
}

function claimOf(level: BreakoutLevel, broken: Break, side: Side, view: PatternView, numbers: Numbers): Candidate | undefined {
  const { ask, bar, atr, rv, factors } = view
  const { price, type, touches, weight } = level
  const threshold = numbers.rv_min * factors.volume
  const asks_volume = type === 'opening_range' || type === 'previous_day'
  if (asks_volume && !ask.atLeast('rv', rv, threshold)) return undefined
  if (!ask.holds()) return undefined
  const beyond = (side * (bar.close - price)) / atr
  const { value, missing } = ask.score([
    ['level', 0.3, weight],
    ['distance', 0.25, beyond, 0.1, 0.8],
    ['rv', 0.25, rv, threshold, 2.5 * threshold],
    ['retest', 0.2, Number(broken.is_retest)],
  ])
  const { high, low } = view.profile.nodes()
  const is_blocked = high.some((node) => isAhead(node, side, bar.close, { bin: view.profile.bin, reach: ATR_NODE * atr }))
  return {
    direction: directionOf(side),
    subtype: type,
    score: value,
    missing,
    level: price,
    entry: bar.close,
    stop: price - side * ATR_STOP * atr,
    targets: [bar.close + side * ATR_TARGET * atr],
    invalidation: price - side * ATR_INVALID * atr,
    ...(is_blocked ? { multipliers: { high_volume_node: NODE_FACTOR } } : {}),
    evidence: {
      level_type: type,
      level_weight: weight,
      touches,
      beyond_atr: beyond,
      beyond_atr_min: marginOf(view, numbers) / atr,
      confirmed_by: broken.is_retest ? 'retest' : 'two_closes',
      bars_since_break: broken.bars,
      rv,
      ...(asks_volume ? { rv_min: threshold } : {}),
      rsi: view.rsi,
      rsi_before: rsiFrom(side, factors.overbought),
      high_volume_node_ahead: is_blocked,
      low_volume_node_ahead: low.some((node) => side * (node - price) > 0),
    },
  }
}

/** The node holds the price, or lies within reach ahead of it. */
function isAhead(node: number, side: Side, price: number, { bin, reach }: { bin: number; reach: number }): boolean {
  const away = side * (node - price)
  return away >= -bin / 2 && away <= reach
}
