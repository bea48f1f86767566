import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CsvRow, eachCsvRow, QUOTED_CELL_CHARS_MAX } from '../../../src/core/market/csv-rows.js'

function rowsOf(text: string): (string[] | string)[] {
  const rows: (string[] | string)[] = []
  eachCsvRow(text, (row) => rows.push(row.fault === undefined ? row.cells() : `line ${row.line}: ${row.fault}`))
  return rows
}

/** An independent reader, told to be strict about quotes and lenient about the number of cells. */
const oracle = (text: string): unknown =>
  parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] })

const cell = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom('a', 'B', '0', ' ', '.', '-', 'é', '₹'), maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', '\r', ' '), maxLength: 6 }) },
)
const written = fc
  .tuple(cell, fc.boolean())
  .map(([text, quoted]) => (quoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
const csv = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.tuple(fc.array(written, { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\r\n'))),
    fc.boolean(),
  )
  .map(([bom, rows, open_end]) => {
    const text = rows.map(([cells, end]) => cells.join(',') + end).join('')
    return (bom ? '\ufeff' : '') + (open_end ? text.replace(/\r?\n$/, '') : text)
  })

test('reads whatever is valid CSV as csv-parse does', () => {
  fc.assert(
    fc.property(csv, (text) => {
      expect(rowsOf(text)).toEqual(oracle(text))
    }),
    { numRuns: 3000 },
  )
})

test('finds the same rows sound as csv-parse in texts of mostly quotes and commas', () => {
  const noise = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n'), maxLength: 24 })
  fc.assert(
    fc.property(noise, (text) => {
      const rows = rowsOf(text)
      if (rows.every((row) => typeof row !== 'string')) expect(rows).toEqual(oracle(text))
      else expect(() => oracle(text)).toThrow()
    }),
    { numRuns: 3000 },
  )
})

test('a bad row is told with its line and costs no other row', () => {
  expect(rowsOf('a,b\n"x\ny",1\nc,"d"e\nf,g"h\n"open,1\ni,j\n')).toEqual([
    ['a', 'b'],
    ['x\ny', '1'],
    'line 4: a quote in the middle of a cell',
    'line 5: a quote in the middle of a cell',
    'line 6: a quoted cell that does not end',
    ['i', 'j'],
  ])
})

test('a quote left open swallows at most the limit', () => {
  const text = `"open\n${'x,y\n'.repeat(QUOTED_CELL_CHARS_MAX)}"late",z\n`
  const rows = rowsOf(text)
  expect(rows[0]).toBe('line 1: a quoted cell that does not end')
  expect(rows.length).toBe(QUOTED_CELL_CHARS_MAX + 2)
  expect(rows.at(-1)).toEqual(['late', 'z'])
})

test('more cells than there is room for at first', () => {
  const cells = Array.from({ length: 1000 }, (_, n) => String(n))
  expect(rowsOf(cells.join(','))).toEqual([cells])
})

test('unsigned cells are digits only', () => {
  const numbers: number[] = []
  eachCsvRow('408065,0,007,,-1,1.5,1e3, 1,123456789012345,1234567890123456', (row: CsvRow) => {
    for (let n = -1; n <= row.cell_count; n++) numbers.push(row.unsigned(n))
  })
  expect(numbers).toEqual([-1, 408065, 0, 7, -1, -1, -1, -1, -1, 123456789012345, -1, -1])
})
