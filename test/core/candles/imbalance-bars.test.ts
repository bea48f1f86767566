import fc from 'fast-check'
import { expect, test } from 'vitest'
import { build, type Trade, trades } from './trades.js'

interface Part {
  trades: number
  bought: number
  sold: number
  volume: number
  theta: number
}

/** Slow and plain: every side from the whole history, every expectation from all bars so far. Answers the trades in each closed bar. */
function reference(feed: readonly Trade[], warm_up: number): number[] {
  const signOf = (index: number): number => {
    for (let before = index; before > 0; before--) {
      const change = (feed[before]?.price ?? 0) - (feed[before - 1]?.price ?? 0)
      if (change !== 0) return Math.sign(change)
    }
    return 0
  }
  const partOf = (from: number, to: number): Part => {
    const part = { trades: to - from, bought: 0, sold: 0, volume: 0, theta: 0 }
    for (let index = from; index < to; index++) {
      const sign = signOf(index)
      const volume = feed[index]?.volume ?? 0
      part.volume += volume
      part.theta += sign * volume
      if (sign === 1) part.bought++
      if (sign === -1) part.sold++
    }
    return part
  }
  const bars: Part[] = []
  const total = (key: keyof Part, over: readonly Part[]): number => over.reduce((sum, part) => sum + part[key], 0)
  const threshold = (): number => {
    const seed = bars.slice(0, warm_up)
    const start = total('trades', seed) / warm_up
    const sided = total('bought', seed) + total('sold', seed)
    let expected_trades = start
    let share = sided === 0 ? 0.5 : total('bought', seed) / sided
    let volume = total('volume', seed) / total('trades', seed)
    const weight = 2 / (warm_up + 1)
    for (const bar of bars.slice(warm_up)) {
      expected_trades += weight * (bar.trades - expected_trades)
      if (expected_trades < 0.2 * start) expected_trades = 0.2 * start
      if (expected_trades > 5 * start) expected_trades = 5 * start
      if (bar.bought + bar.sold > 0) share += weight * (bar.bought / (bar.bought + bar.sold) - share)
      volume += weight * (bar.volume / bar.trades - volume)
    }
    return expected_trades * Math.abs(2 * share - 1) * volume
  }
  let from = 0
  for (let to = 1; to <= feed.length; to++) {
    const part = partOf(from, to)
    const first = bars[0]
    let full: boolean
    if (first === undefined) full = part.trades === 50
    else if (bars.length < warm_up) full = part.volume >= first.volume
    else full = Math.abs(part.theta) >= threshold()
    if (!full) continue
    bars.push(part)
    from = to
  }
  return bars.map((bar) => bar.trades)
}

test('imbalance bars are those of a slow reference', () => {
  fc.assert(
    fc.property(trades({ minLength: 300, maxLength: 600 }), fc.integer({ min: 1, max: 4 }), (feed, warm_up) => {
      const { closed, open } = build(`imbalance:${warm_up}`, feed)
      expect(closed.map(({ trade_count }) => trade_count)).toEqual(reference(feed, warm_up))
      const left = open === undefined ? [] : [open]
      expect([...closed, ...left].reduce((sum, { volume }) => sum + volume, 0)).toBe(
        feed.reduce((sum, { volume }) => sum + volume, 0),
      )
    }),
    { numRuns: 40 },
  )
})

test('one-sided trade ends bars when the expected imbalance is reached', () => {
  // 50 trades of 10 in the only warm-up bar, 49 with a side, all bought: E = 50 x 1 x 10
  const feed = Array.from({ length: 150 }, (_, index) => ({ price: 1000 + index, volume: 10, at_s: index }))
  expect(build('imbalance:1', feed).closed.map(({ volume }) => volume)).toEqual([500, 500, 500])
})

test('a warm-up without a price change expects nothing, and what comes after still counts', () => {
  const feed = Array.from({ length: 80 }, (_, index) => ({ price: index < 60 ? 1000 : 940 + index, volume: 10, at_s: index }))
  const { closed } = build('imbalance:1', feed)
  expect(closed.slice(0, 11).map(({ trade_count }) => trade_count)).toEqual([50, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
  expect(closed.map(({ trade_count }) => trade_count)).toEqual(reference(feed, 1))
})
