import { calm, type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'
import { atTenths } from '../profile-day.js'

/** Half an hour at 1006, a fast way down, and an hour and more around 1000: the value area lies there, and little has traded above it. */
const morning: MinuteRow[] = atTenths(
  [
    ...calm('09:15', 30, { from: 1006, swing: 1, volume: 4000 }),
    ...calm('09:45', 3, { from: 1006, to: 1000, swing: 0.5, volume: 1500 }),
    ...calm('09:48', 79, { from: 1000, swing: 1.4 }),
  ],
  1006,
)
const next = (later: number): string => minuteAt('09:15', morning.length + later)

/** Two closes above the area, the second on volume. */
function leave({ first, second, volume }: { first: number; second: number; volume: number }): MinuteRow[] {
  const bar = (at: string, open: number, close: number, traded: number): MinuteRow => ({
    at,
    open,
    high: close + 0.05,
    low: open - 0.05,
    close,
    volume: traded,
    buy_share: 0.8,
  })
  const open = (morning.at(-1) as MinuteRow).close
  return [bar(next(0), open, first, 14_000), bar(next(1), first, second, volume), ...calm(next(2), 4, { from: second })]
}

export const textbook: Scenario = {
  shows: 'Two closes above the value area of the morning on five times the usual volume, into prices where little has traded',
  previous_close: 1000,
  minutes: [...morning, ...leave({ first: 1001.6, second: 1002.9, volume: 55_000 })],
}

export const marginal: Scenario = {
  shows: 'The same on twice the usual volume, and barely outside',
  previous_close: 1000,
  minutes: [...morning, ...leave({ first: 1001.25, second: 1001.35, volume: 22_000 })],
}

export const nothing: Scenario = {
  shows: 'One close outside on volume, where two are asked for',
  previous_close: 1000,
  minutes: [...morning, ...leave({ first: 1000.4, second: 1002.9, volume: 55_000 }).slice(0, 2)],
}
