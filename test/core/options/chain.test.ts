import { describe, expect, test } from 'vitest'
import type { Instrument } from '../../../src/core/market/index.js'
import {
  black76,
  CHAIN_TERMS,
  type ChainTerms,
  calendarYears,
  OptionBook,
  type OptionChain,
  parityForward,
} from '../../../src/core/options/index.js'
import { stubCalendar } from '../../support/stub-calendar.js'
import {
  at,
  future,
  index,
  ladder,
  type Market,
  MONTH_END,
  modelVolatility,
  NEXT_TUESDAY,
  option,
  quoteAll,
  quoteOf,
  strikesFrom,
  TICK,
  TUESDAY,
  tell,
} from './chain-market.js'

const NOW = at('11:30:00')
const EXPIRY_MS = at('15:30:00', '2025-10-07')
const market: Market = { forward: 2_501_234, years: calendarYears(NOW, EXPIRY_MS), volatility: 0.13 }

function chainOf(book: OptionBook, expiry = TUESDAY, underlying = 'NIFTY'): OptionChain {
  return book.chains.find((chain) => chain.expiry === expiry && chain.underlying === underlying) ?? expect.fail('no such chain')
}

function opened(
  options: readonly Instrument[] = ladder('NIFTY', TUESDAY, strikesFrom(24000, 50, 41)),
  more: readonly Instrument[] = [],
) {
  const book = new OptionBook([...options, ...more], stubCalendar)
  return { options, book, chain: chainOf(book) }
}

function quoted(ms = NOW - 500) {
  const all = opened()
  quoteAll(all.book, all.options, market, ms)
  return all
}

const optionAt = (options: readonly Instrument[], strike: number, type: 'CE' | 'PE'): Instrument =>
  options.find((one) => one.strike === strike && one.instrument_type === type) ?? expect.fail('no such option')

