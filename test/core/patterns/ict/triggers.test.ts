import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Detection, type HistoryBar, PATTERNS, type PreviousSession } from '../../../../src/core/patterns/index.js'
import { formatIso } from '../../../../src/core/time/index.js'
import { at } from '../../../support/feed.js'
import { active, baselineOf, calm, type MinuteRow, minuteAt, runScenario, type Scenario } from '../../../support/scenario.js'
import { resting, structure } from '../../../support/structure.js'
import { gapScenario } from '../scenarios/fair_value_gaps.js'
import { breakScenario } from '../scenarios/killzone.js'
import { sweepScenario } from '../scenarios/liquidity_pools.js'
import { shiftScenario, UPTREND } from '../scenarios/momentum.js'
import { LEG, PULLBACK, pullbackScenario } from '../scenarios/optimal_trade_entry.js'
import { discountScenario, TURNS } from '../scenarios/premium_discount.js'

type Parameters = Readonly<Record<string, number>>
type Given = readonly MinuteRow[] | Pick<Scenario, 'minutes' | 'baseline'>

function detect(id: string, given: Given, parameters: Parameters = {}): readonly Detection[] {
  const definition = PATTERNS.find((pattern) => pattern.id === id)
  if (definition === undefined) throw new Error(`no pattern ${id}`)
  const scenario: Scenario = { shows: id, ...('minutes' in given ? given : { minutes: given }) }
  const { detections, faults } = runScenario(scenario, [active(definition, parameters)])
  expect(faults).toEqual([])
  return detections
}
const told = (...given: globalThis.Parameters<typeof detect>): string[] =>
  detect(...given).map(({ known_at_ms, candidate }) =>
    `${formatIso(known_at_ms).slice(11, 16)} ${candidate.direction} ${candidate.subtype ?? ''}`.trim(),
  )
const flipped = (rows: readonly MinuteRow[]): MinuteRow[] =>
  rows.map((row) => ({ ...row, open: 2000 - row.open, high: 2000 - row.low, low: 2000 - row.high, close: 2000 - row.close }))
const dearer = (rows: readonly MinuteRow[], by: number): MinuteRow[] =>
  rows.map((row) => ({ ...row, open: row.open + by, high: row.high + by, low: row.low + by, close: row.close + by }))
const flat = (price: number, minutes: number, from: string): MinuteRow[] =>
  Array.from({ length: minutes }, (_, i) => ({
    at: minuteAt(from, i),
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 10_000,
  }))

/** Bars of the Friday before, all the same but for their close. */
const history = (minutes: number, count: number, price: number, half: number): HistoryBar[] =>
  Array.from({ length: count }, (_, i) => ({
    open_time_ms: at('15:30', '2025-10-03') * 1000 - (count - i) * minutes * 60_000,
    open: price * 100,
    high: (price + half) * 100,
    low: (price - half) * 100,
    close: price * 100,
    volume: 0,
    oi: undefined,
  }))
const earlier = (bars: Partial<Record<'5m' | '15m', HistoryBar[]>>, high?: number) =>
  baselineOf({
    history: { '1m': [], '5m': [], '15m': [], ...bars },
    previous: high === undefined ? undefined : ({ high: high * 100, low: 90000 } as PreviousSession),
  })

/**
 * What takes one condition of the trigger away, and nothing else: `back` are the parameters that leave out that one condition, and with which the
 * pattern is found again. Conditions without a parameter of their own are shown beside a case just on the other side.
 */
interface KnockOut {
  readonly without: string
  readonly given: Given
  readonly parameters?: Parameters
  readonly back: Parameters | Given
}
const isGiven = (back: KnockOut['back']): back is Given => Array.isArray(back) || 'minutes' in back

function knocksOut(id: string, rows: readonly KnockOut[]): void {
  test.each(rows.map((row) => [row.without, row] as const))('is not found: %s', (_, { given, parameters = {}, back }) => {
    expect(told(id, given, parameters)).toEqual([])
    const again = isGiven(back) ? told(id, back, parameters) : told(id, given, { ...parameters, ...back })
    expect(again).toHaveLength(1)
  })
}

