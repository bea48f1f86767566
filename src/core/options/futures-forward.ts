import { exp } from '../stats/index.js'
import { logRatio } from './option-terms.js'

/** A price for delivery in so many years. */
export interface FuturePoint {
  readonly years: number
  readonly price: number
}

/**
 * The forward that futures tell: the price of the one with the same expiry, else on the line in ln F between the two around it, where the spot
 * stands at 0 years. Undefined when nothing lies on one side. `futures` ascend by years. Not rounded.
 */
export function futuresForward(
  futures: readonly FuturePoint[],
  spot: number | undefined,
  years: number,
): { price: number; exact: boolean } | undefined {
  const points = [...(spot === undefined ? [] : [{ years: 0, price: spot }]), ...futures.filter((point) => point.years > 0)]
  const same = points.find((point) => point.years === years)
  if (same !== undefined) return { price: same.price, exact: true }
  const before = points.findLast((point) => point.years < years)
  const after = points.find((point) => point.years > years)
  if (before === undefined || after === undefined) return undefined
  const part = (years - before.years) / (after.years - before.years)
  return { price: before.price * exp(part * logRatio(after.price, before.price)), exact: false }
}
