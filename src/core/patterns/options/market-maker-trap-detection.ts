import { CHAIN_TERMS, type ChainView, type Leg, type OptionChain, type StrikeRow } from '../../options/index.js'
import { inRupees } from '../ict/index.js'
import type { Candidate, PatternDefinition } from '../pattern.js'
import { sat, scoreOf } from '../score.js'
import { ahead, directionOf, front, SIDES, type Side, targetsAhead } from '../side.js'
import type { PatternView } from '../view.js'
import { nearestChain } from './history.js'
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
    return_bars_max: { default: 3, min: 1, max: 15, doc: 'Minute bars from the break to the close back inside' },
    walls: { default: 2, min: 1, max: 10, doc: 'Strikes with most open interest that count as walls, on each side' },
    wall_em_max: { default: 0.3, min: 0.01, max: 10, doc: 'Strike to forward, expected moves until expiry' },
    oi_rise_pct_min: { default: 0, min: -100, max: 100, doc: 'Open interest of the wall since the break, percent' },
    rv_min: { default: 2, min: 0, max: 20, doc: 'Relative volume of the break, times the factor of the regime' },
  },
  create: (numbers) => {
    let seen_ms = Number.NaN
    let broken: WallBreak | undefined
    return (view) => {
      if (view.now_ms === seen_ms || !isVolumeIn(view)) return undefined
      seen_ms = view.now_ms
      const before = broken === undefined ? undefined : carriedOn(broken, view)
      const is_back = before !== undefined && isInside(before, view)
      const found = is_back ? claimOf(before, view, numbers) : undefined
      const is_over = before === undefined || is_back || before.bars >= numbers.return_bars_max
      broken = breakOf(view, numbers) ?? (is_over ? undefined : before)
      return found
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

/** The wall with most open interest that the newest bar is the first to close beyond. */
function breakOf(view: PatternView, numbers: Numbers): WallBreak | undefined {
  const { bar, m1, atr } = view
  const before = m1.isToday(1) ? m1.close(1) : Number.NaN
  const margin = numbers.break_atr_min * atr
  const chain = nearestChain(view, 0, Number.POSITIVE_INFINITY)
  if (chain === undefined || !(margin >= 0)) return undefined
  for (const side of SIDES) {
    const isCrossed = (row: StrikeRow): boolean => {
      const from = (row.strike * view.instrument.price_divisor) / chain.price_divisor + side * margin
      return side * (bar.close - from) >= 0 && side * (before - from) < 0
    }
    if (!chain.rows.some(isCrossed)) continue
    const rv = rvOf(view)
    if (!(rv >= numbers.rv_min * view.factors.volume)) return undefined
    const wall = wallsOf(chain, side, numbers.walls).find(({ row }) => isCrossed(row))
    if (wall === undefined) return undefined
    const at = chain.view(view.second_ms, CHAIN_TERMS)
    const away_em = awayOf(at, wall.leg)
    if (!(away_em <= numbers.wall_em_max)) return undefined
    return {
      side,
      chain,
      leg: wall.leg,
      start_ms: bar.open_time_ms,
      rv,
      beyond_atr: (side * (bar.close - strikeOf(wall.leg, chain, view))) / atr,
      away_em,
      oi: wall.leg.quote.oi,
      oi_share: wall.share,
      volatility: volatilityOf(at, wall.leg),
      extreme: front(m1, side, 0),
      bars: 0,
    }
  }
  return undefined
}

function claimOf(broken: WallBreak, view: PatternView, numbers: Numbers): Candidate | undefined {
  const { side, chain, leg, extreme, rv } = broken
  const { bar, atr, group } = view
  const oi_rise_pct = (100 * (leg.quote.oi - broken.oi)) / broken.oi
  const volatility = volatilityOf(chain.view(view.second_ms, CHAIN_TERMS), leg)
  if (!(oi_rise_pct >= numbers.oi_rise_pct_min && volatility < broken.volatility)) return undefined
  const strike = strikeOf(leg, chain, view)
  const rejection_atr = (side * (strike - bar.close)) / atr
  const max_pain = toView(group.interest?.figures.max_pain ?? Number.NaN, chain, view)
  const inwards: Side = side > 0 ? -1 : 1
  const { value, missing } = scoreOf([
    ['oi_share', 0.3, sat(broken.oi_share, 0.1, 0.3)],
    ['oi_rise', 0.25, sat(oi_rise_pct, 0, 10)],
    ['rejection', 0.25, sat(rejection_atr, 0.1, 0.8)],
    ['rv', 0.2, sat(rv, numbers.rv_min * view.factors.volume, 2.5 * numbers.rv_min * view.factors.volume)],
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
  return found.kind === 'volatility' ? found.volatility : Number.NaN
}
