import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  averageUniqueness,
  benjaminiHochberg,
  brier,
  CONFIDENCE_BUCKETS,
  effectiveCount,
  expectedCalibrationError,
  type Forecast,
  fitIsotonic,
  fitPlatt,
  holm,
  logLoss,
  poolAdjacentViolators,
  reliabilityTable,
  walkForward,
  wilsonInterval,
} from '../../../src/core/stats/index.js'
import { forecastsOf } from './others.js'

const share = fc.double({ min: 0, max: 1, noNaN: true })
/** Two decimals, as confidences are told, so that there are ties. */
const told = fc.integer({ min: 0, max: 100 }).map((n) => n / 100)
const forecast: fc.Arbitrary<Forecast> = fc.record({ probability: fc.oneof(told, share), outcome: fc.constantFrom(0, 1) })
const forecasts = fc.array(forecast, { minLength: 1, maxLength: 60 })
const p_values = fc.array(fc.oneof(share, share, share, fc.constant(Number.NaN)), { maxLength: 30 })

test('a Wilson interval holds the share seen, lies in [0, 1] and mirrors', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), share, (n, part) => {
      const hits = Math.round(part * n)
      const { low, high } = wilsonInterval(hits, n)
      expect(0 <= low && low <= hits / n && hits / n <= high && high <= 1 && low < high).toBe(true)
      const mirror = wilsonInterval(n - hits, n)
      expect(mirror.low).toBeCloseTo(1 - high, 12)
      expect(wilsonInterval(10 * hits, 10 * n).low).toBeGreaterThanOrEqual(low)
    }),
  )
  expect(wilsonInterval(0, 0)).toEqual({ low: Number.NaN, high: Number.NaN })
})

test('the parts of the Brier score add up to it', () => {
  fc.assert(
    fc.property(forecasts, (all) => {
      const { score, reliability, resolution, uncertainty } = brier(all)
      expect(Math.abs(reliability - resolution + uncertainty - score)).toBeLessThan(1e-14)
      expect(Math.min(reliability, resolution, uncertainty)).toBeGreaterThanOrEqual(0)
      expect(resolution).toBeLessThanOrEqual(uncertainty + 1e-14)
    }),
  )
})

test('always telling the base rate has no skill and no resolution; telling what happens is perfect', () => {
  const base = forecastsOf({ p: [0.25, 0.25, 0.25, 0.25], y: [1, 0, 0, 0] })
  expect(brier(base)).toEqual({
    n: 4,
    score: 0.1875,
    reliability: 0,
    resolution: 0,
    uncertainty: 0.1875,
    base_rate: 0.25,
    skill: 0,
  })
  const perfect = forecastsOf({ p: [1, 0, 0, 1], y: [1, 0, 0, 1] })
  expect(brier(perfect)).toMatchObject({ score: 0, reliability: 0, resolution: 0.25, skill: 1 })
  expect(logLoss(perfect)).toBeLessThan(1e-14)
  expect(logLoss(forecastsOf({ p: [0.5, 0.5], y: [0, 1] }))).toBe(Math.LN2)
  expect(logLoss(forecastsOf({ p: [1], y: [0] }))).toBeCloseTo(-Math.log(1e-15), 1)
  expect(brier(forecastsOf({ p: [0.9], y: [1] })).skill).toBeNaN()
  expect([brier([]).score, brier([]).reliability, logLoss([])]).toEqual([Number.NaN, Number.NaN, Number.NaN])
})

test('each forecast is in one bucket, at its beginning and not at its end', () => {
  const p = [0.59, 0.6, 0.699, 0.7, 0.8, 0.85, 0.9, 0.94, 0.95, 1]
  const rows = reliabilityTable(forecastsOf({ p, y: [1, 0, 1, 1, 0, 1, 1, 0, 1, 1] }))
  expect(rows.map(({ from, to, n }) => [from, to, n])).toEqual([
    [0, 0.6, 1],
    [0.6, 0.7, 2],
    [0.7, 0.8, 1],
    [0.8, 0.85, 1],
    [0.85, 0.9, 1],
    [0.9, 0.95, 2],
    [0.95, 1, 2],
  ])
  expect(rows[6]).toEqual({ from: 0.95, to: 1, n: 2, mean_confidence: 0.975, hit_rate: 1, interval: wilsonInterval(2, 2) })
  expect(rows[5]?.hit_rate).toBe(0.5)
  expect(reliabilityTable([]).map(({ n, hit_rate }) => [n, hit_rate])).toEqual(CONFIDENCE_BUCKETS.map(() => [0, Number.NaN]))
  // By hand: (.59-1) 1, (.6495-.5) 2, (.7-1) 1, (.8-0) 1, (.85-1) 1, (.92-.5) 2, (.975-1) 2, over 10.
  const expected = (0.41 + 2 * 0.1495 + 0.3 + 0.8 + 0.15 + 2 * 0.42 + 2 * 0.025) / 10
  expect(expectedCalibrationError(rows)).toBeCloseTo(expected, 12)
  expect(expectedCalibrationError([])).toBeNaN()
})

