import { expect, test } from 'vitest'
import { whatIsWrong } from '../../../src/core/patterns/check-candidate.js'
import type { Candidate } from '../../../src/core/patterns/index.js'
import { active, calm, runScenario, scenarioStock } from '../../support/scenario.js'

const sound: Candidate = { direction: 'BUY', score: 0.5, evidence: { rv: 2, source: 'tod', both: true, names: ['a', 1] } }
const leg = { instrument: scenarioStock(), side: 'SELL', ratio: 1, price: 100 } as const

test('a candidate with everything in order passes, prices that are not known too', () => {
  expect(whatIsWrong(sound)).toBeUndefined()
  const full = {
    ...sound,
    missing: ['rv'],
    subtype: 'a',
    action: 'WATCH',
    legs: [leg],
    targets: [Number.NaN, 5],
    stop: Number.NaN,
  }
  expect(whatIsWrong(full)).toBeUndefined()
})

const circular: Record<string, unknown> = {}
circular.self = circular

test.each<[says: string, facts: object]>([
  ['evidence.view', { evidence: { view: circular } }],
  ['evidence.ask', { evidence: { ask: () => 1 } }],
  ['evidence.size', { evidence: { size: 10n } }],
  ['evidence.names', { evidence: { names: [['a']] } }],
  ['evidence.nothing', { evidence: { nothing: undefined } }],
  ['targets', { targets: [Number.POSITIVE_INFINITY] }],
  ['missing', { missing: 5 }],
  ['missing', { missing: [5] }],
  ['legs', { legs: 'both' }],
  ['legs', { legs: [null] }],
  ['legs', { legs: [{ ...leg, side: 'SHORT' }] }],
  ['legs', { legs: [{ ...leg, instrument: undefined }] }],
  ['subtype', { subtype: {} }],
  ['action', { action: 3 }],
  ['onEmitted', { onEmitted: 3 as never }],
])('what %s must not be is refused', (says, facts) => {
  expect(whatIsWrong({ ...sound, ...facts } as Candidate)).toContain(says)
})

test('lists, promises and other things are no candidates', () => {
  for (const answer of [[], 7, 'BUY', null, () => sound]) expect(whatIsWrong(answer as never)).toContain('expected a candidate')
  expect(whatIsWrong(Promise.resolve(sound) as never)).toContain('promise')
})

const PROBE = {
  id: 'probe',
  summary: '',
  category: 'custom',
  source: 'test',
  priority: 0,
  cooldown_min: 0,
  parameters: {},
} as const

test('a create that gives no function is named, and asked once', () => {
  const probe = { ...PROBE, create: () => 5 as never }
  const { faults } = runScenario({ shows: 'calm', minutes: calm('09:15', 5, { from: 100 }) }, [active(probe)])
  expect(faults).toMatchObject([{ kind: 'rubbish', message: expect.stringContaining('found number') }])
})

test('one that throws when it hears that its claim was told is switched off', () => {
  const onEmitted = (): void => {
    throw new Error('not now')
  }
  const probe = { ...PROBE, create: () => (): Candidate => ({ ...sound, onEmitted }) }
  const scenario = { shows: 'calm', minutes: calm('09:15', 5, { from: 100 }) }
  const { detections, faults } = runScenario(scenario, [active(probe)], { told_from: 0 })
  expect(detections.filter(({ quality_fault }) => quality_fault === undefined)).toHaveLength(1)
  expect(faults).toMatchObject([{ kind: 'threw', message: 'Error: not now' }])
})
