import { type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'
import { resting, structure } from '../../../support/structure.js'

const BEGIN = '12:45'
const BREAK = '14:46'

/** Quiet until 14:30, a range of two rupees until 14:45, then a minute that closes at `close` on `volume` shares. */
export function breakScenario({
  close = 1004,
  volume = 30_000,
  at = BREAK,
}: {
  close?: number
  volume?: number
  at?: string
}): MinuteRow[] {
  const bars = structure(BEGIN, 1000, resting(24, 1000))
  const last = bars.at(-1)?.close ?? 1000
  const flat = (i: number): MinuteRow => ({
    at: minuteAt('14:45', i),
    open: last,
    high: last + 0.2,
    low: last - 0.2,
    close: last,
    volume: 10_000,
  })
  const quiet = Array.from({ length: 120 }, (_, i) => flat(i)).filter((row) => row.at < at)
  const leaves = { at, open: last, high: close, low: last, close, volume, buy_share: 0.8 }
  return [...bars, ...quiet, leaves, { ...leaves, at: minuteAt(at, 1), open: close, low: close }]
}

export const textbook: Scenario = {
  shows: 'At 14:46 the price is one and a half ATR above the range of 14:30 to 14:45, on three times the volume',
  minutes: breakScenario({}),
}

export const marginal: Scenario = {
  shows: 'It is a little more than half an ATR above it, on little more than the usual volume',
  minutes: breakScenario({ close: 1002.2, volume: 13_000 }),
}

export const nothing: Scenario = {
  shows: 'It closes outside the range, but by less than half an ATR',
  minutes: breakScenario({ close: 1001.5 }),
}
