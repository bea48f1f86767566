import { expect, test } from 'vitest'
import { chooseFormat, FORMAT_IDS, formatFor, loadFormat } from '../../src/io/formats.js'

const choice = { format: undefined, output: undefined, isTTY: false, fallback: 'parquet' } as const

test('the flag decides, then the extension, then the terminal', () => {
  expect(chooseFormat({ ...choice, format: 'csv', output: 'x.parquet', isTTY: true })).toBe('csv')
  expect(chooseFormat({ ...choice, format: 'jsonl' })).toBe('ndjson')
  expect(chooseFormat({ ...choice, output: 'a/b.JSONL' })).toBe('ndjson')
  expect(chooseFormat({ ...choice, output: 'x.arrows', isTTY: true })).toBe('arrow')
  expect(chooseFormat({ ...choice, output: 'no-ending', isTTY: true })).toBe('parquet')
  expect(chooseFormat({ ...choice, output: '/dev/fd.3', isTTY: true })).toBe('parquet')
  expect(() => chooseFormat({ ...choice, output: 'x.xyz' })).toThrow('.xyz of x.xyz names no format: expected .ndjson')
  expect(chooseFormat({ ...choice, output: 'x.xyz', format: 'csv' })).toBe('csv')
  expect(chooseFormat({ ...choice, output: '-', isTTY: true })).toBe('table')
  expect(chooseFormat({ ...choice, isTTY: true })).toBe('table')
  expect(chooseFormat(choice)).toBe('parquet')
})

test('a name that is none of ours is answered with ours', () => {
  expect(() => chooseFormat({ ...choice, format: 'xlsx' })).toThrow(
    'No format is named xlsx; expected one of ndjson, csv, parquet, arrow, table.',
  )
  expect(() => chooseFormat({ ...choice, format: 'constructor' })).toThrow('No format is named constructor')
})

test('each format loads under its own name', async () => {
  for (const id of FORMAT_IDS) expect((await loadFormat(id)).id).toBe(id)
  expect((await formatFor({ ...choice, isTTY: true })).human).toBe(true)
})
