import { describe, expect, test } from 'vitest'
import { CHAIN_TERMS, type ChainSnapshot, calendarYears, OptionBook } from '../../../src/core/options/index.js'
import { chainLines, headLines } from '../../../src/core/view/index.js'
import { stubCalendar } from '../../support/stub-calendar.js'
import { at, ladder, quoteAll, strikesFrom, TUESDAY } from '../options/chain-market.js'

const NOW = at('11:30:00')
const facts = { clock: 'calendar', india_vix: 12.125 } as const

function snapshot(quoted = true): ChainSnapshot {
  const options = ladder('NIFTY', TUESDAY, strikesFrom(24800, 50, 9))
  const book = new OptionBook(options, stubCalendar)
  const years = calendarYears(NOW, at('15:30:00', '2025-10-07'))
  if (quoted) quoteAll(book, options, { forward: 2_501_234, years, volatility: 0.13 }, NOW - 500)
  return book.chains[0]?.snapshot(NOW, CHAIN_TERMS) ?? expect.fail('no chain')
}

const linesAt = (width: number, chain = snapshot()) => chainLines({ chain, rows: chain.rows, strikes_hidden: 0, facts, width })

describe('a chain as lines', () => {
  test.each([60, 80, 100, 120, 160, 200])('fits %d columns, strikes below each other', (width) => {
    const lines = linesAt(width)
    const table = lines.slice(lines.findIndex((line) => line.includes('CALLS')))
    for (const line of table.filter((one) => !one.startsWith('not shown'))) expect(line.length).toBeLessThanOrEqual(width)
    const centre = (table[1] ?? '').indexOf('strike')
    for (const line of table.slice(2, 11)) expect(line.slice(centre - 1, centre + 7)).toMatch(/\d{5}/)
    const shown = (table[1] ?? '').trim().split(/ {2,}/).length
    const missing = (lines.at(-1) ?? '').startsWith('not shown') ? (lines.at(-1) ?? '').split(',').length : 0
    expect((shown - 1) / 2 + missing).toBe(11)
  })

  test('puts mirror calls around the strike', () => {
    const [, names = ''] = linesAt(200).slice(5)
    const words = names.trim().split(/ {2,}/)
    const middle = words.indexOf('strike')
    expect(words.slice(0, middle).reverse()).toEqual(words.slice(middle + 1))
    expect(words.slice(middle + 1, middle + 4)).toEqual(['bid', 'ask', 'last'])
  })

  test('a row tells prices in rupees and volatility in percent', () => {
    const line = linesAt(120).find((one) => one.includes('[25000]')) ?? ''
    const words = line.trim().split(/ {2,}/)
    const [iv = '', last = '', ask = '', bid = ''] = words.slice(words.indexOf('[25000]') - 4)
    expect([bid, ask, last].map(Number).every((price) => price > 70 && price < 90)).toBe(true)
    expect(Number(ask) - Number(bid)).toBeCloseTo(0.05, 10)
    expect(iv).toMatch(/^13\.\d\d%$/)
  })
})

test('strikes that are left out are counted', () => {
  const chain = snapshot()
  const lines = chainLines({ chain, rows: chain.rows.slice(2, 7), strikes_hidden: 4, facts, width: 200 })
  expect(lines.at(-1)).toBe('… 4 strikes farther from the money: --strikes N')
  expect(lines).toHaveLength(4 + 3 + 5 + 1)
})

test('the head leaves out what is not known', () => {
  expect(headLines(snapshot(false), { clock: 'trading', india_vix: undefined })).toEqual([
    'NFO:NIFTY  expiry 2025-10-07 Tue  at 2025-10-06 11:30:00',
    'no forward',
    'T 0.003196 (0.81 trading days)  D 0.999792 at 6.50%',
  ])
  expect(headLines(snapshot(), facts).join('\n')).toContain('India VIX 12.13')
})
