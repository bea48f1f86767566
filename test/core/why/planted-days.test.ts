import { beforeAll, describe, expect, test } from 'vitest'
import { type Alert, DEFAULT_ALERT_RULES } from '../../../src/core/alerts/index.js'
import { type Instrument, underlyingOf } from '../../../src/core/market/index.js'
import { isOption } from '../../../src/core/options/index.js'
import { type AskedStep, choosePatterns, PATTERNS, Witness } from '../../../src/core/patterns/index.js'
import { Random } from '../../../src/core/random.js'
import { PLANTS } from '../../../src/core/synth/index.js'
import { parseDate } from '../../../src/core/time/index.js'
import { answersOf, Hearing, type PatternAnswer, SecondHearing, waysOf, whyRecord } from '../../../src/core/why/index.js'
import { type PlantDaySetup, runPlantDay } from '../../support/plant-day.js'
import { contradictions, type PatternJson, type StepJson, type WhyJson } from '../../support/why-checker.js'

const DATE = '2025-10-06'
const STOCK_IDS = PLANTS.filter(({ chain_minutes }) => chain_minutes === undefined).map(({ id }) => id)
const CHAIN_IDS = ['kow_signal_straddle', 'market_maker_trap_detection', 'premium_collection_strategy']
const DAYS: readonly (readonly [string, PlantDaySetup])[] = [
  ['stocks', { date: DATE, seed: 5, instruments: 60, rate: 20, plants: { ids: STOCK_IDS, strength: 1 } }],
  [
    'an index and its options',
    {
      date: DATE,
      seed: 5,
      instruments: 0,
      rate: 20,
      market: 'nifty',
      plants: { ids: CHAIN_IDS, strength: 1 },
      only: [...CHAIN_IDS, 'iv_crush_play_straddle', 'range_bound_strangle', 'volume_spike'],
    },
  ],
]
const VERDICTS: Readonly<Record<string, string>> = { emitted: 'alert', suppressed: 'suppressed', leg_event: 'leg_event' }
const keyOf = (token: number, known_at_ms: number): string => `${token} ${known_at_ms}`
const keyOfAlert = ({ detection: { instrument, known_at_ms } }: Alert): string => keyOf(instrument.instrument_token, known_at_ms)

