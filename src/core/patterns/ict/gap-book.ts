import type { Candle } from '../../market/index.js'
import type { Side } from '../side.js'
import type { PatternView } from '../view.js'
import { type Gap, type GapState, gapAt, isClosedThrough, joined, stateAfterTouch } from './gap.js'
import { highOf } from './seen.js'
import { STRUCTURE_MS, StructureClock, structureBar, structureRv } from './structure-interval.js'

/** What makes a gap worth keeping. */
export interface GapRules {
  /** Least size, in ATR of the structure interval and in ticks: the larger of the two. */
  readonly gap_atr_min: number
  readonly gap_ticks_min: number
  /** Of the middle bar: body against its range, and in ATR. */
  readonly body_share_min: number
  readonly body_atr_min: number
  /** Bars of structure after which a gap is forgotten. */
  readonly age_max_bars: number
}

/** The numbers of 5.10, with their limits; [own] but for the definition of the gap. */
export const GAP_PARAMETERS = {
  gap_atr_min: { default: 0.2, min: 0, max: 5, doc: 'Least size of a gap, ATR' },
  gap_ticks_min: { default: 2, min: 1, max: 1000, doc: 'Least size of a gap, ticks; the larger of the two counts' },
  body_share_min: { default: 0.6, min: 0, max: 1, doc: 'Body of the middle bar, as a share of its range' },
  body_atr_min: { default: 1, min: 0, max: 10, doc: 'Body of the middle bar, ATR' },
  age_max_bars: { default: 60, min: 1, max: 200, doc: 'Bars of 5 minutes after which a gap is forgotten' },
} as const

/** The same as plain numbers, for detectors that look at gaps but are not about them. */
export const GAP_DEFAULTS: GapRules = {
  gap_atr_min: GAP_PARAMETERS.gap_atr_min.default,
  gap_ticks_min: GAP_PARAMETERS.gap_ticks_min.default,
  body_share_min: GAP_PARAMETERS.body_share_min.default,
  body_atr_min: GAP_PARAMETERS.body_atr_min.default,
  age_max_bars: GAP_PARAMETERS.age_max_bars.default,
}

/** A gap of this session and what has become of it. */
export interface KeptGap extends Gap {
  /** Size and body of the middle bar in ATR as of its last bar. Of joined gaps: the whole size, the larger body. */
  readonly size_atr: number
  readonly body_atr: number
  /** Relative volume of the middle bar; NaN without one. */
  readonly rv: number
  /** Number of its last bar; see `Swing.bar`. */
  readonly bar: number
  /** End of its last bar. */
  readonly known_ms: number
  state: GapState
  /** Furthest price of the displacement, from its middle bar until now. */
  extreme: number
  /** `m1.count` at the minute bar that tapped it first; 0 while it is open. */
  tapped_at: number
}

/**
 * Gaps of one session on bars of structure. Touches count minute by minute, from the end of the gap's last bar on; only the close of a bar of
 * structure inverts. A gap joins the one of the bar before as long as that is untouched.
 */
export class GapBook {
  /** From old to new. */
  readonly gaps: KeptGap[] = []
  readonly #rules: GapRules
  readonly #clock = new StructureClock()

  constructor(rules: GapRules) {
    this.#rules = rules
  }

  /** To be called at each minute bar. Gives the gap that the newest bar of structure has made, once. */
  update(view: PatternView): KeptGap | undefined {
    const made = this.#clock.isNew(view) ? this.#onStructure(view) : undefined
    const { gaps } = this
    if (gaps.length === 0) return made
    const { bar, m1 } = view
    for (let i = 0; i < gaps.length; i++) {
      const gap = gaps[i] as KeptGap
      if (gap.state !== 'filled' && gap.state !== 'inverted') touch(gap, bar, m1.count)
    }
    return made
  }

  #onStructure(view: PatternView): KeptGap | undefined {
    const { gaps } = this
    const bar = structureBar(view)
    while (gaps[0] !== undefined && bar - gaps[0].bar > this.#rules.age_max_bars) gaps.shift()
    for (const gap of gaps) if (isClosedThrough(gap, view.m5.close(0))) gap.state = 'inverted'
    const found = gapAt(view.m5, 0, STRUCTURE_MS)
    const made = found && this.#measured(view, found)
    if (made === undefined) return undefined
    const elder = gaps.at(-1)
    const is_neighbour = elder !== undefined && elder.bar === bar - 1 && elder.side === made.side && elder.state === 'open'
    const kept = is_neighbour ? joinedKept(elder, made, view.atr) : made
    if (is_neighbour) gaps.pop()
    gaps.push(kept)
    return kept
  }

  /** Undefined when the gap is too small or its middle bar no displacement. */
  #measured(view: PatternView, gap: Gap): KeptGap | undefined {
    const { m5, atr, tick } = view
    const { gap_atr_min, gap_ticks_min, body_share_min, body_atr_min } = this.#rules
    const size = Math.abs(gap.near - gap.far)
    const body = m5.body(1)
    if (!(size >= Math.max(gap_ticks_min * tick, gap_atr_min * atr))) return undefined
    if (!(body >= body_share_min * m5.range(1) && body >= body_atr_min * atr)) return undefined
    return {
      ...gap,
      size_atr: size / atr,
      body_atr: body / atr,
      rv: structureRv(view, 1),
      bar: structureBar(view),
      known_ms: m5.start(0) + STRUCTURE_MS,
      state: 'open',
      extreme: gap.side * Math.max(highOf(m5, 0, gap.side), highOf(m5, 1, gap.side)),
      tapped_at: 0,
    }
  }
}

/** What a minute bar does to a gap. */
function touch(gap: KeptGap, bar: Candle, minutes: number): void {
  if (bar.open_time_ms < gap.known_ms) return
  const { side, state } = gap
  const best = side > 0 ? bar.high : bar.low
  const worst = side > 0 ? bar.low : bar.high
  if (side * (best - gap.extreme) > 0) gap.extreme = best
  if (side * (worst - gap.near) > 0) return
  gap.state = stateAfterTouch(gap, state, worst)
  if (gap.tapped_at === 0) gap.tapped_at = minutes
}

/** For which side a gap is a place to turn: its own until it is filled, the other one once it is inverted; 0 in between. */
export function actsFor({ side, state }: KeptGap): Side | 0 {
  if (state === 'inverted') return side > 0 ? -1 : 1
  return state === 'filled' ? 0 : side
}

function joinedKept(elder: KeptGap, made: KeptGap, atr: number): KeptGap {
  const gap = joined(elder, made)
  const stronger = elder.body_atr > made.body_atr ? elder : made
  const { side } = made
  return {
    ...made,
    ...gap,
    size_atr: Math.abs(gap.near - gap.far) / atr,
    body_atr: stronger.body_atr,
    rv: stronger.rv,
    extreme: side * Math.max(side * elder.extreme, side * made.extreme),
  }
}
