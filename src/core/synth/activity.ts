/**
 * How busy the market is over its day: about three times the mean at the open, two thirds of it at noon, busy again into the close.
 * `x` is the part of 09:15-15:30 gone by, 0..1. The mean over the day is 1.
 */
export function activityAt(x: number): number {
  return rawAt(x) / MEAN
}

/** Outside 09:15-15:30 only currency and commodities trade. */
export const QUIET_ACTIVITY = 0.65

function rawAt(x: number): number {
  const centred = 2 * x - 1
  const x4 = x * x * x * x
  return 0.52 + 0.3 * centred * centred + 2.1 / (1 + 36 * x) + 0.9 * x4 * x4 * x4 * x4
}

const MEAN = meanOf(rawAt)

function meanOf(f: (x: number) => number): number {
  const steps = 2000
  let sum = 0
  for (let n = 0; n < steps; n++) sum += f((n + 0.5) / steps)
  return sum / steps
}
