import type { ChainView, Leg, OptionChain, StrikeRow } from '../../options/index.js'
import type { Asking } from '../asking.js'
import { inRupees } from '../ict/index.js'
import type { Candidate, PatternDefinition } from '../pattern.js'
import { ahead, directionOf, front, SIDES, type Side, targetsAhead } from '../side.js'
import type { PatternView } from '../view.js'
import { nearestChain } from './history.js'
import { PATTERN_TERMS, VOLATILITY_ERROR_MAX } from './pattern-terms.js'
import { TRAP_ID } from './trap-multiplier.js'

/** Where nothing lies ahead. */
const ATR_TARGET = 2
/** Longer than this after the end of a bar its volume is not waited for. */
const VOLUME_WAIT_MS = 10_000

type Name = 'break_atr_min' | 'return_bars_max' | 'walls' | 'wall_em_max' | 'oi_rise_pct_min' | 'rv_min'
type Numbers = Readonly<Record<Name, number>>

/** A wall that the price has closed beyond, and what its option was then. */
interface WallBreak {
  /** 1: calls, above; -1: puts, below. */
  readonly side: Side
  readonly chain: OptionChain
  readonly leg: Leg
  readonly start_ms: number
  readonly rv: number
  /** Threshold at that time. */
  readonly rv_min: number
  readonly beyond_atr: number
  readonly away_em: number
  readonly oi: number
  readonly oi_share: number
  readonly volatility: number
  /** Furthest price so far. */
  extreme: number
  bars: number
}

/**
 * The price closes beyond a strike where options are written and comes back while the writers stay and volatility falls: the break has failed.
 *
 * Reading: told by minute bars of the underlying, with open interest and quotes of the first whole second after the bar is known; of the nearest expiry.
 * A wall is one of the two strikes with most calls (to be broken upwards) or puts (downwards). The break is the bar whose close is the first beyond
 * by 0.1 ATR; it is back when a minute bar, the third after it at the latest, closes on the inner side of the strike. The writers stay when the
 * open interest of the wall's own option is not below that at the break; volatility is that of the same option. An index has no volume: that of its
 * nearest future counts. Rejection is how far inside the wall the bar closes.
 */
export const marketMakerTrapDetection: PatternDefinition<Name> = {
  id: TRAP_ID,
  summary: 'A break beyond a strike with much open interest comes back while the writers stay: failed break at an option wall',
  category: 'microstructure',
  source: 'domain 5.17 (b) [own]; the factors that take from the confidence of others are 5.17 (a)',
  priority: 70,
  cooldown_min: 30,
  needs: ['option_chain', 'oi'],
  on: 'underlyings',
  cadence: 'second',
  parameters: {
    break_atr_min: { default: 0.1, min: 0, max: 5, doc: 'Close beyond the strike, ATR' },
    return_bars_max: { default: 3, min: 1, max: 15, integer: true, doc: 'Minute bars from the break to the close back inside' },
    walls: {
      default: 2,
      min: 1,
      max: 10,
      integer: true,
      doc: 'Strikes with most open interest that count as walls, on each side',
    },
    wall_em_max: { default: 0.3, min: 0.01, max: 10, doc: 'Strike to forward, expected moves until expiry' },
    oi_rise_pct_min: { default: 0, min: -100, max: 100, doc: 'Open interest of the wall since the break, percent' },
    rv_min: { default: 2, min: 0, max: 20, doc: 'Relative volume of the break, times the factor of the regime' },
  },
  create: (numbers) => {
    let seen_ms = Number.NaN
    let broken: WallBreak | undefined
    return (view) => {
      const { ask } = view
      if (!(ask.is('new_bar', view.now_ms !== seen_ms) && ask.is('volume_told', isVolumeIn(view)))) return undefined
      seen_ms = view.now_ms
      const before = broken === undefined ? undefined : carriedOn(broken, view)
      const is_over = before === undefined || isInside(before, view) || before.bars >= numbers.return_bars_max
      broken = breakOf(view, numbers) ?? (is_over ? undefined : before)
      return before && returnOf(before, view, numbers)
    }
  },
}

