import { expect, test } from 'vitest'
import { connectionsOf, type FeedMode, type Layout } from '../../../src/core/feed/index.js'
import { layoutFor } from '../../../src/core/profile/index.js'

const modes = (full: number, quote = 0): ReadonlyMap<number, FeedMode> =>
  new Map(Array.from({ length: full + quote }, (_, n) => [n + 1, n < full ? 'full' : 'quote']))

test.each([
  ['split', modes(0), undefined, 1],
  ['split', modes(1), undefined, 1],
  ['split', modes(3000), undefined, 1],
  ['split', modes(3001), undefined, 2],
  ['split', modes(9000), undefined, 3],
  ['split', modes(10), 3, 3],
  ['split', modes(3001), 1, 'refused'],
  ['split', modes(9001), undefined, 'refused'],
  ['roles', modes(3000, 3000), undefined, 3],
  ['roles', modes(3001), undefined, 'refused'],
  ['roles', modes(0, 3001), undefined, 'refused'],
  ['redundant', modes(3000), undefined, 2],
  ['redundant', modes(1500, 1501), undefined, 'refused'],
] satisfies [Layout['kind'], ReadonlyMap<number, FeedMode>, number | undefined, number | 'refused'][])(
  '%s (case %#)',
  (layout, wanted, connections, expected) => {
    const answer = () => layoutFor(wanted, { layout, connections })
    if (expected === 'refused') expect(answer).toThrow(/^Expected at most \d+ instruments on /)
    else {
      expect(answer().kind).toBe(layout)
      expect(connectionsOf(answer())).toBe(expected)
    }
  },
)
