import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  breakEvenMove,
  CHARGE_ITEMS,
  type ChargedOrder,
  chargedAs,
  charges,
  readCharges,
  roundTrip,
} from '../../../src/core/charges/index.js'
import { MdsError } from '../../../src/core/errors.js'
import type { Instrument } from '../../../src/core/market/index.js'
import { type IstDay, parseDate } from '../../../src/core/time/index.js'

const table = readCharges(
  JSON.parse(readFileSync(new URL('../../../config/charges.json', import.meta.url), 'utf8')),
  'charges.json',
)
const day = (text: string): IstDay => parseDate(text) ?? expect.fail(`${text} is no date`)

/** Rupees; a purchase unless said. */
function order(rupees: number, date: string, more: Partial<ChargedOrder>): ChargedOrder {
  return {
    exchange: 'NFO',
    product: 'future',
    side: 'BUY',
    price: rupees * 100,
    price_divisor: 100,
    quantity: 65,
    day: day(date),
    ...more,
  }
}

const within = (found: number, told: number): void => expect(Math.abs(found - told)).toBeLessThan(1e-6)
const trip = (buy: number, sell: number, date: string, more: Partial<ChargedOrder>) =>
  roundTrip(order(buy, date, more), { price: sell * 100, day: day(date) }, table)

describe('worked examples', () => {
  test('100 shares at 1500, sold at 1510 the same day', () => {
    const { entry, exit, total, net, gross } = trip(1500, 1510, '2025-12-01', {
      exchange: 'NSE',
      product: 'intraday',
      quantity: 100,
    })
    const sum = (item: (typeof CHARGE_ITEMS)[number]): number => entry.items[item] + exit.items[item]
    within(sum('brokerage'), 40)
    within(sum('stt'), 37.75)
    within(sum('transaction') + sum('ipft'), 9.2407)
    within(sum('sebi'), 0.301)
    within(sum('stamp'), 4.5)
    within(sum('gst'), 8.917506)
    within(total, 100.709206)
    expect(gross).toBe(1000)
    within(net, 899.290794)
    expect([entry.verified, exit.verified]).toEqual([true, true])
    expect([entry.items.stt, exit.items.stamp]).toEqual([0, 0])
  })

  test('100 shares at 1500, delivered, sold at 1510', () => {
    const { entry, total } = trip(1500, 1510, '2025-12-01', { exchange: 'NSE', product: 'delivery', quantity: 100 })
    within(total, 334.759206)
    expect([entry.items.brokerage, entry.items.stt]).toEqual([0, 150])
  })

  test.each([
    ['2025-12-01', 479.439515, 325.65],
    ['2026-03-31', 479.439515, 325.65],
    ['2026-04-01', 967.914515, 814.125],
  ])('a lot of the NIFTY future from 25000 to 25050 on %s', (date, told, stt) => {
    const { exit, total } = trip(25_000, 25_050, date, {})
    within(total, told)
    expect(exit.items.stt).toBe(stt)
  })

  test.each([
    ['2025-12-01', 63.639335],
    ['2026-03-31', 63.639335],
    ['2026-04-01', 68.189335],
  ])('a lot of an option from 120 to 140 on %s', (date, told) => {
    within(trip(120, 140, date, { product: 'option', underlying: 'NIFTY' }).total, told)
  })

  test('the move that earns back the charges of a future', () => {
    const entry = order(25_000, '2026-04-01', {})
    const move = breakEvenMove(entry, entry.day, table)
    expect(move / 100).toBeCloseTo(14.8726, 4)
    within(roundTrip(entry, { price: entry.price + move, day: entry.day }, table).net, 0)
  })
})

