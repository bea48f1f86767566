import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MdsError } from '../../../src/core/errors.js'
import { type BadEntry, type Instrument, parseKiteMaster } from '../../../src/core/market/index.js'
import { parseDate } from '../../../src/core/time/index.js'

const HEADER =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'
// Rows as Kite publishes them for anyone, 2024 to 2026: public facts, no one's data set.
const ROWS = [
  '738561,2885,RELIANCE,"RELIANCE INDUSTRIES",0,,0,0.05,1,EQ,NSE,NSE',
  '256265,1001,NIFTY 50,"NIFTY 50",0,,0,0,0,EQ,INDICES,NSE',
  '265,1,SENSEX,"SENSEX",0,,0,0,0,EQ,INDICES,BSE',
  '13238786,51714,NIFTY26SEPFUT,"NIFTY",0,2026-09-29,0,0.1,65,FUT,NFO-FUT,NFO',
  '10967554,42842,NIFTY2692223350CE,"NIFTY",0,2026-09-22,23350,0.05,65,CE,NFO-OPT,NFO',
  '10461954,40867,NIFTY26O0625050CE,NIFTY,0,2026-10-06,25050,0.05,65,CE,NFO-OPT,NFO',
  '221330181,864571,SENSEX26OCTFUT,"SENSEX",0,2026-10-29,0,0.05,20,FUT,BFO-FUT,BFO',
  '109124103,426266,GOLD24AUGFUT,"GOLD",0,2024-08-05,0,1,1,FUT,MCX-FUT,MCX',
]

function parsed(text: string): { instruments: Instrument[]; bad: BadEntry[] } {
  const bad: BadEntry[] = []
  return { instruments: parseKiteMaster(text, (each) => bad.push(each)), bad }
}
const master = (...rows: string[]): Instrument[] => {
  const { instruments, bad } = parsed([HEADER, ...rows].join('\n'))
  expect(bad).toEqual([])
  return instruments
}
const one = (row: string): Instrument => master(row)[0] ?? expect.fail('no instrument')

test('rows as Kite publishes them', () => {
  const instruments = master(...ROWS)
  expect(
    instruments.map(({ exchange, symbol, instrument_type, asset_class, underlying }) => [
      exchange,
      symbol,
      instrument_type,
      asset_class,
      underlying,
    ]),
  ).toEqual([
    ['NSE', 'RELIANCE', 'EQ', 'equity_cash', undefined],
    ['NSE', 'NIFTY 50', 'INDEX', 'indices', undefined],
    ['BSE', 'SENSEX', 'INDEX', 'indices', undefined],
    ['NFO', 'NIFTY26SEPFUT', 'FUT', 'index_futures', 'NIFTY'],
    ['NFO', 'NIFTY2692223350CE', 'CE', 'index_options', 'NIFTY'],
    ['NFO', 'NIFTY26O0625050CE', 'CE', 'index_options', 'NIFTY'],
    ['BFO', 'SENSEX26OCTFUT', 'FUT', 'index_futures', 'SENSEX'],
    ['MCX', 'GOLD24AUGFUT', 'FUT', 'commodity', 'GOLD'],
  ])
  expect(instruments[5]).toEqual({
    instrument_token: 10461954,
    exchange: 'NFO',
    symbol: 'NIFTY26O0625050CE',
    name: 'NIFTY',
    segment: 'NFO-OPT',
    instrument_type: 'CE',
    asset_class: 'index_options',
    underlying: 'NIFTY',
    expiry: parseDate('2026-10-06'),
    strike: 25050,
    lot_size: 65,
    tick_size: 0.05,
    price_divisor: 100,
    has_derivatives: undefined,
    known: true,
  })
  // Only futures and options of stocks and indices say anything about stocks; here none is on RELIANCE.
  expect(instruments[0]?.has_derivatives).toBe(false)
})

test('currency and NSE commodity have divisors of their own; strikes may have decimals', () => {
  expect(one('1689859,6601,USDINR26JUNFUT,"USDINR",0,2026-06-26,0,0.0025,1,FUT,CDS-FUT,CDS')).toMatchObject({
    asset_class: 'currency',
    price_divisor: 10_000_000,
    tick_size: 0.0025,
  })
  expect(one('31132428,121611,ALUMINI26SEPFUT,"ALUMINI",0,2026-09-30,0,0.05,1,FUT,NCO-FUT,NCO')).toMatchObject({
    asset_class: 'commodity',
    price_divisor: 10_000,
  })
  expect(one('25602,100,IDEA26SEP8.5PE,IDEA,0,2026-09-29,8.5,0.05,71475,PE,NFO-OPT,NFO')).toMatchObject({
    asset_class: 'equity_options',
    strike: 8.5,
  })
})