describe('a chain whose quotes stand one tick around a model', () => {
  const { chain } = quoted()
  const snapshot = chain.snapshot(NOW, CHAIN_TERMS)

  test('has the forward of the model to within a tick', () => {
    expect(snapshot.forward).toMatchObject({ method: 'parity', strikes: 5 })
    expect(Math.abs((snapshot.forward?.price ?? 0) - market.forward)).toBeLessThan(TICK)
  })

  test('has the volatility of the model at every strike, to within what half a tick is worth', () => {
    let found = 0
    for (const { strike, call, put } of snapshot.rows)
      for (const leg of [call, put]) {
        const { volatility, volatility_error = 0, delta = 0, vega = 0 } = leg ?? {}
        // A forward that is off by up to a tick moves a price by delta of it.
        if (volatility === undefined || volatility_error > 0.005) continue
        found++
        const tolerance = volatility_error * 1.01 + (Math.abs(delta) * TICK) / vega
        expect(Math.abs(volatility - modelVolatility(strike, market)), `${leg?.instrument.symbol}`).toBeLessThan(tolerance)
      }
    expect(found).toBeGreaterThan(45)
  })

  test('has greeks of Black-76 at that volatility', () => {
    for (const { strike, call, put } of snapshot.rows)
      for (const leg of [call, put]) {
        if (leg?.volatility === undefined) continue
        const type = leg === call ? 'CE' : 'PE'
        const terms = { type, strike, forward: snapshot.forward?.price ?? 0, years: snapshot.years, rate: 0.065 } as const
        const value = black76({ ...terms, volatility: leg.volatility })
        for (const greek of ['delta', 'gamma', 'vega', 'theta_per_day'] as const)
          expect(Math.abs((leg[greek] ?? 0) / value[greek] - 1), greek).toBeLessThan(1e-11)
        expect(Math.abs(value.price - ((leg.bid_price ?? 0) + (leg.ask_price ?? 0)) / 2)).toBeLessThan(1e-4)
      }
  })

  test('is at the money where the forward is', () => {
    expect(snapshot.atm_strike).toBe(2_500_000)
    const row = snapshot.rows.find(({ strike }) => strike === 2_500_000)
    const mid = (leg = row?.call) => ((leg?.bid_price ?? 0) + (leg?.ask_price ?? 0)) / 2
    expect(snapshot.straddle).toBe(mid() + mid(row?.put))
    expect(snapshot.atm_volatility).toBeCloseTo(modelVolatility(market.forward, market), 3)
    expect(snapshot.expected_move).toBeCloseTo(
      (snapshot.forward?.price ?? 0) * (snapshot.atm_volatility ?? 0) * Math.sqrt(snapshot.years),
      5,
    )
  })

  test('says why wings have no volatility', () => {
    const reasons = new Set(snapshot.rows.flatMap(({ call, put }) => [call?.no_volatility, put?.no_volatility]))
    // Far calls have no bid; deep ones are worth what they are worth without volatility.
    expect(reasons).toContain('no_quote')
    expect(reasons).toContain('no_time_value')
    for (const { call, put } of snapshot.rows)
      for (const leg of [call, put]) expect(leg?.volatility === undefined).toBe(leg?.no_volatility !== undefined)
  })

  test('asks for one figure as for all', () => {
    const view = chain.view(NOW, CHAIN_TERMS)
    expect(view.straddle).toBe(snapshot.straddle)
    expect(view.atm_volatility).toBe(snapshot.atm_volatility)
    expect(view.forward).toEqual(snapshot.forward)
  })

  test.each([
    ['CE', 0.2],
    ['PE', 0.2],
    ['CE', 0.15],
    ['PE', 0.05],
  ] as const)('finds the %s whose delta is nearest %d', (type, wanted) => {
    const found = chain.view(NOW, CHAIN_TERMS).legOfDelta(type, wanted)
    const forward = snapshot.forward?.price ?? 0
    const deltas = snapshot.rows.flatMap(({ strike, call, put }) => {
      const delta = (type === 'CE' ? call : put)?.delta
      const is_out = type === 'CE' ? strike >= forward : strike <= forward
      return delta === undefined || !is_out ? [] : [{ strike, delta }]
    })
    const nearest = deltas.sort((a, b) => Math.abs(Math.abs(a.delta) - wanted) - Math.abs(Math.abs(b.delta) - wanted))[0]
    expect({ strike: found?.leg.strike, delta: found?.delta }).toEqual(nearest)
    expect(found?.leg.type).toBe(type)
  })

  test('knows no option of a delta beyond its strikes', () => {
    expect(chain.view(NOW, CHAIN_TERMS).legOfDelta('CE', 0.0001)).toBeUndefined()
    expect(chain.view(NOW, CHAIN_TERMS).legOfDelta('CE', 0.9)).toBeUndefined()
  })
})

describe('whose options', () => {
  test('BANKNIFTY is not NIFTY, a week is not the next, an exchange not the other', () => {
    const all = [
      option('NIFTY', TUESDAY, 25000, 'CE'),
      option('BANKNIFTY', TUESDAY, 25000, 'CE'),
      option('NIFTYNXT50', TUESDAY, 25000, 'CE'),
      option('NIFTY', NEXT_TUESDAY, 25000, 'CE'),
      option('NIFTY', TUESDAY, 25000, 'CE', 'BFO'),
      option('NIFTY', TUESDAY, 25050, 'PE'),
    ]
    const book = new OptionBook(all, stubCalendar)
    expect(book.chains.map(({ exchange, underlying, expiry, rows }) => [exchange, underlying, expiry, rows.length])).toEqual([
      ['BFO', 'NIFTY', TUESDAY, 1],
      ['NFO', 'BANKNIFTY', TUESDAY, 1],
      ['NFO', 'NIFTY', TUESDAY, 2],
      ['NFO', 'NIFTY', NEXT_TUESDAY, 1],
      ['NFO', 'NIFTYNXT50', TUESDAY, 1],
    ])
    for (const [n, one] of all.entries()) tell(quoteOf(book, one), { ms: NOW, bid: 100 * (n + 1), ask: 100 * (n + 1) + 5 })
    const [, , chain] = book.chains
    expect(chain?.rows.map(({ call, put }) => [call?.quote.bid_price, put?.quote.bid_price])).toEqual([
      [100, undefined],
      [undefined, 600],
    ])
    expect(() => chain?.add(all[1] as Instrument)).toThrow('belongs to the chain of NFO:NIFTY')
  })

  test('strikes ascend whatever the order of the master, with decimals and twice the same one', () => {
    const listed = [8.5, 10, 7.5, 9, 8.5].map((strike) => option('IDEA', MONTH_END, strike, 'PE'))
    const book = new OptionBook(listed, stubCalendar)
    expect(chainOf(book, MONTH_END, 'IDEA').rows.map(({ strike }) => strike)).toEqual([750, 850, 900, 1000])
    expect(quoteOf(book, listed[0] as Instrument)).toBe(quoteOf(book, listed[4] as Instrument))
  })

  test('what is wanted is taken, with what lies under it', () => {
    const all = [option('NIFTY', TUESDAY, 25000, 'CE'), option('RELIANCE', MONTH_END, 1400, 'CE')]
    const under = [
      index('NIFTY 50'),
      index('INDIA VIX'),
      index('NIFTY BANK'),
      future('NIFTY', MONTH_END),
      future('RELIANCE', MONTH_END),
    ]
    const book = new OptionBook([...all, ...under], stubCalendar, ({ underlying }) => underlying === 'NIFTY')
    expect([...all, ...under].map((one) => book.quoteOf(one) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      false,
      true,
      false,
    ])
    expect(book.vix).toBe(book.quoteOf(under[1] as Instrument))
    expect(chainOf(book).quotes.spot).toBe(book.quoteOf(under[0] as Instrument))
  })

  test('an option without a time of expiry is in no chain, and named', () => {
    const book = new OptionBook(ladder('NIFTY', TUESDAY, [25000]), { ...stubCalendar, expiryOf: () => undefined })
    expect(book.chains).toEqual([])
    expect(book.without_expiry_time).toHaveLength(2)
  })
})

