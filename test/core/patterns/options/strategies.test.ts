import { describe, expect, test } from 'vitest'
import {
  type Baseline,
  type Candidate,
  confidenceOf,
  type Detection,
  PATTERNS,
  type PatternDefinition,
} from '../../../../src/core/patterns/index.js'
import {
  chainInstruments,
  chainMinutes,
  closesOf,
  indexOf,
  ivHistory,
  optionBaseline,
  quietBars,
} from '../../../support/option-scenario.js'
import { active, runScenario, type Scenario } from '../../../support/scenario.js'
import { crush, textbook as crushTextbook, type Sample } from '../scenarios/iv_crush_play_straddle.js'
import { textbook as kowTextbook, type Minute, straddle, times } from '../scenarios/kow_signal_straddle.js'
import { textbook as trapTextbook, wallBreak } from '../scenarios/market_maker_trap_detection.js'
import { premium } from '../scenarios/premium_collection_strategy.js'
import { range } from '../scenarios/range_bound_strangle.js'

const patternOf = (id: string): PatternDefinition => PATTERNS.find((pattern) => pattern.id === id) as PatternDefinition
function detect(
  id: string,
  scenario: Omit<Scenario, 'shows'>,
  parameters: Readonly<Record<string, number>> = {},
  told_from?: number,
): readonly Detection[] {
  const setup = told_from === undefined ? {} : { told_from }
  const { detections, faults } = runScenario({ shows: '', ...scenario }, [active(patternOf(id), parameters)], setup)
  expect(faults).toEqual([])
  return detections
}
const NONE: Candidate = { direction: 'BUY', score: Number.NaN, evidence: {} }
const strikesOf = ({ legs = [] }: Candidate): unknown[] =>
  legs.map(({ side, ratio, instrument }) => [side, ratio, instrument.strike, instrument.instrument_type])

describe('iv_crush_play_straddle', () => {
  const id = 'iv_crush_play_straddle'
  const before = Array.from({ length: 8 }, (): Sample => [0.24, 750])
  const sound = { samples: [...before, [0.2, 2250] as Sample] }

  test('sells one call and one put at the money', () => {
    const [found, ...more] = detect(id, crush(sound))
    expect(more).toEqual([])
    expect(strikesOf(found?.candidate ?? NONE)).toEqual([
      ['SELL', 1, 25_000, 'CE'],
      ['SELL', 1, 25_000, 'PE'],
    ])
    const { entry = 0, stop, targets, legs = [] } = found?.candidate ?? NONE
    expect(entry).toBe((legs[0]?.price ?? 0) + (legs[1]?.price ?? 0))
    expect([stop, targets]).toEqual([1.3 * entry, [0.5 * entry]])
  })

  test.each<[string, Omit<Scenario, 'shows'>, Readonly<Record<string, number>>?]>([
    ['a percentile above 70', crush({ ...sound, month: 0.165 }), { inversion_points_min: 5 }],
    ['60 days of history', crush({ ...sound, history: ivHistory(0.1, 0.2, 59) })],
    ['options dearer than what the index does', crush({ ...sound, realised: 0.165 })],
    ['an expiry within a week', crush({ ...sound, expiry: '2025-10-14' })],
    ['a fall of five percent', crush({ samples: [...before, [0.2285, 2250]] })],
    ['volume', crush({ samples: [...before, [0.2, 1300]] })],
    ['tight quotes', crush({ ...sound, spread_ticks: 100 })],
    ['two steps before it that tell the usual volume', crush({ samples: [...before.slice(0, 3), [0.2, 2250]] })],
  ])('not without %s', (_, broken, parameters) => expect(detect(id, broken, parameters)).toEqual([]))

  test('a nearest expiry three points above the next stands in for the percentile', () => {
    const inverted = crush({ samples: [...before, [0.2, 2250]], month: 0.165 })
    expect(detect(id, inverted, { inversion_points_min: 3.4 })).toHaveLength(1)
    expect(detect(id, inverted, { inversion_points_min: 3.6 })).toEqual([])
  })

  test('is told once for a fall that goes on, and again after another rise', () => {
    const on = crush({ samples: [...before, [0.2, 2250], [0.19, 2250], [0.18, 2250]] })
    expect(detect(id, on)).toHaveLength(1)
    const again = crush({ samples: [...before, [0.2, 2250], [0.24, 750], [0.2, 2250]] })
    expect(detect(id, again)).toHaveLength(2)
  })

  test('an event that is told scores, and nothing is said before it', () => {
    const score = (parameters: Readonly<Record<string, number>>): number | undefined =>
      detect(id, crush(sound), parameters)[0]?.candidate.score
    expect(detect(id, crush(sound))[0]?.candidate.missing).toEqual(['event'])
    expect((score({ event_minute: 600 }) as number) - (score({}) as number)).toBeCloseTo(0.15, 12)
    expect(score({ event_minute: 601 })).toBeUndefined()
  })

  test('the day of expiry is an event, and the trade ends by 15:00', () => {
    const [found] = detect(id, { ...crush({ ...sound, expiry: '2025-10-06' }) })
    expect(found?.candidate.missing).toEqual([])
    expect(found?.candidate.expires_min).toBe(240)
  })

  test('everything at its best is worth the maximum, the bare trigger little', () => {
    const best = crush({ samples: [...before, [0.2, 2250]], expiry: '2025-10-06', realised: 0.08, month: 0.25 })
    expect(detect(id, best)[0]?.candidate.score).toBeGreaterThanOrEqual(0.9)
    const bare = crush({ samples: [...before, [0.227, 1400]], month: 0.172, realised: 0.176 })
    expect(confidenceOf(detect(id, bare)[0]?.candidate.score ?? Number.NaN)).toBeLessThanOrEqual(0.75)
  })
})

