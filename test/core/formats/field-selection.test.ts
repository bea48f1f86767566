import { expect, test } from 'vitest'
import { fieldsNamed } from '../../../src/core/formats/index.js'
import { MdsError } from '../../../src/core/index.js'
import { CANDLE_FIELDS, TICK_FIELDS } from '../../../src/core/market/index.js'

const names = (wanted: string[]): string[] => fieldsNamed(TICK_FIELDS, wanted).map((field) => field.name)

test('fields come in the order of the table, groups as a whole', () => {
  expect(names(['oi', 'symbol', 'oi'])).toEqual(['symbol', 'oi'])
  expect(names(['close', 'last_price', 'ohlc'])).toEqual(['last_price', 'open', 'high', 'low', 'close'])
  expect(names(['depth'])).toHaveLength(30)
  expect(names(['depth', 'bid_price_1'])).toHaveLength(30)
})

test.each([
  ['last_prise', 'last_price'],
  ['lastprice', 'last_price'],
  ['dept', 'depth'],
  ['traded', 'volume_traded, average_traded_price, last_traded_quantity'],
])('%s is not a field; %s is near', (name, near) => {
  expect(() => names([name])).toThrow(`No field is named "${name}"; did you mean ${near}?`)
})

test('a name like no other gets the list', () => {
  try {
    fieldsNamed(CANDLE_FIELDS, ['xyzzyxyzzy'])
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(MdsError)
    expect(error).toMatchObject({ code: 'unknown_field', exitCode: 2, message: 'No field is named "xyzzyxyzzy".' })
    expect(error instanceof MdsError && error.suggestions[0]).toContain('symbol, exchange, timestamp')
  }
})
