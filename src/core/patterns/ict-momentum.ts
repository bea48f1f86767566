import type { Asking } from './asking.js'
import {
  GAP_PARAMETERS,
  gapAt,
  inKillzone,
  inRupees,
  isWide,
  poolsBeyond,
  poolsOf,
  STRUCTURE_MS,
  type StructureBreak,
  StructureClock,
  structureBreakOf,
  structureRv,
  structureTargets,
} from './ict/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, type Side } from './side.js'
import type { PatternView } from './view.js'

const CHOCH_TERM = 0.6

type Numbers = 'body_atr_min' | 'move_pct_min' | 'rv_min' | 'gap_atr_min' | 'gap_ticks_min'

/** What makes a bar one that displaces. */
interface Strength {
  readonly body_atr: number
  /** Upwards positive. */
  readonly move_pct: number
  readonly rv: number
  /** Threshold at that time. */
  readonly rv_min: number
}

/** A bar that broke structure, waiting for the next one to show whether it left a gap. */
interface Displacement extends Strength {
  readonly found: StructureBreak
  readonly start_ms: number
  /** Middle of its range. */
  readonly middle: number
}

/**
 * A strong bar closes beyond the last confirmed swing and leaves a gap: the market structure has shifted.
 * Reading: all of it on bars of 5 minutes. The bar before has not closed beyond the swing; the move is from its close, the relative volume that of
 * the 5 minutes. The gap must be of the least size of 5.10, and is known when the next bar ends; there the claim is made, about the bar that
 * displaced. Since a gap is asked for, its term tells its size, 0.2 to 0.8 ATR as in 5.10, and not merely that it is there. Swings that tell no
 * trend yet leave that term out.
 */
export const ictMomentum: PatternDefinition<Numbers> = {
  id: 'momentum',
  summary: 'Market structure shift: a strong bar closes beyond the last swing and leaves a gap',
  category: 'ict',
  source: 'domain 5.14 [own]; move of 0.3 % from the public code; BOS and CHoCH as in smart-money-concepts',
  priority: 65,
  cooldown_min: 30,
  needs: ['volume'],
  parameters: {
    body_atr_min: { default: 1.5, min: 0, max: 10, doc: 'Body of the bar, ATR' },
    move_pct_min: { default: 0.3, min: 0, max: 10, doc: 'Move from the close before, percent' },
    rv_min: { default: 1.5, min: 0, max: 20, doc: 'Relative volume of the bar, times the factor of the regime' },
    gap_atr_min: GAP_PARAMETERS.gap_atr_min,
    gap_ticks_min: GAP_PARAMETERS.gap_ticks_min,
  },
  create(numbers) {
    const clock = new StructureClock()
    let waiting: Displacement | undefined
    return (view) => {
      const { ask } = view
      if (!ask.is('new_bar_5m', clock.isNew(view))) return undefined
      const before = waiting
      waiting = displacementOf(view, numbers)
      if (before !== undefined) return shiftOf(before, view, numbers)
      ask.about('shift')
      return ask.no('displacement_before')
    }
  },
}

function displacementOf(view: PatternView, numbers: Readonly<Record<Numbers, number>>): Displacement | undefined {
  const { ask, m5, atr, factors } = view
  ask.about('displacement')
  const body_atr = m5.body(0) / atr
  if (!(isLarge(body_atr, numbers, ask) && ask.is('complete_bar_5m', m5.isComplete(0)))) return undefined
  if (!ask.is('unbroken', m5.isUnbroken(1, STRUCTURE_MS))) return undefined
  const side = m5.close(0) > m5.open(0) ? 1 : -1
  const found = structureBreakOf(view, side)
  if (found === undefined) return ask.no('close_beyond_swing')
  const move_pct = (100 * (m5.close(0) - m5.close(1))) / m5.close(1)
  const strength = { body_atr, move_pct, rv: structureRv(view, 0), rv_min: numbers.rv_min * factors.volume }
  if (!isStrong(strength, side, numbers, ask)) return undefined
  ask.no('gap_after_it')
  return { ...strength, found, start_ms: m5.start(0), middle: (m5.high(0) + m5.low(0)) / 2 }
}

type Least = Readonly<Record<Numbers, number>>

/** Asked of the bar, and again when the next one makes a claim of it. */
const isLarge = (body_atr: number, { body_atr_min }: Least, ask: Asking): boolean =>
  ask.atLeast('body_atr', body_atr, body_atr_min)

/** Likewise. */
const isStrong = ({ move_pct, rv, rv_min }: Strength, side: Side, { move_pct_min }: Least, ask: Asking): boolean =>
  ask.atLeast('move_pct', side * move_pct, move_pct_min) && ask.atLeast('rv', rv, rv_min)

/** The next bar has come: a claim if there is a gap, and the price is not yet back in the middle of the bar that displaced. */
function shiftOf(before: Displacement, view: PatternView, numbers: Readonly<Record<Numbers, number>>): Candidate | undefined {
  const { found, start_ms, body_atr, move_pct, rv, rv_min, middle } = before
  const { ask, atr, tick, m5 } = view
  const { side, level, kind } = found
  ask.side(side)
  ask.about('shift', level.price)
  const entry = view.bar.close
  if (!(isLarge(body_atr, numbers, ask) && isStrong(before, side, numbers, ask))) return undefined
  const gap = gapAt(m5, 0, STRUCTURE_MS)
  if (gap?.side !== side) return ask.no('gap')
  if (!ask.above('close_beyond_middle_atr', (side * (entry - middle)) / atr, 0)) return undefined
  const size = Math.abs(gap.near - gap.far)
  if (!isWide({ size_atr: size / atr, size_ticks: size / tick }, numbers, ask)) return undefined
  const next = poolsBeyond(poolsOf(view, side), side, entry)[0]
  const { value, missing } = ask.score([
    ['body', 0.35, body_atr, 1.5, 3],
    ['rv', 0.25, rv, rv_min, 2.5 * rv_min],
    ['gap', 0.2, size / atr, 0.2, 0.8],
    ['structure', 0.2, kind === undefined ? Number.NaN : kind === 'bos' ? 1 : CHOCH_TERM],
  ])
  return {
    direction: directionOf(side),
    subtype: kind ?? 'shift',
    score: value,
    missing,
    level: level.price,
    entry,
    stop: middle,
    targets: structureTargets(entry, side, atr, [next?.level ?? Number.NaN]),
    bar_start_ms: start_ms,
    evidence: {
      ...inRupees(view.instrument, { broken_swing: level.price, gap_near: gap.near, gap_far: gap.far }),
      structure: kind ?? 'unknown',
      body_atr,
      body_atr_min: numbers.body_atr_min,
      move_pct,
      move_pct_min: numbers.move_pct_min,
      rv,
      rv_min,
      gap_atr: size / atr,
      gap_atr_min: numbers.gap_atr_min,
      gap_ticks: size / tick,
      gap_ticks_min: numbers.gap_ticks_min,
      killzone: inKillzone(view)?.name ?? 'none',
    },
  }
}