function carriedOn(broken: WallBreak, { m1 }: PatternView): WallBreak {
  broken.bars++
  broken.extreme = ahead(broken.side, broken.extreme, front(m1, broken.side, 0))
  return broken
}

const isInside = ({ side, chain, leg }: WallBreak, view: PatternView): boolean =>
  side * (view.bar.close - strikeOf(leg, chain, view)) < 0

/** A claim when the bar closes back inside, and the writers have stayed. */
function returnOf(before: WallBreak, view: PatternView, numbers: Numbers): Candidate | undefined {
  const { side, leg, chain } = before
  const { ask } = view
  ask.side(side > 0 ? -1 : 1)
  ask.about('return', strikeOf(leg, chain, view))
  if (!ask.is('close_inside', isInside(before, view))) return undefined
  if (!ask.atMost('return_bars', before.bars, numbers.return_bars_max)) return undefined
  return isBreak(before, numbers, ask) && isNear(before, numbers, ask) ? claimOf(before, view, numbers) : undefined
}

/** Asked when the wall is broken, and again of a claim. */
const isBreak = (
  { beyond_atr, rv, rv_min }: Pick<WallBreak, 'beyond_atr' | 'rv' | 'rv_min'>,
  numbers: Numbers,
  ask: Asking,
): boolean => ask.atLeast('break_atr', beyond_atr, numbers.break_atr_min) && ask.atLeast('rv', rv, rv_min)

/** Likewise. */
const isNear = ({ away_em }: Pick<WallBreak, 'away_em'>, { wall_em_max }: Numbers, ask: Asking): boolean =>
  ask.atMost('away_em', away_em, wall_em_max)

/** The wall with most open interest that the newest bar is the first to close beyond. */
function breakOf(view: PatternView, numbers: Numbers): WallBreak | undefined {
  const { ask, bar, m1, atr } = view
  const before = m1.isToday(1) ? m1.close(1) : Number.NaN
  const margin = numbers.break_atr_min * atr
  const chain = nearestChain(view, 0, Number.POSITIVE_INFINITY)
  if (chain === undefined || !(margin >= 0)) {
    ask.about('break')
    return ask.no(chain === undefined ? 'chain' : 'atr')
  }
  for (const side of SIDES) {
    const isCrossed = (row: StrikeRow): boolean => {
      const from = toView(row.strike, chain, view) + side * margin
      return side * (bar.close - from) >= 0 && side * (before - from) < 0
    }
    ask.side(side > 0 ? -1 : 1)
    ask.about('break')
    if (!ask.is('strike_crossed', chain.rows.some(isCrossed))) continue
    const wall = wallsOf(chain, side, numbers.walls).find(({ row }) => isCrossed(row))
    if (wall === undefined) return ask.no('wall')
    const { leg } = wall
    const rv_min = numbers.rv_min * view.factors.volume
    const measures = { rv: rvOf(view), rv_min, beyond_atr: (side * (bar.close - strikeOf(leg, chain, view))) / atr }
    if (!isBreak(measures, numbers, ask)) return undefined
    const at = chain.view(view.second_ms, PATTERN_TERMS)
    const away_em = awayOf(at, leg)
    if (!isNear({ away_em }, numbers, ask)) return undefined
    ask.no('return_after_it')
    return {
      ...measures,
      side,
      chain,
      leg,
      start_ms: bar.open_time_ms,
      away_em,
      oi: leg.quote.oi,
      oi_share: wall.share,
      volatility: volatilityOf(at, leg),
      extreme: front(m1, side, 0),
      bars: 0,
    }
  }
  return undefined
}

