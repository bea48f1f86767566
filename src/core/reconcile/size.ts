import { type Figures, priceDistance, samePrices } from './bars.js'
import type { BarClass } from './causes.js'

/** Largest share of volume that `volume_1pct` allows. */
const VOLUME_SHARE = 0.01
/** Adjusted prices are no whole feed units: their last digits are noise. */
const NOISE = 1e-6

/** True when no price differs by more than a tick. */
export const isWithinTick = (own: Figures, their: Figures, tick: number): boolean => priceDistance(own, their) <= tick + NOISE

/** Our volume less theirs as a share of theirs; undefined where a side has none, or theirs is 0 and ours not. */
export function volumeShare(own: Figures, their: Figures): number | undefined {
  if (own.volume === undefined || their.volume === undefined) return undefined
  if (own.volume === their.volume) return 0
  return their.volume === 0 ? undefined : (own.volume - their.volume) / their.volume
}

/** The class of a difference that no class of its own explains. */
export function sizeClass(own: Figures, their: Figures, tick: number): BarClass {
  const share = volumeShare(own, their)
  const has_volumes = own.volume !== undefined && their.volume !== undefined
  const is_near = has_volumes ? share !== undefined && Math.abs(share) <= VOLUME_SHARE : true
  if (!is_near || !isWithinTick(own, their, tick)) return 'other'
  if (!samePrices(own, their)) return 'price_1tick'
  return share === 0 || !has_volumes ? 'exact' : 'volume_1pct'
}