test('a higher level rejects all that a lower one does, and Holm never more than Benjamini-Hochberg', () => {
  fc.assert(
    fc.property(p_values, share, share, (all, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const [strict, loose, by_holm] = [benjaminiHochberg(all, low), benjaminiHochberg(all, high), holm(all, low)]
      for (const n of all.keys()) {
        expect(!strict.rejected[n] || loose.rejected[n]).toBe(true)
        expect(!by_holm.rejected[n] || strict.rejected[n]).toBe(true)
        expect(by_holm.rejected[n]).toBe((by_holm.p_values[n] ?? Number.NaN) <= low)
      }
    }),
  )
})

test('a p-value that reaches its level to the last bit is rejected', () => {
  expect(benjaminiHochberg([0.1, 0.5], 0.2).rejected).toEqual([true, false])
  expect(holm([0.1, 0.5], 0.2).rejected).toEqual([true, false])
})

test('the order of p-values changes nothing, and one that is missing counts in no number of tests', () => {
  fc.assert(
    fc.property(p_values, (all) => {
      for (const adjust of [benjaminiHochberg, holm]) {
        const found = adjust(all, 0.1)
        const reversed = adjust([...all].reverse(), 0.1)
        expect([...reversed.p_values].reverse()).toEqual(found.p_values)
        const there = all.filter((p) => !Number.isNaN(p))
        expect(found.p_values.filter((p) => !Number.isNaN(p))).toEqual(adjust(there, 0.1).p_values)
        for (const [n, p] of there.entries()) {
          const adjusted = adjust(there, 0.1).p_values[n] ?? Number.NaN
          expect(adjusted >= p - 1e-15 && adjusted <= 1).toBe(true)
        }
      }
    }),
  )
})

const weighted = fc.array(fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.integer({ min: 1, max: 9 })), {
  maxLength: 40,
})

test('pooled values never fall, keep their mean, and pooling them again changes nothing', () => {
  fc.assert(
    fc.property(weighted, (all) => {
      const weights = all.map(([, weight]) => weight)
      const pooled = poolAdjacentViolators(
        all.map(([value]) => value),
        weights,
      )
      for (let n = 1; n < pooled.length; n++) expect(pooled[n]).toBeGreaterThanOrEqual(pooled[n - 1] as number)
      expect(poolAdjacentViolators(pooled, weights)).toEqual(pooled)
      const sum = (values: readonly number[]): number =>
        values.reduce((total, value, n) => total + value * (weights[n] as number), 0)
      expect(sum(pooled)).toBeCloseTo(sum(all.map(([value]) => value)), 9)
    }),
  )
})

test('pooled values are the nearest of all that never fall', () => {
  const level = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(level, fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 5, maxLength: 5 }), (values, others) => {
      const ones = values.map(() => 1)
      const off = (fitted: readonly number[]): number =>
        values.reduce((sum, value, n) => sum + (value - (fitted[n] as number)) * (value - (fitted[n] as number)), 0)
      expect(off(poolAdjacentViolators(values, ones))).toBeLessThanOrEqual(off([...others].sort((a, b) => a - b)) + 1e-12)
    }),
    { numRuns: 500 },
  )
})

test('a calibration maps [0, 1] into itself; isotonic never falls and is never worse on what it was fitted on', () => {
  fc.assert(
    fc.property(forecasts, told, told, (all, a, b) => {
      const isotonic = fitIsotonic(all)
      const platt = fitPlatt(all)
      if (isotonic === undefined || platt === undefined) return expect.fail('nothing was fitted')
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      expect(isotonic.at(low)).toBeLessThanOrEqual(isotonic.at(high))
      for (const map of [isotonic, platt]) expect(map.at(low) >= 0 && map.at(low) <= 1).toBe(true)
      const mapped = all.map(({ probability, outcome }) => ({ probability: isotonic.at(probability), outcome }))
      expect(brier(mapped).score).toBeLessThanOrEqual(brier(all).score + 1e-12)
      return undefined
    }),
  )
  expect([fitIsotonic([]), fitPlatt([])]).toEqual([undefined, undefined])
})