test('a stock has derivatives when any row of NFO or BFO is on it; a master without derivatives says nothing', () => {
  const stocks = [
    '738561,2885,RELIANCE,"RELIANCE INDUSTRIES",0,,0,0.05,1,EQ,NSE,NSE',
    '128083204,500325,RELIANCE,RELIANCE,0,,0,0.05,1,EQ,BSE,BSE',
    '257,1,SMALL,SMALL,0,,0,0.05,1,EQ,NSE,NSE',
  ]
  expect(master(...stocks).map(({ has_derivatives }) => has_derivatives)).toEqual([undefined, undefined, undefined])
  const future = '514,2,RELIANCE26SEPFUT,"RELIANCE",0,2026-09-29,0,0.1,500,FUT,NFO-FUT,NFO'
  expect(master(...stocks, future).map(({ has_derivatives }) => has_derivatives)).toEqual([true, true, false, undefined])
})

test('empty names (2017, some BFO rows) are filled from the symbol', () => {
  const [sensex50, weekly, stock] = master(
    '261,1,SENSEX5026SEPFUT,,0,2026-09-24,0,0.05,60,FUT,BFO-FUT,BFO',
    '517,2,SENSEX2692481000PE,"",0,2026-09-24,81000,0.05,20,PE,BFO-OPT,BFO',
    '258,1,360ONE25OCT1000CE,,0,2025-10-28,1000,0.05,500,CE,NFO-OPT,NFO',
  )
  expect(sensex50).toMatchObject({ underlying: 'SENSEX50', asset_class: 'index_futures', name: '' })
  expect(weekly).toMatchObject({ underlying: 'SENSEX', asset_class: 'index_options', strike: 81000 })
  expect(stock).toMatchObject({ underlying: '360ONE', asset_class: 'equity_options' })
})

test('the header decides the columns', () => {
  const { instruments, bad } = parsed(
    '\ufeffextra,tradingsymbol,instrument_token\r\n"a, ""b""",M&M,519937\r\n,NIFTY2512323500CE,514\r\n',
  )
  expect(bad).toEqual([])
  expect(instruments).toMatchObject([
    { symbol: 'M&M', exchange: 'NSE', instrument_type: 'EQ', asset_class: 'equity_cash', lot_size: 0 },
    {
      symbol: 'NIFTY2512323500CE',
      exchange: 'NFO',
      instrument_type: 'CE',
      underlying: 'NIFTY',
      strike: 23500,
      expiry: parseDate('2025-01-23'),
    },
  ])
})

test('quoted names may hold commas and quotes', () => {
  expect(one('257,1,ABC,"ABC, ""THE"" COMPANY",0,,0,0.05,1,EQ,NSE,NSE').name).toBe('ABC, "THE" COMPANY')
})

test('bad rows are told with their line and left out', () => {
  const good = ROWS[0] ?? ''
  const { instruments, bad } = parsed(
    [
      HEADER,
      'x,1,A,,0,,0,0,0,EQ,NSE,NSE',
      good,
      '4294967296,1,A,,0,,0,0,0,EQ,NSE,NSE',
      '257,1,,,0,,0,0,0,EQ,NSE,NSE',
      '257,1,A',
      '257,1,A,,0,2026-02-30,0,0,0,EQ,NSE,NSE',
      '257,1,A,,0,,-1,0,0,EQ,NSE,NSE',
      '257,1,A,"x"y,0,,0,0,0,EQ,NSE,NSE',
      '0,1,A,,0,,0,0,0,EQ,NSE,NSE',
    ].join('\r\n'),
  )
  expect(instruments.map(({ symbol }) => symbol)).toEqual(['RELIANCE'])
  expect(bad).toEqual([
    { where: 'line 2', reason: 'expected an instrument_token from 1 to 4294967295, found "x"' },
    { where: 'line 4', reason: 'expected an instrument_token from 1 to 4294967295, found "4294967296"' },
    { where: 'line 5', reason: 'expected a tradingsymbol, found an empty cell' },
    { where: 'line 6', reason: 'expected 12 cells, found 3' },
    { where: 'line 7', reason: 'expected an expiry as YYYY-MM-DD or none, found "2026-02-30"' },
    { where: 'line 8', reason: 'expected numbers of 0 or more in strike, tick_size and lot_size' },
    { where: 'line 9', reason: 'a quote in the middle of a cell' },
    { where: 'line 10', reason: 'expected an instrument_token from 1 to 4294967295, found "0"' },
  ])
})

test.each(['', '\n\n', 'token,symbol\n1,A\n', '\u001f\u008b\u0008'])('%j is no master', (text) => {
  expect(() => parsed(text)).toThrow(MdsError)
  expect(() => parsed(text)).toThrow(/expected a header with the columns instrument_token, tradingsymbol/)
})

test('no text whatever breaks the reader: it reads, tells or refuses', () => {
  const line = fc.oneof(
    fc.constantFrom(...ROWS),
    fc.string({ unit: fc.constantFrom('1', '2', 'A', ',', '"', '-', '.', '\n', '\r'), maxLength: 60 }),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const { instruments, bad } = parsed([HEADER, ...lines].join('\n'))
      for (const { instrument_token, symbol } of instruments) {
        expect(Number.isInteger(instrument_token)).toBe(true)
        expect(symbol).not.toBe('')
      }
      for (const { reason } of bad) expect(reason).not.toBe('')
    }),
    { numRuns: 500 },
  )
})