/** D10 and D11: the best case passes every gate, and the bare trigger is not sure of itself. */
function spans(id: string, best: Given, bare: Given): void {
  test('reaches the gate of 0.90 and begins near 0.60', () => {
    expect(Math.max(...detect(id, best).map(({ confidence_raw }) => confidence_raw))).toBeGreaterThanOrEqual(0.9)
    const [first] = detect(id, bare)
    expect(first?.confidence_raw).toBeGreaterThanOrEqual(0.6)
    expect(first?.confidence_raw).toBeLessThanOrEqual(0.75)
  })
}

describe('liquidity_pools', () => {
  const id = 'liquidity_pools'
  const SWEEP = '11:25'
  knocksOut(id, [
    {
      without: 'a single high is no pool',
      given: sweepScenario({ highs: [1002, 1003, 1002.5, 1002.2] }),
      back: { equal_atr: 1 },
    },
    {
      without: 'the level is reached and not passed',
      given: sweepScenario({ high: 1003 }),
      back: sweepScenario({ high: 1003.05 }),
    },
    { without: 'the sweep goes more than an ATR beyond', given: sweepScenario({ high: 1005 }), back: { sweep_atr_max: 2 } },
    {
      without: 'the close is hardly inside',
      given: sweepScenario({ close: 1002.9, after: [1002.9, 1002.9, 1002.9] }),
      back: { reject_atr_min: 0.05 },
    },
    {
      without: 'the close comes back in the fourth minute',
      given: sweepScenario({ close: 1003.6, after: [1003.6, 1003.5, 1001.6] }),
      back: { sweep_bars_max: 4 },
    },
    {
      without: 'the stops are gone: a later high was beyond them',
      given: sweepScenario({ highs: [1003, 1002.9, 1003, 1006] }),
      back: sweepScenario({ highs: [1003, 1002.9, 1003, 1003] }),
    },
  ])

  test('takes up to three minutes', () => {
    expect(told(id, sweepScenario({ close: 1003.6, after: [1003.5, 1001.6] }))).toEqual(['11:28 SELL'])
  })

  test('sees a sweep in the minute that ends a bar of structure', () => {
    const minutes = sweepScenario({})
    const waits = flat(1002.6, 4, SWEEP)
    const later = minutes.slice(-2).map((row, i) => ({ ...row, at: minuteAt(SWEEP, 4 + i) }))
    expect(told(id, [...minutes.slice(0, -2), ...waits, ...later])).toEqual(['11:30 SELL'])
  })

  test('buys below equal lows', () => expect(told(id, flipped(sweepScenario({})))).toEqual(['11:26 BUY']))

  test('says nothing of a price that is merely below the high of the day before (D12)', () => {
    const baseline = earlier({ '5m': history(5, 40, 1000, 1) }, 1003)
    expect(told(id, { minutes: calm('09:15', 120, { from: 1000, swing: 0.8 }), baseline })).toEqual([])
  })

  test('sees the high of the day before swept in the first minutes, when the baseline tells an ATR', () => {
    const baseline = earlier({ '5m': history(5, 40, 1000, 1) }, 1003)
    const up = structure('09:15', 1000, [{ close: 1002.8 }])
    const row = { at: '09:20', open: 1002.8, high: 1003.6, low: 1002, close: 1002.2, volume: 20_000 }
    const [detection] = detect(id, { minutes: [...up, row, ...flat(1002.2, 1, '09:21')], baseline })
    expect(detection?.candidate).toMatchObject({ direction: 'SELL', level: 100300, invalidation: 100360 })
    expect(detection?.candidate.evidence).toMatchObject({
      pool: ['previous_day_high'],
      touches: 1,
      weight: 3,
      killzone: 'opening_drive',
    })
    // No earlier minutes to compare with: the term counts nothing, and says so.
    expect(detection?.candidate.missing).toEqual(['rv'])
  })

  const major = earlier({ '5m': history(5, 40, 1000, 1) }, 1003)
  spans(
    id,
    { minutes: sweepScenario({}), baseline: major },
    sweepScenario({ highs: [1003.6, 1003, 1002.9], high: 1003.05, close: 1002.75, volume: 9000, after: [1002.75] }),
  )

  test('rests its stop on the extreme and aims at the pool on the other side', () => {
    const [detection] = detect(id, sweepScenario({}))
    expect(detection?.candidate.targets).toEqual([99880])
    expect(detection?.candidate.stop).toBeCloseTo(100380 + 0.1 * (detection?.atr ?? 0), 6)
    expect(formatIso(detection?.bar.open_time_ms ?? 0).slice(11, 16)).toBe(SWEEP)
  })
})

