import { describe, expect, test } from 'vitest'
import {
  Adx,
  Atr,
  coldStartShare,
  IndicatorColumns,
  type IndicatorOptions,
  parseIndicators,
  TrueRange,
  type VolumeBaseline,
} from '../../../src/core/indicators/index.js'
import type { Candle } from '../../../src/core/market/index.js'
import { stubCalendar } from '../../support/stub-calendar.js'
import { instrument } from '../market/instruments.js'
import { candle, flow } from './candles.js'

/** What a run of `mds indicators` computes: one row a candle. */
function run(set: string, candles: readonly Candle[], options: Partial<IndicatorOptions> = {}): number[][] {
  const columns = new IndicatorColumns(parseIndicators([set]), {
    reset_daily: false,
    gap_tr: true,
    sessionOf: stubCalendar.sessionOf,
    baselineOf: () => undefined,
    ...options,
  })
  return candles.map((bar) => [...columns.valuesOf(bar)])
}

/** Two sessions of `minutes` bars that rise by a rupee each; the second begins 10 rupees above the end of the first. */
const twoDays = (minutes: number): Candle[] =>
  [0, 1].flatMap((day) =>
    Array.from({ length: minutes }, (_, minute) => {
      const close = 10_000 + 100 * minute + day * (100 * (minutes - 1) + 1000)
      return candle({ session: day, minute, open: close, high: close + 50, low: close - 50, close, volume: 100 + minute })
    }),
  )
const column = (rows: readonly number[][], at = 0): number[] => rows.map((row) => row[at] ?? Number.NaN)

describe('from one session to the next', () => {
  const days = twoDays(12)

  test('averages go on, and the night is part of the first range', () => {
    const [averages, ranges] = [column(run('sma:3', days)), column(run('tr', days))]
    expect(averages[12]).toBeCloseTo((110 + 111 + 121) / 3, 12)
    expect(ranges.slice(11, 14)).toEqual([1.5, 10.5, 1.5])
  })

  test('prices are told in rupees', () => {
    expect(column(run('sma:1', days))[0]).toBe(100)
    const currency = instrument({ price_divisor: 10_000_000, exchange: 'CDS' })
    expect(run('sma:1,obv', [candle({ close: 832_512_500, instrument: currency, volume: 7 })])).toEqual([[83.25125, 7]])
  })

  test('with --no-gap-tr the first range is high - low, and nothing moved over night', () => {
    const ranges = column(run('tr', days, { gap_tr: false }))
    expect(ranges.slice(11, 14)).toEqual([1.5, 1, 1.5])
    expect(ranges[0]).toBeNaN()
    const [with_gap, without] = [run('adx:2', days), run('adx:2', days, { gap_tr: false })]
    expect(without[12]?.[1]).toBeLessThan(with_gap[12]?.[1] ?? 0)
  })

  test('what is anchored begins anew', () => {
    const vwap = column(run('vwap_bars', days))
    expect(vwap[0]).toBe(100)
    expect(vwap[11]).toBeGreaterThan(100)
    expect(vwap[12]).toBe(121)
    const rvol = column(run('rvol_roll:20', days))
    expect(rvol.findIndex((value) => !Number.isNaN(value))).toBe(10)
    expect(rvol.slice(12, 22).every(Number.isNaN)).toBe(true)
    expect(rvol[22]).toBe(rvol[10])
    const going_on = column(run('rvol_roll:20:1', days))
    expect(going_on[12]).toBeCloseTo(100 / 105.5, 12)
  })

  test('with --reset-daily each session is a run of its own', () => {
    const set = 'ema:3,rsi:3,atr:3,adx:2,obv,supertrend:2:2,donchian:3'
    const [first, second] = [days.slice(0, 12), days.slice(12)]
    expect(run(set, days, { reset_daily: true })).toEqual([...run(set, first), ...run(set, second)])
    expect(run(set, days)).not.toEqual(run(set, days, { reset_daily: true }))
  })

  test('bars of the day are one series, which --reset-daily leaves alone', () => {
    const bars = [0, 1, 2].map((day) => candle({ session: day, interval: '1d', phase: 'day', close: 10_000 + 100 * day }))
    for (const reset_daily of [false, true])
      expect(column(run('sma:2', bars, { reset_daily }))).toEqual([Number.NaN, 100.5, 101.5])
    // A day's volume is not compared within its day.
    const many = Array.from({ length: 12 }, (_, day) =>
      candle({ session: day, interval: '1d', phase: 'day', close: 100, volume: 200 }),
    )
    expect(column(run('rvol_roll:20', many))[11]).toBe(1)
  })

  test('the cumulative delta begins anew', () => {
    const bars = [0, 0, 1].map((day, n) => candle({ session: day, minute: n, close: 100, flow: flow({ signed_volume: 5 }) }))
    expect(column(run('cvd', bars))).toEqual([5, 10, 5])
  })
})

test('instruments and intervals are series of their own; auctions belong to none', () => {
  const other = instrument({ symbol: 'TCS', instrument_token: 2 })
  const rows = run('sma:2', [
    candle({ close: 100 }),
    candle({ close: 5000, instrument: other }),
    candle({ close: 300, interval: '5m' }),
    candle({ close: 900, phase: 'pre_open', interval: 'auction' }),
    candle({ close: 200, minute: 1 }),
    candle({ close: 7000, instrument: other, minute: 1 }),
  ])
  expect(column(rows)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1.5, 60])
})

test('an auction has no value, and none comes after it through it', () => {
  const rows = run('obv,sma:1', [
    candle({ close: 100 }),
    candle({ close: 900, phase: 'closing_auction' }),
    candle({ close: 200, minute: 1 }),
  ])
  expect(rows).toEqual([
    [100, 1],
    [Number.NaN, Number.NaN],
    [200, 2],
  ])
})

