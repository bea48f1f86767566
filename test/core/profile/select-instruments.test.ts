import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MdsError } from '../../../src/core/errors.js'
import { type Instrument, InstrumentTable, parseKiteMaster } from '../../../src/core/market/index.js'
import { type InstrumentPlan, type Selection, selectInstruments } from '../../../src/core/profile/index.js'
import { createUniverse, masterCsv } from '../../../src/core/synth/index.js'
import { type IstDay, parseDate } from '../../../src/core/time/index.js'
import { loadCalendar } from '../../../src/io/calendar-file.js'
import { WholeMaster } from '../../support/whole-master.js'

const day = parseDate('2025-10-06') as IstDay
const EXPIRIES = ['2025-10-28', '2025-11-25', '2025-12-30'].map((text) => parseDate(text) as IstDay)
const { csv } = new WholeMaster({ stocks: ['ABC', 'XYZ', 'TATAMOTORS'], bse: ['ABC', 'NIFTYBEES'], expiries: EXPIRIES })
const master = read(csv)

function read(text: string): Instrument[] {
  return parseKiteMaster(text, ({ where, reason }) => expect(`${where}: ${reason}`).toBe(''))
}

const ANY: Selection = {
  exchange: 'NFO',
  instrument_types: [],
  segment: undefined,
  underlyings: [],
  symbols: [],
  expiry: { kind: 'all' },
  atm_strikes: undefined,
  limit: undefined,
  except: [],
  mode: undefined,
}
const NEAR = { kind: 'nearest', from: 0, to: 1 } as const
const plan = (...select: readonly Partial<Selection>[]): InstrumentPlan => ({
  inline: [],
  mode: 'full',
  select: select.map((selection) => ({ ...ANY, ...selection })),
})
const select = (wanted: InstrumentPlan, rows: readonly Instrument[] = master, prices = new Map<string, number>()) =>
  selectInstruments(wanted, { table: InstrumentTable.of(rows), day, prices })
const symbols = (wanted: InstrumentPlan, rows?: readonly Instrument[], prices?: Map<string, number>): string[] =>
  select(wanted, rows, prices).instruments.map(({ symbol }) => symbol)

describe('what passes', () => {
  test.each([
    ['type and underlying', { instrument_types: ['FUT'], underlyings: ['ABC'] }, ['ABC25OCTFUT', 'ABC25NOVFUT', 'ABC25DECFUT']],
    [
      'the nearest expiry',
      { instrument_types: ['FUT'], underlyings: ['ABC', 'XYZ'], expiry: NEAR },
      ['ABC25OCTFUT', 'XYZ25OCTFUT'],
    ],
    [
      'the second',
      { instrument_types: ['FUT'], underlyings: ['ABC'], expiry: { kind: 'nearest', from: 1, to: 2 } },
      ['ABC25NOVFUT'],
    ],
    [
      'the nearest two',
      { symbols: ['ABC25OCTFUT', 'ABC25NOVFUT', 'ABC25DECFUT'], expiry: { kind: 'nearest', from: 0, to: 2 } },
      ['ABC25OCTFUT', 'ABC25NOVFUT'],
    ],
    [
      'one day',
      { instrument_types: ['FUT'], underlyings: ['ABC'], expiry: { kind: 'day', day: EXPIRIES[2] as IstDay } },
      ['ABC25DECFUT'],
    ],
    ['an index', { exchange: 'NSE', instrument_types: ['INDEX'], symbols: ['NIFTY 50'] }, ['NIFTY 50']],
    ['a segment', { exchange: 'BSE', segment: 'INDICES' }, ['SENSEX', 'BANKEX']],
    ['all but some', { exchange: 'BSE', instrument_types: ['EQ'], except: ['ABC'] }, ['NIFTYBEES']],
    [
      'all but those of an underlying',
      { instrument_types: ['FUT'], expiry: NEAR, except: ['NIFTY', 'BANKNIFTY', 'XYZ'] },
      ['ABC25OCTFUT', 'TATAMOTORS25OCTFUT'],
    ],
    ['the earlier of two names', { exchange: 'NSE', symbols: ['TMPV|TATAMOTORS'] }, ['TATAMOTORS']],
    [
      'the first names under a limit',
      { exchange: 'NSE', symbols: ['XYZ', 'TATAMOTORS', 'ABC'], limit: 2 },
      ['XYZ', 'TATAMOTORS'],
    ],
  ] satisfies [string, Partial<Selection>, string[]][])('%s', (_, selection, expected) => {
    expect(symbols(plan(selection)).sort()).toEqual([...expected].sort())
  })

  test('contracts that have expired are not the nearest', () => {
    const later = selectInstruments(plan({ instrument_types: ['FUT'], underlyings: ['ABC'], expiry: NEAR }), {
      table: InstrumentTable.of(master),
      day: (EXPIRIES[0] as IstDay) + 1,
    })
    expect(later.instruments.map(({ symbol }) => symbol)).toEqual(['ABC25NOVFUT'])
    const on_the_day = selectInstruments(plan({ instrument_types: ['FUT'], underlyings: ['ABC'], expiry: NEAR }), {
      table: InstrumentTable.of(master),
      day: EXPIRIES[0] as IstDay,
    })
    expect(on_the_day.instruments.map(({ symbol }) => symbol)).toEqual(['ABC25OCTFUT'])
  })

  test('weekly options and monthly futures of one underlying have nearest expiries of their own', () => {
    const weekly = read(`${csv}999937,3906,ABC25O071000CE,"ABC",0,2025-10-07,1000,0.05,1,CE,NFO-OPT,NFO\n`)
    expect(symbols(plan({ underlyings: ['ABC'], expiry: NEAR }), weekly).sort()).toEqual(['ABC25O071000CE', 'ABC25OCTFUT'])
  })
})