describe.each(DAYS)('%s', (_, setup) => {
  const patterns = choosePatterns(PATTERNS, { only: setup.only ?? [], parameters: {} }).map(({ definition }) => definition)
  const pattern_ids = new Set(patterns.map(({ id }) => id))
  const records: Alert[] = []
  const instruments = new Map<number, Instrument>()
  const hearings = new Map<string, Hearing>()
  let explained: ReadonlyMap<string, WhyJson> = new Map()
  /** One question for each instrument, at a moment chosen by chance. */
  const at_random = new Map<number, Hearing>()
  const seconds = new Map<number, SecondHearing>()
  /** Over the whole day: rounds of questions, and those in which a way was met. */
  let asked = 0
  const met = new Set<string>()

  const jsonOf = (hearing: Hearing, second = new SecondHearing(hearing)): WhyJson => {
    const instrument = instruments.get(hearing.question.instrument_token) as Instrument
    const underlying = underlyingOf(instrument)
    const answers: readonly PatternAnswer[] = answersOf(hearing, second, {
      patterns,
      has_options: [...instruments.values()].some((each) => isOption(each) && underlyingOf(each) === underlying),
      is_option: isOption(instrument),
    })
    const told = whyRecord({
      instrument,
      session_date: parseDate(DATE) as number,
      at_ms: hearing.question.at_ms,
      bar: hearing.bar,
      answers,
      min_confidence: DEFAULT_ALERT_RULES.min_confidence,
      config_hash: '',
      engine_version: '',
    })
    return JSON.parse(JSON.stringify(told)) as WhyJson
  }
  const hear = (token: number, at_ms: number): Hearing => {
    const hearing = hearings.get(keyOf(token, at_ms)) ?? new Hearing({ instrument_token: token, at_ms, pattern_ids })
    hearings.set(keyOf(token, at_ms), hearing)
    return hearing
  }

  beforeAll(() => {
    const moments = new Map<number, Set<number>>()
    /** Whoever asked last: when the next one begins, it has asked all there was. */
    let last: { key: string; witness: Witness } | undefined
    const judge = (): void => {
      if (last === undefined) return
      asked++
      if (hasMetAWay(last.witness)) met.add(last.key)
    }
    runPlantDay(setup, {
      onAlert: (alert) => {
        if (VERDICTS[alert.state] !== undefined) records.push(alert)
      },
      listen: ({ id }, { instrument }, known_at_ms) => {
        const { instrument_token } = instrument
        instruments.set(instrument_token, instrument)
        moments.set(instrument_token, (moments.get(instrument_token) ?? new Set()).add(known_at_ms))
        judge()
        last = { key: `${keyOf(instrument_token, known_at_ms)} ${id}`, witness: new Witness(false) }
        return last.witness
      },
    })
    judge()
    const random = new Random(1, 'why')
    for (const [token, known] of moments) at_random.set(token, hear(token, [...known][random.below(known.size)] as number))
    /** Hearings by the id of another claim that their own speak of. */
    const parents = new Map<string, Set<Hearing>>()
    for (const alert of records) {
      const { instrument, known_at_ms } = alert.detection
      const hearing = hear(instrument.instrument_token, known_at_ms)
      if (alert.parent_id !== undefined) parents.set(alert.parent_id, (parents.get(alert.parent_id) ?? new Set()).add(hearing))
    }
    runPlantDay(setup, {
      listen: (pattern, view, known_at_ms) =>
        hearings.get(keyOf(view.instrument.instrument_token, known_at_ms))?.listen(pattern, view, known_at_ms),
      onAlert: (alert) => {
        const own = hearings.get(keyOfAlert(alert))
        own?.onAlert(alert)
        for (const hearing of parents.get(alert.alert_id) ?? []) if (hearing !== own) hearing.onAlert(alert)
      },
    })
    explained = new Map([...hearings].map(([key, hearing]) => [key, jsonOf(hearing)]))
    for (const [token, hearing] of at_random) seconds.set(token, new SecondHearing(hearing))
    runPlantDay(setup, {
      listen: (pattern, view, known_at_ms) => seconds.get(view.instrument.instrument_token)?.listen(pattern, view, known_at_ms),
    })
  }, 300_000)

  test('all day, who claims is who has met a way: no condition stands outside the questions', () => {
    expect(asked).toBeGreaterThan(50_000)
    const claimed = records.map((alert) => `${keyOfAlert(alert)} ${alert.detection.pattern.id}`)
    expect([...met].sort()).toEqual(claimed.sort())
  })

  test('every record has the same verdict, reason and numbers', () => {
    expect(records.filter(({ state }) => state === 'emitted').length).toBeGreaterThan(3)
    const told = new Map<string, string[]>()
    for (const alert of records) {
      const { pattern, candidate } = alert.detection
      const key = keyOfAlert(alert)
      told.set(key, [...(told.get(key) ?? []), pattern.id])
      const answer = explained.get(key)?.patterns.find(({ pattern_type }) => pattern_type === pattern.id)
      expect(answer).toMatchObject({
        verdict: VERDICTS[alert.state],
        reason: alert.suppress_reason ?? null,
        detail: alert.suppress_detail ?? null,
        alert: { alert_id: alert.alert_id, direction: candidate.direction, state: alert.state },
        other: alert.parent_id === undefined ? null : { alert_id: alert.parent_id },
        confidence: { told: alert.confidence },
      })
    }
    // And who has no record has not spoken.
    for (const [key, why] of explained) {
      const spoke = why.patterns.filter(({ verdict }) => !['no_claim', 'not_asked'].includes(verdict))
      expect(spoke.map(({ pattern_type }) => pattern_type).sort()).toEqual((told.get(key) ?? []).sort())
    }
  })

  test('an independent checker comes to the same verdicts', () => {
    const wrong = [...explained.values()].flatMap(contradictions)
    expect(wrong.slice(0, 20)).toEqual([])
  })

  test('so it does where detectors went on behind their first no', () => {
    expect([...seconds.values()].reduce((sum, { asked }) => sum + asked.size, 0)).toBeGreaterThan(100)
    const wrong = [...at_random].flatMap(([token, hearing]) => contradictions(jsonOf(hearing, seconds.get(token))))
    expect(wrong.slice(0, 20)).toEqual([])
  })

  test('what goes on begins as what did not', () => {
    let longer = 0
    for (const [token, hearing] of at_random) {
      const plain = jsonOf(hearing)
      const on = jsonOf(hearing, seconds.get(token))
      for (const pattern of plain.patterns) {
        const other = on.patterns.find(({ pattern_type }) => pattern_type === pattern.pattern_type) as PatternJson
        expect(other.verdict).toBe(pattern.verdict)
        expect(other.steps.slice(0, pattern.steps.length)).toEqual(pattern.steps)
        for (const way of pattern.ways) expect(other.ways.some((each) => begins(each.steps, way.steps))).toBe(true)
        longer += other.steps.length - pattern.steps.length + other.ways.length - pattern.ways.length
      }
    }
    expect(longer).toBeGreaterThan(100)
  })
})

function hasMetAWay({ asked }: Witness): boolean {
  const { common, ways } = waysOf(asked)
  const isMet = (steps: readonly AskedStep[]): boolean => steps.every((step) => step.is_met || step.part_of !== undefined)
  return isMet(common) && (ways.length === 0 || ways.some(({ steps }) => isMet(steps)))
}

const begins = (steps: readonly StepJson[], first: readonly StepJson[]): boolean =>
  first.every((step, i) => JSON.stringify(step) === JSON.stringify(steps[i]))
