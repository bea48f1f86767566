import { type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'
import { type StructureBar, structure } from '../../../support/structure.js'

const BEGIN = '09:15'
/** From the low to a high at `high` and back, six bars; highs as told make equal ones. */
const wave = (high: number): StructureBar[] => [
  { close: 1000.4 },
  { close: 1001.6 },
  { close: 1001.8, high },
  { close: 1000.6 },
  { close: 999.6 },
  { close: 999.2, low: 998.8 },
]

/** Highs of the waves, in rupees; then a minute that trades up to `high`, on `volume` shares, and closes at `close`. */
export function sweepScenario({
  highs = [1003, 1002.9, 1003, 1002.95],
  high = 1003.8,
  close = 1001.6,
  volume = 26_000,
  after = [close],
}: {
  highs?: readonly number[]
  high?: number
  close?: number
  volume?: number
  /** Closes of the minutes that follow. */
  after?: readonly number[]
}): MinuteRow[] {
  const bars = [...highs.flatMap(wave), { close: 1001 }, { close: 1002.6 }]
  const sweep = minuteAt(BEGIN, 5 * bars.length)
  return [
    ...structure(BEGIN, 999.2, bars),
    { at: sweep, open: 1002.6, high, low: Math.min(close, 1002.6), close, volume, buy_share: 0.4 },
    ...after.map((price, i) => ({
      at: minuteAt(sweep, 1 + i),
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 5000,
    })),
  ]
}

export const textbook: Scenario = {
  shows: 'Four equal highs are swept by half an ATR; the same minute closes far below them, on more than twice the volume',
  minutes: sweepScenario({}),
}

export const marginal: Scenario = {
  shows: 'Two equal highs, a short wick, the usual volume',
  minutes: sweepScenario({ highs: [1003.6, 1003, 1002.9], high: 1003.3, close: 1002.6, volume: 10_000 }),
}

export const nothing: Scenario = {
  shows: 'The same equal highs are swept, and the price is back inside only in the fourth minute',
  minutes: sweepScenario({ high: 1003.8, close: 1003.6, after: [1003.6, 1003.5, 1001.6, 1001.6] }),
}
