import type { BarSeries } from './bar-series.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { back, directionOf, front, furthestBack, rsiFrom, SIDES, type Side, targetsAhead } from './side.js'
import type { PatternView } from './view.js'

const ATR_STOP = 0.25
const ATR_TARGET = 2
/** Bars whose cumulative delta tells whether the flow has turned. */
const TURN_BARS = 3

type Name = 'leg_atr_min' | 'leg_bars' | 'end_bars' | 'extreme_bars' | 'vwap_sigmas' | 'rsi_bars' | 'clv_min' | 'rv_min'
type Numbers = Readonly<Record<Name, number>>

/**
 * A long leg to an extreme, exhausted, and a bar that turns it, on volume.
 *
 * Readings: bars are those of a minute. The leg runs from the contrary extreme to the extreme of the last 15 bars, all of this session; it ends
 * in the newest bar or one of the two before it. An extreme is new when it lies beyond all of the 20 bars before it. The reversal bar is either
 * an engulfing one (bodies) or one that closes beyond the end of the bar before it, near its own end. The RSI of the score is the most extreme
 * of the last five bars. Targets are VWAP and the middle of the leg as far as they lie ahead, the nearer first; 2 ATR when neither does.
 */
export const reversal: PatternDefinition<Name> = {
  id: 'reversal',
  summary: 'A long leg to an extreme, exhausted, and a bar on volume that turns it',
  category: 'momentum',
  source: 'domain 5.7; volume ratio 1.6 from the public code; RSI: Wilder',
  priority: 90,
  cooldown_min: 15,
  needs: ['volume'],
  parameters: {
    leg_atr_min: { default: 2, min: 0, max: 20, doc: 'Length of the leg, ATR of five minutes' },
    leg_bars: { default: 15, min: 2, max: 120, integer: true, doc: 'Minute bars in which the leg lies' },
    end_bars: { default: 3, min: 1, max: 15, integer: true, doc: 'It ends within so many bars, the newest among them' },
    extreme_bars: { default: 20, min: 1, max: 375, integer: true, doc: 'It ends beyond so many bars before its end, or' },
    vwap_sigmas: { default: 2, min: 0, max: 10, doc: 'so many deviations beyond VWAP' },
    rsi_bars: { default: 5, min: 1, max: 60, integer: true, doc: 'RSI 14 was overbought (oversold) within so many bars' },
    clv_min: { default: 0.5, min: -1, max: 1, doc: 'Close location of a reversal bar that does not engulf, against the leg' },
    rv_min: { default: 1.6, min: 0, max: 20, doc: 'Relative volume of the reversal bar, times the factor of the regime' },
  },
  create: (numbers) => (view) => {
    const rv_min = numbers.rv_min * view.factors.volume
    if (!view.ask.atLeast('rv', view.rv, rv_min)) return undefined
    for (const side of SIDES) {
      view.ask.side(side)
      const found = reversalTo(side, view, numbers, rv_min)
      if (found !== undefined) return found
    }
    return undefined
  },
}