test('an index has no volume and no value where volume is needed', () => {
  const index = Array.from({ length: 15 }, (_, minute) =>
    candle({ minute, close: 2_500_000 + minute, volume: 0, volume_na: true }),
  )
  const set = parseIndicators([
    'obv,vwap,vwap_bars,rvol_roll,volume_zscore,volume_zscore_robust,rvol_tod,rvol_cum,cvd,vpin,profile,kyle',
  ])
  const columns = new IndicatorColumns(set, {
    reset_daily: false,
    gap_tr: true,
    sessionOf: stubCalendar.sessionOf,
    baselineOf: () => undefined,
  })
  for (const bar of index) expect([...columns.valuesOf(bar)].every(Number.isNaN)).toBe(true)
  expect(column(run('sma:2', index))[1]).toBe(25_000.005)
})

describe('opening range', () => {
  const bar = (minute: number, price: number, minutes = 1): Candle => {
    const made = candle({ minute, close: price })
    return { ...made, close_time_ms: made.open_time_ms + minutes * 60_000 }
  }

  test('is known at the end of its last bar, and stays', () => {
    expect(column(run('opening_range:3', [bar(0, 100), bar(1, 300), bar(2, 200), bar(3, 900)]))).toEqual([
      Number.NaN,
      Number.NaN,
      3,
      3,
    ])
  })

  test('is known a bar later when nothing trades at its end', () => {
    expect(column(run('opening_range:3', [bar(0, 100), bar(4, 900)]))).toEqual([Number.NaN, 1])
  })

  test('is not known when nothing traded in it, or a bar lies across its end', () => {
    expect(column(run('opening_range:3', [bar(5, 100), bar(6, 300)]))).toEqual([Number.NaN, Number.NaN])
    expect(column(run('opening_range:3', [bar(0, 100, 2), bar(2, 300, 2), bar(4, 200, 2)])).every(Number.isNaN)).toBe(true)
  })
})

describe('3.14: volume by time of day', () => {
  const baseline: VolumeBaseline = {
    usualVolume: (minute, minutes) => (minute < 5 ? 200 * minutes : undefined),
    usualVolumeSoFar: (minutes) => (minutes <= 5 ? 200 * minutes : undefined),
    day_volume: 37_500,
  }
  const bars = [0, 1, 5].map((minute) => candle({ minute, close: 100, volume: 300 }))

  test('is held against the same minutes of earlier sessions', () => {
    const rows = run('rvol_tod,rvol_cum', bars, { baselineOf: () => baseline })
    expect(rows[0]).toEqual([1.5, 0, 1.5, 0])
    expect(rows[1]).toEqual([1.5, 0, 1.5, 0])
  })

  test('without a history of the minute, against the profile of a day, and says so', () => {
    const [rvol_tod, is_profile, rvol_cum, cum_is_profile] =
      run('rvol_tod,rvol_cum', bars, { baselineOf: () => baseline })[2] ?? []
    // A minute of the first three quarters of an hour counts 1.40625 mean minutes of 100.
    expect(rvol_tod).toBeCloseTo(300 / 140.625, 9)
    expect(rvol_cum).toBeCloseTo(900 / (6 * 140.625), 9)
    expect([is_profile, cum_is_profile]).toEqual([1, 1])
  })

  test('without a baseline nothing is known', () => {
    expect(run('rvol_tod,rvol_cum', bars).flat().every(Number.isNaN)).toBe(true)
  })

  test('bars that no clock ends have no time of day', () => {
    const trades = candle({ close: 100, open_time_ms: bars[0]!.open_time_ms + 1000 })
    expect(run('rvol_tod', [trades], { baselineOf: () => baseline })[0]).toEqual([Number.NaN, Number.NaN])
  })
})

describe('D21: the profile of a day', () => {
  const perMinute = (from: number, to: number): number => (coldStartShare(from, to, 375) * 375) / (to - from)

  test('averages 1 over the day', () => {
    expect(coldStartShare(0, 375, 375)).toBeCloseTo(1, 12)
    expect(coldStartShare(0, 385, 385)).toBeCloseTo(1, 12)
  })

  test('has the published multipliers, divided by their mean of 1.28', () => {
    const parts = [
      [0, 45, 1.406],
      [45, 135, 0.9375],
      [135, 195, 0.703],
      [195, 285, 0.859],
      [285, 345, 1.016],
      [345, 375, 1.5625],
    ] as const
    for (const [from, to, multiplier] of parts) expect(perMinute(from, to)).toBeCloseTo(multiplier, 3)
  })
})

test('3.1: the first true range needs a close before it', () => {
  const range = new TrueRange()
  expect([range.update(110, 100, 105), range.update(108, 106, 107), range.update(130, 120, 125)]).toEqual([Number.NaN, 3, 23])
  range.dropGap()
  expect(range.update(150, 140, 145)).toBe(10)
  const [atr, adx] = [new Atr(2), new Adx(2)]
  for (const [high, low, close] of [
    [110, 100, 105],
    [112, 101, 111],
    [115, 108, 110],
  ] as const) {
    atr.update(high, low, close)
    adx.update(high, low, close)
  }
  atr.dropGap()
  adx.dropGap()
  expect(atr.update(300, 290, 295)).toBe(((11 + 7) / 2 + 10) / 2)
  adx.update(300, 290, 295)
  // Seeds 2 and 11; then 2/2 + 3 of 11/2 + 7; then half of these and a range of 10, in which nothing moved.
  expect(adx.plus_di).toBeCloseTo((100 * 2) / (12.5 / 2 + 10), 12)
})
