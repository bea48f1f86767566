import { calm, goOn, type MinuteRow, type Scenario, type Step } from '../../../support/scenario.js'

const before = calm('09:15', 90, { from: 1000, swing: 1.5 })

/** So many steps from one price to another, alike in all else. */
const leg = (from: number, to: number, bars: number, facts: Omit<Step, 'close'>): Step[] =>
  Array.from({ length: bars }, (_, i) => ({ close: Math.round((from + ((to - from) * (i + 1)) / bars) * 20) / 20, ...facts }))

/** Up to a high on strong buying, back, up to a higher high on less volume that is sold into, and down again. */
function twoHighs({ second, bought, volume }: { second: number; bought: number; volume: number }): MinuteRow[] {
  const start = (before.at(-1) as MinuteRow).close
  return goOn(before, [
    ...leg(start, 998, 3, { volume: 8000 }),
    ...leg(998, 1004, 6, { volume: 30_000, buy_share: 0.75 }),
    ...leg(1004, 1001, 5, { volume: 8000 }),
    ...leg(1001, second, 6, { volume, buy_share: bought }),
    ...leg(second, second - 1.5, 5, { volume: 9000, buy_share: 0.3 }),
  ])
}

export const textbook: Scenario = {
  shows: 'A higher high that is sold into, reached on a third of the volume',
  minutes: twoHighs({ second: 1006.6, bought: 0.1, volume: 10_000 }),
}

export const marginal: Scenario = {
  shows: 'A high that is a little higher, with a little less bought',
  minutes: twoHighs({ second: 1004.8, bought: 0.45, volume: 12_000 }),
}

export const nothing: Scenario = {
  shows: 'A higher high that was bought as the first one was',
  minutes: twoHighs({ second: 1006, bought: 0.75, volume: 10_000 }),
}