describe('days on which rates change', () => {
  const sale = (date: string, more: Partial<ChargedOrder>) =>
    charges(order(100, date, { side: 'SELL', quantity: 10_000, ...more }), table)

  // A sale of a million rupees: 0.01 % is 100 rupees.
  test.each([
    ['future', '2024-09-30', 125, 19, false],
    ['future', '2024-10-01', 200, 17.3, true],
    ['future', '2026-03-31', 200, 17.3, true],
    ['future', '2026-04-01', 500, 17.3, true],
    ['option', '2024-09-30', 625, 500, false],
    ['option', '2024-10-01', 1000, 350.3, true],
    ['option', '2026-03-31', 1000, 350.3, true],
    ['option', '2026-04-01', 1500, 350.3, true],
  ] as const)('%s on %s', (product, date, stt, transaction, verified) => {
    const found = sale(date, { product })
    expect([found.items.stt, found.items.transaction, found.verified]).toEqual([stt, transaction, verified])
    expect(found.unverified.map(({ item }) => item)).toEqual(verified ? [] : ['transaction'])
  })

  test.each([
    ['2024-09-30', 250, 32.5, false],
    ['2024-10-01', 250, 29.7, true],
    ['2026-04-01', 250, 29.7, true],
  ])('intraday on %s', (date, stt, transaction, verified) => {
    const found = sale(date, { exchange: 'NSE', product: 'intraday' })
    expect([found.items.stt, found.items.transaction, found.verified]).toEqual([stt, transaction, verified])
  })

  test.each([
    ['2024-09-30', 1250],
    ['2026-03-31', 1250],
    ['2026-04-01', 1500],
  ])('an option exercised on %s pays tax on its intrinsic value and nothing else', (date, stt) => {
    const found = sale(date, { product: 'option', side: 'EXERCISE' })
    expect(found).toMatchObject({ total: stt, items: { stt, brokerage: 0, gst: 0, stamp: 0 }, verified: true })
  })
})

describe('exchanges and products', () => {
  const sold = (more: Partial<ChargedOrder>) =>
    charges(order(100, '2025-10-06', { side: 'SELL', quantity: 10_000, ...more }), table)

  test.each([
    ['NSE', 'delivery', undefined, { brokerage: 0, stt: 1000, transaction: 29.7, ipft: 1, sebi: 1, stamp: 0 }],
    ['BSE', 'intraday', undefined, { brokerage: 20, stt: 250, transaction: 37.5, ipft: 0, sebi: 1 }],
    ['NFO', 'option', 'NIFTY', { brokerage: 20, ipft: 5 }],
    ['BFO', 'future', 'SENSEX', { stt: 200, transaction: 0, ipft: 0 }],
    ['BFO', 'option', 'SENSEX', { stt: 1000, transaction: 325 }],
    ['BFO', 'option', 'bankex', { transaction: 325 }],
    ['BFO', 'option', 'RELIANCE', { transaction: 50 }],
    ['BFO', 'option', undefined, { transaction: 50 }],
    ['MCX', 'future', 'CRUDEOIL', { stt: 100, transaction: 21 }],
    ['MCX', 'future', 'KAPAS', { stt: 0, transaction: 21 }],
    ['MCX', 'option', 'GOLD', { stt: 500, transaction: 418 }],
    ['CDS', 'future', 'USDINR', { stt: 0, transaction: 3.5 }],
    ['CDS', 'option', 'USDINR', { stt: 0, transaction: 311 }],
  ] as const)('%s %s of %s', (exchange, product, underlying, items) => {
    expect(sold({ exchange, product, underlying }).items).toMatchObject(items)
  })

  test.each([
    ['NSE', 'delivery', 150],
    ['NSE', 'intraday', 30],
    ['NFO', 'future', 20],
    ['NFO', 'option', 30],
    ['MCX', 'option', 30],
    ['CDS', 'future', 1],
  ] as const)('stamp duty on purchases, %s %s', (exchange, product, stamp) => {
    expect(sold({ exchange, product, side: 'BUY' }).items.stamp).toBe(stamp)
    expect(sold({ exchange, product }).items.stamp).toBe(0)
  })

  test('brokerage is the share or the most per order, whichever is less', () => {
    expect(sold({ exchange: 'NSE', product: 'intraday', quantity: 100 }).items.brokerage).toBe(3)
    expect(sold({ exchange: 'NSE', product: 'intraday', quantity: 700 }).items.brokerage).toBe(20)
  })

  test('what was not confirmed is said', () => {
    expect(sold({ exchange: 'MCX' })).toMatchObject({ verified: false })
    expect(sold({ exchange: 'MCX' }).unverified.map(({ item }) => item)).toEqual(['brokerage', 'ipft'])
    const doubtful = { rows: table.rows.map((row) => (row.item === 'gst' ? { ...row, verified: false } : row)) }
    const found = charges(order(100, '2025-10-06', {}), doubtful)
    expect([found.verified, found.unverified.map(({ item }) => item)]).toEqual([false, ['gst']])
  })

  test('extras: the account is debited for what is sold, the broker closes a position, both with tax', () => {
    const plain = sold({ exchange: 'NSE', product: 'delivery' })
    const debited = sold({ exchange: 'NSE', product: 'delivery', extras: ['dp'] })
    expect(debited.items.dp).toBe(13)
    expect(debited.total - plain.total).toBeCloseTo(15.34, 9)
    expect(debited.verified).toBe(false)
    expect(sold({ exchange: 'NSE', product: 'delivery', side: 'BUY', extras: ['dp'] }).items.dp).toBe(0)
    const closed = sold({ extras: ['auto_square_off'] })
    expect(closed.total - sold({}).total).toBeCloseTo(59, 9)
    const exit = roundTrip(
      order(100, '2025-10-06', {}),
      { price: 10_000, day: day('2025-10-06'), extras: ['auto_square_off'] },
      table,
    )
    expect([exit.entry.items.auto_square_off, exit.exit.items.auto_square_off]).toEqual([0, 50])
  })

  test.each([
    [{ day: day('2023-03-31') }, 'No charge "brokerage" for future on NFO on 2023-03-31, known from 2023-04-01 on.'],
    [
      { exchange: 'BFO', day: day('2024-09-30') },
      'No charge "transaction" for future on BFO on 2024-09-30, known from 2024-10-01 on.',
    ],
    [{ exchange: 'NSE' }, 'No charge "brokerage" for future on NSE on 2025-10-06, which has none.'],
    [{ extras: ['dp'] }, 'No charge "dp" for future on NFO'],
    [{ exchange: 'MCX', product: 'option', side: 'EXERCISE' }, 'No charge "stt_exercise" for option on MCX'],
  ] satisfies [Partial<ChargedOrder>, string][])('%j is refused', (more, words) => {
    try {
      sold(more)
    } catch (error) {
      if (!(error instanceof MdsError)) throw error
      expect(error.message).toContain(words)
      expect([error.code, error.exitCode]).toEqual(['no_charges', 2])
      return
    }
    expect.fail('a cost was left out')
  })

  test('an order without a price is our mistake', () => {
    expect(() => sold({ price: Number.NaN })).toThrow('an order has a price')
  })
})