describe('range_bound_strangle', () => {
  const id = 'range_bound_strangle'

  test('sells a call and a put of the wanted delta', () => {
    const [found] = detect(id, range({}))
    expect(strikesOf(found?.candidate ?? NONE)).toEqual([
      ['SELL', 1, 25_550, 'CE'],
      ['SELL', 1, 24_550, 'PE'],
    ])
  })

  test('where no strike has that delta, one expected move away', () => {
    const narrow = { delta_min: 0.17, delta_max: 0.1701 }
    const [found] = detect(id, range({}), narrow)
    expect(found?.candidate.evidence).toMatchObject({ strikes_by: ['expected_move', 'expected_move'] })
    // F 25036.68, expected move 526.76.
    expect(strikesOf(found?.candidate ?? NONE)).toEqual([
      ['SELL', 1, 25_550, 'CE'],
      ['SELL', 1, 24_500, 'PE'],
    ])
  })

  test.each<[string, Omit<Scenario, 'shows'>, Readonly<Record<string, number>>?]>([
    ['a calm market', range({}), { adx_max: 4 }],
    ['a range of one expected move', range({ swing: 190 })],
    ['a range of five percent', range({}), { range_pct_max: 0.39 }],
    ['the price inside its range', range({ spot: 25_030 })],
    ['a percentile above 30', range({ month: 0.12 })],
    ['one below 70', range({ month: 0.172 })],
    ['tight quotes', range({ spread_ticks: 40 })],
    ['an expiry after today', range({}), { dte_min: 9, dte_max: 10 }],
  ])('not without %s', (_, broken, parameters) => expect(detect(id, broken, parameters)).toEqual([]))

  test('not without the bars of the session before', () => {
    const young = { ...range({}), baseline: optionBaseline({ iv: ivHistory(0.1, 0.2), closes: [] }) }
    expect(detect(id, young)).toEqual([])
  })
})

