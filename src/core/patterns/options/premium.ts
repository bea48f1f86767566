import type { ChainView, Leg, OptionType, StrikeRow } from '../../options/index.js'
import type { Asking } from '../asking.js'
import type { AlertLeg } from '../pattern.js'

/** What one side of a strategy is to trade at: the middle of its book. */
export function legAt({ instrument, quote }: Leg, side: AlertLeg['side']): AlertLeg {
  return { instrument, side, ratio: 1, price: quote.mid }
}

/** Both legs sold; undefined when one is missing, not quoted or quoted too wide. */
export function straddleOf(
  at: ChainView,
  row: StrikeRow | undefined,
  { ask, spread_pct_max }: { ask: Asking; spread_pct_max: number },
): AlertLeg[] | undefined {
  const { call, put } = row ?? {}
  if (call === undefined || put === undefined) return ask.no('straddle')
  if (!areTight([spreadPct(at, call), spreadPct(at, put)], ask, spread_pct_max)) return undefined
  return [legAt(call, 'SELL'), legAt(put, 'SELL')]
}

/** Of call and put. */
export const areTight = (spreads: readonly [call: number, put: number], ask: Asking, spread_pct_max: number): boolean =>
  ask.atMost('call_spread_pct', spreads[0], spread_pct_max) && ask.atMost('put_spread_pct', spreads[1], spread_pct_max)

/** What the strategy takes in, in feed units: what is sold less what is bought. */
export const creditOf = (legs: readonly AlertLeg[]): number =>
  legs.reduce((sum, { side, ratio, price }) => sum + (side === 'SELL' ? ratio : -ratio) * price, 0)

/** Spread in percent of the middle; NaN without a fresh book in order. */
export function spreadPct(view: ChainView, leg: Leg | undefined): number {
  if (!view.isQuoted(leg)) return Number.NaN
  const { ask_price, bid_price, mid } = leg.quote
  return (100 * (ask_price - bid_price)) / mid
}

/** The quoted option of a type whose strike is nearest to a price, of two the lower one; among `rows`. */
export function quotedNear(at: ChainView, rows: readonly StrikeRow[], type: OptionType, price: number): Leg | undefined {
  let nearest: Leg | undefined
  for (const row of rows) {
    const leg = type === 'CE' ? row.call : row.put
    if (!at.isQuoted(leg)) continue
    if (nearest === undefined || Math.abs(leg.strike - price) < Math.abs(nearest.strike - price)) nearest = leg
  }
  return nearest
}