describe('which quotes count', () => {
  const reasonOf = (change: (call: ReturnType<typeof quoteOf>) => void, now = NOW, terms: ChainTerms = CHAIN_TERMS) => {
    const { book, options, chain } = quoted()
    change(quoteOf(book, optionAt(options, 25100, 'CE')))
    return chain.snapshot(now, terms).rows.find(({ strike }) => strike === 2_510_000)?.call?.no_volatility
  }

  test('a fresh book with both sides in order', () => expect(reasonOf(() => {})).toBeUndefined())
  test('not one that is a minute old', () => {
    expect(reasonOf((call) => tell(call, { ms: NOW - 60_000, bid: 7000, ask: 7005 }))).toBeUndefined()
    expect(reasonOf((call) => tell(call, { ms: NOW - 60_001, bid: 7000, ask: 7005 }))).toBe('stale')
    const patient = { ...CHAIN_TERMS, quote_age_max_ms: 120_000 }
    expect(reasonOf((call) => tell(call, { ms: NOW - 60_001, bid: 7000, ask: 7005 }), NOW, patient)).toBeUndefined()
  })
  test('not one without a bid or without an offer', () => {
    expect(reasonOf((call) => tell(call, { ms: NOW, ask: 7005 }))).toBe('no_quote')
    expect(reasonOf((call) => tell(call, { ms: NOW, bid: 7005 }))).toBe('no_quote')
  })
  test('not one whose bid is above its offer; one where they meet does', () => {
    expect(reasonOf((call) => tell(call, { ms: NOW, bid: 7010, ask: 7005 }))).toBe('crossed')
    expect(reasonOf((call) => tell(call, { ms: NOW, bid: 7005, ask: 7005 }))).toBeUndefined()
  })
  test('not a price below intrinsic value or above the forward', () => {
    const { book, options, chain } = quoted()
    tell(quoteOf(book, optionAt(options, 24500, 'CE')), { ms: NOW, bid: 40_000, ask: 40_005 })
    tell(quoteOf(book, optionAt(options, 24550, 'CE')), { ms: NOW, bid: 3_000_000, ask: 3_000_005 })
    const of = (strike: number) => chain.snapshot(NOW, CHAIN_TERMS).rows.find((row) => row.strike === strike)?.call?.no_volatility
    expect([of(2_450_000), of(2_455_000)]).toEqual(['below_intrinsic', 'above_max'])
  })
  test('a packet without a book leaves the book and its age standing', () => {
    const { book, options, chain } = quoted(NOW - 30_000)
    const option = optionAt(options, 25000, 'CE')
    quoteOf(book, option).take({
      received_ms: NOW - 1000,
      exchange_ms: Number.NaN,
      last_price: 1234,
      volume: 999,
      oi: Number.NaN,
      book: undefined,
    })
    const leg = chain.snapshot(NOW, CHAIN_TERMS).rows.find(({ strike }) => strike === 2_500_000)?.call
    expect(leg).toMatchObject({ last_price: 1234, volume: 999, oi: 1000, quote_age_ms: 30_000, exchange_ms: NOW - 30_000 })
    expect(leg?.volatility).toBeGreaterThan(0)
  })
})

