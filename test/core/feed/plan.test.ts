import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FeedMode, type Layout, Plan } from '../../../src/core/feed/index.js'

const count = (n: number, from = 1): number[] => Array.from({ length: n }, (_, index) => from + index)
const all = (tokens: readonly number[], mode: FeedMode = 'quote'): Map<number, FeedMode> =>
  new Map(tokens.map((token) => [token, mode]))
const tokensOf = (plan: Plan): number[][] => plan.shares.map(({ wanted }) => [...wanted.keys()])

test('a split is contiguous, even, in the order given', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 0xffffffff }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      (tokens, n) => {
        const shares = tokensOf(new Plan({ kind: 'split', connections: n }, all(tokens)))
        expect(shares.flat()).toEqual(tokens)
        const sizes = shares.map(({ length }) => length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      },
    ),
  )
})

describe('limits', () => {
  const cases: [string, Layout, number, FeedMode][] = [
    ['one connection', { kind: 'split', connections: 1 }, 3000, 'full'],
    ['two connections', { kind: 'split', connections: 2 }, 6000, 'full'],
    ['three connections', { kind: 'split', connections: 3 }, 9000, 'full'],
    ['redundant', { kind: 'redundant' }, 3000, 'full'],
    ['the primary', { kind: 'roles' }, 3000, 'quote'],
    ['the secondary', { kind: 'roles' }, 3000, 'full'],
  ]
  test.each(cases)('%s: as many as fit, and not one more', (_, layout, limit, mode) => {
    expect(() => new Plan(layout, all(count(limit + 1), mode))).toThrow(new RegExp(`carry ${limit} .*3000 a connection`))
    const plan = new Plan(layout, all(count(limit), mode))
    const before = tokensOf(plan)
    expect(() => plan.subscribe([1, limit + 1], mode)).toThrow(/do not fit/)
    expect(tokensOf(plan)).toEqual(before)
    expect(plan.subscribe([1, 2], mode), 'what is there already needs no room').toEqual([])
    plan.unsubscribe([1])
    plan.subscribe([limit + 1], mode)
    expect(new Set(tokensOf(plan).flat()).size).toBe(limit)
  })

  test('there are 1 to 3 connections', () => {
    for (const connections of [0, 4, 1.5])
      expect(() => new Plan({ kind: 'split', connections }, all([1]))).toThrow(/expected 1 to 3/)
  })
})

test('roles: full to the secondary, all else to the primary, nothing to the tertiary', () => {
  const plan = new Plan(
    { kind: 'roles' },
    new Map([
      [1, 'quote'],
      [2, 'full'],
      [3, 'ltp'],
    ]),
  )
  expect(tokensOf(plan)).toEqual([[1, 3], [2], []])
  expect(plan.setMode([1], 'full'), 'who changes its mode stays where it is').toEqual([
    { connection: 1, added: [], removed: [], moded: [1] },
  ])
})

test('a mode for what is not subscribed is refused, and nothing changes', () => {
  const plan = new Plan({ kind: 'split', connections: 1 }, all([1, 2]))
  expect(() => plan.setMode([1, 7, 8], 'full')).toThrow(/2 of 3 instruments are not subscribed, among them 7, 8/)
  const suggestions = ['mds ctl subscribe --tokens 7,8 --mode full']
  expect(() => plan.setMode([1, 7, 8], 'full')).toThrow(expect.objectContaining({ suggestions }))
  expect([...(plan.shares[0]?.wanted ?? [])]).toEqual([
    [1, 'quote'],
    [2, 'quote'],
  ])
})
