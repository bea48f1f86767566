import { expect, test } from 'vitest'
import { type MinuteRow, minuteAt, scenarioStock } from '../../support/scenario.js'
import { watched } from '../../support/structure.js'

const VIX_TOKEN = 264_969
const vix = scenarioStock({ instrument_token: VIX_TOKEN, symbol: 'INDIA VIX', instrument_type: 'INDEX', exchange: 'NSE' })

/** A stock that does nothing, beside India VIX at these points from 09:15 on. */
const beside = (points: readonly number[]): MinuteRow[] =>
  points.flatMap((point, i) => {
    const at = minuteAt('09:15', i)
    const still = (price: number) => ({ at, open: price, high: price, low: price, close: price })
    return [
      { ...still(100), volume: 1000 },
      { ...still(point), token: VIX_TOKEN, volume: 0 },
    ]
  })

test('one table of regimes for all: up where a regime begins, down half a point below (D13)', () => {
  const points = [14.9, 15, 14.6, 14.4, 19.9, 20, 24.9, 25, 24.6, 24.4, 12]
  const instruments = [scenarioStock(), vix]
  const seen = watched({ shows: 'VIX', instruments, minutes: beside(points) }, ({ instrument, regime, factors }) =>
    instrument.symbol === 'INDIA VIX' ? [] : [`${regime} ${factors.volume} ${factors.move} ${factors.overbought}`],
  )
  const [low, normal, high, panic] = ['LOW 0.8 0.8 65', 'NORMAL 1 1 70', 'HIGH 1.3 1.4 75', 'PANIC 1.8 1.4 75']
  expect(seen.flat()).toEqual([low, normal, normal, low, normal, high, high, panic, panic, high, low])
})

test('without India VIX the regime is normal', () => {
  expect(watched({ shows: 'none', minutes: beside([20]).slice(0, 1) }, ({ regime, vix }) => [regime, vix])).toEqual([
    ['NORMAL', Number.NaN],
  ])
})
