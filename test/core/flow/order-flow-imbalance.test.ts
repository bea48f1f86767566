import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderFlowImbalance } from '../../../src/core/flow/index.js'
import { best, bestOf, soundBooks } from './books.js'

const BEFORE = best([[10_000, 500]], [[10_005, 200]])

test('3.16: the vectors', () => {
  expect(orderFlowImbalance(BEFORE, best([[10_000, 650]], [[10_005, 120]]))).toBe(230)
  expect(orderFlowImbalance(BEFORE, best([[10_005, 100]], [[10_010, 350]]))).toBe(300)
})

test('a falling book counts down', () => {
  expect(orderFlowImbalance(BEFORE, best([[9_995, 100]], [[10_000, 350]]))).toBe(-500 - 350)
})

test('a book that is empty or crossed says nothing', () => {
  for (const none of [best([], []), best([[10_000, 5]], []), best([[10_005, 5]], [[10_000, 5]])]) {
    expect(orderFlowImbalance(BEFORE, none)).toBe(0)
    expect(orderFlowImbalance(none, BEFORE)).toBe(0)
  }
})

test('nothing changed is no flow, and there and back cancel while the prices stay', () => {
  fc.assert(
    fc.property(soundBooks.map(bestOf), fc.nat(1_000_000), fc.nat(1_000_000), (now, more_bid, more_offer) => {
      expect(orderFlowImbalance(now, now)).toBe(0)
      const then = {
        ...now,
        bid_quantity: now.bid_quantity + more_bid,
        offer_quantity: now.offer_quantity + more_offer,
      }
      expect(orderFlowImbalance(now, then)).toBe(more_bid - more_offer)
      expect(orderFlowImbalance(then, now)).toBe(more_offer - more_bid)
    }),
  )
})