describe('the money', () => {
  const options = plan({ instrument_types: ['CE', 'PE'], underlyings: ['ABC'], expiry: NEAR, atm_strikes: 1 })
  const around = (middle: number): string[] =>
    [middle - 10, middle, middle + 10].flatMap((strike) => [`ABC25OCT${strike}CE`, `ABC25OCT${strike}PE`]).sort()
  const withPrice = (symbol: string, price: number): Instrument[] =>
    read(csv.replace(new RegExp(`^(\\d+,\\d+,${symbol},"[^"]*"),0,`, 'm'), `$1,${price},`))

  test.each([
    ["the caller's price of the share", master, new Map([['NSE:ABC', 943.9]]), 940],
    ['a price without an exchange', master, new Map([['ABC', 1047]]), 1050],
    ['the price of the master', withPrice('ABC', 1071), new Map(), 1070],
    ["the caller's price before the master's", withPrice('ABC', 1071), new Map([['NSE:ABC', 943.9]]), 940],
    ['the nearest future, where the share has none', withPrice('ABC25OCTFUT', 963), new Map(), 960],
    ['not a later future', withPrice('ABC25NOVFUT', 963), new Map(), 1000],
    ['the lower of two strikes equally near', master, new Map([['NSE:ABC', 945]]), 940],
  ] satisfies [string, Instrument[], Map<string, number>, number][])('%s', (_, rows, prices, middle) => {
    expect(symbols(options, rows, prices).sort()).toEqual(around(middle))
  })

  test('without any price the middle strike, and a notice', () => {
    expect(symbols(options).sort()).toEqual(around(1000))
    expect(select(options).notices.join()).toContain('no price of ABC')
  })

  test('beyond the last strike there is only one side', () => {
    expect(symbols(options, master, new Map([['ABC', 5000]])).sort()).toEqual(
      ['ABC25OCT1090CE', 'ABC25OCT1090PE', 'ABC25OCT1100CE', 'ABC25OCT1100PE'].sort(),
    )
  })

  test('an index is priced by its own symbol', () => {
    const nifty = plan({ instrument_types: ['CE'], underlyings: ['NIFTY'], expiry: NEAR, atm_strikes: 0 })
    expect(symbols(nifty, master, new Map([['NIFTY 50', 1032]]))).toEqual(['NIFTY25OCT1030CE'])
    const sensex = plan({ exchange: 'BFO', instrument_types: ['PE'], underlyings: ['SENSEX'], expiry: NEAR, atm_strikes: 0 })
    expect(symbols(sensex, master, new Map([['BSE:SENSEX', 911]]))).toEqual(['SENSEX25OCT910PE'])
  })

  test('a limit takes the money of every underlying before the next strike of any', () => {
    const two = plan({ instrument_types: ['CE', 'PE'], underlyings: ['ABC', 'XYZ'], expiry: NEAR, atm_strikes: 3, limit: 4 })
    expect(symbols(two).sort()).toEqual(['ABC25OCT1000CE', 'ABC25OCT1000PE', 'XYZ25OCT1000CE', 'XYZ25OCT1000PE'])
  })
})