describe('premium_collection_strategy', () => {
  const id = 'premium_collection_strategy'

  test('sells what is far from the money and buys wings one expected move beyond', () => {
    const [found] = detect(id, premium({}))
    expect(found?.candidate.action).toBe('IRON_CONDOR')
    expect(strikesOf(found?.candidate ?? NONE)).toEqual([
      ['SELL', 1, 26_000, 'CE'],
      ['SELL', 1, 24_200, 'PE'],
      ['BUY', 1, 27_000, 'CE'],
      ['BUY', 1, 23_200, 'PE'],
    ])
    const { entry = 0, stop, targets, legs = [] } = found?.candidate ?? NONE
    const [call, put, above, below] = legs.map(({ price }) => price) as [number, number, number, number]
    expect(entry).toBe(call + put - above - below)
    expect([stop, targets]).toEqual([3 * entry, [0.5 * entry]])
  })

  test('without listed wings it is a strangle', () => {
    const strikes = Array.from({ length: 25 }, (_, i) => 23_900 + 100 * i)
    const [found] = detect(id, premium({ strikes }))
    expect(found?.candidate.action).toBe('SELL_STRANGLE')
    expect(found?.candidate.legs).toHaveLength(2)
  })

  test.each<[string, Omit<Scenario, 'shows'>, Readonly<Record<string, number>>?]>([
    ['a percentile above 60', premium({ volatility: 0.159 })],
    ['two points above what the index does', premium({ realised: 0.169 })],
    ['7 days to expiry', premium({ expiry: '2025-10-09' })],
    ['30 days at most', premium({ expiry: '2025-11-06' })],
    ['a market without trend', premium({}), { adx_max: 4 }],
    ['a strike of the wanted delta', premium({}), { delta_min: 0.24, delta_max: 0.25 }],
    ['20 returns', { ...premium({}), baseline: young(20) }],
  ])('not without %s', (_, broken, parameters) => expect(detect(id, broken, parameters)).toEqual([]))

  test('an event until expiry forbids it, one after it does not', () => {
    expect(detect(id, premium({}), { event_days: 17 })).toEqual([])
    expect(detect(id, premium({}), { event_days: 18 })).toHaveLength(2)
  })

  function young(closes: number): Baseline {
    return optionBaseline(
      { iv: ivHistory(0.1, 0.2), closes: closesOf(25_000, 0.1, closes) },
      { history: { '1m': [], '5m': [], '15m': quietBars(25_000, 80) } },
    )
  }
})

describe('market_maker_trap_detection', () => {
  const id = 'market_maker_trap_detection'
  const BREAK = { close: 25_057, volume: 60_000, volatility: 0.15 }
  const BACK = { close: 25_028, volatility: 0.13, oi: 1.11 }
  const steps = [{ close: 25_040 }, BREAK, BACK, { close: 25_028 }]

  test('sells below the wall of calls, with the extreme of the break as its stop', () => {
    const [found, ...more] = detect(id, wallBreak({ steps }))
    expect(more).toEqual([])
    expect(found?.candidate).toMatchObject({ direction: 'SELL', subtype: 'call_wall', level: 2_505_000, stop: 2_505_900 })
    const { entry = 0, targets = [] } = found?.candidate ?? NONE
    expect(targets.every((target) => target < entry)).toBe(true)
  })

  test('buys above the wall of puts, equally sure', () => {
    const flip = (close: number): number => 2 * 25_000 - close
    const below = steps.map((step) => ({ ...step, close: flip(step.close) }))
    const [found] = detect(id, wallBreak({ steps: [{ close: 24_990 }, ...below] }))
    expect(found?.candidate).toMatchObject({ direction: 'BUY', subtype: 'put_wall', level: 2_495_000 })
    expect(found?.candidate.score).toBeCloseTo(detect(id, wallBreak({ steps }))[0]?.candidate.score as number, 1)
  })

  test.each<[string, Parameters<typeof wallBreak>[0], Readonly<Record<string, number>>?]>([
    [
      'a close beyond by a tenth of the ATR',
      { steps: [{ close: 25_040 }, { ...BREAK, close: 25_051 }, BACK, { close: 25_028 }] },
    ],
    ['twice the usual volume', { steps: [{ close: 25_040 }, { ...BREAK, volume: 19_000 }, BACK, { close: 25_028 }] }],
    ['a return', { steps: [{ close: 25_040 }, BREAK, { ...BACK, close: 25_051 }, { close: 25_052 }, { close: 25_053 }] }],
    [
      'a return within three bars',
      { steps: [{ close: 25_040 }, BREAK, { close: 25_056 }, { close: 25_056 }, { close: 25_056 }, BACK, { close: 25_028 }] },
    ],
    ['writers that stay', { steps: [{ close: 25_040 }, BREAK, { ...BACK, oi: 0.999 }, { close: 25_028 }] }],
    ['volatility that falls', { steps: [{ close: 25_040 }, BREAK, { ...BACK, volatility: 0.155 }, { close: 25_028 }] }],
    ['a wall', { steps, share: 0.01 }],
    ['a strike near the forward', { steps }, { wall_em_max: 0.05 }],
  ])('not without %s', (_, broken, parameters) => expect(detect(id, wallBreak(broken), parameters)).toEqual([]))

  test('a return in the third bar is in time', () => {
    const late = [{ close: 25_040 }, BREAK, { close: 25_056 }, { close: 25_056 }, BACK, { close: 25_028 }]
    expect(detect(id, wallBreak({ steps: late }))).toHaveLength(1)
  })
})

