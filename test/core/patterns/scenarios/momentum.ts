import type { MinuteRow, Scenario } from '../../../support/scenario.js'
import { resting, type StructureBar, structure } from '../../../support/structure.js'

const BEGIN = '09:15'
/** Two lows, the second higher, and a high at 1002 between and after them. */
export const UPTREND: readonly StructureBar[] = [
  { close: 999.4 },
  { close: 998.4, low: 997.5 },
  { close: 999.6 },
  { close: 1000.6 },
  { close: 1001.4, high: 1002 },
  { close: 1000.2 },
  { close: 999.2, low: 998.6 },
  { close: 1000 },
  { close: 1000.8 },
]

/** The trend, a bar that closes at `close` on `volume` shares, and one after it down to `low`. */
export function shiftScenario({
  trend = UPTREND,
  close = 1007,
  high = close + 0.2,
  volume = 250_000,
  low = 1003,
  next = close + 1.6,
}: {
  trend?: readonly StructureBar[]
  close?: number
  high?: number
  volume?: number
  low?: number
  next?: number
}): MinuteRow[] {
  const bars = [...resting(16, 1000), ...trend, { close, high, volume }, { close: next, low }, { close: next }]
  return structure(BEGIN, 1000, bars)
}

export const textbook: Scenario = {
  shows:
    'In a trend of higher lows, a bar of two and a half ATR closes above the last high on five times the volume and leaves a gap',
  minutes: shiftScenario({}),
}

export const marginal: Scenario = {
  shows: 'After a lower low, a bar of a little over one and a half ATR on less than twice the volume, and a small gap',
  minutes: shiftScenario({
    trend: UPTREND.map((bar, i) => (i === 6 ? { ...bar, low: 997.2 } : bar)),
    close: 1004.4,
    volume: 90_000,
    low: 1001.6,
  }),
}

export const nothing: Scenario = {
  shows: 'The same bar as in the textbook, and the next one comes back into the bar before it: no gap',
  minutes: shiftScenario({ low: 1000.9 }),
}
