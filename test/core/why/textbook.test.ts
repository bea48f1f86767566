import { describe, expect, test } from 'vitest'
import { type AskedStep, type Detection, PATTERNS, Witness } from '../../../src/core/patterns/index.js'
import { decides, waysOf } from '../../../src/core/why/index.js'
import { active, runScenario, type Scenario } from '../../support/scenario.js'

interface Scenarios {
  readonly textbook: Scenario
  readonly parameters?: Readonly<Record<string, number>>
}
const MODULES = import.meta.glob<Scenarios>('../patterns/scenarios/*.ts', { eager: true })
const rows = Object.entries(MODULES).map(([path, scenarios]) => [path.replace(/^.*\/(\w+)\.ts$/, '$1'), scenarios] as const)

/** Ends of names of thresholds in the evidence; without them it is the name of what is held against it. */
const THRESHOLD = /_(min|max|above|below)$/
/** Where the evidence names no number like its threshold, what is held against it. */
const HELD: Readonly<Record<string, string>> = {
  rv: 'rv_5m',
  leg_spread_pct: 'put_spread_pct',
  wall_em: 'away_em',
  ema_rise_pct: 'ema21_rise_pct',
  delta: 'put_delta',
  adx: 'adx_15m',
}
/** Where the trade ends, and what a strike is chosen by: no conditions of the trigger. */
const NO_CONDITION = ['stop_below', 'stop_above', 'range_bound_strangle delta_min', 'range_bound_strangle delta_max']
/** The evidence tells these of the moment of the claim; the rule was asked of an earlier one, or before what it decides. */
const OF_ANOTHER_MOMENT = ['optimal_trade_entry leg_atr', 'kow_signal_straddle reentries']

describe.each(rows)('%s', (id, { textbook, parameters }) => {
  const definition = PATTERNS.find((pattern) => pattern.id === id)
  if (definition === undefined) throw new Error(`no pattern ${id}`)
  const witnesses = new Map<string, Witness>()
  const { detections } = runScenario(textbook, [active(definition, parameters)], {
    listen: (_, { instrument }, known_at_ms) => {
      const witness = new Witness(false)
      witnesses.set(`${instrument.instrument_token} ${known_at_ms}`, witness)
      return witness
    },
  })
  /** The questions of each way that led to the claim. */
  const stepsOf = ({ instrument, known_at_ms }: Detection): (readonly AskedStep[])[] => {
    const { asked } = witnesses.get(`${instrument.instrument_token} ${known_at_ms}`) as Witness
    const { common, ways } = waysOf(asked)
    const all = ways.length === 0 ? [common] : ways.map(({ steps }) => [...common, ...steps])
    return all.filter((steps) => steps.every((step) => step.is_met || !decides(step)))
  }

  test('a claim is where every step of one way is met', () => {
    expect(detections.length).toBeGreaterThan(0)
    const met = [...witnesses.values()].filter(({ asked }) => {
      const { common, ways } = waysOf(asked)
      const isMet = (steps: readonly AskedStep[]): boolean => steps.every((step) => step.is_met || !decides(step))
      return isMet(common) && (ways.length === 0 || ways.some(({ steps }) => isMet(steps)))
    })
    expect(met.length).toBe(detections.length)
  })

  test('every threshold of the evidence is that of a step, with the same number beside it', () => {
    for (const detection of detections) {
      const { evidence, follows, action = '' } = detection.candidate
      // Only who sells a leg again is asked how often he has.
      if (follows !== undefined && !action.startsWith('REENTER')) continue
      for (const [name, limit] of Object.entries(evidence)) {
        if (typeof limit !== 'number' || !THRESHOLD.test(name)) continue
        if (NO_CONDITION.includes(name) || NO_CONDITION.includes(`${id} ${name}`)) continue
        const base = name.replace(THRESHOLD, '')
        const value = evidence[base]
        const of = value === undefined ? (HELD[base] ?? base) : base
        const asked = stepsOf(detection).flatMap((steps) => steps.filter((step) => step.name === of))
        const held = asked.filter((step) => Math.abs((step.limit ?? Number.NaN) - limit) < 1e-9)
        expect(held.length, `${id} ${name} ${limit}`).toBeGreaterThan(0)
        // As its side sees it.
        if (typeof value === 'number' && !OF_ANOTHER_MOMENT.includes(`${id} ${base}`))
          expect(
            held.some((step) => Math.abs(Math.abs(step.value ?? Number.NaN) - Math.abs(value)) < 1e-9),
            `${id} ${base}`,
          ).toBe(true)
      }
    }
  })

  test('the terms of its score are heard', () => {
    for (const { instrument, known_at_ms, candidate } of detections) {
      if (candidate.confidence !== undefined || candidate.follows !== undefined) continue
      const { scores } = witnesses.get(`${instrument.instrument_token} ${known_at_ms}`) as Witness
      expect(scores.length).toBeGreaterThan(0)
    }
  })
})
