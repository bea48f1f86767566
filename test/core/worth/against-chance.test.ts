import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/core/random.js'
import { againstChance } from '../../../src/core/worth/index.js'
import { kolmogorovCdf, kolmogorovStatistic } from '../../support/kolmogorov.js'
import { chanceSessions, futureOf, randomAlerts, type WalkAlert, walks } from './walks.js'

const SEEDS = Array.from({ length: 200 }, (_, seed) => 1000 + seed)
const RULES = { draws: 999, seed: 1 }

describe('against chance', () => {
  test.each([
    ['alone, both ways', { common: 0, restless: 1 }, undefined],
    ['all one way in a market that moves as one', { common: 0.7, restless: 1 }, 1],
    ['where some hours are restless', { common: 0.3, restless: 6 }, undefined],
  ] as const)('p of random alerts is uniform: %s', (_, world, sign) => {
    const p_values = SEEDS.map((seed) => {
      const random = new Random(seed, 'walks')
      const all = walks(random, { sessions: 11, ...world })
      const alerts = randomAlerts(random, { session: 10, count: 40, ...(sign === undefined ? {} : { sign }) })
      return againstChance('noise', chanceSessions(all, alerts), { ...RULES, seed }).p
    })
    const distance = kolmogorovStatistic(p_values)
    console.log(
      distance,
      kolmogorovCdf(SEEDS.length, distance),
      p_values.filter((p) => p <= 0.05).length / 200,
      p_values.filter((p) => p <= 0.01).length / 200,
    )
    expect(kolmogorovCdf(SEEDS.length, distance)).toBeLessThan(0.99)
  })
})
