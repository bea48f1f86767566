import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OrderFlow, TickRule } from '../../../src/core/flow/index.js'
import { type Best, best, bestOf, soundBooks } from './books.js'

const PRICES = [10_000, 10_005, 10_005, 10_000, 10_000]
const INCREMENTS = [10, 20, 30, 40, 50]
const cvd = (signs: readonly number[]): number => INCREMENTS.reduce((sum, increment, n) => sum + increment * (signs[n] ?? 0), 0)

describe('the side of what traded', () => {
  test('3.17: the vector, by the tick rule and without a book', () => {
    const rule = new TickRule()
    const by_rule = PRICES.map((price) => rule.sign(price))
    expect(by_rule).toEqual([0, 1, 1, -1, -1])
    expect(cvd(by_rule)).toBe(-40)
    const flow = new OrderFlow()
    expect(PRICES.map((price) => flow.sign(price))).toEqual(by_rule)
  })

  test('the quote rule, against the book before', () => {
    const flow = new OrderFlow()
    flow.noteQuote(...best([[10_000, 5]], [[10_010, 5]]))
    expect([10_010, 10_015, 10_000, 9_990, 10_006, 10_004].map((price) => flow.sign(price))).toEqual([1, 1, -1, -1, 1, -1])
  })

  test('in the middle, by the last change of price', () => {
    const flow = new OrderFlow()
    flow.noteQuote(...best([[10_000, 5]], [[10_010, 5]]))
    expect(flow.sign(10_005)).toBe(0)
    expect(flow.sign(10_010)).toBe(1)
    expect(flow.sign(10_005)).toBe(-1)
    flow.noteQuote(...best([[9_990, 5]], [[10_000, 5]]))
    expect(flow.sign(9_990)).toBe(-1)
    expect(flow.sign(9_995)).toBe(1)
  })

  test('at a circuit limit one side is left to compare with', () => {
    const flow = new OrderFlow()
    flow.sign(9_990)
    flow.noteQuote(...best([[10_000, 5]], []))
    expect(flow.sign(10_000)).toBe(-1)
    expect(flow.sign(10_005)).toBe(1)
    flow.noteQuote(...best([], [[9_000, 5]]))
    expect(flow.sign(9_000)).toBe(1)
    expect(flow.sign(8_995)).toBe(-1)
  })

  test('a crossed or locked book is none', () => {
    const flow = new OrderFlow()
    flow.sign(10_000)
    flow.noteQuote(...best([[10_010, 5]], [[10_000, 5]]))
    expect(flow.sign(10_000)).toBe(0)
    flow.noteQuote(...best([[10_000, 5]], [[10_000, 5]]))
    expect(flow.sign(10_000)).toBe(0)
    expect(flow.sign(10_005)).toBe(1)
  })
})

describe('imbalance of order flow', () => {
  const BEFORE = best([[10_000, 500]], [[10_005, 200]])
  function imbalance(before: Best, now: Best): number {
    const flow = new OrderFlow()
    expect(flow.noteQuote(...before)).toBe(0)
    return flow.noteQuote(...now)
  }

  test('3.16: the vectors', () => {
    expect(imbalance(BEFORE, best([[10_000, 650]], [[10_005, 120]]))).toBe(230)
    expect(imbalance(BEFORE, best([[10_005, 100]], [[10_010, 350]]))).toBe(300)
  })

  test('a falling book counts down', () => {
    expect(imbalance(BEFORE, best([[9_995, 100]], [[10_000, 350]]))).toBe(-500 - 350)
  })

  test('a book that is empty or crossed says nothing', () => {
    for (const none of [best([], []), best([[10_000, 5]], []), best([[10_005, 5]], [[10_000, 5]])]) {
      expect(imbalance(BEFORE, none)).toBe(0)
      expect(imbalance(none, BEFORE)).toBe(0)
    }
  })

  test('nothing changed is no flow, and there and back cancel while the prices stay', () => {
    fc.assert(
      fc.property(soundBooks.map(bestOf), fc.nat(1_000_000), fc.nat(1_000_000), (now, more_bid, more_offer) => {
        expect(imbalance(now, now)).toBe(0)
        const [bid, bid_quantity, offer, offer_quantity] = now
        const then: Best = [bid, bid_quantity + more_bid, offer, offer_quantity + more_offer]
        expect(imbalance(now, then)).toBe(more_bid - more_offer)
        expect(imbalance(then, now)).toBe(more_offer - more_bid)
      }),
    )
  })
})
