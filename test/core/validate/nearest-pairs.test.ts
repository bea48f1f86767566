import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestPairs } from '../../../src/core/validate/nearest-pairs.js'

const WINDOW_MS = 10
const times = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }).map((list) => list.sort((a, b) => a - b))

/** Every assignment there is: most pairs, then least distance. */
function best(as: readonly number[], bs: readonly number[]): { pairs: number; sum: number } {
  const [first, ...rest] = as
  if (first === undefined) return { pairs: 0, sum: 0 }
  let found = best(rest, bs)
  bs.forEach((b, n) => {
    const distance = Math.abs(first - b)
    if (distance >= WINDOW_MS) return
    const other = best(rest, [...bs.slice(0, n), ...bs.slice(n + 1)])
    const made = { pairs: other.pairs + 1, sum: other.sum + distance }
    if (made.pairs > found.pairs || (made.pairs === found.pairs && made.sum < found.sum)) found = made
  })
  return found
}

test('makes as many pairs as any assignment can, with the least sum of distances', () => {
  fc.assert(
    fc.property(times, times, (as, bs) => {
      const timed = (list: readonly number[]) => list.map((time_ms, n) => ({ time_ms, n }))
      const pairs = nearestPairs(timed(as), timed(bs), { window_ms: WINDOW_MS, allows: () => true })
      expect(new Set(pairs.map(([a]) => a.n)).size).toBe(pairs.length)
      expect(new Set(pairs.map(([, b]) => b.n)).size).toBe(pairs.length)
      const sum = pairs.reduce((total, [a, b]) => total + Math.abs(a.time_ms - b.time_ms), 0)
      expect({ pairs: pairs.length, sum }).toEqual(best(as, bs))
    }),
    { numRuns: 500 },
  )
})

test('pairs nothing that is not allowed, or too far apart', () => {
  const at = (time_ms: number) => ({ time_ms })
  expect(nearestPairs([at(0)], [at(10)], { window_ms: 10, allows: () => true })).toEqual([])
  expect(nearestPairs([at(0)], [at(9)], { window_ms: 10, allows: () => true })).toHaveLength(1)
  expect(nearestPairs([at(0)], [at(0)], { window_ms: 10, allows: () => false })).toEqual([])
})