describe('fair_value_gaps', () => {
  const id = 'fair_value_gaps'
  const falling = earlier({ '15m': history(15, 30, 1100, 5) })
  const rising = earlier({ '15m': history(15, 30, 900, 5) })
  const base = gapScenario({})
  /** From a minute on, the rows are these. */
  const from = (time: string, ...rows: MinuteRow[]): MinuteRow[] => [...base.filter((row) => row.at < time), ...rows]
  const row = (time: string, open: number, low: number, close: number): MinuteRow => ({
    at: time,
    open,
    high: Math.max(open, close),
    low,
    close,
    volume: 10_000,
  })
  const small = [
    ...structure('09:15', 1000, [
      ...resting(20, 1000),
      { close: 1001.4, high: 1001.5, low: 999.4 },
      { open: 1001.5, close: 1002.4, low: 1001.5 },
      { close: 1003.2, low: 1002.2 },
    ]),
    row('11:10', 1002.9, 1001.4, 1003.1),
    row('11:11', 1003.1, 1003.1, 1003.1),
  ]
  const dull = row('11:15', 1003.4, 1002.5, 1002.8)

  knocksOut(id, [
    { without: 'the gap is small', given: gapScenario({ gap: 0.3, tap: 1001.2 }), back: { gap_atr_min: 0.1 } },
    {
      without: 'the middle bar has long wicks',
      given: base.map((each) => (each.at === '10:58' ? { ...each, high: 1012 } : each)),
      back: { body_share_min: 0.3 },
    },
    { without: 'the middle bar is small', given: small, back: { body_atr_min: 0.8 } },
    {
      without: 'there is a pause between the three bars',
      given: base.filter(({ at: time }) => time < '10:50' || time >= '10:55'),
      back: base,
    },
    { without: 'nobody comes back to it', given: gapScenario({ tap: 1003.05 }), back: gapScenario({ tap: 1003 }) },
    { without: 'it is filled at once', given: gapScenario({ tap: 1001 }), back: gapScenario({ tap: 1001.05 }) },
    {
      without: 'no minute closes back above it',
      given: from(
        '11:15',
        dull,
        row('11:16', 1002.8, 1002.6, 1003),
        row('11:17', 1002.9, 1002.6, 1003),
        row('11:18', 1003, 1003, 1003),
      ),
      back: from('11:15', dull, row('11:16', 1002.8, 1002.6, 1003), row('11:17', 1002.9, 1002.6, 1003.05)),
    },
    {
      without: 'the minute that closes above it has fallen',
      given: from('11:15', row('11:15', 1004, 1002.5, 1003.5)),
      back: from('11:15', row('11:15', 1003.45, 1002.5, 1003.5)),
    },
    {
      without: 'it turns on the second visit only',
      given: from(
        '11:15',
        dull,
        row('11:16', 1002.8, 1002.6, 1002.7),
        row('11:17', 1002.7, 1002.6, 1002.7),
        row('11:18', 1002.8, 1002.6, 1003.5),
      ),
      back: { react_bars: 4 },
    },
    { without: 'it is too old', given: base, parameters: { age_max_bars: 1 }, back: { age_max_bars: 2 } },
    {
      without: 'the trend of 15 minutes is contrary',
      given: { minutes: base, baseline: falling },
      back: { minutes: base, baseline: rising },
    },
  ])

  test('overnight gaps are none', () => {
    const baseline = earlier({ '5m': history(5, 40, 1000, 1) })
    // Opens two ATR up and runs: the first three bars of the day could be a gap with those of the day before.
    const bars = [{ open: 1004, close: 1010 }, { close: 1011, low: 1009 }, { close: 1010.5 }]
    const minutes = [...structure('09:15', 1004, bars), row('09:30', 1005, 1002, 1006), ...flat(1006, 2, '09:31')]
    expect(told(id, { minutes, baseline })).toEqual([])
    expect(told(id, { minutes, baseline }, { on_create: 1 })).toEqual([])
  })

  test('on_create tells gaps as they are made, at 0.75 at most', () => {
    const [detection, ...others] = detect(id, base, { on_create: 1 })
    expect(others).toEqual([])
    expect(formatIso(detection?.known_at_ms ?? 0).slice(11, 16)).toBe('11:05')
    expect(detection?.candidate).toMatchObject({ direction: 'BUY', subtype: 'on_create', entry: 100300, level: 100300 })
    expect(detection?.candidate.score).toBeGreaterThan(0.5)
    expect(detection?.confidence_raw).toBe(0.75)
    expect(told(id, { minutes: base, baseline: falling }, { on_create: 1 })).toEqual([])
  })

  test('tells a tap once', () => {
    expect(told(id, from('11:16', row('11:16', 1003.5, 1003.2, 1003.6), row('11:17', 1003.6, 1003.6, 1003.6)))).toEqual([
      '11:16 BUY first_tap',
    ])
  })

  test('sells into a bearish gap', () => expect(told(id, flipped(base))).toEqual(['11:16 SELL first_tap']))

  spans(id, base, gapScenario({ gap: 0.6, push: 2.9, volume: 50_000, tap: 1001.5, close: 1003.5 }))
})

