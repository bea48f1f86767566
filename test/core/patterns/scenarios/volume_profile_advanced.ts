import { calm, type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'
import { atTenths } from '../profile-day.js'

/** An hour around 1000, where most of the day trades, then half an hour higher. */
const morning: MinuteRow[] = atTenths(
  [
    ...calm('09:15', 60, { from: 1000, swing: 1.4, volume: 20_000 }),
    ...calm('10:15', 4, { from: 1000, to: 1003, swing: 0.5, volume: 3000 }),
    ...calm('10:19', 30, { from: 1003, swing: 0.8, volume: 6000 }),
  ],
  1000,
)
const next = (later: number): string => minuteAt('09:15', morning.length + later)

/** Three closes on the way back down to `from`, and a bar that ends its way at `low` and closes at `close`. */
function comeBack({ from, low, close, volume }: { from: number; low: number; close: number; volume: number }): MinuteRow[] {
  const way: MinuteRow[] = [from + 0.6, from + 0.3, from].map((price, n) => ({
    at: next(n),
    open: price + 0.3,
    high: price + 0.4,
    low: price - 0.1,
    close: price,
    volume: 6000,
  }))
  const touch: MinuteRow = {
    at: next(3),
    open: from,
    high: Math.max(from, close) + 0.05,
    low,
    close,
    volume,
    buy_share: 0.7,
  }
  return [...way, touch, ...calm(next(4), 4, { from: close })]
}

export const textbook: Scenario = {
  shows: 'Price comes back to where most of the day has traded, and is turned away on twice the volume',
  previous_close: 1000,
  minutes: [...morning, ...comeBack({ from: 1001.9, low: 1000.1, close: 1002.2, volume: 14_000 })],
}

export const marginal: Scenario = {
  shows: 'The same, turned away by little and on no more volume than before',
  previous_close: 1000,
  minutes: [...morning, ...comeBack({ from: 1000.7, low: 1000.1, close: 1000.6, volume: 6000 })],
}

export const nothing: Scenario = {
  shows: 'Price turns before it comes to the node',
  previous_close: 1000,
  minutes: [...morning, ...comeBack({ from: 1001.9, low: 1000.8, close: 1002.2, volume: 14_000 })],
}
