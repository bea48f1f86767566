import { describe, expect, test } from 'vitest'
import {
  averageUniqueness,
  benjaminiHochberg,
  brier,
  dataSnooping,
  deflatedSharpe,
  effectiveCount,
  expectedMaxSharpe,
  fitIsotonic,
  fitPlatt,
  holm,
  logLoss,
  minimumTrackRecord,
  overfitting,
  probabilisticSharpe,
  sampleQuantile,
  stationaryVariance,
  trackRecord,
  wilsonInterval,
} from '../../../src/core/stats/index.js'
import { apart, forecastsOf, others } from './others.js'

test('Wilson intervals are those of statsmodels', () => {
  expect(others.wilson.length).toBeGreaterThan(40)
  for (const [hits, n, low, high] of others.wilson) {
    const interval = wilsonInterval(hits, n)
    expect(apart([interval.low, interval.high], [low, high]), `${hits} of ${n}`).toBeLessThan(1e-12)
  }
})

test('Benjamini-Hochberg and Holm are those of statsmodels', () => {
  for (const { p, bh, holm: by_holm } of others.multiple) {
    const found = [benjaminiHochberg(p, 0.1), holm(p, 0.05)]
    for (const [n, told] of [bh, by_holm].entries()) {
      expect(apart(found[n]?.p_values ?? [], told.adjusted)).toBeLessThan(1e-15)
      expect(found[n]?.rejected).toEqual(told.rejected)
    }
  }
  const all = others.multiple.flatMap(({ bh, holm: by_holm }) => [...bh.rejected, ...by_holm.rejected])
  expect([...new Set(all)].length, 'some are rejected, some are not').toBe(2)
})

test('Brier score and log loss are those of scikit-learn', () => {
  for (const told of others.scores) {
    const forecasts = forecastsOf(told)
    expect(brier(forecasts).score).toBeCloseTo(told.brier, 13)
    expect(logLoss(forecasts)).toBeCloseTo(told.log_loss, 12)
  }
})

test('isotonic regression is that of scikit-learn, between and beyond its knots too', () => {
  for (const told of others.isotonic) {
    const map = fitIsotonic(forecastsOf(told))
    const found = told.grid.map((probability) => map?.at(probability) ?? Number.NaN)
    expect(apart(found, told.fitted)).toBeLessThan(1e-12)
  }
})

test("Platt's curve is the root of its gradient at 40 digits", () => {
  for (const told of others.platt) {
    const map = fitPlatt(forecastsOf(told))
    expect(map?.slope).toBeCloseTo(told.slope, 8)
    expect(map?.offset).toBeCloseTo(told.offset, 8)
    expect(map?.at(0.8)).toBeCloseTo(1 / (1 + Math.exp(told.slope * 0.8 + told.offset)), 10)
  }
})

describe.each(others.snooping.map((told, n) => [n, told] as const))('market %i', (_, told) => {
  test('the variance of the bootstrap is that of arch', () => {
    const found = told.returns.map((values) => stationaryVariance(values, told.mean_block))
    expect(apart(found, told.variances)).toBeLessThan(1e-12)
  })

  test("White's and Hansen's p-values are those of arch on the same samples", () => {
    const draws = told.rows.length
    let draw = 0
    const resampler = { next: () => Int32Array.from(told.rows[draw++] ?? []) }
    const found = dataSnooping(told.returns, { draws, mean_block: told.mean_block, resampler })
    expect(draw).toBe(draws)
    // Its p is reached / draws.
    const reached = (p: number): number => Math.round(p * (draws + 1) - 1)
    expect({
      reality_check: reached(found.reality_check_p),
      lower: reached(found.spa_lower_p),
      consistent: reached(found.spa_p),
      upper: reached(found.spa_upper_p),
    }).toEqual(Object.fromEntries(Object.entries(told.p).map(([name, p]) => [name, Math.round(p * draws)])))
  })
})

test('moments are those of scipy', () => {
  const { returns, sharpe, skew, kurtosis } = others.moments
  const found = trackRecord(returns)
  expect(apart([found.sharpe, found.skew, found.kurtosis], [sharpe, skew, kurtosis])).toBeLessThan(1e-12)
})

test('Sharpe ratios, probable, deflated and the length they need, are right to 1e-12', () => {
  for (const told of others.sharpe) {
    const search = { variance: told.variance, trials: told.trials }
    const found = [probabilisticSharpe(told, told.benchmark), expectedMaxSharpe(search), deflatedSharpe(told, search)]
    expect(apart(found, [told.psr, told.most, told.dsr])).toBeLessThan(1e-12)
    const length = minimumTrackRecord(told, { benchmark: told.benchmark, confidence: 0.95 })
    if (told.length === null) expect(length).toBe(Number.POSITIVE_INFINITY)
    else expect(length / told.length).toBeCloseTo(1, 11)
  }
})

test('uniqueness is what counting unit by unit gives', () => {
  for (const told of others.uniqueness) {
    const found = averageUniqueness(told.spans.map(([start, end]) => ({ start, end })))
    expect(apart(found, told.uniqueness)).toBeLessThan(1e-12)
    expect(effectiveCount(found)).toBeCloseTo(effectiveCount(told.uniqueness), 10)
  }
})

test('the probability of overfitting is what walking through every split gives', () => {
  for (const { returns, blocks, measure, ...told } of others.overfitting) {
    const found = overfitting(returns, { blocks, measure })
    expect(found).toEqual({
      splits: told.splits,
      probability: told.probability,
      median_logit: expect.closeTo(told.median_logit, 12),
    })
  }
})

test('quantiles of a sample are those of numpy', () => {
  const { values, shares, quantiles } = others.quantiles
  expect(
    apart(
      shares.map((share) => sampleQuantile(values, share)),
      quantiles,
    ),
  ).toBeLessThan(1e-14)
})