describe('the forward', () => {
  const spot = index('NIFTY 50')
  const same = future('NIFTY', TUESDAY)
  const later = future('NIFTY', MONTH_END)
  const under = (quotes: readonly [Instrument, number][]) => {
    const all = opened(undefined, [spot, same, later])
    for (const [instrument, last] of quotes)
      quoteOf(all.book, instrument).take({
        received_ms: NOW,
        exchange_ms: NOW,
        last_price: last,
        volume: 0,
        oi: 0,
        book: undefined,
      })
    return all
  }

  test('without quotes there is none, and no volatility', () => {
    const { chain, book, options } = opened()
    tell(quoteOf(book, optionAt(options, 25000, 'CE')), { ms: NOW, bid: 7000, ask: 7005 })
    const snapshot = chain.snapshot(NOW, CHAIN_TERMS)
    expect(snapshot).toMatchObject({ forward: undefined, atm_strike: undefined, straddle: undefined, atm_volatility: undefined })
    expect(snapshot.rows.find(({ strike }) => strike === 2_500_000)?.call?.no_volatility).toBe('no_forward')
  })

  test('with fewer than three strikes it is the future of the expiry', () => {
    const { chain } = under([
      [spot, 2_500_000],
      [same, 2_500_800],
      [later, 2_510_000],
    ])
    expect(chain.view(NOW, CHAIN_TERMS).forward).toEqual({ price: 2_500_800, method: 'future', strikes: 0 })
  })

  test('without that future it lies between spot and the next one', () => {
    const { chain } = under([
      [spot, 2_500_000],
      [later, 2_510_000],
    ])
    const part = (EXPIRY_MS - NOW) / (at('15:30:00', '2025-10-28') - NOW)
    const forward = chain.view(NOW, CHAIN_TERMS).forward
    expect(forward?.method).toBe('interpolated_future')
    expect(forward?.price).toBeCloseTo(2_500_000 * Math.exp(part * Math.log(2_510_000 / 2_500_000)), 4)
  })

  test('without futures it is the spot carried at the rate', () => {
    const { chain } = under([[spot, 2_500_000]])
    const forward = chain.view(NOW, CHAIN_TERMS).forward
    expect(forward?.method).toBe('spot')
    expect(forward?.price).toBeCloseTo(2_500_000 * Math.exp(0.065 * market.years), 4)
  })

  test('parity comes first, and the futures stand beside it', () => {
    const { chain, book, options } = under([
      [spot, 2_500_000],
      [same, 2_500_800],
    ])
    quoteAll(book, options, market, NOW)
    const snapshot = chain.snapshot(NOW, CHAIN_TERMS)
    expect(snapshot.forward?.method).toBe('parity')
    expect(snapshot.future_forward).toBe(2_500_800)
    expect(snapshot.spot).toBe(2_500_000)
  })

  test('a stale future or a price of 0 says nothing', () => {
    const { chain, book } = under([[same, 0]])
    expect(chain.view(NOW, CHAIN_TERMS).forward).toBeUndefined()
    quoteOf(book, same).take({ received_ms: NOW, exchange_ms: NOW, last_price: 2_500_800, volume: 0, oi: 0, book: undefined })
    expect(chain.view(NOW + 60_000, CHAIN_TERMS).forward?.method).toBe('future')
    expect(chain.view(NOW + 60_001, CHAIN_TERMS).forward).toBeUndefined()
  })

  test('wide quotes take no part in it', () => {
    const { chain, book, options } = quoted()
    const before = chain.view(NOW, CHAIN_TERMS).forward
    // Wide, and far from what they should be: three of the five nearest the money.
    for (const strike of [24950, 25000, 25050])
      tell(quoteOf(book, optionAt(options, strike, 'CE')), { ms: NOW, bid: 12_000, ask: 13_000 })
    const after = chain.view(NOW, CHAIN_TERMS).forward
    expect(after?.strikes).toBe(5)
    expect(Math.abs((after?.price ?? 0) - (before?.price ?? 0))).toBeLessThan(TICK)
  })

  test('is the median of parity at the strikes around the money', () => {
    const { chain, book, options } = quoted()
    const { forward, discount } = chain.view(NOW, CHAIN_TERMS)
    const forwards = [24900, 24950, 25000, 25050, 25100].map((strike) => {
      const [call, put] = (['CE', 'PE'] as const).map((type) => quoteOf(book, optionAt(options, strike, type)).mid)
      return parityForward({ strike: 100 * strike, call: call ?? 0, put: put ?? 0 }, discount)
    })
    expect(forward?.price).toBeCloseTo(forwards.sort((a, b) => a - b)[2] ?? 0, 4)
  })
})

