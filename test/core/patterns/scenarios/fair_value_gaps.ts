import { type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'
import { resting, structure } from '../../../support/structure.js'

const BEGIN = '09:15'
const TAP = minuteAt(BEGIN, 24 * 5)

/** Twenty quiet bars (ATR about 2), one that leaves a gap of `gap` above 1001, two that go on; then a minute that comes back and closes at `close`. */
export function gapScenario({
  gap = 2,
  push = 6.5,
  volume = 250_000,
  tap = 1002.5,
  close = 1003.5,
}: {
  gap?: number
  push?: number
  volume?: number
  tap?: number
  close?: number
}): MinuteRow[] {
  const made = structure(BEGIN, 1000, [
    ...resting(20, 1000),
    { close: 1000 + push - 0.5, high: 1000 + push, low: 999.4, volume },
    { close: 1000 + push + 2, low: 1001 + gap },
    { close: 1000 + push + 7 },
    { close: 1005, high: 1000 + push + 7.5, low: 1004.5 },
  ])
  const back = { at: TAP, open: 1003.4, high: close, low: tap, close, volume: 10_000, obi: 0 }
  return [...made, back, { ...back, at: minuteAt(TAP, 1), open: close, low: close, close }]
}

export const textbook: Scenario = {
  shows:
    'A bar of three ATR on five times the volume leaves a gap of almost one ATR; the first minute that comes back to it closes above',
  minutes: gapScenario({}),
}

export const marginal: Scenario = {
  shows: 'A smaller gap on the usual volume',
  minutes: gapScenario({ gap: 0.7, volume: 50_000, push: 4, tap: 1001.5, close: 1003.5 }),
}

export const nothing: Scenario = {
  shows: 'The same gap as in the textbook, traded through before anything turned',
  minutes: gapScenario({ tap: 1000.9 }),
}
