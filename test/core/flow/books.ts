import fc from 'fast-check'
import type { BestQuote } from '../../../src/core/flow/index.js'

/** Price and quantity of each level, best first. */
export type Side = readonly (readonly [price: number, quantity: number])[]

/** A book as `BarFlow.book` has it; levels that are not given are empty. */
export function book(bids: Side, offers: Side): Float64Array {
  const numbers = new Float64Array(20)
  bids.forEach((level, n) => {
    numbers.set(level, 2 * n)
  })
  offers.forEach((level, n) => {
    numbers.set(level, 10 + 2 * n)
  })
  return numbers
}

/** What stands in front of it. */
export const bestOf = (numbers: Float64Array): BestQuote => ({
  bid: numbers[0] as number,
  bid_quantity: numbers[1] as number,
  offer: numbers[10] as number,
  offer_quantity: numbers[11] as number,
})
export const best = (bids: Side, offers: Side): BestQuote => bestOf(book(bids, offers))

const side = (direction: 1 | -1) => (best: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1_000_000 })), { minLength: 1, maxLength: 5 })
    .map((levels) => {
      let price = best - direction
      return levels.map(([step, quantity]) => {
        price += direction * step
        return [price, quantity] as const
      })
    })

/** A sound book: bids below offers, one to five levels on each side. */
export const soundBooks = fc
  .integer({ min: 1000, max: 10_000_000 })
  .chain((best) => fc.tuple(side(-1)(best - 1), side(1)(best)).map(([bids, offers]) => book(bids, offers)))