describe('optimal_trade_entry', () => {
  const NO_GAP = LEG.map((bar, i) => (i === 8 ? { ...bar, low: 1000.5 } : bar))
  const id = 'optimal_trade_entry'
  const short = {
    leg: [
      { close: 998, low: 996 },
      { close: 1000.2 },
      { close: 1001, high: 1002 },
      { close: 1000.6 },
      { close: 1000.2, low: 999.9 },
      { close: 1000.8 },
      { close: 1001.4 },
      { close: 1002.3 },
      { close: 1002.7, high: 1002.9 },
    ],
    pullback: [{ close: 1002.5, high: 1002.8 }, { close: 1002 }, { close: 1001.6 }],
    fall: 1001.1,
    low: 1000.8,
    close: 1001.1,
  }
  knocksOut(id, [
    { without: 'the leg is shorter than two ATR', given: pullbackScenario(short), back: { leg_atr_min: 1.5 } },
    {
      without: 'it broke no structure',
      given: pullbackScenario({ leg: LEG.map((bar, i) => (i === 2 ? { ...bar, high: 1010.9 } : bar)) }),
      back: pullbackScenario({ leg: LEG.map((bar, i) => (i === 2 ? { ...bar, high: 1010.7 } : bar)) }),
    },
    {
      without: 'the pullback is too shallow',
      given: pullbackScenario({ fall: 1003.1, low: 1003, close: 1003.2 }),
      back: { zone_from: 0.61 },
    },
    { without: 'the close is at the low', given: pullbackScenario({ close: 1001.25 }), back: { clv_min: -1 } },
    {
      without: 'the close is too deep',
      given: pullbackScenario({ fall: 1000.4, low: 1000.2, close: 1000.65 }),
      back: { zone_to: 0.8 },
    },
    { without: 'the leg is too old', given: pullbackScenario({}), parameters: { age_max_bars: 2 }, back: { age_max_bars: 3 } },
    {
      without: 'the price has been below its origin',
      given: pullbackScenario({ fall: 997.95, low: 997.95 }),
      back: pullbackScenario({ fall: 998, low: 998 }),
    },
    {
      without: 'the price has been above its end',
      given: pullbackScenario({
        pullback: [...PULLBACK.slice(0, 2), { close: 1011, high: 1011.05 }, { close: 1003.2, low: 1003 }],
      }),
      back: pullbackScenario({
        pullback: [...PULLBACK.slice(0, 2), { close: 1010.8, high: 1011 }, { close: 1003.2, low: 1003 }],
      }),
    },
  ])

  test('tells a leg once', () => {
    const minutes = pullbackScenario({})
    const again = [1, 2, 3].map((i) => ({
      at: minuteAt('11:43', i),
      open: 1001.5,
      high: 1002,
      low: 1001.3,
      close: 1001.95,
      volume: 20_000,
    }))
    expect(told(id, [...minutes, ...again])).toEqual(['11:42 BUY'])
  })

  describe('confluence', () => {
    const found = (given: Given): unknown => detect(id, given).at(-1)?.candidate.evidence.confluences

    test('is a gap in the zone, until it is filled', () => {
      expect(found(pullbackScenario({}))).toEqual(['fair_value_gap'])
      expect(found(pullbackScenario({ fall: 1000.9, low: 1000.8 }))).toEqual([])
      expect(found(pullbackScenario({ leg: NO_GAP }))).toEqual([])
    })

    test('is a contrary gap that was closed through', () => {
      // Falls from 1006 to 1002.5 and leaves a gap from 1001.5 to 1002.3; the leg goes through it.
      const fallen: typeof LEG = [
        { close: 998, low: 996 },
        { close: 999.8 },
        { close: 1002.6, high: 1002.8 },
        { close: 1002.5, high: 1002.9, low: 1002.3 },
        { open: 1002.4, close: 999.2 },
        { open: 999.2, close: 998.6, low: 998, high: 1001.4 },
        { close: 1000.8 },
        { close: 1003 },
        { close: 1006 },
        { close: 1008.5 },
        { close: 1010.8, high: 1011 },
      ]
      expect(found(pullbackScenario({ leg: fallen }))).toEqual(['fair_value_gap'])
      const without = fallen.map((bar, i) => (i === 5 ? { ...bar, high: 1002.4 } : bar))
      expect(found(pullbackScenario({ leg: without }))).toEqual([])
    })

    test('is a level of the morning or the day before, swept or not', () => {
      expect(found(pullbackScenario({ leg: NO_GAP, opening_high: 1002.9 }))).toEqual(['liquidity_pool'])
      const minutes = pullbackScenario({ leg: NO_GAP })
      expect(found({ minutes, baseline: earlier({}, 1002.9) })).toEqual(['liquidity_pool'])
      expect(found({ minutes, baseline: earlier({}, 1003) })).toEqual([])
    })

    test('is a pair of equal swings', () => {
      const twice = (second: number): typeof LEG => [
        { close: 998, low: 996 },
        { close: 1001, high: 1002 },
        { close: 999.8 },
        { close: 999 },
        { close: 1001, high: second },
        ...NO_GAP.slice(3),
      ]
      expect(found(pullbackScenario({ leg: twice(1001.9) }))).toEqual(['liquidity_pool'])
      expect(found(pullbackScenario({ leg: twice(1001.5) }))).toEqual([])
    })
  })

  test('sells into a pullback upwards', () => expect(told(id, flipped(pullbackScenario({})))).toEqual(['11:42 SELL']))

  spans(id, pullbackScenario({}), pullbackScenario({ leg: NO_GAP, fall: 1003, low: 1002.7, close: 1003.3, volume: 10_000 }))
})

