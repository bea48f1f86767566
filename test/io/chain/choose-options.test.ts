import { describe, expect, test } from 'vitest'
import { MdsError } from '../../../src/core/errors.js'
import { InstrumentTable } from '../../../src/core/market/index.js'
import { OptionBook } from '../../../src/core/options/index.js'
import {
  chooseChains,
  type ExpiryWish,
  findUnderlying,
  parseExpiry,
  refuseUnknownExpiry,
} from '../../../src/io/chain/choose-options.js'
import {
  at,
  future,
  index,
  ladder,
  MONTH_END,
  NEXT_TUESDAY,
  option,
  quoteOf,
  TUESDAY,
  tell,
} from '../../core/options/chain-market.js'
import { stubCalendar } from '../../support/stub-calendar.js'

function complaint(action: () => unknown): MdsError {
  try {
    action()
  } catch (error) {
    if (error instanceof MdsError) return error
    throw error
  }
  return expect.fail('nothing was refused')
}

describe('whose options', () => {
  const listed = [
    ...ladder('NIFTY', TUESDAY, [25000]),
    ...ladder('BANKNIFTY', MONTH_END, [54000]),
    option('RELIANCE', MONTH_END, 1400, 'CE'),
    option('RELIANCE', MONTH_END, 1400, 'CE', 'BFO'),
    future('FINNIFTY', MONTH_END),
    index('NIFTY 50'),
  ]
  const find = (text: string, instruments = listed, masters = ['master.csv']) =>
    findUnderlying(text, InstrumentTable.of(instruments), masters)

  test.each([
    ['NIFTY', 'NFO', 'NIFTY'],
    ['nifty', 'NFO', 'NIFTY'],
    ['NFO:BankNifty', 'NFO', 'BANKNIFTY'],
    ['BFO:RELIANCE', 'BFO', 'RELIANCE'],
  ])('%s', (text, exchange, underlying) => expect(find(text)).toEqual({ exchange, underlying }))

  test('of two exchanges one has to be named', () => {
    const { code, message, suggestions } = complaint(() => find('RELIANCE'))
    expect([code, message]).toEqual(['ambiguous_underlying', expect.stringContaining('BFO:RELIANCE, NFO:RELIANCE')])
    expect(suggestions).toEqual(['--underlying BFO:RELIANCE'])
  })

  test.each(['NIFT', 'NIFTY5', 'FINNIFTY', 'NIFTY 50', 'MCX:NIFTY', ''])('%s has none', (text) => {
    const { code, suggestions } = complaint(() => find(text))
    expect(code).toBe('unknown_underlying')
    expect(suggestions[0]).toMatch(/^--underlying /)
  })

  test('no master, or one without options, is said', () => {
    expect(complaint(() => find('NIFTY', [], [])).message).toContain('no instrument master')
    expect(complaint(() => find('NIFTY', [index('NIFTY 50')])).message).toContain('lists no options at all')
  })
})

describe('which expiries', () => {
  const listed = [
    ...ladder('NIFTY', TUESDAY, [25000]),
    ...ladder('NIFTY', NEXT_TUESDAY, [25000]),
    ...ladder('NIFTY', MONTH_END, [25000]),
  ]
  const chosen = (wish: ExpiryWish, now: number, quoted: readonly number[]) => {
    const book = new OptionBook(listed, stubCalendar)
    for (const one of listed) if (quoted.includes(one.expiry ?? 0)) tell(quoteOf(book, one), { ms: now - 1, bid: 100, ask: 105 })
    return chooseChains(book.chains, wish, now, 'then').map(({ expiry }) => expiry)
  }
  const [monday, closed] = [at('11:00:00'), at('15:30:00', '2025-10-07')]
  const all = [TUESDAY, NEXT_TUESDAY, MONTH_END]

  test.each([
    ['nearest', monday, all, [TUESDAY]],
    ['nearest', monday, [NEXT_TUESDAY, MONTH_END], [NEXT_TUESDAY]],
    ['nearest', closed - 1, all, [TUESDAY]],
    ['nearest', closed, all, [NEXT_TUESDAY]],
    ['all', monday, all, all],
    ['all', closed, all, [NEXT_TUESDAY, MONTH_END]],
    ['all', monday, [MONTH_END], [MONTH_END]],
    [NEXT_TUESDAY, monday, all, [NEXT_TUESDAY]],
    [NEXT_TUESDAY, monday, [TUESDAY], []],
  ] as const)('%s at %d', (wish, now, quoted, found) => expect(chosen(wish, now, quoted)).toEqual(found))

  test('what has expired is said', () => {
    expect(complaint(() => chosen(TUESDAY, closed, all)).code).toBe('options_expired')
    expect(complaint(() => chosen('all', at('15:30:00', '2025-10-28'), all)).code).toBe('options_expired')
  })

  test('a day without expiry names those there are', () => {
    const { chains } = new OptionBook(listed, stubCalendar)
    const { code, message } = complaint(() => refuseUnknownExpiry(chains, TUESDAY + 1))
    expect([code, message]).toEqual(['unknown_expiry', expect.stringContaining('2025-10-07, 2025-10-14, 2025-10-28')])
    for (const wish of ['nearest', 'all', TUESDAY] as const) expect(() => refuseUnknownExpiry(chains, wish)).not.toThrow()
  })

  test('words', () => {
    expect(['nearest', 'all', '2025-10-07', '20251007'].map(parseExpiry)).toEqual(['nearest', 'all', TUESDAY, TUESDAY])
    expect(complaint(() => parseExpiry('2025-13-01')).code).toBe('bad_expiry')
  })
})