describe('kow_signal_straddle', () => {
  const id = 'kow_signal_straddle'
  const actions = (detections: readonly Detection[]): unknown[] => detections.map(({ candidate }) => candidate.action)
  const dear: readonly Minute[] = times(15, [0.16])

  test('looks at nothing before 09:30', () => {
    const early = [...times(5, [0.16] as Minute), ...times(9, [0.15] as Minute)]
    expect(detect(id, straddle(early))).toEqual([])
    const [first] = detect(id, straddle([...early, ...times(4, [0.15])]))
    // Seconds before 09:30 do not count either.
    expect(first?.candidate.evidence.below_s).toBe(60)
    expect(first?.known_at_ms).toBe(1_759_723_260_000)
  })

  test('closes everything at 15:15, and sells nothing after it', () => {
    const late = straddle([...times(15, [0.16] as Minute), ...times(20, [0.15] as Minute)], { first: '14:45' })
    const detections = detect(id, late)
    expect(actions(detections)).toEqual(['SELL_STRADDLE', 'EXIT_BOTH'])
    expect(detections[1]?.candidate).toMatchObject({ evidence: { reason: 'time' }, follows: { ends: 'expired' } })
    expect(new Date((detections[1]?.known_at_ms as number) + 19_800_000).toISOString()).toContain('T15:15:00')
  })

  test('events name the claim that they follow', () => {
    const detections = detect(id, straddle([...dear, ...times(4, [0.15]), ...times(3, [0.25])]))
    expect(actions(detections)).toEqual(['SELL_STRADDLE', 'EXIT_BOTH'])
    expect(detections[1]?.candidate).toMatchObject({
      evidence: { reason: 'stop' },
      follows: { known_at_ms: detections[0]?.known_at_ms, ends: 'stop_hit' },
    })
  })

  test('a claim that becomes no alert sells nothing that would have to be managed', () => {
    const weak = straddle([...dear, ...times(3, [0.158]), ...times(3, [0.25])])
    expect(new Set(actions(detect(id, weak)))).toEqual(new Set(['SELL_STRADDLE']))
    expect(actions(detect(id, weak, {}, 0.8))).toContain('EXIT_BOTH')
  })

  test('D15: the VWAP is that of the legs at hand, never of the strike before', () => {
    const { scenario, closesOf: closes } = walk({ spot: [25_000, 25_100], strikes: [24_900, 25_000, 25_100, 25_200] })
    const [found] = detect(id, scenario)
    expect(found?.candidate.level).toBe(2_510_000)
    const { call_vwap, put_vwap, below_s } = found?.candidate.evidence ?? {}
    // As many shares each minute at one price: the mean of the prices of the minutes that are over.
    const minutes = Math.floor(((found?.known_at_ms as number) - TOLD_MS - OPEN_MS) / 60_000)
    const meanOf = (type: string): number =>
      closes(25_100, type)
        .slice(0, minutes)
        .reduce((sum, price) => sum + price, 0) / minutes
    expect(call_vwap).toBeCloseTo(meanOf('CE'), 6)
    expect(put_vwap).toBeCloseTo(meanOf('PE'), 6)
    // The forward left at 09:30; a minute until the new strike, and the wait begins anew with it.
    expect(below_s).toBe(60)
    expect(minutes).toBe(16)
  })

  // D16: "NIFTY" is a part of "BANKNIFTY"; by its step of 50 points 55 are far, by that of 100 they are near.
  test.each([
    [56_043, 56_000],
    [56_064, 56_100],
  ])('D16: with the index at %d the strike is %d, by the steps of its own chain', (spot, strike) => {
    const bank = walk({
      index: 'NIFTY BANK',
      underlying: 'BANKNIFTY',
      spot: [55_990, spot],
      strikes: [55_800, 55_900, 56_000, 56_100, 56_200],
    })
    const nifty = walk({ spot: [25_000, 25_000], strikes: [24_950, 25_000, 25_050], token: 5000, calm: true })
    const both = {
      ...bank.scenario,
      instruments: [...(bank.scenario.instruments ?? []), ...(nifty.scenario.instruments ?? [])],
      minutes: [...bank.scenario.minutes, ...nifty.scenario.minutes],
    }
    const detections = detect(id, both)
    expect(detections[0]?.candidate.level).toBe(100 * strike)
    for (const { candidate, instrument } of detections) {
      expect(instrument.symbol).toBe('NIFTY BANK')
      for (const leg of candidate.legs ?? []) expect(leg.instrument.underlying).toBe('BANKNIFTY')
    }
  })

  test('D15: the strike is fixed while the legs are sold, wherever the forward goes', () => {
    const away = straddle([...dear, ...times(4, [0.15]), ...times(8, [0.13, 25_060]), ...times(2, [0.3, 25_060])])
    const detections = detect(id, away)
    expect(actions(detections).slice(0, 2)).toEqual(['SELL_STRADDLE', 'EXIT_BOTH'])
    expect(new Set(detections.slice(0, 2).map(({ candidate }) => candidate.level))).toEqual(new Set([2_500_000]))
  })
})

