import type { Candle } from '../../market/index.js'
import { type Asking, SILENT } from '../asking.js'
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
  age_max_bars: { default: 60, min: 1, max: 200, integer: true, doc: 'Bars of 5 minutes after which a gap is forgotten' },
} as const

/** The same as plain numbers, for detectors that look at gaps but are not about them. */
export const GAP_DEFAULTS: GapRules = {
  gap_atr_min: GAP_PARAMETERS.gap_atr_min.default,
  gap_ticks_min: GAP_PARAMETERS.gap_ticks_min.default,
  body_share_min: GAP_PARAMETERS.body_share_min.default,
  body_atr_min: GAP_PARAMETERS.body_atr_min.default,
  age_max_bars: GAP_PARAMETERS.age_max_bars.default,
}

/** Large enough. Asked when a gap is made, and again of a claim about it. */
export const isWide = ({ size_atr, size_ticks }: GapSize, { gap_atr_min, gap_ticks_min }: GapWidth, ask: Asking): boolean =>
  ask.atLeast('gap_atr', size_atr, gap_atr_min) && ask.atLeast('gap_ticks', size_ticks, gap_ticks_min)

/** Its middle bar was a strong one. */
export const isDisplaced = (
  { body_share, body_atr }: Pick<KeptGap, 'body_share' | 'body_atr'>,
  { body_share_min, body_atr_min }: Pick<GapRules, 'body_share_min' | 'body_atr_min'>,
  ask: Asking,
): boolean => ask.atLeast('body_share', body_share, body_share_min) && ask.atLeast('body_atr', body_atr, body_atr_min)

type GapSize = Pick<KeptGap, 'size_atr' | 'size_ticks'>
type GapWidth = Pick<GapRules, 'gap_atr_min' | 'gap_ticks_min'>

/** A gap of this session and what has become of it. */
export interface KeptGap extends Gap {
  /** Size and body of the middle bar in ATR as of its last bar. Of joined gaps: the whole size, the larger body. */
  readonly size_atr: number
  readonly size_ticks: number
  readonly body_atr: number
  /** Of the range of that bar. */
  readonly body_share: number
  /** Relative volume of the middle bar; NaN without one. */
  readonly rv: number
  /** Number of its last bar; see `Swing.bar`. */
  readonly bar: number
  /** End of its last bar. */
  readonly known_ms: number
  state: GapState
  /** Furthest price of its last two bars; `extremeOf` has what came later. */
  readonly displaced_to: number
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
  /** `m1.count` at the last minute bar that touched one. */
  touched_at = 0
  readonly #rules: GapRules
  readonly #clock = new StructureClock()
  /** `m1.count` at the last update, and what that one gave. */
  #updated_at = -1
  #made: KeptGap | undefined
  /** Those that a touch can still change. */
  #alive: readonly KeptGap[] = []
  /** The nearest edges that can be touched, of bullish gaps and of bearish ones: most bars reach neither. */
  #highest_near = Number.NEGATIVE_INFINITY
  #lowest_near = Number.POSITIVE_INFINITY

  constructor(rules: GapRules) {
    this.#rules = rules
  }

