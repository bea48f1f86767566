import { calm, goOn, type MinuteRow, type Scenario, type Step } from '../../../support/scenario.js'

const before = calm('09:15', 90, { from: 1000, swing: 1.5 })
const start = (before.at(-1) as MinuteRow).close
const at = (away: number, facts: Omit<Step, 'close'> = {}): Step => ({
  close: Math.round((start + away) * 20) / 20,
  ...facts,
})

/** Twelve minutes down, and one that takes back the last of them. */
function turning({ fall, turn, volume, bought }: { fall: number; turn: number; volume: number; bought: number }): MinuteRow[] {
  const down = Array.from({ length: 12 }, (_, i) => at((-fall * (i + 1)) / 12, { buy_share: 0.3, volume: 12_000 }))
  return goOn(before, [
    ...down,
    at(-fall + turn, { volume, buy_share: bought, low: Math.round((start - fall - 0.4) * 20) / 20 }),
    at(-fall + turn + 0.2),
    at(-fall + turn + 0.1),
    at(-fall + turn + 0.3),
  ])
}

export const textbook: Scenario = {
  shows: 'After a fall of five ATR to a new low, oversold, a minute of much volume takes back two minutes of it',
  minutes: turning({ fall: 8, turn: 1.6, volume: 50_000, bought: 0.95 }),
}

export const marginal: Scenario = {
  shows: 'A shorter fall, turned on volume just above the threshold',
  minutes: turning({ fall: 5, turn: 1, volume: 21_000, bought: 0.6 }),
}

export const nothing: Scenario = {
  shows: 'The same turn on the usual volume',
  minutes: turning({ fall: 8, turn: 1.6, volume: 15_000, bought: 0.95 }),
}