describe('the whole list', () => {
  const wide = plan(
    { instrument_types: ['FUT'], expiry: { kind: 'nearest', from: 0, to: 2 }, limit: 7 },
    { instrument_types: ['CE', 'PE'], underlyings: ['XYZ', 'ABC', 'NIFTY'], atm_strikes: 2, limit: 23, mode: 'quote' },
    { exchange: 'BSE', limit: 3, mode: 'ltp' },
  )

  test('does not depend on the order of the rows', () => {
    const expected = select(wide)
    fc.assert(
      fc.property(fc.shuffledSubarray(master, { minLength: master.length }), (rows) => {
        expect(select(wide, rows)).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })

  test('is in the order of the tokens, each once', () => {
    const { modes, instruments } = select(wide)
    const tokens = [...modes.keys()]
    expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b))
    expect(instruments.map(({ instrument_token }) => instrument_token)).toEqual(tokens)
  })

  test('a higher limit only adds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (limit) => {
        const of = (count: number): string[] =>
          symbols(plan({ instrument_types: ['CE', 'PE', 'FUT'], underlyings: ['ABC', 'XYZ'], atm_strikes: 5, limit: count }))
        const [fewer, more] = [of(limit), of(limit + 1)]
        expect(fewer).toHaveLength(Math.min(limit, 94))
        expect(more).toEqual(expect.arrayContaining(fewer))
      }),
      { numRuns: 60 },
    )
  })

  test('of two modes the one that tells more wins, whichever comes first', () => {
    const quote = { symbols: ['ABC25OCTFUT'], mode: 'quote' } as const
    const ltp = { symbols: ['ABC25OCTFUT'], mode: 'ltp' } as const
    for (const wanted of [plan(quote, ltp), plan(ltp, quote)]) expect([...select(wanted).modes.values()]).toEqual(['quote'])
    const token = select(plan(ltp)).instruments[0]?.instrument_token ?? 0
    const inline = { ...plan(ltp), inline: [{ token, mode: undefined, instrument: undefined }] }
    expect([...select(inline).modes]).toEqual([[token, 'full']])
  })

  test('tokens that no master names are taken as the profile names them', () => {
    const bare = { token: 408065, mode: 'ltp', instrument: undefined } as const
    const { modes, instruments } = selectInstruments(
      { inline: [bare], select: [], mode: 'full' },
      { table: InstrumentTable.of([]), day },
    )
    expect([...modes]).toEqual([[408065, 'ltp']])
    expect(instruments[0]).toMatchObject({ symbol: 'token:408065', exchange: 'NSE', known: false })
  })

  test('names the master does not know are told, with those that are like them', () => {
    const { notices } = select(plan({ exchange: 'NSE', symbols: ['ABC', 'XYX', 'QQQQQQ'] }))
    expect(notices).toEqual(['select[0]: 2 of 3 instruments are not in the master: XYX (similar: XYZ), QQQQQQ.'])
  })
})

describe('what is refused', () => {
  const complaint = (make: () => unknown): MdsError => {
    try {
      make()
    } catch (error) {
      return error as MdsError
    }
    throw new Error('nothing was refused')
  }

  test('nothing at all', () => {
    expect(complaint(() => select(plan({ exchange: 'MCX' })))).toMatchObject({ code: 'nothing_selected', exitCode: 2 })
    expect(complaint(() => select(plan({ exchange: 'NSE' }), []))).toMatchObject({ code: 'no_master', exitCode: 3 })
    expect(complaint(() => select(plan()))).toMatchObject({ code: 'nothing_selected' })
  })

  test('more than Kite allows', () => {
    const inline = (count: number): InstrumentPlan => ({
      inline: Array.from({ length: count }, (_, n) => ({ token: n * 256 + 1, mode: undefined, instrument: undefined })),
      select: [],
      mode: 'full',
    })
    expect(select(inline(9000), []).modes.size).toBe(9000)
    expect(complaint(() => select(inline(9001), []))).toMatchObject({ code: 'too_many_instruments', exitCode: 2 })
  })
})

