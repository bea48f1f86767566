import type { BarSeries } from './bar-series.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, furthestFront, rsiFrom, type Side, targetsAhead } from './side.js'
import type { Swing, Swings } from './swings.js'
import type { PatternView } from './view.js'

const ATR_STOP = 0.25
const ATR_TARGET = 2
/** A rally without volume is told, but is no reason to trade by itself. */
const WEAK_CONFIDENCE_MAX = 0.8
/** Minutes of a weak rally. */
const WEAK_BARS = 5

type Name =
  | 'bars'
  | 'swing_atr_min'
  | 'leg_volume_max'
  | 'weak_move_pct_min'
  | 'weak_rv_max'
  | 'effort_rv_min'
  | 'effort_move_atr_max'
  | 'edge_bars'
  | 'edge_share'
type Numbers = Readonly<Record<Name, number>>

/**
 * The price goes one way and the volume does not follow. Three subtypes, told in this order when a bar shows several:
 *
 * `divergence`: a higher swing high with less cumulative volume delta than at the one before, reached on less volume. Told at the minute that
 * confirms the second swing. `effort_without_result`: much volume that moves nothing at the edge of the range. `weak_rally`: a move of five
 * minutes without volume.
 *
 * Readings: swings are those of bars of a minute; a leg begins after the latest contrary swing before its end, and the first swing is the latest
 * one before the second leg; all of it lies in the last 40 bars and in this session, as delta begins anew each day. Where
 * there is no delta OBV of the session stands in. The volume of a weak rally is that of its five minutes. The edge is the outer tenth of the
 * range of 20 bars, the newest among them. RSI divergence is 1 when RSI 14 was less extreme at the second swing, else 0.
 */
export const volumePriceDivergence: PatternDefinition<Name> = {
  id: 'volume_price_divergence',
  summary: 'The price goes one way and the volume does not follow',
  category: 'volume',
  source: 'domain 5.3; move 0.5 % and volume ratio 0.8 of the weak rally from the public code',
  priority: 60,
  cooldown_min: 30,
  needs: ['volume'],
  parameters: {
    bars: {
      default: 40,
      min: 10,
      max: 375,
      integer: true,
      doc: 'Minute bars there must be, and in which both swings and their legs lie',
    },
    swing_atr_min: { default: 0.2, min: 0, max: 10, doc: 'The second swing lies so many ATR beyond the first' },
    leg_volume_max: { default: 0.8, min: 0, max: 2, doc: 'Relative volume of the second leg in those of the first' },
    weak_move_pct_min: {
      default: 0.5,
      min: 0,
      max: 20,
      doc: 'Weak rally: move over five bars above it, percent, times the factor of the regime',
    },
    weak_rv_max: { default: 0.8, min: 0, max: 5, doc: 'Weak rally: relative volume of the five minutes below it' },
    effort_rv_min: { default: 1.5, min: 0, max: 20, doc: 'Effort: relative volume of the bar, times the factor of the regime' },
    effort_move_atr_max: { default: 0.1, min: 0, max: 5, doc: 'Effort: move of the bar in ATR of five minutes' },
    edge_bars: { default: 20, min: 2, max: 375, integer: true, doc: 'Effort: minute bars of the range' },
    edge_share: { default: 0.1, min: 0, max: 0.5, doc: 'Effort: close within this part of the range from its edge' },
  },
  create: (numbers) => (view) => {
    if (!view.ask.atLeast('bars', view.m1.count, numbers.bars)) return undefined
    return divergence(1, view, numbers) ?? divergence(-1, view, numbers) ?? effort(view, numbers) ?? weakMove(view, numbers)
  },
}

/** A rise (`trend` 1) that sells, or a fall that buys. */
const against = (trend: Side): Side => (trend > 0 ? -1 : 1)

function divergence(trend: Side, view: PatternView, numbers: Numbers): Candidate | undefined {
  const { ask, m1, swings_1m } = view
  const second = swings_1m.last(trend > 0 ? 'high' : 'low')
  ask.about(trend > 0 ? 'divergence_of_highs' : 'divergence_of_lows', second?.price)
  if (second === undefined) return ask.no('second_swing')
  if (!ask.is('swing_confirmed_now', second.confirmed_bar === m1.count - 1)) return undefined
  const legs = legsTo(second, swings_1m)
  if (legs === undefined) return ask.no('first_swing')
  const { begin, first, between } = legs
  if (!ask.is('legs_recent', begin.bar >= Math.max(m1.count - numbers.bars, m1.session_from))) return undefined
  const rise = (trend * (second.price - first.price)) / view.atr
  if (!ask.atLeast('swing_atr', rise, numbers.swing_atr_min)) return undefined
  const leg_volume = meanRv(m1, between.bar, second.bar) / meanRv(m1, begin.bar, first.bar)
  if (!ask.atMost('leg_volume', leg_volume, numbers.leg_volume_max)) return undefined
  const flow = flowAt(m1, first, second)
  const flow_change = flow.second - flow.first
  if (!(ask.below('flow_change', trend * flow_change, 0) && ask.holds())) return undefined
  const rsi_change = rsiFrom(trend, rsiAt(m1, second)) - rsiFrom(trend, rsiAt(m1, first))
  const { value, missing } = ask.score([
    ['swing', 0.4, rise, 0.2, 1],
    ['flow', 0.4, Math.abs(flow_change) / Math.abs(flow.first), 0, 0.5],
    ['rsi', 0.2, Number.isNaN(rsi_change) ? Number.NaN : Number(rsi_change < 0)],
  ])
  return {
    ...claim(trend, view, second.price, [view.vwap, between.price]),
    subtype: 'divergence',
    score: value,
    missing,
    evidence: {
      swing_atr: rise,
      swing_atr_min: numbers.swing_atr_min,
      leg_volume,
      leg_volume_max: numbers.leg_volume_max,
      flow: flow.source,
      flow_first: flow.first,
      flow_second: flow.second,
      rsi_first: rsiAt(m1, first),
      rsi_second: rsiAt(m1, second),
      first_swing_ms: first.at_ms,
      second_swing_ms: second.at_ms,
    },
  }
}

