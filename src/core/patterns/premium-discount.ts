import {
  type DealingRange,
  dealingRangeOf,
  equilibriumOf,
  inRupees,
  lowOf,
  placeIn,
  StructureClock,
  structureBar,
  structureRv,
} from './ict/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, type Side } from './side.js'
import type { PatternView } from './view.js'

const STOP_ATR = 0.25

type Numbers = 'discount_max' | 'clv_min' | 'reversal_bars' | 'range' | 'vwap_near_atr' | 'vwap_far_atr'

/** A visit to the cheap part of a range, as a side sees it. */
interface Visit {
  readonly range: DealingRange
  /** Where the zone ends: 0 is the edge of the range that the side buys at. */
  readonly limit: number
  /** Bar at which the visit began. */
  readonly since: number
}

/**
 * Bought cheap and sold dear within the dealing range, with the trend.
 * Reading: told by bars of 5 minutes. A visit begins with the bar whose low comes into the zone after one that stayed out; within `reversal_bars` a
 * bar must close inside the zone with the close location asked for. One claim for each visit. Alignment with the trend is asked for, so its term
 * is always full: the bare trigger is at 0.695. `range` 1: the zone of the public code, `vwap_near_atr` to `vwap_far_atr` away from VWAP.
 */
export const premiumDiscount: PatternDefinition<Numbers> = {
  id: 'premium_discount',
  summary: 'A turn in the cheap quarter of the dealing range with the trend, or in the dear one',
  category: 'ict',
  source: 'domain 5.12 [own]; zones around VWAP from the public code',
  priority: 65,
  cooldown_min: 30,
  parameters: {
    discount_max: {
      default: 0.25,
      min: 0.05,
      max: 0.5,
      doc: 'Place in the range up to which prices are cheap; dear from 1 - it',
    },
    clv_min: { default: 0.4, min: -1, max: 1, doc: 'Close location of the bar in the direction of the trade' },
    reversal_bars: {
      default: 3,
      min: 1,
      max: 12,
      integer: true,
      doc: 'Bars of 5 minutes, from the one that enters the zone, within which one must turn',
    },
    range: { default: 0, min: 0, max: 1, integer: true, doc: '0: swings of 15 minutes (else the session). 1: around VWAP' },
    vwap_near_atr: { default: 0.5, min: 0, max: 10, doc: 'Where the zones around VWAP begin, ATR' },
    vwap_far_atr: { default: 2, min: 0.1, max: 20, doc: 'Where they end, ATR' },
  },
  create(numbers) {
    const clock = new StructureClock()
    const told = new Map<Side, number>()
    return (view) => {
      const { ask, m5, trend_15m: side } = view
      if (!ask.is('new_bar_5m', clock.isNew(view))) return undefined
      if (side === 0) return ask.no('trend_15m')
      ask.side(side)
      if (!(ask.atLeast('clv', side * m5.clv(0), numbers.clv_min) && ask.is('complete_bar_5m', m5.isComplete(0))))
        return undefined
      const visit = visitOf(view, side, numbers)
      if (visit === undefined || !ask.is('not_told_before', told.get(side) !== visit.since)) return undefined
      told.set(side, visit.since)
      return candidateOf(visit, view, side, numbers)
    }
  },
}

function visitOf(view: PatternView, side: Side, numbers: Readonly<Record<Numbers, number>>): Visit | undefined {
  const { ask, m5 } = view
  const { range, limit } = zoneOf(view, m5.close(0), numbers)
  if (range === undefined) return ask.no('range')
  if (!ask.atMost('range_place', cheapness(range, side, m5.close(0)), limit)) return undefined
  let bars = 0
  while (bars <= numbers.reversal_bars && m5.isToday(bars) && cheapness(range, side, side * lowOf(m5, bars, side)) <= limit)
    bars++
  if (!(ask.atLeast('visit_bars', bars, 1) && ask.atMost('visit_bars', bars, numbers.reversal_bars))) return undefined
  if (!ask.is('entered_today', m5.isToday(bars))) return undefined
  return { range, limit, since: structureBar(view) - bars + 1 }
}

/** The range of the moment and the part of it that is cheap. */
function zoneOf(
  view: PatternView,
  price: number,
  { range, discount_max, vwap_near_atr, vwap_far_atr }: Readonly<Record<Numbers, number>>,
): { range: DealingRange | undefined; limit: number } {
  if (range < 0.5) return { range: dealingRangeOf(view, price), limit: discount_max }
  const { vwap, atr } = view
  const around: DealingRange = { low: vwap - vwap_far_atr * atr, high: vwap + vwap_far_atr * atr, source: 'vwap' }
  const is_inside = price >= around.low && price <= around.high
  return { range: is_inside ? around : undefined, limit: 0.5 - (0.5 * vwap_near_atr) / vwap_far_atr }
}

/** 0 at the edge that the side buys at, 0.5 at the equilibrium. */
function cheapness(range: DealingRange, side: Side, price: number): number {
  const place = placeIn(range, price)
  return side > 0 ? place : 1 - place
}

function candidateOf(
  { range, limit, since }: Visit,
  view: PatternView,
  side: Side,
  numbers: Readonly<Record<Numbers, number>>,
): Candidate {
  const { ask, atr, m5, trend_15m } = view
  const entry = m5.close(0)
  const place = placeIn(range, entry)
  const clv = side * m5.clv(0)
  const rv = structureRv(view, 0)
  const edge = side > 0 ? range.low : range.high
  const { value, missing } = ask.score([
    ['range_place', 0.35, Math.abs(place - 0.5), 0.25, 0.5],
    ['trend', 0.25, trend_15m === side ? 1 : 0],
    ['clv', 0.2, clv, 0.4, 0.9],
    ['rv', 0.2, rv, 1, 2],
  ])
  return {
    direction: directionOf(side),
    subtype: side > 0 ? 'discount' : 'premium',
    score: value,
    missing,
    level: edge,
    entry,
    stop: edge - side * STOP_ATR * atr,
    targets: [equilibriumOf(range)],
    invalidation: edge,
    bar_start_ms: m5.start(0),
    evidence: {
      range: range.source,
      ...inRupees(view.instrument, { range_low: range.low, range_high: range.high }),
      range_place: place,
      range_place_limit: side > 0 ? limit : 1 - limit,
      visit_bars: structureBar(view) - since + 1,
      reversal_bars: numbers.reversal_bars,
      clv,
      clv_min: numbers.clv_min,
      trend_15m,
      rv,
    },
  }
}
