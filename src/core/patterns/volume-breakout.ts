import type { Candidate, PatternDefinition } from './pattern.js'
import { ahead, directionOf, furthestBack, furthestFront, SIDES, type Side } from './side.js'
import type { PatternView } from './view.js'

const FIVE_MINUTES_MS = 300_000
/** Stop: so far behind the level, but no further than this from the entry. */
const ATR_STOP_BEHIND_LEVEL = 0.5
const ATR_STOP = 1
const ATR_TARGET = 2.5
const ATR_INVALID = 0.25

type Name = 'bars' | 'beyond_atr_min' | 'move_pct_min' | 'rv_min' | 'one_close_atr_min'

/**
 * A close beyond the Donchian channel of the bars of five minutes before it, on volume, that lasts.
 *
 * Readings: everything is measured on the bar of five minutes that has just closed, the volume too (its five minutes against the usual five).
 * "Persistence of five minutes" is either the close of the bar before beyond the same level, which is then that of the bars before both, or one
 * close that goes further. The narrower of the two stops is taken.
 */
export const volumeBreakout: PatternDefinition<Name> = {
  id: 'volume_breakout',
  summary: 'Closes beyond the highs (or lows) of 20 bars of five minutes, with volume',
  category: 'breakout',
  source: 'domain 5.2; volume ratio 1.8 and move 0.3 % from the public code; channel: Donchian',
  priority: 80,
  cooldown_min: 30,
  needs: ['volume'],
  parameters: {
    bars: { default: 20, min: 2, max: 200, integer: true, doc: 'Bars of five minutes that make the level' },
    beyond_atr_min: { default: 0.1, min: 0, max: 5, doc: 'Close beyond the level, more than so many ATR' },
    move_pct_min: { default: 0.3, min: 0, max: 10, doc: 'Move of the close over the five minutes, percent' },
    rv_min: { default: 1.8, min: 1, max: 20, doc: 'Relative volume of the five minutes, times the factor of the regime' },
    one_close_atr_min: { default: 0.5, min: 0, max: 5, doc: 'One close is enough when it lies so many ATR beyond; else two' },
  },
  create: (parameters) => (view) => {
    const { ask, m5 } = view
    if (!ask.is('new_bar_5m', m5.start(0) + FIVE_MINUTES_MS === view.now_ms)) return undefined
    if (!ask.is('complete_bar_5m', m5.isComplete(0))) return undefined
    for (const side of SIDES) {
      ask.side(side)
      const found = breakoutTo(side, view, parameters)
      if (found !== undefined) return found
    }
    return undefined
  },
}

function breakoutTo(side: Side, view: PatternView, parameters: Readonly<Record<Name, number>>): Candidate | undefined {
  const { ask, m5, atr, bar } = view
  const { bars, beyond_atr_min, move_pct_min, one_close_atr_min } = parameters
  const move =
    m5.isToday(1) && m5.isUnbroken(1, FIVE_MINUTES_MS) ? (100 * side * (m5.close(0) - m5.close(1))) / m5.close(1) : Number.NaN
  if (!ask.atLeast('move_pct', move, move_pct_min)) return undefined
  const { closes, level } = persistence(side, view, bars, one_close_atr_min)
  const beyond = (side * (m5.close(0) - level)) / atr
  if (!(ask.is('closes_beyond', closes > 0) && ask.above('beyond_atr', beyond, beyond_atr_min))) return undefined
  const rv = view.relativeVolume(5)
  const threshold = parameters.rv_min * view.factors.volume
  if (!(ask.atLeast('rv_5m', rv, threshold) && ask.holds())) return undefined
  const width = (side * (level - furthestBack(m5, side, bars, closes))) / atr
  const { value, missing } = ask.score([
    ['beyond', 0.35, beyond, 0.1, 0.8],
    ['rv', 0.35, rv, threshold, 2.5 * threshold],
    ['compression', 0.15, width, 8, 3],
    ['trend', 0.15, trendOf(side, view)],
  ])
  return {
    direction: directionOf(side),
    score: value,
    missing,
    level,
    entry: bar.close,
    stop: ahead(side, level - side * ATR_STOP_BEHIND_LEVEL * atr, bar.close - side * ATR_STOP * atr),
    targets: [bar.close + side * ATR_TARGET * atr],
    invalidation: level - side * ATR_INVALID * atr,
    evidence: {
      beyond_atr: beyond,
      beyond_atr_min,
      move_pct: side * move,
      move_pct_min,
      rv_5m: rv,
      rv_min: threshold,
      closes_beyond: closes,
      one_close_atr_min,
      range_atr: width,
    },
  }
}

/** One close far beyond the level, else two beyond that of the bars before both; no close and a level of NaN when neither. */
function persistence(side: Side, { ask, m5, atr }: PatternView, bars: number, one_close_atr_min: number) {
  const one = furthestFront(m5, side, bars, 1)
  ask.parts('closes_beyond')
  if (ask.atLeast('one_close_atr', (side * (m5.close(0) - one)) / atr, one_close_atr_min)) return { closes: 1, level: one }
  const two = furthestFront(m5, side, bars, 2)
  if (ask.above('close_before_atr', (side * (m5.close(1) - two)) / atr, 0)) return { closes: 2, level: two }
  return { closes: 0, level: Number.NaN }
}

const trendOf = (side: Side, { ema9, ema21 }: PatternView): number =>
  Number.isNaN(ema21) ? Number.NaN : Number(side * (ema9 - ema21) > 0)
