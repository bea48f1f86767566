import { expect, test } from 'vitest'
import { type BadEntry, type Instrument, parseCrawlerConfig } from '../../../src/core/market/index.js'
import { parseDate } from '../../../src/core/time/index.js'

function parsed(instruments: unknown): { instruments: Instrument[]; bad: BadEntry[] } {
  const bad: BadEntry[] = []
  return { instruments: parseCrawlerConfig({ name: 'crawler', instruments }, (each) => bad.push(each)), bad }
}

test('a config in the form of the crawlers', () => {
  const { instruments, bad } = parsed({
    ADANIENT25OCTFUT: {
      token: 13356546,
      symbol: 'ADANIENT25OCTFUT',
      asset_class: 'equity_futures',
      underlying: 'ADANIENT',
      expiry: '2025-10-28',
      colour: 'blue',
    },
    ADANIENT25OCT2520CE: {
      token: '13356802',
      asset_class: 'equity_options',
      underlying: 'ADANIENT',
      strike: '2520',
      lot_size: 300,
    },
    SENSEX25OCTFUT: { token: 221330181, asset_class: 'indices' },
    ADANIENT: { token: 6401, asset_class: 'equity_cash' },
    SBIN: { token: 128028676, asset_class: 'a class of their own' },
    gold: { token: 109124103, symbol: 'GOLD24AUGFUT' },
    'NIFTY 50': { token: 256265 },
    'INDIA VIX': { token: 264969 },
    SENSEX: { token: 265 },
    MCXBULLDEX: { token: 2057 },
    'HANG SENG': { token: 2313 },
  })
  expect(bad).toEqual([])
  expect(
    instruments.map(({ exchange, symbol, instrument_type, asset_class, underlying }) => [
      exchange,
      symbol,
      instrument_type,
      asset_class,
      underlying,
    ]),
  ).toEqual([
    ['NFO', 'ADANIENT25OCTFUT', 'FUT', 'equity_futures', 'ADANIENT'],
    ['NFO', 'ADANIENT25OCT2520CE', 'CE', 'equity_options', 'ADANIENT'],
    // The notes call derivatives of a BSE index `indices`, and what the config says stands; type and exchange say the rest.
    ['BFO', 'SENSEX25OCTFUT', 'FUT', 'indices', 'SENSEX'],
    ['NSE', 'ADANIENT', 'EQ', 'equity_cash', undefined],
    ['BSE', 'SBIN', 'EQ', 'equity_cash', undefined],
    ['MCX', 'GOLD24AUGFUT', 'FUT', 'commodity', 'GOLD'],
    ['NSE', 'NIFTY 50', 'INDEX', 'indices', undefined],
    ['NSE', 'INDIA VIX', 'INDEX', 'indices', undefined],
    ['BSE', 'SENSEX', 'INDEX', 'indices', undefined],
    ['MCX', 'MCXBULLDEX', 'INDEX', 'indices', undefined],
    ['INDICES', 'HANG SENG', 'INDEX', 'indices', undefined],
  ])
  expect(instruments[0]).toMatchObject({ expiry: parseDate('2025-10-28'), strike: undefined, price_divisor: 100, known: true })
  expect(instruments[1]).toMatchObject({ instrument_token: 13356802, strike: 2520, lot_size: 300 })
  // A selection of instruments is no evidence that SBIN has no derivatives.
  expect(instruments.slice(3, 5).map(({ has_derivatives }) => has_derivatives)).toEqual([true, undefined])
  // Only a stock can have a closing auction, an index of the same name does not matter.
  expect(instruments[8]).toMatchObject({ symbol: 'SENSEX', has_derivatives: undefined })
})

test('bad entries are told by name and left out', () => {
  const { instruments, bad } = parsed({
    A: { token: 'x' },
    B: {},
    C: 408065,
    D: { token: 1.5 },
    E: { token: 4294967296 },
    F: { token: 408065, expiry: '28 Oct 2025' },
    G: { token: 408065 },
  })
  expect(instruments.map(({ symbol }) => symbol)).toEqual(['G'])
  expect(bad).toEqual([
    { where: 'instruments.A', reason: 'expected a token from 1 to 4294967295, found "x"' },
    { where: 'instruments.B', reason: 'expected a token from 1 to 4294967295, found none' },
    { where: 'instruments.C', reason: 'expected an object' },
    { where: 'instruments.D', reason: 'expected a token from 1 to 4294967295, found 1.5' },
    { where: 'instruments.E', reason: 'expected a token from 1 to 4294967295, found 4294967296' },
    { where: 'instruments.F', reason: 'expected an expiry as YYYY-MM-DD, found "28 Oct 2025"' },
  ])
})

test.each([[null], [[]], [{}], [{ instruments: [] }], ['instruments']])('%j is no config', (json) => {
  expect(() => parseCrawlerConfig(json, () => undefined)).toThrow('expected {"instruments":')
})