describe('premium_discount', () => {
  const id = 'premium_discount'
  knocksOut(id, [
    {
      without: 'the close is not in the cheap quarter',
      given: discountScenario({ fall: 1007, low: 1006.4, close: 1007.9 }),
      back: { discount_max: 0.27 },
    },
    { without: 'the bar does not turn', given: discountScenario({ high: 1006.9 }), back: { clv_min: 0 } },
    {
      without: 'the trend of 15 minutes is against it',
      given: discountScenario({ turns: [...TURNS.slice(0, -1), 1006] }),
      back: discountScenario({ turns: [...TURNS.slice(0, -1), 1008] }),
    },
    {
      without: 'the price has been there for long',
      given: discountScenario({ turns: TURNS, before: [1007.7, 1007.6, 1007.7] }),
      back: { reversal_bars: 12 },
    },
    {
      without: 'it is nowhere near the edge',
      given: discountScenario({ fall: 1009.6, low: 1009.1, close: 1010.2, after: 1010.4 }),
      back: { discount_max: 0.5 },
    },
  ])

  test('tells a visit once', () => {
    const minutes = discountScenario({}).filter((row) => row.at < '14:55')
    const next = structure('14:55', 1006.2, [{ close: 1007.7, low: 1005.9, high: 1007.75 }, { close: 1007.7 }])
    expect(told(id, [...minutes, ...next])).toEqual(['14:55 BUY discount'])
    // Alone, the second turn would have been told.
    const dull = discountScenario({ close: 1005.7, high: 1006.2 }).filter((row) => row.at < '14:55')
    const turn = structure('14:55', 1005.7, [{ close: 1007.7, low: 1005.4, high: 1007.75 }, { close: 1007.7 }])
    expect(told(id, [...dull, ...turn])).toEqual(['15:00 BUY discount'])
  })

  test('sells dear in a falling market', () => expect(told(id, flipped(discountScenario({})))).toEqual(['14:55 SELL premium']))

  test('measures from VWAP when asked to', () => {
    const [detection] = detect(id, discountScenario({}), { range: 1, vwap_far_atr: 6 })
    expect(detection?.candidate.direction).toBe('BUY')
    const { range, range_low, range_high } = detection?.candidate.evidence ?? {}
    expect(range).toBe('vwap')
    expect((100 * (Number(range_high) - Number(range_low))) / (detection?.atr ?? 0)).toBeCloseTo(12, 6)
    // Beyond the far end it is no discount any more.
    expect(told(id, discountScenario({}), { range: 1 })).toEqual([])
  })

  spans(id, discountScenario({}), discountScenario({ fall: 1007.4, low: 1006.9, close: 1007.6, high: 1007.85, volume: 50_000 }))
})

