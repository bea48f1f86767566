import { describe, expect, test } from 'vitest'
import { closingVolatilities } from '../../../src/core/baseline/closing-volatilities.js'
import type { Candle, Instrument } from '../../../src/core/market/index.js'
import { black76Price } from '../../../src/core/options/index.js'
import { istDayStartMs } from '../../../src/core/time/index.js'
import { calendar } from '../../support/feed.js'
import { instrument } from '../market/instruments.js'
import { MONDAY } from './figures.js'

const CLOSE_MS = istDayStartMs(MONDAY) + 15.5 * 3_600_000
const RATE = 0.065

/** The last bar before 15:30, with a book of one tick around its price; `minutes_ago` earlier. */
function lastBar(of: Instrument, rupees: number, minutes_ago = 0): Candle {
  const book = new Float64Array(20)
  book.set([rupees * 100 - 2.5, 100])
  book.set([rupees * 100 + 2.5, 100], 10)
  const flow = { book } as unknown as NonNullable<Candle['flow']>
  return { instrument: of, close: rupees * 100, close_time_ms: CLOSE_MS - minutes_ago * 60_000, flow } as Candle
}

interface Expiry {
  readonly days: number
  readonly volatility: number
  readonly forward: number
  readonly minutes_ago?: number
}

/** Calls and puts around the forward, priced at a volatility. */
function chain({ days, volatility, forward, minutes_ago = 0 }: Expiry, exchange = 'NFO', underlying = 'NIFTY'): Candle[] {
  return [24_800, 24_900, 25_000, 25_100, 25_200].flatMap((strike) =>
    (['CE', 'PE'] as const).map((type) => {
      const of = instrument({
        instrument_token: 10_000_000 * underlying.length + days * 100_000 + strike * 2 + (type === 'CE' ? 0 : 1),
        exchange,
        symbol: `${underlying}${days}D${strike}${type}`,
        instrument_type: type,
        asset_class: 'index_options',
        underlying,
        expiry: MONDAY + days,
        strike,
      })
      return lastBar(of, black76Price({ type, forward, strike, years: days / 365, volatility, rate: RATE }), minutes_ago)
    }),
  )
}

const near: Expiry = { days: 8, volatility: 0.12, forward: 25_020 }
const far: Expiry = { days: 36, volatility: 0.16, forward: 25_130 }
const found = (lasts: readonly Candle[]) =>
  [...closingVolatilities(lasts, calendar, MONDAY)].map(([name, terms]) => [
    name,
    terms.map(({ years, volatility }) => [Math.round(years * 365 * 1000) / 1000, Math.round(volatility * 1000) / 1000]),
  ])

describe('the volatilities of a close', () => {
  test('are those that the options were priced with, expiry after expiry', () => {
    const expected = [
      [
        'NIFTY',
        [
          [8, 0.12],
          [36, 0.16],
        ],
      ],
    ]
    expect(found([...chain(near), ...chain(far)])).toEqual(expected)
    expect(found([...chain(far), ...chain(near)].toReversed())).toEqual(expected)
  })

  test('take no quote that is older than five minutes', () => {
    expect(found([...chain({ ...near, minutes_ago: 6 }), ...chain({ ...far, minutes_ago: 4 })])).toEqual([
      ['NIFTY', [[36, 0.16]]],
    ])
  })

  test('of an underlying with options on two exchanges are those of the first by name', () => {
    const lasts = [...chain(near), ...chain(far, 'BFO'), ...chain({ ...far, volatility: 0.2 }, 'BFO', 'SENSEX')]
    expect(found(lasts)).toEqual([
      ['NIFTY', [[36, 0.16]]],
      ['SENSEX', [[36, 0.2]]],
    ])
  })

  test('need a book', () => {
    const without = chain(near).map((last) => ({ ...last, flow: undefined }))
    expect(found(without)).toEqual([['NIFTY', []]])
    expect(found([])).toEqual([])
  })
})
