import fc from 'fast-check'
import {
  INDICATORS,
  type IndicatorDefinition,
  type IndicatorNumbers,
  type VolumeBaseline,
} from '../../../src/core/indicators/index.js'
import type { BarFlow, Candle } from '../../../src/core/market/index.js'
import { soundBooks } from '../flow/books.js'
import { candle, flow } from './candles.js'

/** A history in which every minute traded the same. */
export const EVEN_BASELINE: VolumeBaseline = {
  day_volume: 375_000,
  usualVolume: (_, minutes) => 1000 * minutes,
  usualVolumeSoFar: (minutes) => 1000 * minutes,
}

/** An indicator of the registry with some numbers that go together, small enough to warm up within 60 bars. */
export const anyIndicator: fc.Arbitrary<{ definition: IndicatorDefinition; numbers: IndicatorNumbers }> = fc
  .constantFrom(...INDICATORS)
  .chain((definition) =>
    fc
      .record(
        Object.fromEntries(
          Object.entries(definition.parameters).map(([name, { min, max, integer = true }]) => [
            name,
            integer ? fc.integer({ min, max: Math.min(max, min + 20) }) : fc.double({ min, max: Math.min(max, 5), noNaN: true }),
          ]),
        ),
      )
      .filter((numbers) => definition.whyNot?.(numbers) === undefined)
      .map((numbers) => ({ definition, numbers })),
  )

/** Bars as they come on a good day: prices and volumes that differ from bar to bar, trades by price and a sound book in each. */
export const goodBars = (count: number): fc.Arbitrary<Candle[]> =>
  fc
    .array(
      fc.record({
        step: fc.integer({ min: 1, max: 40 }),
        is_up: fc.boolean(),
        wicks: fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 })),
        book: soundBooks,
      }),
      { minLength: count, maxLength: count },
    )
    .chain((moves) =>
      fc
        .uniqueArray(fc.integer({ min: 1000, max: 900_000 }), { minLength: count, maxLength: count })
        .map((volumes) => ({ moves, volumes })),
    )
    .map(({ moves, volumes }) => {
      let close = 100_000
      return moves.map(({ step, is_up, wicks, book }, minute) => {
        const open = close
        close += is_up ? step : -step
        const volume = volumes[minute] ?? 1
        const traded = flow({
          prices: [open, close],
          volumes: [volume - 1, 1],
          signed_volume: is_up ? volume : -volume,
          ofi: step,
          book,
          total_buy_quantity: 5,
          total_sell_quantity: 7,
          previous_close: 99_000,
        })
        return candle({
          minute,
          open,
          high: Math.max(open, close) + wicks[0],
          low: Math.min(open, close) - wicks[1],
          close,
          volume,
          turnover: open * (volume - 1) + close,
          flow: traded,
        })
      })
    })

const price = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 99_990, max: 100_010 }) },
  fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  fc.constant(0),
)
const quantity = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 6_000_000_000 }))
const anyBook = fc.array(fc.oneof(price, quantity), { minLength: 20, maxLength: 20 }).map((numbers) => Float64Array.from(numbers))
const anyFlow: fc.Arbitrary<BarFlow> = fc
  .record({
    trades: fc.array(fc.tuple(price, quantity), { maxLength: 4 }),
    signed_volume: fc.integer({ min: -6_000_000_000, max: 6_000_000_000 }),
    unsigned_volume: quantity,
    ofi: fc.integer({ min: -6_000_000_000, max: 6_000_000_000 }),
    book: fc.option(fc.oneof(soundBooks, anyBook), { nil: undefined }),
    total_buy_quantity: quantity,
    total_sell_quantity: quantity,
    previous_close: fc.oneof(fc.constant(0), price),
  })
  .map(({ trades, ...rest }) => flow({ ...rest, prices: trades.map(([at]) => at), volumes: trades.map(([, volume]) => volume) }))

/** Bars as bad as they can come: flat, wild, below zero, without volume, trades or book, minutes missing, over three sessions. */
export const anyBars: fc.Arbitrary<Candle[]> = fc
  .array(
    fc.record({
      prices: fc.oneof(
        { weight: 2, arbitrary: fc.constant([100_000, 100_000, 100_000, 100_000]) },
        fc.tuple(price, price, price, price),
      ),
      volume: quantity,
      volume_na: fc.boolean(),
      flow: fc.option(anyFlow, { nil: undefined }),
      skipped: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 90 },
  )
  .map((bars) => {
    let minute = 0
    return bars.map(({ prices, skipped, volume, ...rest }, n) => {
      minute = n % 30 === 0 ? skipped : minute + 1 + skipped
      const [open = 0, high = 0, low = 0, close = 0] = prices
      return candle({
        ...rest,
        session: Math.floor(n / 30),
        minute,
        open,
        high: Math.max(open, high, low, close),
        low: Math.min(open, high, low, close),
        close,
        volume,
        turnover: volume * close,
      })
    })
  })