describe('killzone', () => {
  const id = 'killzone'
  const past = earlier({ '5m': history(5, 40, 1000, 1) })
  /** Minutes of a window that begins at `start`, and a break a quarter of an hour later. */
  const windowAt = (start: string, close = 1004): MinuteRow[] => {
    const range = resting(3, 1000)
    const quiet = structure(minuteAt(start, -45), 1000, resting(9, 1000))
    const leaves = { at: minuteAt(start, 15), open: 1000, high: close, low: 1000, close, volume: 40_000 }
    return [...quiet, ...structure(start, 1000, range), leaves, ...flat(close, 2, minuteAt(start, 16))]
  }

  knocksOut(id, [
    { without: 'the close is hardly outside', given: breakScenario({ close: 1001.5 }), back: { displacement_atr_min: 0.2 } },
    { without: 'there is no volume in it', given: breakScenario({ volume: 11_000 }), back: { rv_min: 1 } },
    { without: 'the window is over', given: breakScenario({ at: '15:25' }), back: breakScenario({ at: '15:24' }) },
    {
      without: 'midday is no time for it',
      given: { minutes: windowAt('12:00'), baseline: past },
      back: { minutes: windowAt('14:30'), baseline: past },
    },
    {
      without: 'the range is not known from its beginning',
      given: { minutes: breakScenario({}).filter((row) => row.at >= '14:33'), baseline: past },
      back: { minutes: breakScenario({}).filter((row) => row.at >= '14:29'), baseline: past },
    },
  ])

  test('tells a window once, whatever comes after', () => {
    const minutes = breakScenario({})
    const down = [0, 1, 2].map((i) => ({
      at: minuteAt('14:48', i),
      open: 1004,
      high: 1004,
      low: 990,
      close: 990,
      volume: 60_000,
    }))
    expect(told(id, [...minutes, ...down])).toEqual(['14:47 BUY closing_power'])
  })

  test('waits for a close that is strong enough', () => {
    const minutes = breakScenario({ close: 1001.5 })
    const strong = { at: '14:48', open: 1001.5, high: 1003, low: 1001.5, close: 1003, volume: 60_000 }
    expect(told(id, [...minutes, strong, ...flat(1003, 1, '14:49')])).toEqual(['14:49 BUY closing_power'])
  })

  test('goes the way the price goes: below the range it sells (D12)', () => {
    expect(told(id, flipped(breakScenario({})))).toEqual(['14:47 SELL closing_power'])
    expect(told(id, breakScenario({ close: 1000 }))).toEqual([])
  })

  test('knows the opening window when the baseline brings an ATR', () => {
    // A packet before the open: the recording has the first minute whole.
    const early = { ...(flat(1000, 1, '09:14')[0] as MinuteRow), volume: 0 }
    const minutes = [early, ...windowAt('09:15').filter((row) => row.at >= '09:15')]
    expect(told(id, { minutes, baseline: past })).toEqual(['09:31 BUY opening_drive'])
  })

  test('knows the open of Europe when asked to', () => {
    const minutes = windowAt('12:30')
    expect(told(id, { minutes, baseline: past })).toEqual([])
    expect(told(id, { minutes, baseline: past }, { europe_open: 1 })).toEqual(['12:46 BUY europe_open'])
  })

  spans(id, breakScenario({}), breakScenario({ close: 1002, volume: 12_500 }))

  describe('and the clock of the machine (D8)', () => {
    afterEach(() => vi.useRealTimers())
    test.each(['2025-10-06T03:00:00Z', '2031-01-01T23:59:59Z', '1970-01-01T00:00:00Z'])('at %s it says the same', (now) => {
      vi.useFakeTimers({ now: new Date(now) })
      expect(told(id, breakScenario({}))).toEqual(['14:47 BUY closing_power'])
    })
  })
})

