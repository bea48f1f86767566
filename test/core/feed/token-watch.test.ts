import { expect, test } from 'vitest'
import { TokenWatch } from '../../../src/core/feed/index.js'

/** Runs a watch for so many seconds; `tokens` tells who ticks in a second. Gives the suspects by second. */
function watched(seconds: number, tokens: (second: number) => number[], watch = new TokenWatch()): [number, number[]][] {
  const told: [number, number[]][] = []
  for (let second = 1; second <= seconds; second++) {
    for (const token of tokens(second)) for (let n = 0; n < 3; n++) watch.note(token)
    const suspects = watch.second()
    if (suspects.length > 0) told.push([second, suspects])
  }
  return told
}

test('an instrument that ticked each second is suspect after 20 s, once, and again after it has come back', () => {
  const told = watched(200, (second) => (second <= 30 || (second >= 100 && second < 120) ? [9, 5] : [7]))
  expect(told).toEqual(
    [
      [51, [5, 9]],
      [140, [5, 9]],
    ].map(([second, tokens]) => [second, tokens]),
  )
})

test('one that ticks each 10 s is given 200 s', () => {
  const told = watched(700, (second) => (second <= 300 && second % 10 === 0 ? [5, 7] : [7]))
  expect(told).toHaveLength(1)
  expect(told[0]?.[0]).toBeGreaterThan(480)
  expect(told[0]?.[0]).toBeLessThanOrEqual(505)
})

test('nothing is said of one that hardly ever ticked, nor after a new socket, nor of more than 3,000', () => {
  expect(watched(5000, (second) => (second < 10 ? [5, 7] : [7]))).toEqual([])
  const watch = new TokenWatch()
  watched(60, () => [5, 7], watch)
  watch.reset()
  expect(watched(100, () => [7], watch)).toEqual([])
  const many = Array.from({ length: 4000 }, (_, n) => n + 1)
  const told = watched(60, (second) => (second <= 20 ? many : [1]))
  expect(told[0]?.[1]).toHaveLength(2999)
})

test('when all fall silent at once it is the feed, which others watch', () => {
  expect(watched(500, (second) => (second <= 30 || second > 400 ? [5, 7] : []))).toEqual([])
})
