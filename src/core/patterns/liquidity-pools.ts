import {
  dealingRangeOf,
  equilibriumOf,
  inKillzone,
  inRupees,
  killzoneTerm,
  POOL_PARAMETERS,
  type Pool,
  PoolBook,
  placeIn,
  poolsBeyond,
  structureTargets,
} from './ict/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, type Side } from './side.js'
import type { PatternView } from './view.js'

const STOP_ATR = 0.1

type Numbers = keyof typeof POOL_PARAMETERS | 'sweep_atr_max' | 'sweep_bars_max' | 'reject_atr_min' | 'rv_confirming'

/** A pool that is being traded through. */
interface Sweep {
  readonly pool: Pool
  /** `m1.count` at its first bar. */
  readonly from: number
  /** Furthest price so far, as the side of the pool sees it. */
  extreme: number
}

/**
 * Stops behind a level are taken, and the price comes back: the sweep was the end of the move. Direction is that of the rejection (D12).
 * Reading: pools are made on bars of 5 minutes and stand until they are traded through; sweep and rejection are told by minute bars. The wick is
 * measured from the extreme of the whole sweep to the close, the relative volume over the bars of the sweep. More volume than `rv_confirming` is
 * noted and not required: it counts through its term.
 */
export const liquidityPools: PatternDefinition<Numbers> = {
  id: 'liquidity_pools',
  summary: 'Stops beyond equal highs or lows, or beyond levels of the day before, are swept and the price is rejected',
  category: 'ict',
  source: 'domain 5.9 [own]; five sessions and the volume ratio from the public code; direction by rejection, not by place (D12)',
  priority: 65,
  cooldown_min: 30,
  parameters: {
    ...POOL_PARAMETERS,
    sweep_atr_max: { default: 1, min: 0.05, max: 10, doc: 'Furthest a sweep may go beyond the level, ATR' },
    sweep_bars_max: {
      default: 3,
      min: 1,
      max: 15,
      integer: true,
      doc: 'Minute bars from the first beyond the level to the close back inside',
    },
    reject_atr_min: { default: 0.1, min: 0, max: 5, doc: 'How far inside the level the close must be, ATR' },
    rv_confirming: {
      default: 1.8,
      min: 0,
      max: 20,
      doc: 'Relative volume, times the factor of the regime, from which volume confirms',
    },
  },
  create(numbers) {
    const book = new PoolBook(numbers)
    const above: Sweep[] = []
    const below: Sweep[] = []
    return (view) => {
      book.update(view, view.bar.open_time_ms)
      const high = rejectedBy(view, 1, above, book, numbers)
      const low = rejectedBy(view, -1, below, book, numbers)
      const rejected = weightier(high, low)
      return rejected && candidateOf(rejected, view, numbers, book)
    }
  },
}

/** Where both are there, the bar has rejected both sides; the first if they weigh the same. */
function weightier(a: Sweep | undefined, b: Sweep | undefined): Sweep | undefined {
  return a === undefined || (b !== undefined && b.pool.weight > a.pool.weight) ? b : a
}

/** The weightiest pool of a side that the bar rejects. Begins sweeps, carries them on and ends them. */
function rejectedBy(
  view: PatternView,
  side: Side,
  sweeps: Sweep[],
  book: PoolBook,
  numbers: Readonly<Record<Numbers, number>>,
): Sweep | undefined {
  const pools = book.of(side)
  view.ask.side(side > 0 ? -1 : 1)
  if (pools.length === 0 && sweeps.length === 0) return view.ask.no('pool')
  const high = side > 0 ? view.bar.high : -view.bar.low
  for (let pool = crossed(pools, high); pool !== undefined; pool = crossed(pools, high)) {
    book.drop(pool)
    sweeps.push({ pool, from: view.m1.count, extreme: high })
  }
  return sweeps.length === 0 ? view.ask.no('pool_passed') : rejectedOf(sweeps, view, side, high, numbers)
}

/** The outermost pool that a price lies beyond. */
function crossed(pools: readonly Pool[], high: number): Pool | undefined {
  for (const pool of pools) if (high > pool.side * pool.level) return pool
  return undefined
}

/** Takes the bar into the sweeps of a side. */
function rejectedOf(
  sweeps: Sweep[],
  { ask, m1, atr, bar }: PatternView,
  side: Side,
  high: number,
  numbers: Readonly<Record<Numbers, number>>,
): Sweep | undefined {
  let best: Sweep | undefined
  for (let i = sweeps.length - 1; i >= 0; i--) {
    const sweep = sweeps[i] as Sweep
    const level = side * sweep.pool.level
    sweep.extreme = Math.max(sweep.extreme, high)
    ask.about('pool', sweep.pool.level)
    const is_sweep =
      ask.atMost('sweep_atr', (sweep.extreme - level) / atr, numbers.sweep_atr_max) &&
      ask.atMost('sweep_bars', m1.count - sweep.from + 1, numbers.sweep_bars_max)
    const is_rejected = ask.atLeast('reject_atr', (level - side * bar.close) / atr, numbers.reject_atr_min)
    if (is_sweep && is_rejected && !(best !== undefined && best.pool.weight > sweep.pool.weight)) best = sweep
    if (!is_sweep || is_rejected) sweeps.splice(i, 1)
  }
  return best
}

function candidateOf(
  { pool, from, extreme }: Sweep,
  view: PatternView,
  numbers: Readonly<Record<Numbers, number>>,
  book: PoolBook,
): Candidate {
  const { ask, bar, atr, m1, factors } = view
  const side: Side = pool.side > 0 ? -1 : 1
  const swept_to = pool.side * extreme
  const wick = Math.abs(swept_to - bar.close)
  const minutes = (bar.close_time_ms - m1.start(m1.count - from)) / 60_000
  const rv = view.relativeVolume(minutes)
  const rv_confirming = numbers.rv_confirming * factors.volume
  const range = dealingRangeOf(view, bar.close)
  const opposite = poolsBeyond(book.of(side), side, bar.close)[0]?.level ?? Number.NaN
  const stop = swept_to - side * STOP_ATR * atr
  const { value, missing } = ask.score([
    ['weight', 0.3, pool.weight, 2, 5],
    ['wick', 0.3, wick / atr, 0.3, 1],
    ['rv', 0.2, rv, 1, 2.5],
    ['killzone', 0.2, killzoneTerm(view)],
  ])
  return {
    direction: directionOf(side),
    score: value,
    missing,
    level: pool.level,
    entry: bar.close,
    stop,
    targets: structureTargets(bar.close, side, atr, [opposite, equilibriumOf(range)]),
    invalidation: swept_to,
    evidence: {
      pool: pool.names,
      touches: pool.touches,
      weight: pool.weight,
      ...inRupees(view.instrument, { level: pool.level, swept_to }),
      sweep_atr: Math.abs(swept_to - pool.level) / atr,
      sweep_atr_max: numbers.sweep_atr_max,
      sweep_bars: m1.count - from + 1,
      sweep_bars_max: numbers.sweep_bars_max,
      reject_atr: Math.abs(bar.close - pool.level) / atr,
      reject_atr_min: numbers.reject_atr_min,
      wick_atr: wick / atr,
      rv,
      rv_confirming,
      volume_confirms: rv >= rv_confirming,
      killzone: inKillzone(view)?.name ?? 'none',
      range_place: placeIn(range, bar.close),
    },
  }
}
