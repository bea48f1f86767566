import {
  dealingRangeOf,
  GAP_PARAMETERS,
  GapBook,
  inKillzone,
  inRupees,
  type KeptGap,
  killzoneTerm,
  placeIn,
  structureTargets,
} from './ict/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { sat, scoreOf } from './score.js'
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
    react_bars: { default: 3, min: 1, max: 15, doc: 'Minute bars from the first tap within which one must close back' },
    on_create: {
      default: 0,
      min: 0,
      max: 1,
      doc: '1: tell gaps when they are made, instead of their first tap; confidence at most 0.75',
    },
  },
  create(numbers) {
    const book = new GapBook(numbers)
    const told = new Set<KeptGap>()
    const is_on_create = numbers.on_create >= 0.5
    return (view) => {
      const made = book.update(view)
      if (is_on_create) return made !== undefined && isTrendFine(view, made) ? onCreate(made, view, numbers) : undefined
      let tapped: KeptGap | undefined
      for (const gap of book.gaps)
        if (gap.tapped_at > view.m1.count - numbers.react_bars && isReaction(gap, view) && !told.has(gap)) {
          told.add(gap)
          tapped = gap
        }
      return tapped && onTap(tapped, view, numbers)
    }
  },
}

const isTrendFine = ({ trend_15m }: PatternView, { side }: KeptGap): boolean => trend_15m !== -side

function isReaction(gap: KeptGap, view: PatternView): boolean {
  const { side, near, state, tapped_at } = gap
  if (tapped_at === 0 || state === 'filled' || state === 'inverted') return false
  const { open, close } = view.bar
  return side * (close - open) > 0 && side * (close - near) > 0 && isTrendFine(view, gap)
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
  const { atr, factors, tick, m1, m5 } = view
  const { side, near, far } = gap
  const place = placeIn(dealingRangeOf(view, entry), entry)
  const stop = far - side * STOP_ATR * atr
  const { value, missing } = scoreOf([
    ['gap', 0.3, sat(gap.size_atr, 0.2, 0.8)],
    ['displacement', 0.25, sat(gap.body_atr, 1, 2.5)],
    ['rv', 0.2, sat(gap.rv, RV_FROM * factors.volume, 3)],
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
    targets: structureTargets(entry, side, atr, [gap.extreme, entry + TARGET_R * (entry - stop)]),
    invalidation: far,
    evidence: {
      ...inRupees(view.instrument, { gap_near: near, gap_far: far }),
      gap_atr: gap.size_atr,
      gap_atr_min,
      gap_ticks: Math.abs(near - far) / tick,
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