const OPEN_MS = 1_759_722_300_000
/** A minute bar is told no later than this after its end. */
const TOLD_MS = 4000

/** All options of a chain trade all the time, at one price a minute; the index goes from one place to the other at 09:30. */
function walk({
  index = 'NIFTY 50',
  underlying = 'NIFTY',
  spot: [from, to],
  strikes,
  token = 2000,
  calm = false,
}: {
  index?: string
  underlying?: string
  spot: readonly [number, number]
  strikes: readonly number[]
  token?: number
  /** Volatility stays. */
  calm?: boolean
}): { scenario: Omit<Scenario, 'shows'>; closesOf: (strike: number, type: string) => number[] } {
  const facts = { underlying, expiry: '2025-10-07', strikes, token }
  const instruments = chainInstruments(facts)
  const index_token = 256 * (token + 900) + 9
  const minutes = Array.from({ length: 24 }, (_, i) => ({
    at: `09:${String(15 + i).padStart(2, '0')}`,
    spot: i < 15 ? from : to,
    volatility: i < 15 || calm ? 0.16 : 0.11,
  }))
  const flat = chainMinutes(facts, minutes, { busy: () => true }).map((row) => ({
    ...row,
    open: row.close,
    high: row.close,
    low: row.close,
  }))
  const spots = minutes.map((minute) => ({
    at: minute.at,
    token: index_token,
    open: minute.spot,
    high: minute.spot + 1,
    low: minute.spot - 1,
    close: minute.spot,
    volume: 0,
  }))
  const tokenOf = (strike: number, type: string): number | undefined =>
    instruments.find((one) => one.strike === strike && one.instrument_type === type)?.instrument_token
  return {
    scenario: {
      instruments: [indexOf(index, index_token), ...instruments],
      minutes: [...spots, ...flat],
      baseline: optionBaseline({ iv: [], closes: [] }, { history: { '1m': [], '5m': quietBars(from, 30), '15m': [] } }),
    },
    closesOf: (strike, type) => flat.filter((row) => row.token === tokenOf(strike, type)).map(({ close }) => close),
  }
}

