import { type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'
import { type StructureBar, structure } from '../../../support/structure.js'

const BEGIN = '09:15'
/** Closes of bars of 15 minutes: a slow rise, a low, a high and a pullback. The average of 20 exists from 14:15 on, and rises. */
const SLOW = Array.from({ length: 14 }, (_, i) => tick(1000 + (i + 1) * 0.6))
export const TURNS = [1007, 1006, 1008, 1011, 1014, 1015, 1013, 1011]
/** Numbers of the bars of 5 minutes, of the turns, that hold the low of the range, 1005, and its high, 1016. */
const LOW_AT = 3 * 1 + 1
const HIGH_AT = 3 * 5 + 1

/** The day until 14:45, then five minutes down to `fall`, and a bar from there to `low` and up to `close` on `volume` shares. */
export function discountScenario({
  turns = TURNS,
  before = [],
  fall = 1005.6,
  low = 1005.1,
  close = 1006.2,
  high = close + 0.05,
  volume = 100_000,
  after = 1006.6,
}: {
  turns?: readonly number[]
  /** Closes of bars of 5 minutes before the fall. */
  before?: readonly number[]
  fall?: number
  low?: number
  close?: number
  high?: number
  volume?: number
  after?: number
}): MinuteRow[] {
  // Of the slow rise, one minute in fifteen has trades.
  const slow = SLOW.map((to, i): MinuteRow => {
    const from = SLOW[i - 1] ?? 1000
    return { at: minuteAt(BEGIN, 15 * i), open: from, high: to, low: from, close: to, volume: 10_000 }
  })
  const begin = SLOW.at(-1) ?? 1000
  const bars = turns
    .flatMap((to, i) => {
      const from = turns[i - 1] ?? begin
      return [1, 2, 3].map((third): StructureBar => ({ close: tick(from + ((to - from) * third) / 3) }))
    })
    .map((bar, i) => (i === LOW_AT ? { ...bar, low: 1005 } : i === HIGH_AT ? { ...bar, high: 1016 } : bar))
  const end = [
    ...before.map((to) => ({ close: to })),
    { close: fall, low: fall - 0.1 },
    { close, low, high, volume },
    { close: after },
  ]
  return [...slow, ...structure(minuteAt(BEGIN, 15 * SLOW.length), begin, [...bars, ...end])]
}

function tick(price: number): number {
  return Math.round(price * 20) / 20
}

export const textbook: Scenario = {
  shows: 'In a rising market the price falls to a tenth of the range and turns, close at the high, on twice the volume',
  minutes: discountScenario({}),
}

export const marginal: Scenario = {
  shows: 'It falls to less than a quarter of the range and closes in the upper half of a bar of the usual volume',
  minutes: discountScenario({ fall: 1007, low: 1006.4, close: 1007.1, high: 1007.3, volume: 50_000 }),
}

export const nothing: Scenario = {
  shows: 'The same turn as in the textbook, in the middle of the range',
  minutes: discountScenario({ fall: 1009.6, low: 1009.1, close: 1010.2, after: 1010.4 }),
}
