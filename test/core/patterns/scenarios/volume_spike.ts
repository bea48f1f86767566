import { calm, type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'

const before = calm('09:15', 90, { from: 1000, swing: 0.8 })
const last = before.at(-1) as MinuteRow

/** Three minutes of rising volume; the last one carries the price up by 0.7 %. */
function spike({ move, volume, obi }: { move: number; volume: number; obi: number }): MinuteRow[] {
  const close = Math.round((last.close + move) * 20) / 20
  const quiet = (i: number, traded: number): MinuteRow => ({
    at: minuteAt('09:15', 90 + i),
    open: last.close,
    high: last.close + 0.4,
    low: last.close - 0.4,
    close: last.close,
    volume: traded,
  })
  return [
    quiet(0, volume / 2),
    quiet(1, volume / 2),
    {
      at: minuteAt('09:15', 92),
      open: last.close,
      high: close + 0.05,
      low: last.close - 0.05,
      close,
      volume,
      buy_share: 0.9,
      obi,
    },
    ...calm(minuteAt('09:15', 93), 5, { from: close }),
  ]
}

export const textbook: Scenario = {
  shows: 'Volume six times the usual one and 0.7 % up, close at the high, more bids than offers',
  minutes: [...before, ...spike({ move: 7, volume: 60_000, obi: 0.5 })],
}

export const marginal: Scenario = {
  shows: 'Volume just above the threshold, and 0.4 % up',
  minutes: [...before, ...spike({ move: 4, volume: 26_000, obi: 0 })],
}

export const nothing: Scenario = {
  shows: 'The same price move on volume just below the threshold',
  minutes: [...before, ...spike({ move: 7, volume: 18_000, obi: 0.5 })],
}
