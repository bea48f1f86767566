import { expect, test } from 'vitest'
import {
  erf,
  erfc,
  erfcx,
  exp,
  inverseNormalCdf,
  log,
  log1p,
  millsRatio,
  normalCdf,
  normalPdf,
} from '../../../src/core/stats/index.js'
import { relativeError } from '../../support/golden-table.js'
import { goldenTable } from './golden.js'

const rows = goldenTable<'x' | 'cdf' | 'pdf' | 'erf' | 'erfc' | 'erfcx'>('normal.csv')
/** What is smaller has fewer digits in a double. */
const NORMAL_MIN = 2.3e-308
const worst = (errors: readonly number[]): number => errors.reduce((most, error) => Math.max(most, error), 0)

test('exp and log without those of the engine, to a unit of the last place', () => {
  const told = goldenTable<'x' | 'exp' | 'y' | 'log' | 'z' | 'log1p'>('exp-log.csv')
  expect(told.length).toBeGreaterThan(300)
  expect(worst(told.map((row) => relativeError(exp(row.x), row.exp)))).toBeLessThan(2.3e-16)
  expect(worst(told.map((row) => relativeError(log(row.y), row.log)))).toBeLessThan(2.3e-16)
  expect(worst(told.map((row) => relativeError(log1p(row.z), row.log1p)))).toBeLessThan(2.3e-16)
  expect([0, -0, -1e9, 1e9, Number.NaN].map(exp)).toEqual([1, 1, 0, Number.POSITIVE_INFINITY, Number.NaN])
  expect([1, 0, -1, Number.NaN, Number.POSITIVE_INFINITY].map(log)).toEqual([0, ...new Array(4).fill(Number.NaN)])
  expect(Object.is(log1p(0), 0)).toBe(true)
})

test('probability and density are right to 1e-15 down to 37 deviations', () => {
  expect(rows.length).toBeGreaterThan(500)
  expect(rows[0]?.x).toBe(-37.5)
  const told = rows.filter(({ pdf, cdf }) => pdf > NORMAL_MIN && cdf > NORMAL_MIN)
  expect(told.length).toBeGreaterThan(580)
  expect(worst(told.map(({ x, cdf }) => relativeError(normalCdf(x), cdf)))).toBeLessThan(1e-15)
  expect(worst(told.map(({ x, pdf }) => relativeError(normalPdf(x), pdf)))).toBeLessThan(1e-15)
})

test('the error function and its complements, too', () => {
  expect(worst(rows.map((row) => relativeError(erf(row.x), row.erf)))).toBeLessThan(1e-15)
  const told = rows.filter((row) => row.erfc > NORMAL_MIN)
  expect(worst(told.map((row) => relativeError(erfc(row.x), row.erfc)))).toBeLessThan(1e-15)
  const finite = rows.filter((row) => row.erfcx < 1e300)
  expect(finite.length).toBeGreaterThan(400)
  expect(worst(finite.map((row) => relativeError(erfcx(row.x), row.erfcx)))).toBeLessThan(1e-15)
})

test("Mills' ratio is the quotient where both sides have a value, and goes on where they have none", () => {
  for (const { x, cdf, pdf } of rows)
    if (x < 2 && pdf > NORMAL_MIN && cdf > NORMAL_MIN) expect(relativeError(millsRatio(x), cdf / pdf)).toBeLessThan(2e-15)
  // 1/z - 1/z^3 + 3/z^5 ...
  expect(relativeError(millsRatio(-1e4), 1e-4 - 1e-12 + 3e-20)).toBeLessThan(1e-15)
})

test('the inverse finds the deviation of any probability', () => {
  const inverses = goldenTable<'p' | 'x'>('inverse.csv').filter(({ p }) => p !== 0.5)
  expect(worst(inverses.map(({ p, x }) => relativeError(inverseNormalCdf(p), x)))).toBeLessThan(1e-15)
  expect([0, 0.5, 1].map(inverseNormalCdf)).toEqual([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY])
  expect([-0.1, 1.1, Number.NaN].map(inverseNormalCdf)).toEqual([Number.NaN, Number.NaN, Number.NaN])
})
