import { describe, expect, test } from 'vitest'
import { type Candidate, confidenceOf, PATTERNS, type PatternDefinition } from '../../../src/core/patterns/index.js'
import type { KnockOut } from '../../support/knock-out.js'
import { mirrored, type ViewFacts, viewOf } from '../../support/pattern-view.js'
import { active } from '../../support/scenario.js'

/** For each detector what its trigger is made of: test/core/patterns/knock-outs/ID.ts. */
const MODULES = import.meta.glob<{ cases: readonly KnockOut[] }>('./knock-outs/*.ts', { eager: true })
const patternOf = (id: string): PatternDefinition => PATTERNS.find((pattern) => pattern.id === id) as PatternDefinition

const rows = Object.entries(MODULES).flatMap(([path, { cases }]) => {
  const id = path.replace(/^.*\/(\w+)\.ts$/, '$1')
  return cases.map((each) => [id, each.name, each] as const)
})

describe.each(rows)('%s: %s', (id, _, { sound, breaks, bare, full, parameters, mirror = id }) => {
  const detectWith = (pattern: string, facts: ViewFacts): Candidate | undefined => {
    const definition = patternOf(pattern)
    return definition.create(active(definition, parameters).parameters)(viewOf(facts))
  }
  const detect = (facts: ViewFacts): Candidate | undefined => detectWith(id, facts)

  test('buys when all conditions hold', () => expect(detect(sound)?.direction).toBe('BUY'))

  test.each(breaks)('not without: %s', (_, broken) => {
    expect(detect(broken)).toBeUndefined()
    if (mirror !== false) expect(detectWith(mirror, mirrored(broken))).toBeUndefined()
  })

  if (mirror !== false)
    test('sells on the mirror image, equally sure', () => {
      const seen = detectWith(mirror, mirrored(sound))
      expect(seen?.direction).toBe('SELL')
      // A percentage is of another price there.
      expect(seen?.score).toBeCloseTo(detect(sound)?.score as number, 1)
      expect(seen?.subtype === 'distribution' ? 'accumulation' : seen?.subtype).toBe(detect(sound)?.subtype)
      const axis = 2 * (sound.m1[0]?.open as number)
      const flip = (price: number | undefined): number => axis - (price ?? Number.NaN)
      const pricesOf = ({ level, entry, stop, invalidation, targets }: Candidate): (number | undefined)[] =>
        [level, entry, stop, invalidation, ...(targets ?? [])].map((price) => price && Math.round(price * 1e6) / 1e6)
      expect(pricesOf(seen as Candidate).map((price) => price && flip(price))).toEqual(pricesOf(detect(sound) as Candidate))
    })

  test('stop, entry and targets lie in this order', () => {
    const { entry, stop, targets, direction } = detect(sound) as Candidate
    expect(direction).toBe('BUY')
    const prices = [stop, entry, ...(targets ?? [])]
    expect([...prices].sort((a, b) => (a as number) - (b as number))).toEqual(prices)
    expect(new Set(prices).size).toBe(prices.length)
  })

  if (bare !== undefined)
    test('the bare trigger is worth 0.60 to 0.75', () => {
      const { score } = detect(bare) as Candidate
      expect(confidenceOf(score)).toBeGreaterThanOrEqual(0.6)
      expect(confidenceOf(score)).toBeLessThanOrEqual(0.75)
    })

  test('its best is far above the gate', () => {
    const { score, missing } = detect(full) as Candidate
    expect(missing ?? []).toEqual([])
    expect(score).toBeGreaterThanOrEqual(0.9)
    expect(score).toBeLessThanOrEqual(1)
  })

  test('every number of the trigger stands in the evidence with its threshold', () => {
    for (const value of Object.values((detect(sound) as Candidate).evidence))
      if (typeof value === 'number') expect(value).not.toBeNaN()
  })
})

test('percentages are percent points everywhere, and say so', () => {
  for (const { id, parameters } of PATTERNS)
    for (const [name, { doc, default: value }] of Object.entries(parameters)) {
      expect(`${id}.${name}: ${name.includes('_pct')}`).toBe(`${id}.${name}: ${/\bpercent\b/.test(doc)}`)
      // A fraction in place of a percentage would be this small.
      if (name.includes('_pct') && value !== 0) expect(value).toBeGreaterThanOrEqual(0.1)
    }
})
