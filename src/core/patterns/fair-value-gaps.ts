import {
  dealingRangeOf,
  extremeOf,
  GAP_PARAMETERS,
  type GapBook,
  gapBookOf,
  inKillzone,
  inRupees,
  isDisplaced,
  isWide,
  type KeptGap,
  killzoneTerm,
  placeIn,
  structureTargets,
} from './ict/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf } from './side.js'
import type { PatternView } from './view.js'

const STOP_ATR = 0.1
const TARGET_R = 2
/** 5.10: nothing has come back to a gap that is only just made. */
const ON_CREATE_MAX = 0.75
const RV_FROM = 1.5

type Numbers = keyof typeof GAP_PARAMETERS | 'react_bars' | 'on_create'

/**
 * The price comes back to a gap for the first time and turns there.
 * Reading: gaps, their middle bar and their age are those of bars of 5 minutes. The tap is judged by minute bars: the first to trade at the near
 * edge or beyond, or one of the next ones up to `react_bars` in all, must close above its open and above the near edge (bullish), the gap not
 * filled by then. A later return is no first tap. Joined gaps count as one, as long as the elder is untouched. The trend must not be contrary; one
 * that is not known is not. A price on the trade's side of the equilibrium agrees (5.12). The displacement extreme is the furthest price since.
 */
export const fairValueGaps: PatternDefinition<Numbers> = {
  id: 'fair_value_gaps',
  summary: 'The price returns to a gap that a strong move left open, and turns there',
  category: 'ict',
  source: 'domain 5.10; definition of the gap: README of smart-money-concepts, public code; sizes [own]',
  priority: 65,
  cooldown_min: 30,
  parameters: {
    ...GAP_PARAMETERS,
    react_bars: {
      default: 3,
      min: 1,
      max: 15,
      integer: true,
      doc: 'Minute bars from the first tap within which one must close back',
    },
    on_create: {
      default: 0,
      min: 0,
      max: 1,
      integer: true,
      doc: '1: tell gaps when they are made, instead of their first tap; confidence at most 0.75',
    },
  },
  create(numbers) {
    let book: GapBook | undefined
    const told = new Set<KeptGap>()
    const is_on_create = numbers.on_create >= 0.5
    return (view) => {
      book ??= gapBookOf(view, numbers)
      const made = book.update(view)
      const { ask, m1 } = view
      if (is_on_create) {
        if (made === undefined) return ask.no('gap_made_now')
        ask.side(made.side)
        return isGapFine(made, view, numbers) ? onCreate(made, view, numbers) : undefined
      }
      if (book.touched_at <= m1.count - numbers.react_bars) return ask.no('gap_touched')
      let tapped: KeptGap | undefined
      let is_tapped = false
      for (const gap of book.gaps) {
        if (gap.tapped_at === 0 || gap.tapped_at <= m1.count - numbers.react_bars) continue
        is_tapped = true
        if (!isReaction(gap, view, numbers) || !ask.is('not_told_before', !told.has(gap))) continue
        told.add(gap)
        tapped = gap
      }
      if (!is_tapped) return ask.no('first_tap')
      return tapped && onTap(tapped, view, numbers)
    }
  },
}

/** What made it worth keeping, asked again, and that the trend is not contrary. */
function isGapFine(gap: KeptGap, view: PatternView, numbers: Readonly<Record<Numbers, number>>): boolean {
  const { ask, trend_15m, m5 } = view
  if (!(isWide(gap, numbers, ask) && isDisplaced(gap, numbers, ask))) return false
  return ask.atMost('age_bars', m5.count - 1 - gap.bar, numbers.age_max_bars) && ask.is('trend_15m', trend_15m !== -gap.side)
}

function isReaction(gap: KeptGap, view: PatternView, numbers: Readonly<Record<Numbers, number>>): boolean {
  const { side, near, state, tapped_at } = gap
  const { ask, m1, atr } = view
  ask.side(side)
  ask.about('gap', near)
  if (!ask.atMost('tap_bars', m1.count - tapped_at + 1, numbers.react_bars)) return false
  if (!ask.is('not_filled', state !== 'filled' && state !== 'inverted')) return false
  const { open, close } = view.bar
  if (!ask.is('close_in_direction', side * (close - open) > 0)) return false
  return ask.above('close_beyond_edge_atr', (side * (close - near)) / atr, 0) && isGapFine(gap, view, numbers)
}

function onTap(gap: KeptGap, view: PatternView, numbers: Readonly<Record<Numbers, number>>): Candidate {
  return candidateOf(gap, view, numbers, { subtype: 'first_tap', entry: view.bar.close })
}

function onCreate(gap: KeptGap, view: PatternView, numbers: Readonly<Record<Numbers, number>>): Candidate {
  const candidate = candidateOf(gap, view, numbers, { subtype: 'on_create', entry: gap.near })
  return { ...candidate, confidence_max: ON_CREATE_MAX, bar_start_ms: view.m5.start(0) }
}

function candidateOf(
  gap: KeptGap,
  view: PatternView,
  { gap_atr_min, gap_ticks_min, body_atr_min, age_max_bars, react_bars }: Readonly<Record<Numbers, number>>,
  { subtype, entry }: { subtype: string; entry: number },
): Candidate {
  const { ask, atr, factors, m1, m5 } = view
  const { side, near, far } = gap
  const place = placeIn(dealingRangeOf(view, entry), entry)
  const stop = far - side * STOP_ATR * atr
  const { value, missing } = ask.score([
    ['gap', 0.3, gap.size_atr, 0.2, 0.8],
    ['displacement', 0.25, gap.body_atr, 1, 2.5],
    ['rv', 0.2, gap.rv, RV_FROM * factors.volume, 3],
    ['killzone', 0.15, killzoneTerm(view)],
    ['range_place', 0.1, Number.isNaN(place) ? place : side * (0.5 - place) > 0 ? 1 : 0],
  ])
  return {
    direction: directionOf(side),
    subtype,
    score: value,
    missing,
    level: near,
    entry,
    stop,
    targets: structureTargets(entry, side, atr, [extremeOf(gap, view), entry + TARGET_R * (entry - stop)]),
    invalidation: far,
    evidence: {
      ...inRupees(view.instrument, { gap_near: near, gap_far: far }),
      gap_atr: gap.size_atr,
      gap_atr_min,
      gap_ticks: gap.size_ticks,
      gap_ticks_min,
      state: gap.state,
      body_atr: gap.body_atr,
      body_atr_min,
      rv: gap.rv,
      age_bars: m5.count - 1 - gap.bar,
      age_max_bars,
      tap_bars: gap.tapped_at > 0 ? m1.count - gap.tapped_at + 1 : 0,
      react_bars,
      trend_15m: view.trend_15m,
      killzone: inKillzone(view)?.name ?? 'none',
      range_place: place,
    },
  }
}
