/**
 * How unevenly a day of 375 minutes trades: what a minute of each part counts against the mean minute. The published multipliers 1.8, 1.2, 0.9,
 * 1.1, 1.3 and 2.0 average 1.28 over the day, which made all ratios 22 % too low; divided by it they average 1.
 */
const PARTS = [
  { minutes: 45, multiplier: 1.8 },
  { minutes: 90, multiplier: 1.2 },
  { minutes: 60, multiplier: 0.9 },
  { minutes: 90, multiplier: 1.1 },
  { minutes: 60, multiplier: 1.3 },
  { minutes: 30, multiplier: 2 },
] as const
const DAY_MINUTES = 375
const MEAN_MULTIPLIER = 1.28

/**
 * Share of a session's volume, in [0, 1], that trades on `[from, to)` by this general profile, for an instrument without a history of its own.
 * Minutes since the beginning of a session of `length` minutes, to which the parts are stretched.
 */
export function coldStartShare(from: number, to: number, length: number): number {
  return (weightUntil((to / length) * DAY_MINUTES) - weightUntil((from / length) * DAY_MINUTES)) / DAY_MINUTES
}

function weightUntil(minute: number): number {
  let weight = 0
  let begin = 0
  for (const { minutes, multiplier } of PARTS) {
    weight += (Math.max(0, Math.min(minute - begin, minutes)) * multiplier) / MEAN_MULTIPLIER
    begin += minutes
  }
  return weight
}
