import type { Candle } from '../market/index.js'
import { type Asking, SILENT } from './asking.js'
import {
  actsFor,
  dealingRangeOf,
  GAP_DEFAULTS,
  type GapBook,
  gapBookOf,
  hasLevelWithin,
  inKillzone,
  inRupees,
  type Leg,
  legOf,
  lowOf,
  placeIn,
  priceAt,
  retracementOf,
  StructureClock,
  structureBar,
} from './ict/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, SIDES, type Side } from './side.js'
import type { PatternView } from './view.js'

const STOP_ATR = 0.1
/** Retracements: the end of the leg, and beyond it. */
const TARGETS = [0, -0.27, -0.62]
const CENTRE = 0.705
const HALF_WIDTH = 0.085

type Numbers = 'leg_atr_min' | 'zone_from' | 'zone_to' | 'clv_min' | 'age_max_bars'

/**
 * The price takes back the right part of a leg that broke structure, and turns.
 * Reading: the leg is one of bars of 5 minutes, both of its swings confirmed in this session; it stands until a newer one of its side is found,
 * it is older than `age_max_bars`, or the price trades beyond either end (then its ends are elsewhere). The bar that enters the zone and closes
 * back is a minute bar; a leg is told once. Confluence: a gap that acts for the side (not filled; or a contrary one, inverted) overlaps the zone, or a
 * pool lies in it, swept or not: the leg has gone through all there was between its ends. The place in the dealing range (5.12) is told, it has no weight.
 */
export const optimalTradeEntry: PatternDefinition<Numbers> = {
  id: 'optimal_trade_entry',
  summary: 'A pullback into 62-79 % of a leg that broke structure, with a turn',
  category: 'ict',
  source: 'domain 5.11; the public code has a zone of 0.618-0.786',
  priority: 65,
  cooldown_min: 30,
  parameters: {
    leg_atr_min: { default: 2, min: 0.1, max: 20, doc: 'Length of the leg, ATR' },
    zone_from: {
      default: 0.62,
      min: 0,
      max: 1,
      doc: 'Retracement at which the zone begins; 0 is the end of the leg, 1 its origin',
    },
    zone_to: { default: 0.79, min: 0, max: 1, doc: 'Retracement at which it ends; the close must not be deeper' },
    clv_min: { default: 0.2, min: -1, max: 1, doc: 'Close location of the bar in the direction of the leg' },
    age_max_bars: { default: 40, min: 1, max: 200, integer: true, doc: 'Bars of 5 minutes since the end of the leg' },
  },
  create(numbers) {
    const clock = new StructureClock()
    let gaps: GapBook | undefined
    const watches: readonly Watch[] = SIDES.map((side) => ({ side, leg: undefined, leg_atr: Number.NaN, ended_at: -1 }))
    return (view) => {
      gaps ??= gapBookOf(view, GAP_DEFAULTS)
      gaps.update(view)
      if (clock.isNew(view)) for (const watch of watches) renew(watch, view, numbers)
      let told: Candidate | undefined
      for (const watch of watches) {
        const { leg } = watch
        view.ask.side(watch.side)
        if (leg === undefined) {
          view.ask.no('leg')
          continue
        }
        const is_entry = told === undefined && isEntry(watch, leg, view, numbers)
        if (is_entry || isOver(leg, view)) watch.leg = undefined
        if (is_entry) told = candidateOf(leg, view, numbers, confluencesOf(leg, view, numbers, gaps))
      }
      return told
    }
  },
}

/** What is waited for on one side. */
interface Watch {
  readonly side: Side
  leg: Leg | undefined
  /** Its length when it was found. */
  leg_atr: number
  /** Number of the bar at which the last leg ended. */
  ended_at: number
}

/** Takes up a leg that is new, and lets go of one that is too old. */
function renew(watch: Watch, view: PatternView, { leg_atr_min, age_max_bars }: Readonly<Record<Numbers, number>>): void {
  const { side } = watch
  const { m5, atr } = view
  const newest = structureBar(view)
  if (watch.leg !== undefined && newest - watch.leg.end.bar > age_max_bars) watch.leg = undefined
  const leg = legOf(view, side)
  if (leg === undefined || leg.end.bar === watch.ended_at) return
  watch.ended_at = leg.end.bar
  watch.leg = undefined
  watch.leg_atr = (side * (leg.end.price - leg.origin.price)) / atr
  if (!isLong(watch, leg_atr_min, SILENT)) return
  for (let ago = newest - leg.end.bar - 1; ago >= 0; ago--) if (lowOf(m5, ago, side) < side * leg.origin.price) return
  watch.leg = leg
}

