import { PublicMomentum } from './momentum-engine-v0.js'
import type { Candidate, Detector, PatternDefinition } from './pattern.js'
import { ahead, back, directionOf, front, furthestFront, SIDES, type Side } from './side.js'
import type { PatternView } from './view.js'

const MINUTE_MS = 60_000
const ROLL_BARS = 20
const ROLL_BARS_MIN = 10
const NEW_HIGH_BARS = 3
const ATR_STOP = 0.1
const TARGET_R = 2
/** Bars for which the entry order is good. */
const ENTRY_BARS = 3

type Name = 'mode' | 'short' | 'extreme_pct_max' | 'rv_min' | 'after_min' | 'again_min'
type Numbers = Readonly<Record<Name, number>>

/**
 * The price is above VWAP, near the high of the day, on volume. Two modes: `0` is the public engine, see `PublicMomentum`; `1` is ours, with VWAP
 * of the trades, volume against the time of day, a bar that did not fall, and one signal in 15 minutes.
 *
 * Readings of mode 1: relative volume is the larger of the one by time of day and the one against the mean of the 20 bars before, today, at
 * least 10; M is on its threshold. "Not before 09:30" is 15 minutes after the open of the segment. The mirror image, near the low of the day and
 * below VWAP, is asked for by `short`. The 15 minutes hold for both sides together.
 */
export const momentumEngine: PatternDefinition<Name> = {
  id: 'momentum_engine',
  summary: 'Above VWAP, near the high of the day, on twice the usual volume',
  category: 'momentum',
  source: 'domain 9; conditions, 0.5 % and volume ratio 2 from the public momentum engine',
  priority: 50,
  cooldown_min: 15,
  needs: ['volume'],
  parameters: {
    mode: {
      default: 1,
      min: 0,
      max: 1,
      integer: true,
      doc: '0: the public engine as it is, with its own confidence of 1; 1: ours',
    },
    short: { default: 0, min: 0, max: 1, integer: true, doc: 'Mode 1: 1 looks for the mirror image too' },
    extreme_pct_max: { default: 0.5, min: 0.01, max: 20, doc: 'Close below the high of the day by so much, percent' },
    rv_min: { default: 2, min: 0, max: 20, doc: 'Relative volume of the bar; in mode 1 times the factor of the regime' },
    after_min: { default: 15, min: 0, max: 375, doc: 'Mode 1: minutes after the open' },
    again_min: { default: 15, min: 0, max: 375, doc: 'Mode 1: minutes from one signal to the next' },
  },
  create: (numbers) => (numbers.mode === 0 ? publicEngine(numbers) : ownEngine(numbers)),
}

function publicEngine({ extreme_pct_max, rv_min }: Numbers): Detector {
  const engine = new PublicMomentum({ hod_pct_max: extreme_pct_max, rv_min })
  return (view) => {
    const signal = engine.update(view)
    if (signal === undefined) return undefined
    const { price_divisor } = view.instrument
    return {
      direction: 'BUY',
      subtype: 'v0',
      action: 'BUY_STOP_LIMIT',
      score: signal.dashboard / 100,
      confidence: signal.confidence,
      level: view.session_high,
      entry: view.bar.high,
      stop: signal.vwap * price_divisor,
      evidence: {
        confidence_by: 'public v0: min(1, rvol / (2 x rv_min) + 0.5)',
        above_vwap_pct: signal.above_vwap_pct,
        above_vwap_pct_above: 0,
        hod_pct: signal.hod_pct,
        hod_pct_max: extreme_pct_max,
        rvol: signal.rvol,
        rvol_min: rv_min,
        dashboard: signal.dashboard,
      },
    }
  }
}

function ownEngine(numbers: Numbers): Detector {
  const sides = numbers.short === 1 ? SIDES : SIDES.slice(0, 1)
  let told_ms = 0
  return (view) => {
    const { now_ms } = view
    const { ask } = view
    if (!ask.atLeast('session_minutes', (now_ms - view.open_ms) / MINUTE_MS, numbers.after_min)) return undefined
    if (told_ms > 0 && !ask.atLeast('minutes_since_signal', (now_ms - told_ms) / MINUTE_MS, numbers.again_min)) return undefined
    for (const side of sides) {
      ask.side(side)
      const found = signalTo(side, view, numbers)
      if (found === undefined) continue
      told_ms = now_ms
      return found
    }
    return undefined
  }
}

function signalTo(side: Side, view: PatternView, { extreme_pct_max, rv_min }: Numbers): Candidate | undefined {
  const { ask, bar, vwap, m1, atr, tick } = view
  const extreme = side > 0 ? view.session_high : view.session_low
  const distance = (100 * side * (extreme - bar.close)) / extreme
  const beyond_vwap_pct = (100 * side * (bar.close - vwap)) / vwap
  const body_pct = (100 * side * (bar.close - bar.open)) / bar.open
  if (!(ask.above('beyond_vwap_pct', beyond_vwap_pct, 0) && ask.atLeast('body_pct', body_pct, 0))) return undefined
  if (!ask.atMost('extreme_pct', distance, extreme_pct_max)) return undefined
  const rv = largerVolume(view)
  const threshold = rv_min * view.factors.volume
  if (!(ask.atLeast('rv', rv, threshold) && ask.holds())) return undefined
  const { value, missing } = ask.score([
    ['rv', 0.35, rv, threshold, 2.5 * threshold],
    ['distance', 0.25, distance, extreme_pct_max, 0],
    ['vwap', 0.2, (side * (bar.close - vwap)) / atr, 0, 1.5],
    ['new_extreme', 0.2, Number(side * (furthestFront(m1, side, NEW_HIGH_BARS) - extreme) >= 0)],
  ])
  const entry = front(m1, side, 0) + side * tick
  const behind_bar = back(m1, side, 0) - side * ATR_STOP * atr
  const stop = ahead(side, vwap, behind_bar)
  return {
    direction: directionOf(side),
    action: side > 0 ? 'BUY_STOP_LIMIT' : 'SELL_STOP_LIMIT',
    score: value,
    missing,
    level: extreme,
    entry,
    stop,
    targets: [entry + TARGET_R * (entry - stop)],
    invalidation: vwap,
    evidence: {
      beyond_vwap_pct,
      beyond_vwap_pct_above: 0,
      extreme_pct: distance,
      extreme_pct_max,
      rv,
      rv_min: threshold,
      body_pct,
      body_pct_min: 0,
      entry_bars: ENTRY_BARS,
    },
  }
}

/** By time of day or against the bars before, whichever says more; one of them is enough. */
function largerVolume({ rv, m1 }: PatternView): number {
  let bars = 0
  let sum = 0
  while (bars < ROLL_BARS && m1.isToday(bars + 1)) sum += m1.volume(++bars)
  const rolling = bars >= ROLL_BARS_MIN && sum > 0 ? m1.volume(0) / (sum / bars) : Number.NaN
  return rolling > rv || Number.isNaN(rv) ? rolling : rv
}