/** 5.0: what only just triggers is worth 0.60 to 0.75; what could not be better is far above the gate. */
describe('the score reaches from one end to the other', () => {
  test.each<[string, string, Omit<Scenario, 'shows'>]>([
    [
      'range_bound_strangle',
      'a range of the whole move, ADX 18',
      range({ swing: 105, drift: 0.064, spot: 24_900, month: 0.168 }),
    ],
    [
      'premium_collection_strategy',
      'two points, ADX 24, a week',
      premium({ expiry: '2025-10-13', volatility: 0.162, realised: 0.137, drift: 0.08 }),
    ],
    [
      'market_maker_trap_detection',
      'a small wall, twice the volume, back by a hair',
      wallBreak({
        steps: [
          { close: 25_040 },
          { close: 25_053, volume: 21_000, volatility: 0.15 },
          { close: 25_049, volatility: 0.14 },
          { close: 25_049 },
        ],
        share: 0.12,
      }),
    ],
    [
      'kow_signal_straddle',
      'one percent below, in a trend',
      straddle([...times(15, [0.16]), ...times(3, [0.159])], { drift: 0.1 }),
    ],
  ])('%s: %s', (id, _, bare) => {
    const confidence = confidenceOf(detect(id, bare)[0]?.candidate.score ?? Number.NaN)
    expect(confidence).toBeGreaterThanOrEqual(0.6)
    expect(confidence).toBeLessThanOrEqual(0.75)
  })

  test.each<[string, Omit<Scenario, 'shows'>]>([
    ['range_bound_strangle', range({})],
    ['premium_collection_strategy', premium({})],
    [
      'market_maker_trap_detection',
      wallBreak({
        steps: [
          { close: 25_040 },
          { close: 25_057, volume: 60_000, volatility: 0.15 },
          { close: 25_028, volatility: 0.13, oi: 1.11 },
          { close: 25_028 },
        ],
      }),
    ],
    ['kow_signal_straddle', straddle([...times(15, [0.16]), ...times(4, [0.15])])],
  ])('%s at its best', (id, best) => {
    const { score, missing } = detect(id, best)[0]?.candidate ?? NONE
    expect(missing).toEqual([])
    expect(score).toBeGreaterThanOrEqual(0.9)
    expect(score).toBeLessThanOrEqual(1)
  })
})

describe('chains that are listed and not recorded', () => {
  const listed = chainInstruments({ underlying: 'NIFTY', expiry: '2025-10-06', strikes: [24_900, 25_000, 25_100], token: 9000 })
  const heard: readonly [id: string, scenario: Omit<Scenario, 'shows'>][] = [
    ['kow_signal_straddle', kowTextbook],
    ['iv_crush_play_straddle', crushTextbook],
    ['market_maker_trap_detection', trapTextbook],
  ]

  test.each(heard)('%s looks at the nearest expiry that it hears of', (id, scenario) => {
    const told = (scenario: Omit<Scenario, 'shows'>): unknown =>
      detect(id, scenario).map(({ known_at_ms, confidence, candidate }) => [known_at_ms, confidence, strikesOf(candidate)])
    expect(told({ ...scenario, instruments: [...(scenario.instruments ?? []), ...listed] })).toEqual(told(scenario))
    expect(detect(id, scenario)).not.toEqual([])
  })
})

test('a failed break concludes nothing from a volatility that half a tick moves by more than half a point', () => {
  const instruments = (trapTextbook.instruments ?? []).map((each) =>
    each.strike === undefined ? each : { ...each, tick_size: 20 },
  )
  expect(detect('market_maker_trap_detection', trapTextbook)).not.toEqual([])
  expect(detect('market_maker_trap_detection', { ...trapTextbook, instruments })).toEqual([])
})
