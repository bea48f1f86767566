import type { PatternView } from '../view.js'
import type { ChainInterest } from './chain-interest.js'

/** Its own alerts are not multiplied by it. */
export const TRAP_ID = 'market_maker_trap_detection'

/** No detection loses more than this by open interest. */
const LEAST = 0.4
/** With fewer strikes that hold open interest the recording shows a corner of the chain, which says nothing about the whole. */
const STRIKES_MIN = 10
/** Calendar days to expiry up to which max pain and a strike with much gamma hold the price. */
const PULL_DAYS = 1

/**
 * 5.17 (a): what a directional claim is worth where option writers may hold the price: the product of these factors, at least 0.4; 1 without a chain.
 * - x 0.40 more than 70 % of the open interest in three strikes
 * - x 0.50 within 2 % of max pain, x 0.30 within 0.5 % of the strike with most open interest
 * - x 0.55 calls above twice the puts with a relative volume above 3; x 0.70 put-call ratio below 0.40 or above 2.50
 * - x 0.75 more than 1.5 % from the VWAP with a relative volume above 3; x 0.80 a relative volume above 5 that moves the bar less than 0.5 %
 *
 * Reading: of the nearest chain, at the last whole minute, by calls and puts of at least ten strikes. Max pain and gamma pull where expiry is today
 * or tomorrow: an index is within 2 % of its max pain on almost every day, and factors that always held would silence every directional pattern.
 * Volume and VWAP are of the instrument the claim is about, thresholds on volume times M; the price is that of the underlying. Block deals and
 * institutional trades are in no feed.
 */
export function trapMultiplier(view: PatternView): number {
  const { interest, lead } = view.group
  if (interest === undefined || lead === undefined) return 1
  const price = (lead.bar.close * interest.chain.price_divisor) / lead.instrument.price_divisor
  return Math.max(LEAST, ofInterest(interest, price, view) * ofVolume(view))
}

function ofInterest({ figures, chain }: ChainInterest, price: number, view: PatternView): number {
  const { held, concentration, max_pain, top_strike, put_call_ratio } = figures
  if (held < STRIKES_MIN) return 1
  let factor = 1
  if (concentration > 0.7) factor *= 0.4
  if (chain.expiry - view.session.day <= PULL_DAYS) {
    if (percentAway(price, max_pain) <= 2) factor *= 0.5
    if (percentAway(price, top_strike) <= 0.5) factor *= 0.3
  }
  if (put_call_ratio < 0.5 && view.rv > 3 * view.factors.volume) factor *= 0.55
  if (put_call_ratio < 0.4 || put_call_ratio > 2.5) factor *= 0.7
  return factor
}

function ofVolume(view: PatternView): number {
  const { rv, factors, vwap, bar } = view
  let factor = 1
  if (rv > 3 * factors.volume && percentAway(bar.close, vwap) > 1.5) factor *= 0.75
  if (rv > 5 * factors.volume && Math.abs(view.r(1)) < 0.5) factor *= 0.8
  return factor
}

const percentAway = (price: number, from: number): number => (100 * Math.abs(price - from)) / from
