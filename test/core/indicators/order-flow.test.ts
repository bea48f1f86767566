import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bulkBuyShare,
  INDICATORS,
  IndicatorColumns,
  KyleLambda,
  parseIndicators,
  Vpin,
} from '../../../src/core/indicators/index.js'
import type { Candle } from '../../../src/core/market/index.js'
import { stubCalendar } from '../../support/stub-calendar.js'
import { book } from '../flow/books.js'
import { candle, flow, SURROUNDINGS } from './candles.js'

function valuesOf(id: string, bars: readonly Candle[]): number[][] {
  const definition = INDICATORS.find((candidate) => candidate.id === id)
  const numbers = Object.fromEntries(
    Object.entries(definition?.parameters ?? {}).map(([name, { default: usual }]) => [name, usual]),
  )
  const indicator = definition?.create(numbers, SURROUNDINGS)
  return bars.map((bar) => [...(indicator?.update(bar) ?? [])])
}

describe('3.17: VPIN', () => {
  const CHANGES = [0.5, -0.2, 0.1, -0.4, 0.3]
  /** The normal distribution to 12 digits, worked out with 30 (mpmath). The second of the printed vector, .28385460, is .28385458. */
  const SHARES = [0.92343627449, 0.283854583099, 0.612451518902, 0.126548954474, 0.804317030846]

  test('the vector', () => {
    const shares = CHANGES.map((change) => bulkBuyShare(change, 0.35))
    shares.forEach((share, n) => {
      expect(share).toBeCloseTo(SHARES[n] ?? 0, 12)
    })
    const vpin = new Vpin(1000, 5)
    expect(shares.map((share) => vpin.update(share, 1000)).slice(0, 4)).toEqual(Array(4).fill(Number.NaN))
    expect(vpin.value).toBeCloseTo(0.57192051, 8)
  })

  test('a price that does not move was bought and sold alike', () => {
    expect(bulkBuyShare(0, 0)).toBe(0.5)
    expect(bulkBuyShare(100, 1)).toBe(1)
    expect(bulkBuyShare(-100, 1)).toBe(0)
  })

  test('how volume is cut into bars of one share does not matter', () => {
    const parts = fc.array(fc.tuple(fc.constantFrom(0, 0.25, 0.5, 1), fc.integer({ min: 0, max: 5000 })), { maxLength: 20 })
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 6 }), (bars, bucket, length) => {
        const whole = new Vpin(bucket, length)
        const cut = new Vpin(bucket, length)
        for (const [share, volume] of bars) {
          whole.update(share, volume)
          for (let left = volume; left > 0; left -= 100) cut.update(share, Math.min(100, left))
          if (Number.isNaN(whole.value)) expect(cut.value).toBeNaN()
          else expect(cut.value).toBeCloseTo(whole.value, 9)
        }
      }),
    )
  })

  test('a bar of a billion buckets is one step', () => {
    const vpin = new Vpin(1, 50)
    vpin.update(0.5, 7.5)
    expect(vpin.update(1, 4_000_000_000)).toBe(1)
    // Half a bucket is left over; the other half makes it even.
    vpin.update(0, 0.5)
    expect(vpin.value).toBeCloseTo(49 / 50, 12)
  })
})