function reversalTo(side: Side, view: PatternView, numbers: Numbers, rv_min: number): Candidate | undefined {
  const { ask, m1, atr, bar, rv, vwap, factors } = view
  const shape = turningBar(side, view, numbers.clv_min)
  if (!ask.is('shape', shape !== 'none')) return undefined
  const strength = mostOverbought(side, m1, numbers.rsi_bars)
  if (!ask.atLeast('rsi_extreme', strength, factors.overbought)) return undefined
  const { end_ago, begin, end } = legAgainst(side, m1, numbers.leg_bars)
  const leg = (side * (begin - end)) / atr
  if (!(ask.atLeast('leg_atr', leg, numbers.leg_atr_min) && ask.below('bars_since_extreme', end_ago, numbers.end_bars)))
    return undefined
  const beyond_bars = (side * (furthestBack(m1, side, numbers.extreme_bars, end_ago + 1) - end)) / atr
  const sigmas = view.vwap_sigma > 0 ? (side * (vwap - end)) / view.vwap_sigma : Number.NaN
  ask.parts('new_extreme')
  const is_beyond_bars = ask.above('beyond_bars_atr', beyond_bars, 0)
  const is_beyond_vwap = ask.above('vwap_sigmas', sigmas, numbers.vwap_sigmas)
  if (!(ask.is('new_extreme', is_beyond_bars || is_beyond_vwap) && ask.holds())) return undefined
  const { value, missing } = ask.score([
    ['leg', 0.3, leg, 2, 4],
    ['rsi', 0.25, strength - 50, 20, 35],
    ['rv', 0.25, rv, rv_min, 2.5 * rv_min],
    ['cvd_turn', 0.2, turnOfFlow(side, m1), 0, 0.3],
  ])
  return {
    direction: directionOf(side),
    score: value,
    missing,
    level: end,
    entry: bar.close,
    stop: end - side * ATR_STOP * atr,
    targets: targetsAhead(side, bar.close, [vwap, (begin + end) / 2], bar.close + side * ATR_TARGET * atr),
    invalidation: end,
    evidence: {
      leg_atr: leg,
      leg_atr_min: numbers.leg_atr_min,
      bars_since_extreme: end_ago,
      beyond_bars_atr: beyond_bars,
      beyond_bars_atr_above: 0,
      ...(Number.isNaN(sigmas) ? {} : { vwap_sigmas: sigmas, vwap_sigmas_above: numbers.vwap_sigmas }),
      rsi_extreme: rsiFrom(side, 100 - strength),
      rsi_limit: rsiFrom(side, 100 - factors.overbought),
      shape,
      clv: side * m1.clv(0),
      rv,
      rv_min,
    },
  }
}

/** What turns the leg: a body that engulfs the contrary one before it, or a close beyond the bar before at the far end of its own. */
function turningBar(side: Side, { ask, m1 }: PatternView, clv_min: number): 'engulfing' | 'close_beyond' | 'none' {
  const body = side * (m1.close(0) - m1.open(0))
  const body_before = side * (m1.close(1) - m1.open(1))
  const covers = side * (m1.close(1) - m1.open(0)) >= 0 && side * (m1.close(0) - m1.open(1)) >= 0
  ask.parts('shape')
  if (ask.is('engulfing', body_before < 0 && covers && body > -body_before)) return 'engulfing'
  const is_beyond = ask.is('close_beyond', side * (m1.close(0) - front(m1, side, 1)) > 0)
  return is_beyond && ask.atLeast('clv', side * m1.clv(0), clv_min) ? 'close_beyond' : 'none'
}

/** The highest RSI of the last bars as the side of the leg sees it. */
function mostOverbought(side: Side, m1: BarSeries, bars: number): number {
  let most = Number.NaN
  for (let ago = 0; ago < bars; ago++) {
    const rsi = 100 - rsiFrom(side, m1.rsi(ago))
    if (!(rsi <= most)) most = rsi
  }
  return most
}

/** From the furthest front to the furthest back that follows it, among the last `bars` of this session. */
function legAgainst(side: Side, m1: BarSeries, bars: number): { end_ago: number; begin: number; end: number } {
  const count = Math.min(bars, m1.session_count)
  let end_ago = 0
  for (let ago = 1; ago < count; ago++) if (side * (back(m1, side, ago) - back(m1, side, end_ago)) < 0) end_ago = ago
  let begin = front(m1, side, end_ago)
  for (let ago = end_ago + 1; ago < count; ago++) if (side * (front(m1, side, ago) - begin) > 0) begin = front(m1, side, ago)
  return { end_ago, begin, end: back(m1, side, end_ago) }
}

/** Change of cumulative delta against the leg, as a share of what traded. */
function turnOfFlow(side: Side, m1: BarSeries): number {
  if (!m1.isToday(TURN_BARS)) return Number.NaN
  let volume = 0
  for (let ago = 0; ago < TURN_BARS; ago++) volume += m1.volume(ago)
  return (side * (m1.cvd(0) - m1.cvd(TURN_BARS))) / volume
}