  isFor(rules: GapRules): boolean {
    return RULES.every((name) => this.#rules[name] === rules[name])
  }

  /** To be called at each minute bar, by whoever shares the book. Gives the gap that a bar of structure ending with this minute has made. */
  update(view: PatternView): KeptGap | undefined {
    const { bar, m1 } = view
    if (m1.count === this.#updated_at) return this.#made
    this.#updated_at = m1.count
    this.#made = this.#clock.isNew(view) ? this.#onStructure(view) : undefined
    if (bar.low > this.#highest_near && bar.high < this.#lowest_near) return this.#made
    let is_touched = false
    for (const gap of this.#alive) is_touched = touch(gap, bar, m1.count) || is_touched
    if (!is_touched) return this.#made
    this.touched_at = m1.count
    this.#noteEdges()
    return this.#made
  }

  #noteEdges(): void {
    this.#highest_near = Number.NEGATIVE_INFINITY
    this.#lowest_near = Number.POSITIVE_INFINITY
    this.#alive = this.gaps.filter(isAlive)
    for (const gap of this.#alive) {
      if (gap.side > 0) this.#highest_near = Math.max(this.#highest_near, gap.near)
      else this.#lowest_near = Math.min(this.#lowest_near, gap.near)
    }
  }

  #onStructure(view: PatternView): KeptGap | undefined {
    const made = this.#renew(view)
    this.#noteEdges()
    return made
  }

  #renew(view: PatternView): KeptGap | undefined {
    const { gaps } = this
    const bar = structureBar(view)
    while (gaps[0] !== undefined && bar - gaps[0].bar > this.#rules.age_max_bars) gaps.shift()
    for (const gap of gaps) if (isClosedThrough(gap, view.m5.close(0))) gap.state = 'inverted'
    const found = gapAt(view.m5, 0, STRUCTURE_MS)
    const made = found && this.#measured(view, found)
    if (made === undefined) return undefined
    const elder = gaps.at(-1)
    const is_neighbour = elder !== undefined && elder.bar === bar - 1 && elder.side === made.side && elder.state === 'open'
    const kept = is_neighbour ? joinedKept(elder, made, view) : made
    if (is_neighbour) gaps.pop()
    gaps.push(kept)
    return kept
  }

  /** Undefined when the gap is too small or its middle bar no displacement. */
  #measured(view: PatternView, gap: Gap): KeptGap | undefined {
    const { m5, atr, tick } = view
    const size = Math.abs(gap.near - gap.far)
    const body = m5.body(1)
    const measures = { size_atr: size / atr, size_ticks: size / tick, body_atr: body / atr, body_share: body / m5.range(1) }
    if (!(isWide(measures, this.#rules, SILENT) && isDisplaced(measures, this.#rules, SILENT))) return undefined
    return {
      ...gap,
      ...measures,
      rv: structureRv(view, 1),
      bar: structureBar(view),
      known_ms: m5.start(0) + STRUCTURE_MS,
      state: 'open',
      displaced_to: gap.side * Math.max(highOf(m5, 0, gap.side), highOf(m5, 1, gap.side)),
      tapped_at: 0,
    }
  }
}

const RULES = ['gap_atr_min', 'gap_ticks_min', 'body_share_min', 'body_atr_min', 'age_max_bars'] as const

/** By view: detectors that go by the same rules look at the same gaps. */
const books = new WeakMap<PatternView, { readonly session: PatternView['session']; readonly books: GapBook[] }>()

/** The book of the present session of a view by these rules. */
export function gapBookOf(view: PatternView, rules: GapRules): GapBook {
  let own = books.get(view)
  if (own?.session !== view.session) {
    own = { session: view.session, books: [] }
    books.set(view, own)
  }
  const known = own.books.find((book) => book.isFor(rules))
  if (known !== undefined) return known
  const book = new GapBook(rules)
  own.books.push(book)
  return book
}

/** A filled gap can only be inverted, by the close of a bar of structure; an inverted one is done. */
const isAlive = ({ state }: KeptGap): boolean => state !== 'filled' && state !== 'inverted'

/** What a minute bar does to a gap; true when it reached it. */
function touch(gap: KeptGap, bar: Candle, minutes: number): boolean {
  if (bar.open_time_ms < gap.known_ms) return false
  const { side, state } = gap
  const worst = side > 0 ? bar.low : bar.high
  if (side * (worst - gap.near) > 0) return false
  gap.state = stateAfterTouch(gap, state, worst)
  if (gap.tapped_at === 0) gap.tapped_at = minutes
  return true
}

/** Furthest price of the displacement, from the middle bar of the gap until now. */
export function extremeOf({ side, displaced_to, known_ms }: KeptGap, { m1 }: PatternView): number {
  let furthest = side * displaced_to
  for (let ago = 0; m1.start(ago) >= known_ms; ago++) furthest = Math.max(furthest, highOf(m1, ago, side))
  return side * furthest
}

/** For which side a gap is a place to turn: its own until it is filled, the other one once it is inverted; 0 in between. */
export function actsFor({ side, state }: KeptGap): Side | 0 {
  if (state === 'inverted') return side > 0 ? -1 : 1
  return state === 'filled' ? 0 : side
}

function joinedKept(elder: KeptGap, made: KeptGap, { atr, tick }: PatternView): KeptGap {
  const gap = joined(elder, made)
  const stronger = elder.body_atr > made.body_atr ? elder : made
  const { side } = made
  return {
    ...made,
    ...gap,
    size_atr: Math.abs(gap.near - gap.far) / atr,
    size_ticks: Math.abs(gap.near - gap.far) / tick,
    body_atr: stronger.body_atr,
    body_share: stronger.body_share,
    rv: stronger.rv,
    // What came after the elder was made is the last bar of the newer.
    displaced_to: side * Math.max(side * elder.displaced_to, side * made.displaced_to),
  }
}