function effort(view: PatternView, numbers: Numbers): Candidate | undefined {
  const { ask, m1, rv, bar } = view
  const { effort_rv_min, effort_move_atr_max, edge_bars, edge_share } = numbers
  ask.about('effort_without_result')
  const threshold = effort_rv_min * view.factors.volume
  if (!ask.atLeast('rv', rv, threshold)) return undefined
  const move = Math.abs(view.r(1)) / view.atr_pct
  if (!ask.atMost('move_atr', move, effort_move_atr_max)) return undefined
  const [high, low] = [m1.highest(edge_bars), m1.lowest(edge_bars)]
  const trend: Side = high - bar.close < bar.close - low ? 1 : -1
  const edge = trend > 0 ? high : low
  const from_edge = (trend * (edge - bar.close)) / (high - low)
  if (!(ask.atMost('from_edge_share', from_edge, edge_share) && ask.holds())) return undefined
  const { value, missing } = ask.score([
    ['rv', 0.6, rv, threshold, 2 * threshold],
    ['move', 0.4, move, 0.1, 0],
  ])
  return {
    ...claim(trend, view, edge, [view.vwap]),
    subtype: 'effort_without_result',
    score: value,
    missing,
    evidence: {
      rv,
      rv_min: threshold,
      move_atr: move,
      move_atr_max: effort_move_atr_max,
      from_edge_share: from_edge,
      from_edge_share_max: edge_share,
    },
  }
}

function weakMove(view: PatternView, { weak_move_pct_min, weak_rv_max }: Numbers): Candidate | undefined {
  const { ask } = view
  ask.about('weak_rally')
  const move = view.r(WEAK_BARS)
  const move_min = weak_move_pct_min * view.factors.move
  if (!ask.above('move_pct', Math.abs(move), move_min)) return undefined
  const rv = view.relativeVolume(WEAK_BARS)
  if (!ask.below('rv_5m', rv, weak_rv_max)) return undefined
  const trend: Side = move > 0 ? 1 : -1
  const { value, missing } = ask.score([
    ['move', 0.6, Math.abs(move) / move_min, 1, 2],
    ['rv', 0.4, 0.8 - rv, 0, 0.4],
  ])
  return {
    ...claim(trend, view, furthestFront(view.m1, trend, WEAK_BARS), [view.vwap]),
    subtype: 'weak_rally',
    score: value,
    missing,
    confidence_max: WEAK_CONFIDENCE_MAX,
    evidence: { move_pct: move, move_pct_above: move_min, rv_5m: rv, rv_below: weak_rv_max },
  }
}

/** What the subtypes have in common: against the trend, stop beyond its furthest price. */
function claim(trend: Side, { bar, atr }: PatternView, extreme: number, targets: readonly number[]) {
  const side = against(trend)
  const stop = extreme + trend * ATR_STOP * atr
  return {
    direction: directionOf(side),
    level: extreme,
    entry: bar.close,
    stop,
    targets: targetsAhead(side, bar.close, targets, bar.close + side * ATR_TARGET * atr),
    invalidation: extreme,
  }
}

interface Legs {
  /** Where the first leg begins. */
  readonly begin: Swing
  readonly first: Swing
  /** Where the second leg begins. */
  readonly between: Swing
}

/** The two legs that end at `first` and `second`; undefined when not enough swings are known. */
function legsTo(second: Swing, { all }: Swings): Legs | undefined {
  const contrary = second.kind === 'high' ? 'low' : 'high'
  const between = lastBefore(second, contrary, all)
  const first = between && lastBefore(between, second.kind, all)
  const begin = first && lastBefore(first, contrary, all)
  return begin && { begin, first, between }
}

const lastBefore = ({ bar }: Swing, kind: Swing['kind'], all: readonly Swing[]): Swing | undefined =>
  all.findLast((swing) => swing.kind === kind && swing.bar < bar)

/** Mean relative volume of the bars after number `from` up to number `to`. */
function meanRv(m1: BarSeries, from: number, to: number): number {
  let sum = 0
  for (let bar = from + 1; bar <= to; bar++) sum += m1.rv(m1.count - 1 - bar)
  return sum / (to - from)
}

const rsiAt = (m1: BarSeries, { bar }: Swing): number => m1.rsi(m1.count - 1 - bar)

/** Cumulative delta of the session at both swings; on-balance volume where one of them is not known. */
function flowAt(m1: BarSeries, first: Swing, second: Swing): { source: 'cvd' | 'obv'; first: number; second: number } {
  if (!Number.isNaN(first.cvd + second.cvd)) return { source: 'cvd', first: first.cvd, second: second.cvd }
  return { source: 'obv', first: onBalanceVolume(m1, first.bar), second: onBalanceVolume(m1, second.bar) }
}

/** From the first bar of the session, whose volume counts as bought, to bar number `to`. */
function onBalanceVolume(m1: BarSeries, to: number): number {
  const ago = (bar: number): number => m1.count - 1 - bar
  let sum = m1.volume(ago(m1.session_from))
  for (let bar = m1.session_from + 1; bar <= to; bar++)
    sum += Math.sign(m1.close(ago(bar)) - m1.close(ago(bar - 1))) * m1.volume(ago(bar))
  return sum
}