describe('3.17: Kyle', () => {
  test('the slope of a line', () => {
    const kyle = new KyleLambda(8)
    for (const volume of [5, -3, 8, 0, 2, -7]) kyle.update(3 + 0.25 * volume, volume)
    expect(kyle.value).toBeCloseTo(0.25, 12)
    expect(kyle.r_squared).toBeCloseTo(1, 12)
    expect(kyle.count).toBe(6)
  })

  test('by hand: least squares of three points', () => {
    const kyle = new KyleLambda(3)
    for (const [change, volume] of [
      [1, 1],
      [2, 2],
      [2, 3],
    ] as const)
      kyle.update(change, volume)
    expect(kyle.value).toBeCloseTo(0.5, 12)
    expect(kyle.r_squared).toBeCloseTo(0.75, 12)
  })

  test('the night between two sessions is no effect of a bar', () => {
    const bars = [0, 1].flatMap((session) =>
      [0, 1, 2, 3].map((minute) => {
        const price = 10_000 + 40 * minute * minute + 5000 * session
        const now = book([[price - 5, 10]], [[price + 5, 10]])
        return candle({ session, minute, close: price, flow: flow({ book: now, signed_volume: 10 + 20 * minute }) })
      }),
    )
    const columns = new IndicatorColumns(parseIndicators(['kyle:6']), {
      reset_daily: false,
      gap_tr: true,
      sessionOf: stubCalendar.sessionOf,
      baselineOf: () => undefined,
    })
    // The middle moves by 40 (2 minute - 1) on 10 + 20 minute, on both days: 4 feed units for each unit, without any rest.
    expect(bars.map((bar) => [...columns.valuesOf(bar)]).at(-1)).toEqual([0.04, 1, 6])
  })

  test('nothing varies, nothing is known', () => {
    const kyle = new KyleLambda(4)
    for (let n = 0; n < 4; n++) kyle.update(n, 100)
    expect([kyle.value, kyle.r_squared]).toEqual([Number.NaN, Number.NaN])
  })
})

describe('cumulative volume delta', () => {
  const traded = (minute: number, signed_volume: number, unsigned_volume = 0): Candle =>
    candle({ minute, close: 100, flow: flow({ signed_volume, unsigned_volume }) })

  test('adds up; a bar that was filled in adds nothing', () => {
    const filled = candle({ minute: 1, close: 100, volume: 0, synthetic: true })
    expect(valuesOf('cvd', [traded(0, 40, 10), filled, traded(2, -70)])).toEqual([
      [40, 10],
      [40, 10],
      [-30, 10],
    ])
  })

  test('is not known once volume came without its trades', () => {
    expect(valuesOf('cvd', [traded(0, 40), candle({ minute: 1, close: 100 }), traded(2, -70)]).map(([delta]) => delta)).toEqual([
      40,
      Number.NaN,
      Number.NaN,
    ])
  })
})

test('the book of a bar, and what is told of one that says nothing', () => {
  const sound = book([[9_990, 300]], [[10_010, 100]])
  const [whole, empty, none] = valuesOf('book', [
    candle({ close: 10_000, flow: flow({ book: sound, total_buy_quantity: 30, total_sell_quantity: 10 }) }),
    candle({ close: 10_000, flow: flow({ book: book([], []) }) }),
    candle({ close: 10_000 }),
  ])
  expect(whole?.slice(0, 5)).toEqual([20, 20, 10_000, 10_005, 0.5])
  expect(whole?.slice(11)).toEqual([0.5, 0])
  expect(empty).toEqual([...Array(12).fill(Number.NaN), 1])
  expect(none).toEqual(Array(13).fill(Number.NaN))
})

test('the tick VWAP and its deviation come from the trades of the bars', () => {
  const first = candle({
    close: 102,
    high: 102,
    low: 100,
    volume: 30,
    turnover: 100 * 10 + 102 * 20,
    flow: flow({ prices: [100, 102], volumes: [10, 20] }),
  })
  const second = candle({ minute: 1, close: 99, volume: 10, turnover: 990, flow: flow({ prices: [99], volumes: [10] }) })
  const mean = (1000 + 2040 + 990) / 40
  const sigma = Math.sqrt((10 * (100 - mean) ** 2 + 20 * (102 - mean) ** 2 + 10 * (99 - mean) ** 2) / 40)
  const [, last] = valuesOf('vwap', [first, second])
  expect(last?.[0]).toBe(mean)
  expect(last?.[1]).toBeCloseTo(mean + sigma, 9)
  expect(last?.[4]).toBeCloseTo(mean - 2 * sigma, 9)
})
