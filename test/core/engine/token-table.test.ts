import { expect, test } from 'vitest'
import { TokenTable } from '../../../src/core/engine/token-table.js'

test('300,000 tokens are found in a few steps each', () => {
  // A hash of 16 bits sends them to 65,536 places and finding one takes thousands of steps: minutes for this test.
  const table = new TokenTable()
  const token = (n: number): number => n * 256 + 2
  const COUNT = 300_000
  for (let n = 0; n < COUNT; n++) table.add(token(n))
  for (let n = 0; n < COUNT; n++) if (table.find(token(n)) !== n) throw new Error(`token ${n} is at ${table.find(token(n))}`)
  expect(table.find(token(COUNT))).toBe(-1)
  expect(table.longest_walk).toBeLessThan(100)
})