describe('time', () => {
  test('at expiry nothing has a volatility, nor after it', () => {
    const { chain } = quoted(EXPIRY_MS - 100)
    for (const now of [EXPIRY_MS, EXPIRY_MS + 1000]) {
      const snapshot = chain.snapshot(now, CHAIN_TERMS)
      expect(snapshot.forward).toBeUndefined()
      expect(snapshot.rows.find(({ strike }) => strike === 2_500_000)?.call?.no_volatility).toBe('expired')
    }
    expect(chain.snapshot(EXPIRY_MS - 1, CHAIN_TERMS).forward).toBeDefined()
  })

  test('another clock gives another volatility for the same quotes', () => {
    const { chain } = quoted()
    const half = { ...CHAIN_TERMS, yearsTo: (from: number, to: number) => calendarYears(from, to) / 4 }
    const [calendar, other] = [CHAIN_TERMS, half].map((terms) => chain.view(NOW, terms).atm_volatility ?? 0) as [number, number]
    expect(other / calendar).toBeCloseTo(2, 3)
  })
})

test('a view may be asked until the next update of anything around it', () => {
  const { chain, book, options } = quoted()
  const view = chain.view(NOW, CHAIN_TERMS)
  expect(view.straddle).toBeGreaterThan(0)
  tell(quoteOf(book, optionAt(options, 25900, 'PE')), { ms: NOW, bid: 1, ask: 2 })
  expect(() => view.straddle).toThrow('before the next update')
  expect(chain.view(NOW, CHAIN_TERMS).straddle).toBeGreaterThan(0)
})

test('open interest changes since the first of the day, each day anew', () => {
  const { chain, book, options } = opened()
  const option = optionAt(options, 25000, 'CE')
  const told = () => chain.snapshot(NOW, CHAIN_TERMS).rows.find(({ strike }) => strike === 2_500_000)?.call
  expect(told()).toMatchObject({ oi: undefined, oi_change: undefined, last_price: undefined, quote_age_ms: undefined })
  tell(quoteOf(book, option), { ms: at('09:15:01'), oi: 5000 })
  tell(quoteOf(book, option), { ms: at('09:15:02') })
  tell(quoteOf(book, option), { ms: at('11:00:00'), oi: 5600 })
  expect(told()).toMatchObject({ oi: 5600, oi_change: 600 })
  tell(quoteOf(book, option), { ms: at('09:15:01', '2025-10-07'), oi: 6000 })
  expect(told()).toMatchObject({ oi: 6000, oi_change: 0 })
})

test('open interest of the whole chain, fresh or not', () => {
  const { chain, book, options } = opened(ladder('NIFTY', TUESDAY, [24900, 25000, 25100]))
  const oi = { '24900CE': 100, '24900PE': 900, '25000CE': 500, '25000PE': 600, '25100CE': 800, '25100PE': 200 }
  for (const [name, value] of Object.entries(oi))
    tell(quoteOf(book, optionAt(options, Number(name.slice(0, 5)), name.endsWith('CE') ? 'CE' : 'PE')), {
      ms: at('09:15:01'),
      oi: value,
    })
  expect(chain.snapshot(NOW, CHAIN_TERMS)).toMatchObject({
    put_call_ratio: 1700 / 1400,
    max_pain: 2_500_000,
    oi_concentration: 1,
  })
})
