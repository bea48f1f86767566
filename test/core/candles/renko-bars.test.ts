import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventBar } from '../../../src/core/candles/event-bar.js'
import { BRICKS_PER_TRADE_MAX } from '../../../src/core/candles/renko-bars.js'
import { MdsError } from '../../../src/core/errors.js'
import { build, type Trade, trades } from './trades.js'

const at = (prices: readonly number[]): Trade[] => prices.map((price, index) => ({ price, volume: 10, at_s: 1000 + index }))
const edges = (bars: readonly EventBar[]): [number, number][] => bars.map(({ open, close }) => [open, close])

/** By the words of the rule, moving price one feed unit at a time. Each brick with the index of the trade that drew it. */
function walk(feed: readonly Trade[], brick: number): { open: number; close: number; trade: number }[] {
  const bricks: { open: number; close: number; trade: number }[] = []
  let price = feed[0]?.price ?? 0
  let close = price
  let direction = 0
  feed.forEach((next, trade) => {
    while (price !== next.price) {
      price += Math.sign(next.price - price)
      for (const side of [1, -1]) {
        const needed = direction === -side ? 2 * brick : brick
        if ((price - close) * side < needed) continue
        const open = close + side * (needed - brick)
        close = open + side * brick
        direction = side
        bricks.push({ open, close, trade })
      }
    }
  })
  return bricks
}

test('bricks follow the rule, one unit at a time', () => {
  fc.assert(
    fc.property(trades({ minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 300 }), (feed, brick) => {
      const { closed } = build(`renko:${brick / 100}`, feed)
      const expected = walk(feed, brick)
      expect(edges(closed)).toEqual(expected.map(({ open, close }) => [open, close]))
      closed.forEach((bar, index) => {
        expect(Math.abs(bar.close - bar.open)).toBe(brick)
        expect([bar.high, bar.low]).toEqual([Math.max(bar.open, bar.close), Math.min(bar.open, bar.close)])
        expect(bar.last_s).toBe(feed[expected[index]?.trade ?? -1]?.at_s)
      })
    }),
  )
})

test('volume and trades add up, whatever the bricks', () => {
  fc.assert(
    fc.property(trades({ minLength: 1, maxLength: 80 }), (feed) => {
      const { closed, open } = build('renko:0.5', feed)
      const all = open === undefined ? closed : [...closed, open]
      expect(all.reduce((sum, bar) => sum + bar.volume, 0)).toBe(feed.reduce((sum, { volume }) => sum + volume, 0))
      expect(all.reduce((sum, bar) => sum + bar.trade_count, 0)).toBe(feed.length)
    }),
  )
})

test('a reversal takes two bricks and begins one brick back', () => {
  const { closed } = build('renko:1', at([1000, 1100, 1001, 1000, 900, 899]))
  expect(edges(closed)).toEqual([
    [1000, 1100],
    [1000, 900],
  ])
})

test('one trade may draw several bricks: same second, all volume in the first', () => {
  const { closed, open } = build('renko:1', at([1000, 1350]))
  expect(edges(closed)).toEqual([
    [1000, 1100],
    [1100, 1200],
    [1200, 1300],
  ])
  expect(closed.map(({ first_s, last_s }) => [first_s, last_s])).toEqual([
    [1000, 1001],
    [1001, 1001],
    [1001, 1001],
  ])
  expect(closed.map(({ volume }) => volume)).toEqual([20, 0, 0])
  expect(open).toBeUndefined()
})

test('the unfinished brick begins at the last close and shows where price stands', () => {
  const { open } = build('renko:1', at([1000, 1110, 1150, 1050]))
  expect(open).toMatchObject({ open: 1100, high: 1150, low: 1050, close: 1050, volume: 20 })
})

test('a jump of too many bricks begins anew and ends the bar under way as broken', () => {
  const far = 1000 + BRICKS_PER_TRADE_MAX
  const { closed } = build('renko:0.01', at([1000, far - 1, far - 1 + BRICKS_PER_TRADE_MAX, far + BRICKS_PER_TRADE_MAX]))
  expect(closed).toHaveLength(BRICKS_PER_TRADE_MAX - 1 + 1 + 1)
  expect(closed.filter(({ broken }) => broken)).toHaveLength(1)
  expect(closed.at(-1)).toMatchObject({ open: far - 1 + BRICKS_PER_TRADE_MAX, close: far + BRICKS_PER_TRADE_MAX })
})

test('a brick that is no whole number of feed units is refused; one that is, is exact', () => {
  expect(() => build('renko:0.005', at([1000]))).toThrow(MdsError)
  expect(build('renko:0.0025', at([832_500_000, 832_525_000]), 10_000_000).closed).toMatchObject([
    { open: 832_500_000, close: 832_525_000 },
  ])
  expect(build('renko:0.07', at([1000, 1007])).closed).toHaveLength(1)
})

test('values of an index draw bricks, without volume', () => {
  const { closed } = build('renko:1', [
    { price: 1000, volume: 0, at_s: 1 },
    { price: 1100, volume: 0, at_s: 2 },
  ])
  expect(closed).toMatchObject([{ open: 1000, close: 1100, volume: 0, tick_count: 2, trade_count: 0 }])
})
