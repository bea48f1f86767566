import { expect, test } from 'vitest'
import { TickRule, TradeSigner } from '../../../src/core/flow/index.js'
import { best } from './books.js'

const PRICES = [10_000, 10_005, 10_005, 10_000, 10_000]
const INCREMENTS = [10, 20, 30, 40, 50]
const cvd = (signs: readonly number[]): number => INCREMENTS.reduce((sum, increment, n) => sum + increment * (signs[n] ?? 0), 0)

test('3.17: the vector, by the tick rule and by a signer without a book', () => {
  const rule = new TickRule()
  const by_rule = PRICES.map((price) => rule.sign(price))
  expect(by_rule).toEqual([0, 1, 1, -1, -1])
  expect(cvd(by_rule)).toBe(-40)
  const signer = new TradeSigner()
  expect(PRICES.map((price) => signer.sign(price))).toEqual(by_rule)
})

test('the quote rule, against the book before', () => {
  const signer = new TradeSigner()
  signer.noteQuote(best([[10_000, 5]], [[10_010, 5]]))
  expect([10_010, 10_015, 10_000, 9_990, 10_006, 10_004].map((price) => signer.sign(price))).toEqual([1, 1, -1, -1, 1, -1])
})

test('in the middle, by the last change of price', () => {
  const signer = new TradeSigner()
  signer.noteQuote(best([[10_000, 5]], [[10_010, 5]]))
  expect(signer.sign(10_005)).toBe(0)
  expect(signer.sign(10_010)).toBe(1)
  expect(signer.sign(10_005)).toBe(-1)
  signer.noteQuote(best([[9_990, 5]], [[10_000, 5]]))
  expect(signer.sign(9_990)).toBe(-1)
  expect(signer.sign(9_995)).toBe(1)
})

test('at a circuit limit one side is left to compare with', () => {
  const signer = new TradeSigner()
  signer.sign(9_990)
  signer.noteQuote(best([[10_000, 5]], []))
  expect(signer.sign(10_000)).toBe(-1)
  signer.noteQuote(best([], [[9_000, 5]]))
  expect(signer.sign(9_000)).toBe(1)
})

test('a crossed or locked book is none', () => {
  const signer = new TradeSigner()
  signer.sign(10_000)
  signer.noteQuote(best([[10_010, 5]], [[10_000, 5]]))
  expect(signer.sign(10_000)).toBe(0)
  signer.noteQuote(best([[10_000, 5]], [[10_000, 5]]))
  expect(signer.sign(10_000)).toBe(0)
  expect(signer.sign(10_005)).toBe(1)
})
