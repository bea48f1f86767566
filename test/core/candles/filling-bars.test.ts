import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventBar } from '../../../src/core/candles/event-bar.js'
import { build, type Trade, trades } from './trades.js'

const LENGTH = { minLength: 1, maxLength: 120 }

/** The trades of each bar, taken off the front by the bar's own count. */
function split(bars: readonly EventBar[], feed: readonly Trade[]): Trade[][] {
  let from = 0
  return bars.map((bar) => {
    from += bar.trade_count
    return feed.slice(from - bar.trade_count, from)
  })
}

test.each([
  ['tick:7', (part: readonly Trade[]) => part.length >= 7],
  ['volume:2500', (part: readonly Trade[]) => part.reduce((sum, { volume }) => sum + volume, 0) >= 2500],
  // 2.5 million rupees are 250 million paise
  ['value:2500000', (part: readonly Trade[]) => part.reduce((sum, { volume, price }) => sum + volume * price, 0) >= 250_000_000],
] as const)('%s: every trade is in one bar, and a bar is full with its last trade, not before', (bars, isFull) => {
  fc.assert(
    fc.property(trades(LENGTH), (feed) => {
      const { closed, open } = build(bars, feed)
      const all = open === undefined ? closed : [...closed, open]
      const parts = split(all, feed)
      expect(parts.flat()).toEqual(feed)
      parts.forEach((part, index) => {
        expect(isFull(part)).toBe(index < closed.length)
        expect(isFull(part.slice(0, -1))).toBe(false)
        const prices = part.map(({ price }) => price)
        expect(all[index]).toMatchObject({
          open: prices[0],
          high: Math.max(...prices),
          low: Math.min(...prices),
          close: prices.at(-1),
          volume: part.reduce((sum, { volume }) => sum + volume, 0),
          turnover: part.reduce((sum, { volume, price }) => sum + volume * price, 0),
          first_s: part[0]?.at_s,
          last_s: part.at(-1)?.at_s,
        })
      })
    }),
  )
})

test('value is compared exactly, to the unit of the feed', () => {
  const trade = (price: number): Trade => ({ price, volume: 1, at_s: 1 })
  expect(build('value:100', [trade(9_999)]).closed).toHaveLength(0)
  expect(build('value:100', [trade(9_999), trade(1)]).closed).toHaveLength(1)
  // a divisor of 10 million, as currency has it
  expect(build('value:100', [trade(999_999_999)], 10_000_000).closed).toHaveLength(0)
  expect(build('value:100', [trade(1_000_000_000)], 10_000_000).closed).toHaveLength(1)
})