describe('as on a contract note', () => {
  const note = (rupees: number, more: Partial<ChargedOrder>) =>
    charges(order(rupees, '2025-10-06', { side: 'SELL', ...more }), table, 'contract_note')

  test('transaction tax to the rupee, the rest to the paisa, tax on what stands there', () => {
    // 65 at 25050: 1,628,250 rupees.
    expect(note(25_050, {}).items).toEqual({
      brokerage: 20,
      stt: 326,
      transaction: 28.17,
      ipft: 1.63,
      sebi: 1.63,
      stamp: 0,
      dp: 0,
      auto_square_off: 0,
      // 18 % of 51.43.
      gst: 9.26,
    })
    expect(note(25_050, {}).total).toBe(386.69)
  })

  test('halves go up, and nothing is lost in binary', () => {
    // 0.02 % of these is 0.5, 1.5, 2.5 and 1000.5 rupees.
    for (const rupees of [0.5, 1.5, 2.5, 1000.5]) expect(note(rupees * 5000, { quantity: 1 }).items.stt).toBe(rupees + 0.5)
    expect(note(2499.95, { quantity: 1 }).items.stt).toBe(0)
  })
})

const any_order = fc
  .record({
    of: fc.constantFrom(
      { exchange: 'NSE', product: 'delivery' } as const,
      { exchange: 'NSE', product: 'intraday' } as const,
      { exchange: 'NFO', product: 'future' } as const,
      { exchange: 'NFO', product: 'option' } as const,
      { exchange: 'BFO', product: 'option', underlying: 'SENSEX' } as const,
      { exchange: 'MCX', product: 'future' } as const,
    ),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    price: fc.integer({ min: 5, max: 10_000_000 }),
    quantity: fc.integer({ min: 1, max: 5000 }),
    day: fc.integer({ min: day('2024-10-01'), max: day('2027-01-01') }),
  })
  .map(({ of, ...rest }): ChargedOrder => ({ ...of, ...rest, price_divisor: 100 }))

