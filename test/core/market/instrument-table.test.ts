import { expect, test } from 'vitest'
import { InstrumentTable } from '../../../src/core/market/index.js'
import { instrument } from './instruments.js'

const NSE = instrument({ instrument_token: 738561 })
const BSE = instrument({ instrument_token: 128083204, exchange: 'BSE', segment: 'BSE' })
const NIFTY = instrument({ instrument_token: 256265, symbol: 'NIFTY 50', segment: 'INDICES', instrument_type: 'INDEX' })
const FUTURE = instrument({ instrument_token: 13238786, symbol: 'RELIANCE26SEPFUT', exchange: 'NFO' })

test('a token is resolved by the first master that names it', () => {
  const table = InstrumentTable.of([NSE, BSE], [instrument({ instrument_token: 738561, symbol: 'OTHER' }), NIFTY])
  expect(table.resolve(738561)).toBe(NSE)
  expect(table.resolve(256265)).toBe(NIFTY)
  expect(table.unknown_count).toBe(0)
  expect([...table.known()]).toEqual([NSE, BSE, NIFTY])
})

test.each([
  [408065, 'NSE', 'unknown', 'UNKNOWN', 100], // 1
  [13238786, 'NFO', 'unknown', 'UNKNOWN', 100], // 2
  [1689859, 'CDS', 'currency', 'UNKNOWN', 10_000_000], // 3
  [128083204, 'BSE', 'unknown', 'UNKNOWN', 100], // 4
  [221330181, 'BFO', 'unknown', 'UNKNOWN', 100], // 5
  [262, 'BCD', 'currency', 'UNKNOWN', 10_000], // 6
  [109124103, 'MCX', 'commodity', 'UNKNOWN', 100], // 7
  [256265, 'INDICES', 'indices', 'INDEX', 100], // 9
  [31132428, 'NCO', 'commodity', 'UNKNOWN', 10_000], // 12
  [4294967295, 'UNKNOWN', 'unknown', 'UNKNOWN', 100], // 255
])('token %d that no master names', (token, exchange, asset_class, instrument_type, price_divisor) => {
  const table = InstrumentTable.of()
  const unknown = table.resolve(token)
  expect(unknown).toMatchObject({
    instrument_token: token,
    symbol: `token:${token}`,
    exchange,
    asset_class,
    instrument_type,
    price_divisor,
    known: false,
  })
  expect(table.resolve(token)).toBe(unknown)
  expect(table.unknown_count).toBe(1)
  expect([...table.known()]).toEqual([])
  expect(table.find(`TOKEN:${token}`)).toEqual([unknown])
})

test('names are found whatever their case, with or without the exchange', () => {
  const table = InstrumentTable.of([NSE, BSE, NIFTY, FUTURE])
  expect(table.find('reliance')).toEqual([NSE, BSE])
  expect(table.find('bse:Reliance')).toEqual([BSE])
  expect(table.find('NSE:NIFTY 50')).toEqual([NIFTY])
  expect(table.find('RELIANC')).toEqual([])
  table.resolve(408065)
  expect(table.find('token:408065')).toHaveLength(1)
  expect(table.find('reliance')).toEqual([NSE, BSE])
})

test('suggestions for misspelt names: nearest first, the same each time', () => {
  const table = InstrumentTable.of([NIFTY, NSE, BSE, FUTURE, instrument({ instrument_token: 513, symbol: 'RELINFRA' })])
  expect(table.similarSymbols('RELIANC')).toEqual(['RELIANCE', 'RELIANCE26SEPFUT'])
  expect(table.similarSymbols('relaince')).toEqual(['RELIANCE'])
  expect(table.similarSymbols('NFO:RELIANCE26SEPTFUT', 1)).toEqual(['NFO:RELIANCE26SEPFUT'])
  expect(table.similarSymbols('NIFTY50')).toEqual(['NIFTY 50'])
  expect(table.similarSymbols('ZZZZZZZZ')).toEqual([])
  expect(table.similarSymbols('')).toEqual([])
  const same = ['TCSB', 'TCSA', 'TCSC'].map((symbol, n) => instrument({ instrument_token: 257 + n * 256, symbol }))
  expect(InstrumentTable.of(same).similarSymbols('TCS', 2)).toEqual(['TCSA', 'TCSB'])
  const longer = instrument({ instrument_token: 2561, symbol: 'TCAXY' })
  expect(InstrumentTable.of([longer, ...same]).similarSymbols('TC', 4)).toEqual(['TCSA', 'TCSB', 'TCSC', 'TCAXY'])
  expect(InstrumentTable.of([...same].reverse()).similarSymbols('TCS', 2)).toEqual(['TCSA', 'TCSB'])
})
