import { expect, test } from 'vitest'
import { parseKiteMaster } from '../../../src/core/market/index.js'
import { monthlyExpiries, weeklyExpiries } from '../../../src/core/synth/expiries.js'
import { createUniverse, masterCsv } from '../../../src/core/synth/index.js'
import { formatDate } from '../../../src/core/time/index.js'
import { dayNumber, stubCalendar } from '../../support/stub-calendar.js'

const universeOf = (instruments: number, seed = 1) =>
  createUniverse({ day: dayNumber(2025, 10, 6), instruments, seed, calendar: stubCalendar })

test.each([1, 2, 3, 4, 5, 10, 17, 40, 320, 3000, 9000])('%i instruments: that many, no token twice, no symbol twice', (count) => {
  const { listings } = universeOf(count)
  expect(listings.length).toBe(count)
  expect(new Set(listings.map(({ instrument }) => instrument.instrument_token)).size).toBe(count)
  expect(new Set(listings.map(({ instrument }) => `${instrument.exchange}:${instrument.symbol}`)).size).toBe(count)
})

test('320 instruments have the mix of the crawler they stand for', () => {
  const counts: Record<string, number> = {}
  for (const { instrument } of universeOf(320).listings) {
    const kind = instrument.segment === 'INDICES' ? 'INDICES' : instrument.exchange
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  expect(counts).toEqual({ INDICES: 4, NSE: 176, NFO: 100, CDS: 16, BCD: 4, MCX: 20 })
})

test('the master reads back as the instruments it was made from', () => {
  const { listings } = universeOf(320)
  const bad: unknown[] = []
  const read = parseKiteMaster(masterCsv(listings), (row) => bad.push(row))
  expect(bad).toEqual([])
  const byToken = new Map(read.map((instrument) => [instrument.instrument_token, instrument]))
  for (const { instrument } of listings) {
    const { exchange, symbol, asset_class, instrument_type, expiry, strike, lot_size, tick_size, price_divisor, underlying } =
      instrument
    expect(byToken.get(instrument.instrument_token)).toMatchObject({
      ...{ exchange, symbol, asset_class, instrument_type, expiry, strike, lot_size, tick_size, price_divisor, underlying },
      ...(asset_class === 'equity_cash' && { has_derivatives: instrument.has_derivatives }),
    })
  }
})

test('a stock keeps its token, and its close becomes the previous close of the next day', () => {
  const [monday, tuesday] = [6, 7].map((date) =>
    createUniverse({ day: dayNumber(2025, 10, date), instruments: 20, seed: 3, calendar: stubCalendar }),
  )
  const tokenOf = (universe = monday, symbol = 'SBIN') =>
    universe!.listings.find(({ instrument }) => instrument.symbol === symbol)?.instrument.instrument_token
  expect(tokenOf(monday)).toBe(779_521)
  expect(tokenOf(tuesday)).toBe(779_521)
  const spotOf = (universe = monday) => universe!.spots.find(({ name }) => name === 'SBIN')!
  expect(spotOf(tuesday).previous_close).toBe(spotOf(monday).todays_close)
  expect(spotOf(tuesday).todays_close).not.toBe(spotOf(tuesday).previous_close)
})

test('expiries carry the codes of published contracts', () => {
  const open = () => true
  const weekly = (year: number, month: number, day: number) => {
    const { code, day: expiry } = weeklyExpiries(dayNumber(year, month, day), 1, open)[0]!
    return `${code} ${formatDate(expiry)}`
  }
  expect(weekly(2026, 10, 1)).toBe('26O06 2026-10-06') // NIFTY26O0625050CE
  expect(weekly(2026, 9, 18)).toBe('26922 2026-09-22') // NIFTY2692223350CE
  expect(weekly(2025, 1, 20)).toBe('25123 2025-01-23') // NIFTY2512323500CE, a Thursday
  expect(weekly(2025, 1, 25)).toBe('25JAN 2025-01-30') // the last of its month has the monthly form
  expect(formatDate(monthlyExpiries(dayNumber(2026, 9, 1), 1, open)[0]!.day)).toBe('2026-09-29') // NIFTY26SEPFUT
})