/** Rows of public captures of Kite's file, 2026. */
const KITE_ROWS = `instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange
738561,2885,RELIANCE,"RELIANCE INDUSTRIES",0,,0,0.05,1,EQ,NSE,NSE
256265,1001,NIFTY 50,"NIFTY 50",0,,0,0,0,EQ,INDICES,NSE
265,1,SENSEX,"SENSEX",0,,0,0,0,EQ,INDICES,BSE
13238786,51714,NIFTY26SEPFUT,"NIFTY",0,2026-09-29,0,0.1,65,FUT,NFO-FUT,NFO
10967554,42842,NIFTY2692223350CE,"NIFTY",0,2026-09-22,23350,0.05,65,CE,NFO-OPT,NFO
10461954,40867,NIFTY26O0625050CE,NIFTY,0,2026-10-06,25050,0.05,65,CE,NFO-OPT,NFO
221330181,864571,SENSEX26OCTFUT,"SENSEX",0,2026-10-29,0,0.05,20,FUT,BFO-FUT,BFO
109124103,426266,GOLD24AUGFUT,"GOLD",0,2024-08-05,0,1,1,FUT,MCX-FUT,MCX
`

test("rows of Kite's own file", () => {
  const at = (date: string, ...selections: readonly Partial<Selection>[]): number[] => [
    ...selectInstruments(plan(...selections), {
      table: InstrumentTable.of(read(KITE_ROWS)),
      day: parseDate(date) as IstDay,
      prices: new Map([['NSE:NIFTY 50', 23_300]]),
    }).modes.keys(),
  ]
  expect(at('2026-09-21', { exchange: 'NSE', instrument_types: ['INDEX'] })).toEqual([256265])
  expect(at('2026-09-21', { exchange: 'BSE', symbols: ['SENSEX'] })).toEqual([265])
  expect(at('2026-09-21', { underlyings: ['NIFTY'], expiry: NEAR })).toEqual([10967554, 13238786])
  expect(at('2026-09-23', { underlyings: ['NIFTY'], expiry: NEAR })).toEqual([10461954, 13238786])
  expect(at('2026-09-23', { exchange: 'BFO' }, { exchange: 'MCX' })).toEqual([221330181])
  expect(at('2026-09-23', { instrument_types: ['CE'], atm_strikes: 0 })).toEqual([10461954])
})

test('a synthetic market is a market too', async () => {
  const { calendar } = await loadCalendar()
  const { listings } = createUniverse({ day, instruments: 320, seed: 1, calendar })
  const rows = read(masterCsv(listings))
  const listed = rows.filter(({ underlying, instrument_type }) => underlying === 'NIFTY' && instrument_type === 'CE')
  const near = Math.min(...listed.map(({ expiry }) => expiry ?? Number.POSITIVE_INFINITY))
  const near_strikes = listed.filter(({ expiry }) => expiry === near).map(({ strike = 0 }) => strike)
  const five = near_strikes.sort((a, b) => a - b).slice(-5)
  expect(five).toHaveLength(5)
  const chosen = select(
    plan(
      { exchange: 'NSE', instrument_types: ['INDEX'] },
      { instrument_types: ['FUT'], underlyings: ['RELIANCE', 'TCS'], expiry: NEAR },
      { instrument_types: ['CE', 'PE'], underlyings: ['NIFTY'], expiry: NEAR, atm_strikes: 2 },
    ),
    rows,
    new Map([['NIFTY 50', five[2] ?? 0]]),
  )
  expect(chosen.notices).toEqual([])
  expect(chosen.instruments.filter(({ instrument_type }) => instrument_type === 'INDEX')).toHaveLength(3)
  expect(
    chosen.instruments
      .filter(({ instrument_type }) => instrument_type === 'FUT')
      .map(({ underlying }) => underlying)
      .sort(),
  ).toEqual(['RELIANCE', 'TCS'])
  const strikes = chosen.instruments.filter(({ instrument_type }) => instrument_type === 'CE').map(({ strike }) => strike)
  expect(strikes.sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(five)
})
