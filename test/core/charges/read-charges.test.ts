import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CHARGED_EXCHANGES, CHARGED_PRODUCTS, CHARGED_SIDES, ROW_ITEMS, readCharges } from '../../../src/core/charges/index.js'
import { MdsError } from '../../../src/core/errors.js'

type Row = Record<string, unknown>

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../config/${path}`, import.meta.url), 'utf8'))
const shipped = (): { rows: Row[] } => read('charges.json')

/** The place of the first row with these words in it. */
function find(...words: readonly string[]): number {
  const at = shipped().rows.findIndex((row) => words.every((word) => JSON.stringify(row).includes(`"${word}"`)))
  if (at < 0) throw new Error(`no row with ${words.join(', ')}`)
  return at
}

/** The file that ships with one row changed; `undefined` takes a key away. */
function changed(at: number, change: Row): { rows: Row[] } {
  const content = shipped()
  const row: Row = { ...content.rows[at], ...change }
  for (const [key, value] of Object.entries(change)) if (value === undefined) delete row[key]
  content.rows[at] = row
  return content
}

function complaint(content: unknown): MdsError {
  try {
    readCharges(content, 'my.json')
  } catch (error) {
    if (error instanceof MdsError) return error
    throw error
  }
  return expect.fail('the file was accepted')
}

test('the charges that ship are sound, and every row says where it comes from', () => {
  const { rows } = readCharges(shipped(), 'charges.json')
  expect(rows.length).toBe(shipped().rows.length)
  expect(rows.length).toBeGreaterThan(40)
  // Before October 2024 the rate of NSE depended on the member.
  const early = rows.filter(
    ({ item, exchanges, from }) =>
      item === 'transaction' && (exchanges.includes('NSE') || exchanges.includes('NFO')) && from < 19_997,
  )
  expect(early.map(({ verified }) => verified)).toEqual([false, false, false])
})

test.each([
  [0, { item: 'fee' }, 'item: expected one of brokerage, stt'],
  [0, { exchanges: ['NSE', 'NSE'] }, 'exchanges: expected at least one name, none twice'],
  [0, { exchanges: ['NASDAQ'] }, 'exchanges[0]: expected one of NSE, BSE'],
  [0, { products: [] }, 'products: expected at least one name'],
  [0, { side: 'buy' }, 'side: expected one of BUY, SELL, both, EXERCISE'],
  [0, { side: 'EXERCISE' }, 'expected the side EXERCISE with the item stt_exercise'],
  [0, { from: '2025-02-29' }, 'from: expected a date that exists'],
  [0, { to: '2023-04-01' }, 'to: expected a day after `from`'],
  [0, { to: '2030-01-01' }, 'expected brokerage of delivery on NSE without an end'],
  [0, { percent: -1 }, 'percent: expected a number from 0 to 100'],
  [0, { percent: 0.123456789 }, 'percent: expected at most 7 decimals'],
  [0, { percent: '0.03' }, 'percent: expected a number from 0 to 100, found "0.03"'],
  [0, { percent: undefined }, 'expected either `percent` or `rupees`'],
  [0, { rupees: 20 }, 'expected either `percent` or `rupees`'],
  [0, { percent: undefined, rupees: 20, rupees_max: 1 }, 'expected either `percent` or `rupees`'],
  [0, { of: ['stt'] }, 'expected `of` with the item gst'],
  [find('gst', 'delivery'), { of: undefined }, 'expected `of` with the item gst'],
  [find('gst', 'delivery'), { percent: undefined, rupees: 1 }, 'expected `percent` with the item gst'],
  [find('gst', 'delivery'), { products: ['delivery'] }, 'expected a row of gst for intraday on NSE'],
  [0, { source: '' }, 'source: expected a text that is not empty'],
  [0, { verified: 1 }, 'verified: expected true or false'],
  [0, { rate: 1 }, 'rate: expected no key "rate" here'],
] as [number, Row, string][])('row %i with %j is refused', (at, change, words) => {
  const error = complaint(changed(at, change))
  expect(error.message).toContain(words)
  expect(error.message).toMatch(/^my\.json, at rows/)
  expect([error.code, error.exitCode]).toEqual(['bad_charges', 2])
})

test('a gap and an overlap between rows are refused, of all and of one underlying', () => {
  const content = shipped()
  const tax = content.rows.findIndex(
    ({ item, side, from, percent }) => item === 'stt' && side === 'SELL' && from === '2026-04-01' && percent === 0.05,
  )
  for (const from of ['2026-04-02', '2026-03-31'])
    expect(complaint(changed(tax, { from })).message).toContain(`stt of future on NFO without gap or overlap around ${from}`)
  const sensex = content.rows.find(({ underlyings }) => Array.isArray(underlyings) && underlyings.includes('SENSEX'))
  content.rows.push({ ...sensex, underlyings: ['sensex'], from: '2026-01-01' })
  expect(complaint(content).message).toContain('transaction of option on BFO, SENSEX, without overlap around 2026-01-01')
})

test('an underlying may have a row of its own only beside one for all others', () => {
  const content = shipped()
  content.rows = content.rows.filter(
    ({ item, exchanges, underlyings }) => !(item === 'transaction' && String(exchanges) === 'BFO' && underlyings === undefined),
  )
  expect(complaint(content).message).toContain('expected a row of transaction for future on BFO')
  const extra = shipped()
  extra.rows.push({ ...shipped().rows[find('dp')], exchanges: ['NFO'], products: ['option'], underlyings: ['NIFTY'] })
  expect(complaint(extra).message).toContain('expected a row of dp for option on NFO without underlyings')
})

test.each([[null], [[]], [{}], [{ rows: 1 }]])('%j is no file of charges', (content) => {
  expect(complaint(content).message).toMatch(/^my\.json, at /)
})

// The schema is for editors, the program checks by itself: both must ask for the same keys.
test('schema and program require and allow the same keys and words', () => {
  const { row, item } = read('schema/charges.schema.json').$defs
  for (const key of row.required) expect(complaint(changed(0, { [key]: undefined })).message).toContain(`the key "${key}"`)
  const known = /known: (.*?)\)/.exec(complaint(changed(0, { zzz: 1 })).message)?.[1]?.split(', ')
  expect(known?.sort()).toEqual(Object.keys(row.properties).sort())
  expect([...item.enum].sort()).toEqual([...ROW_ITEMS].sort())
  expect(row.properties.exchanges.items.enum).toEqual(CHARGED_EXCHANGES)
  expect(row.properties.products.items.enum).toEqual(CHARGED_PRODUCTS)
  expect(row.properties.side.enum).toEqual(CHARGED_SIDES)
})
