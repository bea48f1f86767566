import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/core/random.js'
import { benjaminiHochberg } from '../../../src/core/stats/index.js'
import { againstChance } from '../../../src/core/worth/index.js'
import { kolmogorovCdf, kolmogorovStatistic } from '../../support/kolmogorov.js'
import { noiseDetections } from './noise-detections.js'
import { atRestlessMoments, chanceSessions, futureOf, randomAlerts, type WalkAlert, type Walks, walks } from './walks.js'

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed)
const DRAWS = 999

describe('against chance', () => {
  test.each([
    ['both ways, each instrument by itself', { common: 0, restless: 1 }, undefined],
    ['all one way in a market that moves as one', { common: 0.7, restless: 1 }, 1],
    ['where some hours are restless', { common: 0.3, restless: 6 }, undefined],
  ] as const)('p of random alerts is uniform: %s', (_, world, sign) => {
    const p_values = SEEDS.map((seed) => {
      const random = new Random(seed, 'walks')
      const all = walks(random, { sessions: 9, ...world })
      const alerts = randomAlerts(random, { session: 8, count: 40, ...(sign === undefined ? {} : { sign }) })
      return againstChance('noise', chanceSessions(all, alerts), { draws: DRAWS, seed }).p
    })
    expect(kolmogorovCdf(SEEDS.length, kolmogorovStatistic(p_values))).toBeLessThan(0.99)
    // What a verdict rests on: the small ones do not come more often than they say. 99 % of a binomial.
    expect(p_values.filter((p) => p <= 0.05).length).toBeLessThanOrEqual(18)
  })

  test('of alerts told at restless moments only, which detectors prefer, p is too large rather than too small', () => {
    const p_values = SEEDS.map((seed) => {
      const random = new Random(seed, 'restless')
      const all = walks(random, { sessions: 9, common: 0.3, restless: 40 })
      const alerts = atRestlessMoments(random, all, randomAlerts(random, { session: 8, count: 40 }))
      return againstChance('noise', chanceSessions(all, alerts), { draws: DRAWS, seed }).p
    })
    // 99 % of binomials of 200.
    expect(p_values.filter((p) => p <= 0.01).length).toBeLessThanOrEqual(6)
    expect(p_values.filter((p) => p <= 0.05).length).toBeLessThanOrEqual(18)
    expect(p_values.filter((p) => p <= 0.1).length).toBeLessThanOrEqual(30)
    expect(p_values.filter((p) => p <= 0.25).length).toBeLessThanOrEqual(65)
  })

  test('finds alerts whose direction follows the future with probability 0.6, and no pattern of noise beside them', () => {
    let found = 0
    let noise_found = 0
    for (const seed of SEEDS.slice(0, 20)) {
      const random = new Random(seed, 'skill')
      const all = walks(random, { sessions: 13, common: 0.3 })
      const sessions = [8, 9, 10, 11, 12]
      const skilled = sessions.flatMap((session) =>
        withSkill(random, all, randomAlerts(random, { session, count: 120, pattern: 'skill' })),
      )
      const noise = Array.from({ length: 9 }, (_, n) =>
        randomAlerts(random, { session: 12, count: 20, pattern: `noise ${n}` }),
      ).flat()
      const evidence = chanceSessions(all, [...skilled, ...noise])
      const ids = ['skill', ...Array.from({ length: 9 }, (_, n) => `noise ${n}`)]
      const verdicts = ids.map((id) => againstChance(id, evidence, { draws: DRAWS, seed }))
      const { rejected } = benjaminiHochberg(
        verdicts.map(({ p }) => p),
        0.1,
      )
      if (rejected[0] === true) found++
      noise_found += rejected.slice(1).filter(Boolean).length
      expect(verdicts[0]?.mean_r).toBeGreaterThan(verdicts[0]?.chance_mean_r as number)
    }
    expect(found).toBeGreaterThanOrEqual(16)
    expect(noise_found).toBeLessThanOrEqual(6)
  })

  test('with all detectors at once on noise, calls one better than chance no more often than stated', () => {
    const seeds = SEEDS.slice(0, 40)
    let families_with_a_find = 0
    let patterns = 0
    for (const seed of seeds) {
      const random = new Random(seed, 'noise')
      const all = walks(random, { sessions: 8, common: 0.3, restless: 3 })
      const alerts = noiseDetections(random, all, 7)
      const evidence = chanceSessions(all, alerts)
      const ids = [...new Set(alerts.map(({ pattern }) => pattern))].sort()
      patterns += ids.length
      const p_values = ids.map((id) => againstChance(id, evidence, { draws: DRAWS, seed }).p)
      if (benjaminiHochberg(p_values, 0.1).rejected.includes(true)) families_with_a_find++
    }
    // All is noise, so each find is false, and the rate of false ones is the share of families with a find: at most q = 0.1. 99.5 % of a binomial.
    expect(families_with_a_find).toBeLessThanOrEqual(10)
    // As many patterns as speak without options and histories.
    expect(patterns / seeds.length).toBeGreaterThan(8)
  })

  test('does not depend on the order of the alerts', () => {
    const random = new Random(3, 'order')
    const all = walks(random, { sessions: 8, common: 0.3 })
    const alerts = randomAlerts(random, { session: 7, count: 50 })
    const once = againstChance('noise', chanceSessions(all, alerts), { draws: 200, seed: 1 })
    expect(againstChance('noise', chanceSessions(all, [...alerts].reverse()), { draws: 200, seed: 1 })).toEqual(once)
    expect(againstChance('noise', chanceSessions(all, alerts), { draws: 200, seed: 2 }).p).not.toBe(once.p)
  })

  test('says nothing by fewer than five earlier sessions, and nothing of later ones', () => {
    const random = new Random(4, 'few')
    const all = walks(random, { sessions: 12 })
    const alerts = randomAlerts(random, { session: 4, count: 10 })
    const verdict = againstChance('noise', chanceSessions(all, alerts), { draws: 200, seed: 1 })
    expect(verdict).toMatchObject({ n: 0, p: Number.NaN, not_compared: { few_sessions: 10 } })
    const fifth = alerts.map((alert): WalkAlert => ({ ...alert, session: 5 }))
    const whole = againstChance('noise', chanceSessions(all, fifth), { draws: 200, seed: 1 })
    expect(whole.n).toBe(10)
    const cut = { ...all, sessions: all.sessions.slice(0, 6) }
    expect(againstChance('noise', chanceSessions(cut, fifth), { draws: 200, seed: 1 })).toEqual(whole)
  })

  test('takes no moment near an alert of the instrument for chance', () => {
    const random = new Random(5, 'near')
    const all = walks(random, { sessions: 6 })
    const one: WalkAlert = { session: 5, instrument: 0, minute: 60, sign: 1, pattern: 'noise', risk: 0.004 }
    const judged = againstChance('noise', chanceSessions(all, [one]), { draws: 200, seed: 1 })
    expect(judged.n).toBe(1)
    // Of another pattern, which does not matter: nothing of that quarter of an hour is left on that day.
    const beside = againstChance('noise', chanceSessions(all, [one, { ...one, session: 2, minute: 67, pattern: 'other' }]), {
      draws: 200,
      seed: 1,
    })
    expect(beside.not_compared).toEqual({ few_sessions: 1 })
  })
})

/** Six of ten point where the price will go. */
function withSkill(random: Random, all: Walks, alerts: readonly WalkAlert[]): WalkAlert[] {
  return alerts.map((alert) => {
    const up = futureOf(all, alert) > 0
    return { ...alert, sign: up === random.unit() < 0.6 ? 1 : -1 }
  })
}
