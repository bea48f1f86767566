import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createCalendar } from '../../../src/core/market/index.js'
import {
  atmStrike,
  atmVolatility,
  calendarYears,
  closeToCloseVolatility,
  expectedMove,
  impliedForward,
  intradayVolatility,
  ivPercentile,
  ivRank,
  maxPain,
  nearestTheMoney,
  oiConcentration,
  parityForward,
  parkinsonVolatility,
  putCallRatio,
  rounded,
  straddleOfMove,
  tradingYears,
  VixRegime,
  vixDailyMove,
  volatilityPremium,
} from '../../../src/core/options/index.js'
import { parseIso } from '../../../src/core/time/index.js'
import { relativeError } from '../../support/golden-table.js'
import { dayNumber } from '../../support/stub-calendar.js'
import { instrument } from '../market/instruments.js'

const near = (found: number | undefined, truth: number): void =>
  expect(relativeError(found ?? Number.NaN, truth), `${found}`).toBeLessThan(1e-12)

describe('rounding', () => {
  test.each([
    [0.1 + 0.2, 0.3],
    [25050.062367632, 25050.0623676],
    [-1.00000000000049e-7, -1e-7],
    [123456789012.6, 123456789013],
    [0, 0],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('%d is %d', (value, told) => expect(rounded(value)).toBe(told))

  test('the last bit of a result does not show', () => {
    for (let n = 1; n < 200; n++) {
      const value = n / 7
      expect(rounded(value * (1 + 2.2e-16))).toBe(rounded(value))
    }
  })
})

describe('the forward', () => {
  const discount = Math.exp((-0.065 * 7) / 365)

  test('by parity at one strike', () => near(parityForward({ strike: 25000, call: 210, put: 160 }, discount), 25050.062367632))

  const pair = (strike: number, forward: number) => ({ strike, call: 1000 + discount * (forward - strike), put: 1000 })

  test('is the median of the five strikes nearest the money: one bad quote does not move it', () => {
    const pairs = [24800, 24850, 24900, 24950, 25000, 25050, 25100].map((strike) => pair(strike, 24963))
    expect(impliedForward(pairs, 24950, discount)).toEqual({ forward: 24963, strikes: 5 })
    expect(impliedForward(pairs.with(4, pair(25000, 25400)), 24950, discount)).toEqual({ forward: 24963, strikes: 5 })
    // Those farther away do not count at all.
    expect(impliedForward(pairs.with(0, pair(24800, 1)).with(6, pair(25100, 1)), 24950, discount)?.forward).toBe(24963)
  })

  test('of four strikes it is the mean of the two in the middle, and two are too few', () => {
    const pairs = [pair(24900, 24960), pair(24950, 24962), pair(25000, 24966), pair(25050, 24990)]
    expect(impliedForward(pairs, 24950, discount)).toEqual({ forward: 24964, strikes: 4 })
    expect(impliedForward(pairs.slice(0, 3), 24950, discount)).toEqual({ forward: 24962, strikes: 3 })
    expect(impliedForward(pairs.slice(0, 2), 24950, discount)).toBeUndefined()
  })

  test('the strike nearest the money is where call and put differ least, of two the lower', () => {
    expect(nearestTheMoney([pair(24900, 24975), pair(24950, 24975), pair(25000, 24975)])?.strike).toBe(24950)
    expect(nearestTheMoney([])).toBeUndefined()
  })
})

describe('at the money', () => {
  test.each([
    [[24900, 24950, 25000], 24974, 24950],
    [[24900, 24950, 25000], 24975, 24950],
    [[24900, 24950, 25000], 24976, 25000],
    [[24900, 25100], 1, 24900],
    [[], 25000, undefined],
  ])('of %j the strike nearest %d is %d', (strikes, forward, strike) => expect(atmStrike(strikes, forward)).toBe(strike))

  test('total variance lies on a line between the two strikes', () => {
    const [below, above] = [
      { strike: 25000, volatility: 0.12 },
      { strike: 25050, volatility: 0.16 },
    ]
    expect(atmVolatility(below, above, 25000)).toBe(0.12)
    near(atmVolatility(below, above, 25025), Math.sqrt((0.0144 + 0.0256) / 2))
    near(atmVolatility(below, above, 25010), Math.sqrt(0.0144 * 0.8 + 0.0256 * 0.2))
  })

  test('the expected move and what a straddle is of it', () => {
    near(expectedMove(25000, 0.12, 5 / 365), 351.123441588392)
    near(straddleOfMove(expectedMove(25000, 0.12, 5 / 365)), 280.155972979344)
  })
})

describe('time to expiry', () => {
  const calendar = createCalendar(JSON.parse(readFileSync(new URL('../../../config/calendar.json', import.meta.url), 'utf8')))
  const option = instrument({ exchange: 'NFO', instrument_type: 'CE', asset_class: 'index_options', underlying: 'NIFTY' })
  const at = (text: string): number => parseIso(`${text}+05:30`) ?? expect.fail(text)

  test('by the calendar: minutes of 525600', () => {
    expect(calendarYears(at('2025-10-07T14:30:00'), at('2025-10-07T15:30:00'))).toBe(60 / 525_600)
    near(calendarYears(at('2025-09-30T15:30:00'), at('2025-10-07T15:30:00')), 7 / 365)
    expect(calendarYears(at('2025-10-07T15:30:30'), at('2025-10-07T15:30:00'))).toBe(-0.5 / 525_600)
  })

  test.each([
    ['2025-10-07T14:30:00', '2025-10-07T15:30:00', 60],
    ['2025-10-07T08:00:00', '2025-10-07T15:30:00', 375],
    ['2025-10-06T15:29:00', '2025-10-07T15:30:00', 376],
    // A Friday, then Monday and Tuesday; 2 October is a holiday.
    ['2025-10-03T15:00:00', '2025-10-07T15:30:00', 30 + 2 * 375],
    ['2025-10-01T15:00:00', '2025-10-03T15:30:00', 30 + 375],
    ['2025-10-07T15:31:00', '2025-10-07T15:30:00', 0],
    // Trading until 15:40, settled at 15:30.
    ['2026-08-03T15:00:00', '2026-08-04T15:30:00', 40 + 375],
  ])('by trading minutes: %s to %s are %d', (from, to, minutes) => {
    expect(tradingYears(at(from), at(to), option, calendar)).toBe(minutes / (252 * 375))
  })

  test('when contracts are settled, and whether that is sure', () => {
    const expiring = (date: [number, number, number], facts: Parameters<typeof instrument>[0] = {}) =>
      calendar.expiryOf({ ...option, ...facts, expiry: dayNumber(...date) })
    expect(expiring([2025, 10, 7])).toEqual({ at_ms: at('2025-10-07T15:30:00'), verified: true })
    expect(expiring([2026, 7, 28])).toEqual({ at_ms: at('2026-07-28T15:30:00'), verified: true })
    expect(expiring([2026, 8, 4])).toEqual({ at_ms: at('2026-08-04T15:30:00'), verified: false })
    expect(expiring([2025, 10, 29], { exchange: 'CDS' })).toEqual({ at_ms: at('2025-10-29T12:30:00'), verified: false })
    expect(calendar.expiryOf(option)).toBeUndefined()
    expect(calendar.expiryOf(instrument({ expiry: dayNumber(2025, 10, 7) }))).toBeUndefined()
  })
})

describe('a volatility among earlier ones', () => {
  const history = [10, 12, 14, 16, 18, 20, 22, 24, 26, 30]

  test.each([
    [20, 50, 50],
    [25, 75, 80],
    [10, 0, 0],
    [32, 110, 100],
  ])('%d has rank %d and percentile %d', (iv, rank, percentile) => {
    expect(ivRank(iv, history, 10)).toBe(rank)
    expect(ivPercentile(iv, history, 10)).toBe(percentile)
  })

  test('59 days are too few, 60 are enough, a flat history has no rank', () => {
    const days = Array.from({ length: 60 }, (_, n) => 10 + n)
    expect([ivRank(20, days.slice(1)), ivPercentile(20, days.slice(1))]).toEqual([undefined, undefined])
    expect(ivRank(39.5, days)).toBe(50)
    expect(ivPercentile(40, days)).toBe(50)
    expect(ivRank(12, new Array(60).fill(12))).toBeUndefined()
    expect(ivRank(12, [], 0)).toBeUndefined()
  })
})

describe('realised volatility', () => {
  test('of closes that go up and down by 1 %', () => {
    const closes = [100, 101, 100, 101, 100]
    const [up, down] = [Math.log(1.01), -Math.log(1.01)]
    // Mean 0, squares 4 ln^2(1.01) over n - 1 = 3.
    near(closeToCloseVolatility(closes), Math.sqrt((252 * 4 * up * down * -1) / 3))
    expect(closeToCloseVolatility([100, 100, 100])).toBe(0)
    expect([closeToCloseVolatility([100, 101]), closeToCloseVolatility([100, 0, 101])]).toEqual([undefined, undefined])
  })

  test('a steady trend has none by closes', () => {
    expect(closeToCloseVolatility([100, 110, 121, 133.1])).toBeLessThan(1e-7)
  })

  test('of daily ranges', () => {
    const days = [
      { high: 102, low: 100 },
      { high: 105, low: 101 },
    ]
    const squares = Math.log(1.02) ** 2 + Math.log(105 / 101) ** 2
    near(parkinsonVolatility(days), Math.sqrt((252 * squares) / (4 * 2 * Math.log(2))))
    expect([parkinsonVolatility([]), parkinsonVolatility([{ high: 100, low: 101 }])]).toEqual([undefined, undefined])
  })

  test('within a day', () => {
    const prices = [100, 100.5, 100.2, 100.2]
    near(intradayVolatility(prices), Math.sqrt(252 * (Math.log(1.005) ** 2 + Math.log(100.2 / 100.5) ** 2)))
    expect(intradayVolatility([100])).toBeUndefined()
  })

  test('the premium is the difference', () => expect(volatilityPremium(0.15, 0.11)).toBeCloseTo(0.04, 15))
})

describe('India VIX as a mood', () => {
  test('a day is a 19th of a year', () => {
    expect(vixDailyMove(13.5)).toBeCloseTo(0.85042006, 8)
    expect(vixDailyMove(13.5, 365)).toBeCloseTo(0.7066223, 8)
  })

  const moods = (...values: number[]) => {
    const regime = new VixRegime()
    return values.map((value) => regime.update(value))
  }

  test('the first value decides by the plain boundaries', () => {
    for (const [value, mood] of [
      [14.99, 'LOW'],
      [15, 'NORMAL'],
      [19.99, 'NORMAL'],
      [20, 'HIGH'],
      [25, 'PANIC'],
      [80, 'PANIC'],
    ] as const)
      expect(moods(value)).toEqual([mood])
  })

  test('up at the boundary, down half a point below it', () => {
    expect(moods(14.9, 15, 14.6, 14.5, 14.49, 14.9)).toEqual(['LOW', 'NORMAL', 'NORMAL', 'NORMAL', 'LOW', 'LOW'])
    expect(moods(26, 24.6, 24.4, 19.7, 19.4, 14.7, 14)).toEqual(['PANIC', 'PANIC', 'HIGH', 'HIGH', 'NORMAL', 'NORMAL', 'LOW'])
    expect(moods(26, 12)).toEqual(['PANIC', 'LOW'])
    expect(moods(12, 26)).toEqual(['LOW', 'PANIC'])
  })

  test('without a value there is none, and a missing one changes nothing', () => {
    expect(new VixRegime().name).toBeUndefined()
    expect(moods(Number.NaN, 16, Number.NaN)).toEqual([undefined, 'NORMAL', 'NORMAL'])
  })
})

describe('open interest', () => {
  const strikes = [
    { strike: 24900, call_oi: 100, put_oi: 900 },
    { strike: 25000, call_oi: 500, put_oi: 600 },
    { strike: 25100, call_oi: 800, put_oi: 200 },
    { strike: 25200, call_oi: 300, put_oi: Number.NaN },
  ]

  test('puts by calls', () => {
    expect(putCallRatio(strikes)).toBe(1)
    expect(putCallRatio([{ strike: 1, call_oi: Number.NaN, put_oi: 5 }])).toBeUndefined()
  })

  test('the pain of all holders is least where the sum over all strikes says so', () => {
    // 24900: puts (600 x 100 + 200 x 200) = 100000; 25000: calls 100 x 100, puts 200 x 100 = 30000; 25100: 100 x 200 + 500 x 100 = 70000
    expect(maxPain(strikes)).toBe(25000)
    expect(maxPain([])).toBeUndefined()
    expect(maxPain([{ strike: 1, call_oi: 0, put_oi: 0 }])).toBeUndefined()
  })

  test('of two strikes with the same pain the lower one', () => {
    const same = [
      { strike: 100, call_oi: 10, put_oi: 0 },
      { strike: 110, call_oi: 0, put_oi: 10 },
    ]
    expect(maxPain(same)).toBe(100)
  })

  test('three strikes hold so much of it', () => {
    expect(oiConcentration(strikes)).toBe((1100 + 1000 + 1000) / 3400)
    expect(oiConcentration([])).toBeUndefined()
  })
})
