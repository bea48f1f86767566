import { type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'
import { resting, type StructureBar, structure } from '../../../support/structure.js'

const BEGIN = '09:15'
/** A low at 996, a swing high at 1002, a low at 998, then up to 1011 through the high, leaving a gap from 1001 to 1002: a leg of 13. */
export const LEG: readonly StructureBar[] = [
  { close: 998, low: 996 },
  { close: 999.8 },
  { close: 1001, high: 1002 },
  { close: 1000 },
  { close: 998.6, low: 998 },
  { close: 999.4 },
  { close: 1000.8, high: 1001 },
  { close: 1004.6 },
  { close: 1007.5, low: 1002 },
  { close: 1010.8, high: 1011 },
]
export const PULLBACK: readonly StructureBar[] = [{ close: 1008, high: 1010.9 }, { close: 1005.5 }, { close: 1003.2, low: 1003 }]

/** The leg and its pullback; a minute that falls to `fall` and closes there, and one that goes on to `low` and closes at `close`. */
export function pullbackScenario({
  leg = LEG,
  pullback = PULLBACK,
  fall = 1001.4,
  low = 1001.2,
  close = 1001.85,
  high = Math.max(close, fall) + 0.1,
  volume = 20_000,
  opening_high = 1003.5,
}: {
  leg?: readonly StructureBar[]
  pullback?: readonly StructureBar[]
  fall?: number
  low?: number
  close?: number
  high?: number
  volume?: number
  /** Of the first bar of the day; 1003.5 lies above the zone. */
  opening_high?: number
}): MinuteRow[] {
  const [first, ...quiet] = resting(16, 1000)
  const bars = [{ ...(first as StructureBar), high: opening_high }, ...quiet, ...leg, ...pullback]
  const falls = minuteAt(BEGIN, 5 * bars.length)
  const from = bars.at(-1)?.close ?? 1000
  return [
    ...structure(BEGIN, 1000, bars),
    { at: falls, open: from, high: from, low: fall, close: fall, volume: 10_000 },
    { at: minuteAt(falls, 1), open: fall, high, low, close, volume },
    { at: minuteAt(falls, 2), open: close, high: close, low: close, close, volume: 5000 },
  ]
}

export const textbook: Scenario = {
  shows:
    'Seven tenths of a leg of five ATR are taken back, into the gap it left, and a minute on twice the volume closes off its low',
  minutes: pullbackScenario({}),
}

export const marginal: Scenario = {
  shows: 'The zone is touched and left again, no gap in it, on the usual volume',
  minutes: pullbackScenario({
    leg: LEG.map((bar, i) => (i === 8 ? { ...bar, low: 1000.5 } : bar)),
    fall: 1003,
    low: 1002.7,
    close: 1003.3,
    volume: 10_000,
  }),
}

export const nothing: Scenario = {
  shows: 'The minute that comes into the zone closes at its low',
  minutes: pullbackScenario({ close: 1001.25 }),
}