/** Asked when a leg is found, and again of a claim about it. */
const isLong = ({ leg_atr }: Watch, leg_atr_min: number, ask: Asking): boolean => ask.atLeast('leg_atr', leg_atr, leg_atr_min)

/** Deepest price of a bar, for a leg of a side. */
const deepest = (side: Side, bar: Candle): number => (side > 0 ? bar.low : bar.high)

function isOver({ side, origin, end }: Leg, { bar }: PatternView): boolean {
  const furthest = side > 0 ? bar.high : bar.low
  return side * (deepest(side, bar) - origin.price) < 0 || side * (furthest - end.price) > 0
}

function isEntry(watch: Watch, leg: Leg, view: PatternView, numbers: Readonly<Record<Numbers, number>>): boolean {
  const { side } = leg
  const { ask, bar, m1, m5 } = view
  if (!ask.atLeast('deepest', retracementOf(leg, deepest(side, bar)), numbers.zone_from)) return false
  if (!ask.is('between_ends', !isOver(leg, view))) return false
  if (!ask.atLeast('clv', side * m1.clv(0), numbers.clv_min)) return false
  if (!ask.atMost('retracement', retracementOf(leg, bar.close), numbers.zone_to)) return false
  if (!ask.atMost('age_bars', m5.count - 1 - leg.end.bar, numbers.age_max_bars)) return false
  return isLong(watch, numbers.leg_atr_min, ask) && ask.holds()
}

function confluencesOf(
  leg: Leg,
  view: PatternView,
  { zone_from, zone_to }: Readonly<Record<Numbers, number>>,
  { gaps }: GapBook,
): string[] {
  const { side } = leg
  const edges = [priceAt(leg, zone_from), priceAt(leg, zone_to)]
  const low = Math.min(...edges)
  const high = Math.max(...edges)
  const found: string[] = []
  if (gaps.some((gap) => actsFor(gap) === side && Math.max(gap.near, gap.far) >= low && Math.min(gap.near, gap.far) <= high))
    found.push('fair_value_gap')
  if (hasLevelWithin(view, low, high)) found.push('liquidity_pool')
  return found
}

function candidateOf(
  leg: Leg,
  view: PatternView,
  numbers: Readonly<Record<Numbers, number>>,
  confluences: readonly string[],
): Candidate {
  const { ask, bar, atr, m1, m5, rv } = view
  const { side, origin, end, broken } = leg
  const retracement = retracementOf(leg, bar.close)
  const leg_atr = Math.abs(end.price - origin.price) / atr
  const { value, missing } = ask.score([
    ['retracement', 0.3, Math.max(0, 1 - Math.abs(retracement - CENTRE) / HALF_WIDTH)],
    ['leg', 0.25, leg_atr, 2, 5],
    ['confluence', 0.25, confluences.length > 0 ? 1 : 0],
    ['rv', 0.2, rv, 1, 2],
  ])
  return {
    direction: directionOf(side),
    score: value,
    missing,
    level: priceAt(leg, CENTRE),
    entry: bar.close,
    stop: origin.price - side * STOP_ATR * atr,
    targets: TARGETS.map((target) => priceAt(leg, target)),
    invalidation: origin.price,
    evidence: {
      ...inRupees(view.instrument, { leg_origin: origin.price, leg_end: end.price, broken_swing: broken.price }),
      leg_atr,
      leg_atr_min: numbers.leg_atr_min,
      deepest: retracementOf(leg, deepest(side, bar)),
      zone_from: numbers.zone_from,
      retracement,
      zone_to: numbers.zone_to,
      clv: side * m1.clv(0),
      clv_min: numbers.clv_min,
      age_bars: m5.count - 1 - end.bar,
      age_max_bars: numbers.age_max_bars,
      confluences,
      rv,
      killzone: inKillzone(view)?.name ?? 'none',
      range_place: placeIn(dealingRangeOf(view, bar.close), bar.close),
    },
  }
}
