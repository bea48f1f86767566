import { calm, goOn, type MinuteRow, type Scenario } from '../../../support/scenario.js'

const before = calm('09:15', 90, { from: 1000, to: 1002, swing: 1.5 })
const high = Math.max(...before.map((row) => row.high))

/** One minute that ends so far from the high of the day, and three calm ones well below it. */
function lifted({ away, volume }: { away: number; volume: number }): MinuteRow[] {
  const close = Math.round((high + away) * 20) / 20
  return goOn(before, [
    { close, volume, buy_share: 0.8 },
    ...[-0.3, -0.2, -0.4].map((off) => ({ close: Math.round((close + off) * 20) / 20 })),
  ])
}

/** Both sides, for the sake of the mirror image. */
export const parameters = { short: 1 }

export const textbook: Scenario = {
  shows: 'A minute of five times the usual volume makes a new high of the day',
  minutes: lifted({ away: 1.5, volume: 60_000 }),
}

export const marginal: Scenario = {
  shows: 'Twice the usual volume, a little below the high of the day',
  minutes: lifted({ away: -0.8, volume: 21_000 }),
}

export const nothing: Scenario = {
  shows: 'The new high on volume just below the threshold',
  minutes: lifted({ away: 1.5, volume: 19_000 }),
}