test("at the top of Platt's likelihood the mean forecast is the mean of his targets", () => {
  fc.assert(
    fc.property(forecasts, (all) => {
      const map = fitPlatt(all)
      const hits = all.reduce((sum, { outcome }) => sum + outcome, 0)
      const misses = all.length - hits
      const targets = (hits * (hits + 1)) / (hits + 2) + misses / (misses + 2)
      expect(all.reduce((sum, { probability }) => sum + (map?.at(probability) ?? 0), 0)).toBeCloseTo(targets, 6)
    }),
  )
})

test('spans that never meet are unique, copies share one, and order does not matter', () => {
  const span = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 9 }))
    .map(([start, length]) => ({ start, end: start + length }))
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 20 }), (spans) => {
      const found = averageUniqueness(spans)
      for (const unique of found) expect(unique > 0 && unique <= 1 + 1e-12).toBe(true)
      const reversed = averageUniqueness([...spans].reverse()).reverse()
      for (const [n, unique] of found.entries()) expect(reversed[n]).toBeCloseTo(unique, 12)
      const twice = averageUniqueness([...spans, ...spans])
      expect(effectiveCount(twice)).toBeCloseTo(effectiveCount(found), 10)
    }),
  )
  const apart = [0, 10, 20].map((start) => ({ start, end: start + 10 }))
  expect(averageUniqueness(apart)).toEqual([1, 1, 1])
  expect(
    averageUniqueness([
      { start: 5, end: 5 },
      { start: 4, end: 6 },
    ]),
  ).toEqual([0.5, 0.75])
  expect(averageUniqueness([])).toEqual([])
})

test('calibration walks forward: nothing of the session, of its embargo or of later days is known', () => {
  const sessions = [1, 2, 3, 4, 5, 6]
  const dated = fc.array(
    fc.record({ probability: told, outcome: fc.constantFrom<0 | 1>(0, 1), session: fc.constantFrom(...sessions) }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(
      dated,
      fc.constantFrom('isotonic' as const, 'platt' as const),
      fc.constantFrom(...sessions),
      fc.nat(2),
      (all, method, today, embargo) => {
        const options = { method, embargo, labels_min: 5 }
        const found = walkForward(all, sessions, options)
        // Turn round all that is not yet known today.
        const other = all.map((one) =>
          one.session < today - embargo ? one : { ...one, outcome: one.outcome === 1 ? (0 as const) : (1 as const) },
        )
        const changed = walkForward(other, sessions, options)
        for (const [n, one] of found.entries()) {
          if (one.session > today) continue
          expect(changed[n]?.calibrated).toBe(one.calibrated)
          const past = all.filter(({ session }) => session < one.session - embargo)
          expect(one.labels).toBe(past.length >= 5 ? past.length : 0)
          const map = method === 'isotonic' ? fitIsotonic(past) : fitPlatt(past)
          expect(one.calibrated).toBe(one.labels === 0 ? one.probability : map?.at(one.probability))
        }
      },
    ),
  )
})

test('the embargo counts sessions without forecasts, and 200 outcomes make a map', () => {
  const past = Array.from({ length: 200 }, (_, n) => ({
    probability: 0.9,
    outcome: n % 2 === 0 ? (1 as const) : (0 as const),
    session: 1,
  }))
  const today = { probability: 0.9, outcome: 1 as const, session: 3 }
  const last = (all: readonly (typeof today)[]) => walkForward([...all, today], [1, 2, 3], { method: 'isotonic' }).at(-1)
  expect(last(past as (typeof today)[])).toEqual({ ...today, calibrated: 0.5, labels: 200 })
  expect(last(past.slice(1) as (typeof today)[])).toEqual({ ...today, calibrated: 0.9, labels: 0 })
  expect(walkForward([...past, today], [1, 3], { method: 'isotonic' }).at(-1)?.labels).toBe(0)
  expect(() => walkForward([today], [1, 2], { method: 'platt' })).toThrow('each forecast was made in a session')
})