function claimOf(broken: WallBreak, view: PatternView, numbers: Numbers): Candidate | undefined {
  const { side, chain, leg, extreme, rv } = broken
  const { ask, bar, atr, group } = view
  const oi_rise_pct = (100 * (leg.quote.oi - broken.oi)) / broken.oi
  const volatility = volatilityOf(chain.view(view.second_ms, PATTERN_TERMS), leg)
  if (!ask.atLeast('oi_rise_pct', oi_rise_pct, numbers.oi_rise_pct_min)) return undefined
  if (!(ask.below('iv', volatility, broken.volatility) && ask.holds())) return undefined
  const strike = strikeOf(leg, chain, view)
  const rejection_atr = (side * (strike - bar.close)) / atr
  const max_pain = toView(group.interest?.figures.max_pain ?? Number.NaN, chain, view)
  const inwards: Side = side > 0 ? -1 : 1
  const { value, missing } = ask.score([
    ['oi_share', 0.3, broken.oi_share, 0.1, 0.3],
    ['oi_rise', 0.25, oi_rise_pct, 0, 10],
    ['rejection', 0.25, rejection_atr, 0.1, 0.8],
    ['rv', 0.2, rv, numbers.rv_min * view.factors.volume, 2.5 * numbers.rv_min * view.factors.volume],
  ])
  return {
    direction: directionOf(inwards),
    subtype: side > 0 ? 'call_wall' : 'put_wall',
    score: value,
    missing,
    level: strike,
    entry: bar.close,
    stop: extreme,
    targets: targetsAhead(inwards, bar.close, [max_pain, view.vwap], bar.close + inwards * ATR_TARGET * atr),
    bar_start_ms: broken.start_ms,
    evidence: {
      break_atr: broken.beyond_atr,
      break_atr_min: numbers.break_atr_min,
      return_bars: broken.bars,
      return_bars_max: numbers.return_bars_max,
      away_em: broken.away_em,
      wall_em_max: numbers.wall_em_max,
      oi: leg.quote.oi,
      oi_share: broken.oi_share,
      oi_rise_pct,
      oi_rise_pct_min: numbers.oi_rise_pct_min,
      iv: volatility,
      iv_at_break: broken.volatility,
      rejection_atr,
      rv,
      rv_min: numbers.rv_min * view.factors.volume,
      rv_of: volumeView(view).instrument.symbol,
      ...inRupees(view.instrument, { strike, extreme, max_pain }),
    },
  }
}

/** Strikes with most open interest of one side, the most first; of equal ones the lower first. */
function wallsOf(chain: OptionChain, side: Side, count: number): { row: StrikeRow; leg: Leg; share: number }[] {
  const held = chain.rows.flatMap((row) => {
    const leg = side > 0 ? row.call : row.put
    return leg !== undefined && leg.quote.oi > 0 ? [{ row, leg }] : []
  })
  const total = held.reduce((sum, { leg }) => sum + leg.quote.oi, 0)
  return held
    .sort((a, b) => b.leg.quote.oi - a.leg.quote.oi || a.leg.strike - b.leg.strike)
    .slice(0, count)
    .map(({ row, leg }) => ({ row, leg, share: leg.quote.oi / total }))
}

/** The bar of the future may be told a little later than that of its index. Without one nothing is waited for. */
const isVolumeIn = (view: PatternView): boolean =>
  volumeView(view).now_ms >= view.now_ms || view.second_ms >= view.now_ms + VOLUME_WAIT_MS

/** Relative volume of the minute of the newest bar; NaN where it is not known. */
function rvOf(view: PatternView): number {
  const traded = volumeView(view)
  return traded.now_ms === view.now_ms ? traded.rv : Number.NaN
}

/** The underlying itself, or its nearest future where it has no volume. */
const volumeView = (view: PatternView): PatternView => (view.has_volume ? view : (view.group.futures[0] ?? view))

const strikeOf = ({ strike }: Leg, chain: OptionChain, view: PatternView): number => toView(strike, chain, view)

/** A price of the chain in feed units of the underlying. */
const toView = (price: number, { price_divisor }: OptionChain, { instrument }: PatternView): number =>
  (price * instrument.price_divisor) / price_divisor

/** From the forward, in expected moves; NaN where the chain does not tell. */
function awayOf({ forward, expected_move }: ChainView, { strike }: Leg): number {
  return Math.abs(strike - (forward?.price ?? Number.NaN)) / (expected_move ?? Number.NaN)
}

function volatilityOf(at: ChainView, leg: Leg): number {
  const found = at.volatilityOf(leg)
  return found.kind === 'volatility' && found.error <= VOLATILITY_ERROR_MAX ? found.volatility : Number.NaN
}
