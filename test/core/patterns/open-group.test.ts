import { expect, test } from 'vitest'
import { type MinuteRow, minuteAt, scenarioStock } from '../../support/scenario.js'
import { watched } from '../../support/structure.js'

const nse = scenarioStock({ instrument_token: 1025, exchange: 'NSE', symbol: 'RELIANCE' })
const bse = scenarioStock({ instrument_token: 2049, exchange: 'BSE', symbol: 'RELIANCE' })

const still = (token: number, first: number): MinuteRow[] =>
  Array.from({ length: 4 }, (_, i) => ({
    at: minuteAt('09:15', first + i),
    token,
    open: 100,
    high: 100,
    low: 100,
    close: 100,
    volume: 1000,
  }))

test('the NSE share leads its options, whichever exchange tells a bar first', () => {
  const leadOf = (minutes: readonly MinuteRow[]): string | undefined =>
    watched({ shows: 'two exchanges', instruments: [bse, nse], minutes }, ({ group }) => group.lead?.instrument.exchange).at(-1)
  expect(leadOf([...still(1025, 0), ...still(2049, 2)])).toBe('NSE')
  expect(leadOf([...still(2049, 0), ...still(1025, 2)])).toBe('NSE')
  expect(leadOf(still(2049, 0))).toBe('BSE')
})
