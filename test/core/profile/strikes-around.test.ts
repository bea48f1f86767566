import fc from 'fast-check'
import { expect, test } from 'vitest'
import { strikesAround } from '../../../src/core/profile/strikes-around.js'

const strikes = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 })

test('no strike left out is nearer to the money than one taken, on its side', () => {
  fc.assert(
    fc.property(strikes, fc.integer({ min: 0, max: 450 }), fc.nat(6), (listed, price, count) => {
      const taken = strikesAround(listed, price, count)
      const money = [...taken].find(([, distance]) => distance === 0)?.[0] ?? Number.NaN
      const off = (strike: number): number => Math.abs(strike - price)
      for (const strike of listed) {
        expect(off(strike)).toBeGreaterThanOrEqual(off(money))
        if (off(strike) === off(money)) expect(strike).toBeGreaterThanOrEqual(money)
        const between = listed.filter((other) => (other - money) * (other - strike) <= 0 && other !== strike).length
        expect(taken.get(strike)).toBe(between <= count ? between : undefined)
      }
    }),
  )
})

test('without a price the middle one, of two the lower', () => {
  expect([...strikesAround([30, 10, 20], undefined, 0)]).toEqual([[20, 0]])
  expect([...strikesAround([30, 10, 20, 40], undefined, 0)]).toEqual([[20, 0]])
  expect([...strikesAround([], 10, 3)]).toEqual([])
})
