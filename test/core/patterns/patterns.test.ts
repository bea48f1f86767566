import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Detection, PATTERNS } from '../../../src/core/patterns/index.js'
import { walkRecords } from '../../../src/core/recording/index.js'
import { formatIso } from '../../../src/core/time/index.js'
import { active, mirrorOf, recordingOfScenario, runScenario, type Scenario } from '../../support/scenario.js'

/** What each detector is shown: test/core/patterns/scenarios/ID.ts. */
interface Scenarios {
  readonly textbook: Scenario
  readonly marginal: Scenario
  readonly nothing: Scenario
  /** Id of the pattern that sees the mirror image, where it is another one. */
  readonly mirror?: string
  /** Other parameters than the defaults. */
  readonly parameters?: Readonly<Record<string, number>>
}

const MODULES = import.meta.glob<Scenarios>('./scenarios/*.ts', { eager: true })
const scenariosOf = (id: string): Scenarios | undefined => MODULES[`./scenarios/${id}.ts`]
const patterns = PATTERNS.filter(({ category }) => category !== 'candlestick')
const GATE = 0.85

describe.each(patterns.map((definition) => [definition.id, definition] as const))('%s', (id, definition) => {
  const scenarios = scenariosOf(id) as Scenarios
  const detect = (scenario: Scenario, bytes?: Uint8Array, pattern = definition): readonly Detection[] => {
    const patterns = [active(pattern, scenarios?.parameters)]
    const { detections, faults } = runScenario(scenario, patterns, bytes === undefined ? {} : { bytes })
    expect(faults).toEqual([])
    return detections
  }
  const best = (detections: readonly Detection[]): number => Math.max(...detections.map(({ confidence }) => confidence))

  test('has scenarios', () => expect(scenarios, `test/core/patterns/scenarios/${id}.ts`).toBeDefined())

  test('passes the gate on a textbook case', () => {
    const detections = detect(scenarios.textbook)
    expect(detections.length).toBeGreaterThan(0)
    expect(best(detections)).toBeGreaterThanOrEqual(GATE)
  })

  test('finds a marginal case, below the gate', () => {
    const detections = detect(scenarios.marginal)
    expect(detections.length).toBeGreaterThan(0)
    expect(best(detections)).toBeLessThan(GATE)
    expect(best(detections)).toBeGreaterThanOrEqual(0.6 * 0.9 * 0.9)
  })

  test('finds nothing in what only looks like it', () => expect(detect(scenarios.nothing).map(line)).toEqual([]))

  test('tells what it told before, to the last digit', () => {
    const lines = detect(scenarios.textbook).map((detection) => `${line(detection)}\n`)
    const path = new URL(`./golden/${id}.ndjson`, import.meta.url)
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, lines.join(''))
    expect(lines.join('')).toBe(readFileSync(path, 'utf8'))
  })

  test('says nothing that it would not have said without what came later', () => {
    const bytes = recordingOfScenario(scenarios.textbook)
    const whole = detect(scenarios.textbook, bytes).map(line)
    const ends: number[] = []
    walkRecords(bytes, 'big', (_, __, to) => ends.push(to))
    for (let share = 0.05; share < 1; share += 0.05) {
      const cut = ends[Math.floor(share * ends.length)] as number
      const early = detect(scenarios.textbook, bytes.slice(0, cut)).map(line)
      expect(early).toEqual(whole.slice(0, early.length))
    }
  })

  test('does not change its word when what follows is another market', () => {
    const bytes = recordingOfScenario(scenarios.textbook)
    const detections = detect(scenarios.textbook, bytes)
    const first = detections[0] as Detection
    const scrambled = bytes.slice()
    const view = new DataView(scrambled.buffer)
    walkRecords(bytes, 'big', (received_ms, from, to) => {
      // Prices and books of every later packet; its length and times stay.
      if (received_ms > first.emitted_at_ms && to - from > 60)
        for (const at of [from + 20, from + 84, from + 144]) view.setInt32(at, Math.round(view.getInt32(at) * 1.1))
    })
    expect(line(detect(scenarios.textbook, scrambled)[0] as Detection)).toBe(line(first))
  })

  test('sees the mirror image as the contrary', () => {
    const { textbook } = scenarios
    if (textbook.mirror === false) return
    const seen = detect(textbook)
    const other = PATTERNS.find((each) => each.id === (scenarios.mirror ?? id))
    const mirrored = detect(mirrorOf(textbook), undefined, other)
    expect(mirrored.map(({ known_at_ms, candidate }) => [known_at_ms, OPPOSITE[candidate.direction]])).toEqual(
      seen.map(({ known_at_ms, candidate }) => [known_at_ms, candidate.direction]),
    )
    // Percentages of a price differ a little from those of its mirror image.
    for (const [i, { candidate }] of mirrored.entries())
      expect(candidate.score).toBeCloseTo(seen[i]?.candidate.score as number, 1)
  })
})

const OPPOSITE = { BUY: 'SELL', SELL: 'BUY', NEUTRAL: 'NEUTRAL' } as const

/** A detection as text, every number in it. */
function line({ pattern, candidate, instrument, known_at_ms, confidence, multipliers, quality_fault }: Detection): string {
  const number = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? round(value) : value
  const { legs, ...rest } = candidate
  return JSON.stringify(
    {
      pattern: pattern.id,
      symbol: instrument.symbol,
      known_at: formatIso(known_at_ms),
      confidence,
      ...rest,
      ...(legs === undefined ? {} : { legs: legs.map((leg) => ({ ...leg, instrument: leg.instrument.symbol })) }),
      multipliers,
      quality_fault,
    },
    number,
  )
}

const round = (value: number): number => Math.round(value * 1e9) / 1e9