describe('momentum', () => {
  const id = 'momentum'
  knocksOut(id, [
    {
      without: 'the last high is not passed',
      given: shiftScenario({ trend: UPTREND.map((bar, i) => (i === 4 ? { ...bar, high: 1007 } : bar)) }),
      back: shiftScenario({ trend: UPTREND.map((bar, i) => (i === 4 ? { ...bar, high: 1006.95 } : bar)) }),
    },
    {
      without: 'the bar before has passed it',
      given: shiftScenario({ trend: [...UPTREND.slice(0, -1), { close: 1002.05, high: 1002.2 }], low: 1004.5, close: 1008 }),
      back: shiftScenario({ trend: [...UPTREND.slice(0, -1), { close: 1002, high: 1002.2 }], low: 1004.5, close: 1008 }),
    },
    {
      without: 'the body is small',
      given: shiftScenario({ close: 1003.4, low: 1002.5 }),
      parameters: { move_pct_min: 0.2 },
      back: { body_atr_min: 1.3 },
    },
    { without: 'the move is less than 0.3 percent', given: dearer(shiftScenario({}), 2000), back: { move_pct_min: 0.1 } },
    { without: 'there is no volume in it', given: shiftScenario({ volume: 60_000 }), back: { rv_min: 1.1 } },
    { without: 'no gap is left', given: shiftScenario({ low: 1001 }), back: shiftScenario({ low: 1003 }) },
    { without: 'the gap is small', given: shiftScenario({ low: 1001.3 }), back: { gap_atr_min: 0.1 } },
    {
      without: 'the price is back in the middle of the bar',
      given: shiftScenario({ next: 1003.8 }),
      back: shiftScenario({ next: 1004.1 }),
    },
  ])

  test('is known at the end of the bar after, and speaks of the bar that displaced', () => {
    const [detection] = detect(id, shiftScenario({}))
    const bar_start_ms = detection?.candidate.bar_start_ms ?? 0
    expect((detection?.known_at_ms ?? 0) - bar_start_ms).toBe(10 * 60_000)
    expect(formatIso(bar_start_ms).slice(11, 16)).toBe('11:20')
  })

  test('aims at the next pool on its way', () => {
    const targets = [1013, 1006].map(
      (high) => detect(id, { minutes: shiftScenario({}), baseline: earlier({}, high) })[0]?.candidate.targets,
    )
    expect(targets[0]).toEqual([101300])
    // One that has been passed is none: two ATR.
    expect(targets[1]).not.toContain(100600)
  })

  test('a lower low before it makes it a change of character', () => {
    const kinds = [998.6, 997.2].map((low) =>
      told(id, shiftScenario({ trend: UPTREND.map((bar, i) => (i === 6 ? { ...bar, low } : bar)) })),
    )
    expect(kinds).toEqual([['11:30 BUY bos'], ['11:30 BUY choch']])
    expect(told(id, flipped(shiftScenario({})))).toEqual(['11:30 SELL bos'])
  })

  test('a trend that no swing tells leaves its term out', () => {
    const rise = Array.from({ length: 20 }, (_, i) => ({ close: 990.5 + i / 2, high: 991.5 + i / 2, low: 989.5 + i / 2 }))
    const turn = [{ close: 1001, high: 1002 }, { close: 1000.8 }, { close: 1000.9 }]
    const shift = [{ close: 1007, volume: 250_000 }, { close: 1008.6, low: 1003 }, { close: 1008.6 }]
    const [detection] = detect(id, structure('09:15', 990, [...rise, ...turn, ...shift]))
    expect(detection?.candidate.subtype).toBe('shift')
    expect(detection?.candidate.missing).toEqual(['structure'])
  })

  spans(id, shiftScenario({}), shiftScenario({ close: 1004.4, volume: 76_000, low: 1001.5 }))
})
