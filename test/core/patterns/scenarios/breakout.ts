import { calm, goOn, type MinuteRow, minuteAt, type Scenario, type Step } from '../../../support/scenario.js'

/** An opening range up to 1006, and a market that comes back to it from below two hours later. */
const before: MinuteRow[] = [
  ...calm('09:15', 15, { from: 1000, to: 1004, swing: 2.5 }),
  ...calm(minuteAt('09:15', 15), 60, { from: 1003, to: 998, swing: 2.5 }),
  ...calm(minuteAt('09:15', 75), 45, { from: 998, to: 1003, swing: 2.5 }),
]
const opening_high = Math.max(...before.slice(0, 15).map(({ high }) => high))
const off = (away: number, facts: Omit<Step, 'close'> = {}): Step => ({
  close: Math.round((opening_high + away) * 20) / 20,
  ...facts,
})
const rest: Step[] = [off(0.5), off(0.3), off(0.6)]

export const textbook: Scenario = {
  shows: 'A close beyond the opening range, a return to it, and away from there with volume',
  minutes: goOn(before, [
    off(-0.6),
    off(0.8, { volume: 15_000 }),
    off(0.2),
    off(-0.1, { reach: 0.05 }),
    off(2.6, { volume: 40_000, buy_share: 0.8 }),
    ...rest,
  ]),
}

export const marginal: Scenario = {
  shows: 'Two closes a little beyond the opening range on volume a little above the usual',
  minutes: goOn(before, [off(-0.6), off(0.6, { volume: 14_000 }), off(0.9, { volume: 14_000 }), ...rest]),
}

export const nothing: Scenario = {
  shows: 'One close beyond the opening range, and the next one back inside',
  minutes: goOn(before, [off(-0.6), off(0.8, { volume: 40_000 }), off(-0.8), off(-1), off(-1.2)]),
}
