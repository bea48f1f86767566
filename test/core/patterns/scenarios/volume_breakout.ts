import { calm, goOn, type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'

/** 110 minutes in a range, 22 bars of five minutes: down by `sag` and up again. */
const range = (swing: number, sag = 0): MinuteRow[] => [
  ...calm('09:15', 55, { from: 1000, to: 1000 - sag, swing }),
  ...calm(minuteAt('09:15', 55), 55, { from: 1000 - sag, to: 1000, swing }),
]

/** Five minutes that leave the range, and five after them. */
function leaving(before: readonly MinuteRow[], { step, volume }: { step: number; volume: number }): MinuteRow[] {
  const { close } = before.at(-1) as MinuteRow
  const up = [1, 2, 3, 4, 5].map((n) => ({ close: Math.round((close + n * step) * 20) / 20, volume, buy_share: 0.8 }))
  const last = close + 5 * step
  return goOn(before, [...up, ...[0.2, -0.1, 0.1, 0, 0.1].map((off) => ({ close: Math.round((last + off) * 20) / 20 }))])
}

export const textbook: Scenario = {
  shows: 'After a narrow range five minutes of four times the usual volume close half a percent above it',
  minutes: leaving(range(1), { step: 1, volume: 40_000 }),
}

export const marginal: Scenario = {
  shows: 'After a wide range a close not far above it, on volume just above the threshold',
  minutes: leaving(range(1.5, 15), { step: 0.8, volume: 20_000 }),
}

export const nothing: Scenario = {
  shows: 'The same price on volume just below the threshold',
  minutes: leaving(range(1), { step: 1, volume: 17_000 }),
}
