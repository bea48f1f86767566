import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FirstFew } from '../../../src/core/compare/first-few.js'
import {
  canonicalJson,
  decimalDifference,
  parseCell,
  printCell,
  typeOfValue,
  UNREADABLE,
} from '../../../src/core/compare/index.js'
import { jsonDifference } from '../../../src/core/compare/json-difference.js'

describe('decimalDifference', () => {
  test.each([
    [100.1, 100.05, 0.05],
    [10.05, 10, 0.05],
    [1e21, 1, 1e21],
    [0.3, 0.25, 0.05],
    [-0.1, 0.2, -0.3],
    [5, 5, 0],
    [1e-7, 0, 1e-7],
  ])('%d - %d is %d', (a, b, difference) => expect(decimalDifference(a, b)).toBe(difference))

  test('of prices in paise it is what whole numbers say', () => {
    const paise = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })
    fc.assert(
      fc.property(paise, paise, (a, b) => {
        expect(decimalDifference(a / 100, b / 100)).toBe((a - b) / 100 + 0)
      }),
    )
  })
})

describe('parseCell', () => {
  test('what is printed reads back as what it was, whatever the format hands over', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseCell(String(value), 'number')).toBe(value + 0)
        expect(parseCell(value, 'price')).toBe(value + 0)
      }),
    )
  })

  test.each([
    ['1,402.20', 'price', UNREADABLE],
    ['1402.20', 'price', 1402.2],
    ['', 'int', undefined],
    [null, 'int', undefined],
    [12n, 'int', 12],
    ['TRUE', 'bool', true],
    ['yes', 'bool', UNREADABLE],
    ['2025-10-06T09:15:00+05:30', 'timestamp', 1_759_722_300_000],
    ['2025-10-06T03:45:00Z', 'timestamp', 1_759_722_300_000],
    ['2025-10-06 09:15', 'timestamp', UNREADABLE],
    [1_759_722_300_000, 'timestamp', 1_759_722_300_000],
    ['{"b":1,"a":[2]}', 'json', '{"a":[2],"b":1}'],
    [{ b: 1, a: [2] }, 'json', '{"a":[2],"b":1}'],
    ['{"b":', 'json', UNREADABLE],
    [true, 'string', UNREADABLE],
  ] as const)('%s as %s', (raw, type, cell) => expect(parseCell(raw, type)).toBe(cell))

  test('prints what it has read', () => {
    expect(printCell(1_759_722_300_000, 'timestamp')).toBe('2025-10-06T09:15:00+05:30')
    expect([printCell(1402.2, 'price'), printCell(false, 'bool'), printCell(undefined, 'int')]).toEqual([
      '1402.2',
      'false',
      'none',
    ])
  })

  test('guesses the type of an unknown column', () => {
    expect([1, 2n, true, '61.5', 'false', 'long', {}].map(typeOfValue)).toEqual([
      'number',
      'number',
      'bool',
      'number',
      'bool',
      'string',
      'json',
    ])
  })
})

test('two JSON texts are told apart at the first place that differs, whatever the order of keys', () => {
  const [a, b] = [canonicalJson({ rv: 2, bar: { open: 1, high: 3 } }), canonicalJson({ bar: { high: 4, open: 1 }, rv: 2 })]
  expect(jsonDifference(a, b)).toEqual({ path: 'bar.high', expected: '3', found: '4' })
  expect(jsonDifference('[1,2]', '[1]')).toEqual({ path: '1', expected: '2', found: undefined })
  expect(jsonDifference('{"0":1}', '[1]')).toEqual({ path: '', expected: '{"0":1}', found: '[1]' })
})

test('the first few are those that sorting would put first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.nat(8), (numbers, limit) => {
      const first = new FirstFew<number>(limit, (a, b) => a - b)
      for (const number of numbers) first.add(number)
      expect(first.items).toEqual([...numbers].sort((a, b) => a - b).slice(0, limit))
    }),
  )
})
