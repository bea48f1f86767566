import { expect, test } from 'vitest'
import { Random } from '../../../src/core/random.js'
import {
  clusterBootstrap,
  dataSnooping,
  overfitting,
  PseudoSampler,
  permutationPValue,
  StationaryBootstrap,
  sampleQuantile,
  stationaryVariance,
} from '../../../src/core/stats/index.js'

const random = (name: string): Random => new Random(20251006, name)

test('the p-value of a permutation test counts ties and what was seen', () => {
  expect(permutationPValue(2, [1, 2, 3, 0])).toBe(3 / 5)
  expect(permutationPValue(9, new Float64Array(999))).toBe(1 / 1000)
  expect(permutationPValue(0, [])).toBe(1)
})

test('pseudo samples take from each bucket what it is asked for, nothing twice, all choices alike', () => {
  const sampler = new PseudoSampler(
    [
      { size: 5, take: 2 },
      { size: 0, take: 0 },
      { size: 3, take: 3 },
      { size: 4, take: 1 },
    ],
    random('pseudo'),
  )
  expect(sampler.length).toBe(6)
  const pairs = new Map<string, number>()
  const draws = 20_000
  for (let draw = 0; draw < draws; draw++) {
    const sample = [...sampler.next()]
    const [first = -1, second = -1, ...rest] = sample
    expect(first !== second && Math.max(first, second) < 5).toBe(true)
    expect(rest.slice(0, 3).sort()).toEqual([5, 6, 7])
    expect(rest[3]).toBeGreaterThanOrEqual(8)
    expect(rest[3]).toBeLessThan(12)
    const pair = [first, second].sort().join()
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  // Ten pairs, each expected 2,000 times with a deviation of 42.
  expect(pairs.size).toBe(10)
  for (const count of pairs.values()) expect(Math.abs(count - draws / 10)).toBeLessThan(4 * 42.4)
})

test('a bucket cannot give more than it has', () => {
  expect(() => new PseudoSampler([{ size: 2, take: 3 }], random('pseudo'))).toThrow('a bucket has the candidates')
})

test('the interval of a clustered mean is that of all ways to draw the clusters', () => {
  const clusters = { 'A 1': [1, 2, 3], 'A 2': [-4], 'B 1': [0.5, 0.25], 'B 2': [7, 7, 7, -1] }
  const values = Object.entries(clusters).flatMap(([cluster, all]) => all.map((value) => ({ value, cluster })))
  const sums = Object.values(clusters).map((all) => ({ sum: all.reduce((sum, value) => sum + value, 0), n: all.length }))
  const means: number[] = []
  for (const a of sums)
    for (const b of sums)
      for (const c of sums) for (const d of sums) means.push((a.sum + b.sum + c.sum + d.sum) / (a.n + b.n + c.n + d.n))
  means.sort((a, b) => a - b)
  const found = clusterBootstrap(values, { draws: 40_000, random: random('clusters'), level: 0.8 })
  expect(found).toMatchObject({ n: 10, clusters: 4, mean: expect.closeTo(22.75 / 10, 12) })
  // The steps of so small a sample are wide, and 40,000 draws find the right one.
  expect(found.interval.low).toBeCloseTo(sampleQuantile(means, 0.1), 10)
  expect(found.interval.high).toBeCloseTo(sampleQuantile(means, 0.9), 10)
  const few = (all: typeof values) => clusterBootstrap(all, { draws: 9, random: random('few') })
  expect(few([...values.slice(3), ...values.slice(0, 3)])).toEqual(few(values))
  expect(clusterBootstrap([], { draws: 1, random: random('clusters') }).mean).toBeNaN()
})

test('rows of one cluster are not taken for independent', () => {
  const copies = Array.from({ length: 400 }, (_, n) => ({ value: n % 8, cluster: `day ${n % 8}` }))
  const alone = copies.map(({ value }, n) => ({ value, cluster: `${n}` }))
  const width = (values: typeof copies): number => {
    const { low, high } = clusterBootstrap(values, { draws: 2000, random: random('width') }).interval
    return high - low
  }
  // 8 independent values in place of 400: sqrt(50) times as wide.
  expect(width(copies) / width(alone)).toBeCloseTo(Math.sqrt(50), -0.5)
})

/** Of sqrt(n) times the mean, over every path that a bootstrap of three rows can take. */
function varianceByEnumeration(values: readonly number[], ends: number): number {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  let variance = 0
  const walk = (row: number, length: number, sum: number, chance: number): void => {
    const total = sum + (values[row] as number)
    if (length === n) {
      const off = total / n - mean
      variance += chance * n * off * off
      return
    }
    for (let next = 0; next < n; next++)
      walk(next, length + 1, total, chance * (ends / n + (next === (row + 1) % n ? 1 - ends : 0)))
  }
  for (let row = 0; row < n; row++) walk(row, 1, 0, 1 / n)
  return variance
}

test.each([1, 1.5, 2, 4])('the variance of a stationary bootstrap with blocks of %s is that of all its paths', (mean_block) => {
  for (const values of [
    [1, 2, 4],
    [3, -1, 0.5, 0.25, 9],
  ])
    expect(stationaryVariance(values, mean_block)).toBeCloseTo(varianceByEnumeration(values, 1 / mean_block), 12)
})

test('the draws of a stationary bootstrap have that variance, and blocks of that length', () => {
  const values = Array.from({ length: 30 }, (_, n) => (n % 10) - 0.1 * n)
  const bootstrap = new StationaryBootstrap({ rows: values.length, mean_block: 5, random: random('stationary') })
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const draws = 20_000
  let squares = 0
  let broken = 0
  for (let draw = 0; draw < draws; draw++) {
    const rows = bootstrap.next()
    let sum = 0
    for (const [n, row] of rows.entries()) {
      sum += values[row] as number
      if (n > 0 && row !== ((rows[n - 1] as number) + 1) % values.length) broken++
    }
    squares += (sum / values.length - mean) * (sum / values.length - mean) * values.length
  }
  expect(squares / draws / stationaryVariance(values, 5)).toBeCloseTo(1, 1)
  // A block ends with 1/5, and one time in 30 the next begins where it would have gone on.
  expect(broken / draws / 29).toBeCloseTo((1 / 5) * (29 / 30), 2)
})

test('a strategy that is truly better is told from the luckiest of many that are not', () => {
  const noise = random('noise')
  const market = Array.from({ length: 40 }, () => Array.from({ length: 120 }, () => noise.bell()))
  const judge = (returns: number[][]) =>
    dataSnooping(returns, {
      draws: 500,
      mean_block: 5,
      resampler: new StationaryBootstrap({ rows: 120, mean_block: 5, random: random('judge') }),
    })
  const luck = judge(market)
  expect(luck.spa_p).toBeGreaterThan(0.1)
  expect(luck.reality_check_p).toBeGreaterThan(0.1)
  const skill = judge([...market, Array.from({ length: 120 }, () => noise.bell() + 0.5)])
  expect(skill).toMatchObject({ best: 40, without_variance: 0 })
  expect(skill.spa_p).toBeLessThan(0.01)
  expect(skill.reality_check_p).toBeLessThan(0.01)
})

test('configurations that never trade are counted and have no part in the test of Hansen', () => {
  const noise = random('idle')
  const busy = Array.from({ length: 60 }, () => noise.bell() + 0.2)
  const options = () => ({
    draws: 300,
    mean_block: 5,
    resampler: new StationaryBootstrap({ rows: 60, mean_block: 5, random: random('idle') }),
  })
  const alone = dataSnooping([busy], options())
  const beside = dataSnooping([busy, new Array(60).fill(0)], options())
  expect(beside).toEqual({ ...alone, without_variance: 1, reality_check_p: beside.reality_check_p })
  const idle = dataSnooping([new Array(60).fill(0.1)], options())
  expect(idle).toMatchObject({ best: 0, without_variance: 1, spa_p: Number.NaN, spa_upper_p: Number.NaN })
  expect(dataSnooping([], options())).toMatchObject({ best: -1, reality_check_p: Number.NaN, spa_p: Number.NaN })
})

test('overfitting: none when one is best everywhere, certain when good days are paid for later', () => {
  const noise = random('pbo')
  const flat = Array.from({ length: 9 }, () => Array.from({ length: 64 }, () => noise.bell()))
  const best = flat[0]?.map((value) => value + 5) ?? []
  expect(overfitting([...flat.slice(1), best])).toMatchObject({ probability: 0, splits: 12_870 })
  // Whatever a configuration earns in one block of four it loses in another: the best in sample is the worst out of it.
  const paid = [
    [3, 0, 0, -3],
    [0, 2, -2, 0],
    [-1, 1, 1, -1],
  ]
  expect(overfitting(paid, { blocks: 4, measure: 'mean' })).toMatchObject({ probability: 1, splits: 6 })
  // Pure noise: the best of the past is as likely above as below the median. Mean of many markets.
  let sum = 0
  for (let market = 0; market < 60; market++) {
    const returns = Array.from({ length: 9 }, () => Array.from({ length: 64 }, () => noise.bell()))
    sum += overfitting(returns, { blocks: 8 }).probability
  }
  expect(Math.abs(sum / 60 - 0.5)).toBeLessThan(0.12)
})

test('overfitting: equal sums in another order are equal, and of equals the first is the best', () => {
  // Every configuration earns the same in some order in each half: all share one rank, that of the middle.
  const noise = random('order')
  const shuffled = (values: readonly number[]): number[] =>
    values
      .map((value) => ({ value, key: noise.next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value)
  for (let round = 0; round < 50; round++) {
    const half = Array.from({ length: 5 }, () => noise.below(2000) / 1000 - 1)
    const orders = Array.from({ length: 5 }, () => [...shuffled(half), ...shuffled(half)])
    for (const measure of ['mean', 'sharpe'] as const)
      expect(overfitting(orders, { blocks: 2, measure })).toEqual({ probability: 1, splits: 2, median_logit: 0 })
  }
  // In the first session A and B are equals; in the second B alone is best, and was in the middle of the first.
  const [a, b, c] = [
    [1, 0],
    [1, 2],
    [0, 1],
  ] as const
  const found = [
    [a, b, c],
    [b, a, c],
  ].map((all) => overfitting(all, { blocks: 2, measure: 'mean' }).median_logit)
  // A first: ranks 1 and 2.5 of 3; B first: 3 and 2.5.
  expect(found[0]).toBeCloseTo((Math.log(1 / 3) + Math.log(2.5 / 1.5)) / 2, 12)
  expect(found[1]).toBeCloseTo((Math.log(3) + Math.log(2.5 / 1.5)) / 2, 12)
})

test('overfitting: too little data says nothing, and what never varies has a ratio of 0', () => {
  expect(overfitting([[1, 2]], { blocks: 2 })).toEqual({ probability: Number.NaN, splits: 0, median_logit: Number.NaN })
  expect(overfitting([[1], [2]], { blocks: 2 }).probability).toBeNaN()
  // Against what wins in one half and loses in the other, 0 always comes second, whatever the roundings of a mean of equal numbers.
  for (let sessions = 6; sessions < 60; sessions += 2) {
    const turns = Array.from({ length: sessions }, (_, n) => (1 + (n % 3)) * (n < sessions / 2 ? 1 : -1))
    expect(overfitting([new Array(sessions).fill(0.1), turns.map((value) => value + 0.01)], { blocks: 2 }).probability).toBe(1)
  }
})