describe('laws', () => {
  test('the total is the sum of its items, none is below 0, and rounding moves each by half a unit at most', () => {
    fc.assert(
      fc.property(any_order, (one) => {
        const exact = charges(one, table)
        const note = charges(one, table, 'contract_note')
        expect(exact.total).toBeCloseTo(
          CHARGE_ITEMS.reduce((sum, item) => sum + exact.items[item], 0),
          9,
        )
        for (const item of CHARGE_ITEMS) {
          expect(exact.items[item]).toBeGreaterThanOrEqual(0)
          const most = item === 'stt' ? 0.5 : item === 'gst' ? 0.011 : 0.005
          expect(Math.abs(note.items[item] - exact.items[item])).toBeLessThanOrEqual(most + 1e-9)
        }
      }),
    )
  })

  test('charges do not depend on the unit of prices, and shares of the value double with it', () => {
    fc.assert(
      fc.property(any_order, (one) => {
        const other = charges({ ...one, price: one.price * 100_000, price_divisor: 10_000_000 }, table)
        const exact = charges(one, table)
        expect(Math.abs(other.total - exact.total)).toBeLessThanOrEqual(1e-12 * exact.total)
        const twice = charges({ ...one, quantity: 2 * one.quantity }, table).items
        for (const item of ['stt', 'transaction', 'ipft', 'sebi', 'stamp'] as const)
          expect(Math.abs(twice[item] - 2 * exact.items[item])).toBeLessThanOrEqual(1e-12 * twice[item])
      }),
    )
  })

  test('after the move that breaks even nothing is won or lost, long or short', () => {
    fc.assert(
      fc.property(any_order, (entry) => {
        const move = breakEvenMove(entry, entry.day, table)
        if (Number.isNaN(move)) {
          // Sold so cheaply that even a fall to nothing does not pay.
          expect(entry.side).toBe('SELL')
          expect(roundTrip(entry, { price: 0, day: entry.day }, table).net).toBeLessThan(1e-6)
          return
        }
        expect(move).toBeGreaterThan(0)
        const price = entry.price + (entry.side === 'BUY' ? move : -move)
        expect(Math.abs(roundTrip(entry, { price, day: entry.day }, table).net)).toBeLessThan(1e-6)
      }),
    )
    expect(breakEvenMove(order(100, '2025-10-06', { quantity: 0 }), day('2025-10-06'), table)).toBeNaN()
  })
})

test('what of an instrument decides its charges', () => {
  const instrument = (exchange: string, instrument_type: Instrument['instrument_type'], underlying?: string): Instrument => ({
    instrument_token: 1,
    exchange,
    symbol: 'X',
    name: '',
    segment: '',
    instrument_type,
    asset_class: 'unknown',
    underlying,
    expiry: undefined,
    strike: undefined,
    lot_size: 1,
    tick_size: 0.05,
    price_divisor: 100,
    has_derivatives: undefined,
    known: true,
  })
  expect(chargedAs(instrument('NSE', 'EQ'), 'intraday')).toEqual({
    exchange: 'NSE',
    product: 'intraday',
    underlying: undefined,
    price_divisor: 100,
  })
  expect(chargedAs(instrument('BSE', 'EQ'), 'delivery')?.product).toBe('delivery')
  expect(chargedAs(instrument('NFO', 'FUT', 'NIFTY'), 'intraday')).toMatchObject({ product: 'future', underlying: 'NIFTY' })
  expect(chargedAs(instrument('BFO', 'PE', 'SENSEX'), 'intraday')?.product).toBe('option')
  expect(chargedAs(instrument('MCX', 'CE'), 'intraday')?.product).toBe('option')
  for (const none of [
    instrument('INDICES', 'INDEX'),
    instrument('NSE', 'INDEX'),
    instrument('NCO', 'FUT'),
    instrument('NSE', 'UNKNOWN'),
  ])
    expect(chargedAs(none, 'intraday')).toBeUndefined()
})
