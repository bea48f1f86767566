import { expect, test } from 'vitest'
import {
  brier,
  deflatedSharpe,
  driftlessHitRate,
  economics,
  expectedMaxSharpe,
  logLoss,
  minimumTrackRecord,
  probabilisticSharpe,
  trackRecord,
  wilsonInterval,
} from '../../../src/core/stats/index.js'
import { forecastsOf } from './others.js'

test.each([
  [12, 20, 0.3865815, 0.78119347],
  [0, 10, 0, 0.2775328],
  [10, 10, 0.7224672, 1],
  [1, 1, 0.20654931, 1],
  [480, 800, 0.56565238, 0.63339184],
])('%i of %i by Wilson', (hits, n, low, high) => {
  const interval = wilsonInterval(hits, n)
  expect(interval.low).toBeCloseTo(low, 8)
  expect(interval.high).toBeCloseTo(high, 8)
  if (hits === 0) expect(interval.low).toBe(0)
  if (hits === n) expect(interval.high).toBe(1)
})

test('eight forecasts: Brier score, climatology, negative skill, log loss', () => {
  const forecasts = forecastsOf({ p: [0.9, 0.85, 0.88, 0.92, 0.95, 0.86, 0.9, 0.87], y: [1, 0, 1, 1, 1, 0, 0, 1] })
  const found = brier(forecasts)
  expect(found.score).toBeCloseTo(0.2902875, 12)
  expect([found.n, found.base_rate, found.uncertainty]).toEqual([8, 0.625, 0.234375])
  expect(found.skill).toBeCloseTo(1 - 0.2902875 / 0.234375, 12)
  expect(found.skill).toBeLessThan(0)
  expect(logLoss(forecasts)).toBeCloseTo(0.8341186, 8)
})

test('a target of 2 ATR before a stop of 1 ATR is reached by a third of random entries', () => {
  expect(driftlessHitRate({ target: 2, stop: 1 })).toBe(1 / 3)
})

test('the deflated Sharpe ratio of the example of its paper', () => {
  const record = { sharpe: 2.5 / Math.sqrt(250), periods: 1250, skew: -3, kurtosis: 10 }
  const variance = 0.5 / 250
  const most = expectedMaxSharpe({ variance, trials: 100 })
  expect(most).toBeCloseTo(0.113172, 6)
  expect(most * Math.sqrt(250)).toBeCloseTo(1.789406, 6)
  expect(deflatedSharpe(record, { variance, trials: 100 })).toBeCloseTo(0.900397, 6)
  expect(deflatedSharpe(record, { variance, trials: 46 })).toBeCloseTo(0.950502, 6)
  expect(expectedMaxSharpe({ variance, trials: 1 })).toBe(0)
})

test('the minimum track record of a Sharpe ratio of 0.1', () => {
  const record = { sharpe: 0.1, skew: -0.5, kurtosis: 5 }
  expect(minimumTrackRecord(record, { benchmark: 0, confidence: 0.95 })).toBeCloseTo(287.79, 2)
  expect(minimumTrackRecord(record, { benchmark: 0.1, confidence: 0.95 })).toBe(Number.POSITIVE_INFINITY)
})

test('ten days: moments, probabilistic Sharpe ratio, profit factor', () => {
  const days = [0.01, -0.005, 0.007, 0.002, -0.012, 0.004, 0.009, -0.003, 0.001, 0.006]
  const record = trackRecord(days)
  expect(record.sharpe * Math.sqrt(252)).toBeCloseTo(4.36915149, 8)
  expect(record.skew).toBeCloseTo(-0.72353246, 8)
  expect(record.kurtosis).toBeCloseTo(2.60924042, 8)
  expect(probabilisticSharpe(record, 0)).toBeCloseTo(0.77174873, 8)
  const found = economics(days)
  expect(found.profit_factor).toBeCloseTo(1.95, 12)
  expect(found.expectancy).toBeCloseTo(0.0019, 12)
})

test('a result of 0 is neither won nor lost, and shares are of all results', () => {
  const found = economics([2, 0, -1, 1, -3])
  expect(found).toMatchObject({ n: 5, wins: 2, losses: 2, mean_win: 1.5, mean_loss: 2, payoff: 0.75, profit_factor: 0.75 })
  expect(found.expectancy).toBeCloseTo((2 / 5) * 1.5 - (2 / 5) * 2, 15)
  expect(economics([1]).profit_factor).toBe(Number.POSITIVE_INFINITY)
  expect(economics([])).toMatchObject({ n: 0, expectancy: Number.NaN, profit_factor: Number.NaN, payoff: Number.NaN })
})

test('what never varies has no Sharpe ratio, whatever roundings say', () => {
  expect(trackRecord([0.1, 0.1, 0.1])).toMatchObject({ sharpe: Number.NaN, skew: Number.NaN, kurtosis: Number.NaN, periods: 3 })
})
