import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTableFormat } from '../../../src/core/formats/index.js'
import type { Field } from '../../../src/core/market/index.js'
import { batchesOf, encodeAll, type Row, textOf } from './rows.js'

const FIELDS: readonly Field[] = [
  { name: 'symbol', type: 'string', doc: '' },
  { name: 'close', type: 'price', doc: '' },
  { name: 'oi', type: 'int', optional: true, doc: '' },
  { name: 'complete', type: 'bool', doc: '' },
  { name: 'at', type: 'timestamp', doc: '' },
]
const row = (symbol: string, close: number, oi: number | undefined): Row => ({
  divisor: 100,
  cells: [symbol, close, oi, true, 1_759_722_300_000],
})

const shown = (rows: readonly Row[], options: { width: number; limit: number }, cuts?: number[]): string =>
  textOf(encodeAll(createTableFormat(options), FIELDS, batchesOf(FIELDS, rows, cuts)))

test('numbers stand to the right, absent is empty', () => {
  expect(shown([row('RELIANCE', 136_850, 12), row('M&M', -5, undefined)], { width: 80, limit: 10 })).toBe(
    [
      'symbol     close  oi  complete  at',
      'RELIANCE  1368.5  12  true      2025-10-06T09:15:00+05:30',
      'M&M        -0.05      true      2025-10-06T09:15:00+05:30',
      '',
    ].join('\n'),
  )
})

test('columns that do not fit are named, lines are never wider than the terminal', () => {
  expect(shown([row('RELIANCE', 136_850, 12)], { width: 30, limit: 10 })).toBe(
    'symbol     close  oi  complete\nRELIANCE  1368.5  12  true\nnot shown: at\n',
  )
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 60 }), (symbol, width) => {
      for (const line of shown([row(symbol, 1, 2)], { width, limit: 4 }).split('\n'))
        expect(line.length).toBeLessThanOrEqual(width)
    }),
  )
})

test('over the limit the first and the last rows are shown, and how many are not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
      (count, limit, cuts) => {
        const rows = Array.from({ length: count }, (_, n) => row(`S${n}`, n, n))
        const lines = shown(rows, { width: 80, limit }, cuts).split('\n').slice(0, -1)
        const names = lines.slice(1).map((line) => line.split(' ')[0])
        const head = Math.ceil(limit / 2)
        const all = rows.map((_, n) => `S${n}`)
        const expected = count <= limit ? all : [...all.slice(0, head), '…', ...all.slice(count - Math.floor(limit / 2))]
        expect(names).toEqual(expected)
        if (count > limit) expect(lines[head + 1]).toBe(`… ${count - limit} more ${count - limit === 1 ? 'row' : 'rows'}`)
        if (count === 0) expect(lines).toEqual(['no rows'])
      },
    ),
  )
})

test('a symbol cannot move the cursor', () => {
  const table = shown([row('A\u001b[31m\nB\u202e', 1, 2)], { width: 80, limit: 4 })
  expect(table.split('\n')[1]).toContain('A\\u{1b}[31m\\u{a}B\\u{202e}')
})
