import { readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { PATTERNS } from '../../../src/core/patterns/index.js'
import { PLANTS } from '../../../src/core/synth/index.js'
import { type PlantJobResult, plantJobs, runPlantJob } from '../../support/plant-jobs.js'
import { plantSection } from '../../support/plant-table.js'

const PAGE = new URL('../../../docs/patterns.md', import.meta.url)
const SECTION = /<!-- measured: plants -->\n\n([\s\S]*?)\n\n<!-- end -->/

/** Those of a candlestick are seen at every turn of a market: there is nothing to plant. */
const NOT_PLANTED = PATTERNS.filter(({ category }) => category === 'candlestick').map(({ id }) => id)

test('every detector that ships has a plant, in the directions it speaks of', () => {
  const planted = PLANTS.map(({ id }) => id)
  expect([...planted, ...NOT_PLANTED].sort()).toEqual(PATTERNS.map(({ id }) => id).sort())
  const one_sided = PLANTS.filter(({ sides, is_neutral }) => sides.length === 1 && is_neutral !== true).map(({ id }) => id)
  expect(one_sided).toEqual(['upside_momentum', 'downside_momentum', 'momentum_engine'])
})

describe('on days with and without plants', () => {
  let results: readonly PlantJobResult[] = []
  beforeAll(() => {
    results = plantJobs().map(runPlantJob)
  }, 600_000)

  test('all that was asked for is planted, and no detector is switched off', () => {
    expect(results.flatMap(({ missing, faults }) => [...missing, ...faults])).toEqual([])
  })

  test('recall, precision and false alerts are those of the page', () => {
    const section = plantSection(results)
    process.stdout.write(`${section}\n`)
    const page = readFileSync(PAGE, 'utf8')
    if (process.env.UPDATE_GOLDEN === '1')
      writeFileSync(
        PAGE,
        page.replace(SECTION, () => `<!-- measured: plants -->\n\n${section}\n\n<!-- end -->`),
      )
    const told = SECTION.exec(readFileSync(PAGE, 'utf8'))?.[1]
    expect(section, 'what is measured is not what docs/patterns.md says: npm run plants').toBe(told)
  })

  // Floors and ceilings some way from what was measured: a page that is written anew must not hide a detector that went blind or sees things.
  test.each(PLANTS.map(({ id }) => id))('%s is found where it is plain', (id) => {
    const { planted, found } = plantsOf(results, { strength: 1, id })
    expect(planted).toBeGreaterThanOrEqual(1)
    expect(found / planted).toBeGreaterThanOrEqual(0.5)
  })

  test('nine of ten are found; the weaker they are, the fewer reach the gate', () => {
    const [plain, half, quarter] = [1, 0.5, 0.25].map((strength) => plantsOf(results, { strength })) as [Count, Count, Count]
    for (const { found, planted } of [plain, half]) expect(found / planted).toBeGreaterThanOrEqual(0.9)
    expect(quarter.found / quarter.planted).toBeGreaterThanOrEqual(0.8)
    expect(plain.sure / plain.planted).toBeGreaterThanOrEqual(0.75)
    expect(half.sure).toBeLessThan(plain.sure)
    expect(quarter.sure).toBeLessThan(half.sure)
  })

  test('where nothing is planted, few claims reach the gate, and each detector keeps within its bounds', () => {
    const quiet = results.filter(({ strength, only }) => strength === 0 && only.length > 1)
    for (const { alerts, instruments } of quiet) {
      const rates = Object.entries(alerts).map(([id, { sure }]) => ({ id, rate: sure / instruments }))
      expect(rates.reduce((sum, { rate }) => sum + rate, 0)).toBeLessThan(4)
      for (const { id, rate } of rates) expect(rate, id).toBeLessThan(1.5)
    }
  })
})

interface Count {
  planted: number
  found: number
  sure: number
}

/** Of one pattern, or of all. */
function plantsOf(results: readonly PlantJobResult[], wanted: { strength: number; id?: string }): Count {
  const count = { planted: 0, found: 0, sure: 0 }
  for (const { strength, plants } of results)
    for (const [id, { planted, found, sure }] of Object.entries(plants)) {
      if (strength !== wanted.strength || id !== (wanted.id ?? id)) continue
      count.planted += planted
      count.found += found
      count.sure += sure
    }
  return count
}
