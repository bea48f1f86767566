import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../src/core/alerts/index.js'
import { rounded } from '../../../src/core/alerts/rounded.js'
import type { Candidate } from '../../../src/core/patterns/index.js'
import { instrument } from '../market/instruments.js'
import { bar, detection, type Facts, moment, run } from './make.js'

/** The one record of a claim. */
function record(candidate: Partial<Candidate>, facts: Facts = {}): Alert {
  const { alerts } = run([moment('10:00', [detection({ ...facts, candidate })])])
  expect(alerts).toHaveLength(1)
  return alerts[0] as Alert
}

describe('rounding', () => {
  test.each([
    [0.1 + 0.2, 0.3],
    [0.85 - 1e-12, 0.85],
    [1 / 3, 0.333333],
    [-1 / 3, -0.333333],
    [1e-7, 0],
    [-1e-7, 0],
    [123_456.7890126, 123_456.789013],
    [1_234_567.891234, 1_234_567.89123],
    [999_999_999_999.5, 1_000_000_000_000],
    [1_759_722_596_626, 1_759_722_596_626],
    [1_234_567_890_123.4, 1_234_567_890_123],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [-0, 0],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('%d is %d', (value, expected) => expect(rounded(value)).toBe(expected))

  test('once is enough, and it is never far off', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const once = rounded(value)
        expect(rounded(once)).toBe(once)
        expect(rounded(-value)).toBe(0 - once)
        expect(Math.abs(once - value)).toBeLessThanOrEqual(Math.max(0.51e-6, Math.abs(value) * 0.51e-11))
      }),
      { numRuns: 2000 },
    )
  })

  test('a last bit more or less seldom changes it: not where the decimal has six digits or fewer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (millionths) => {
        const value = millionths / 1e6
        expect(rounded(value * (1 + Number.EPSILON))).toBe(value)
        expect(rounded(value * (1 - Number.EPSILON))).toBe(value)
      }),
    )
  })
})

describe('prices to the tick', () => {
  test('the nearest, up when halfway, whatever the direction', () => {
    const levels = {
      entry: 100_002.4,
      stop: 99_497.5,
      targets: [101_002.49, 102_002.51],
      invalidation: 99_800.1,
      level: 100_007.5,
    }
    const { levels: rounded_levels, level } = record(levels)
    expect(rounded_levels).toMatchObject({ entry: 100_000, stop: 99_500, targets: [101_000, 102_005], invalidation: 99_800 })
    expect(level).toBe(100_010)
    const sell = { direction: 'SELL', entry: 100_002.4, stop: 100_497.5, targets: [99_002.49] } as const
    expect(record(sell).levels).toMatchObject({ entry: 100_000, stop: 100_500, targets: [99_000] })
  })

  test('a tick of the master, or one feed unit where it has none', () => {
    const index = instrument({ instrument_token: 256_265, symbol: 'NIFTY 50', instrument_type: 'INDEX', tick_size: 0 })
    expect(record({ entry: 2_500_012.3 }, { instrument: index }).levels.entry).toBe(2_500_012)
    const currency = instrument({ exchange: 'CDS', tick_size: 0.0025, price_divisor: 10_000_000 })
    const at83 = bar('09:59', 831_234_999, { instrument: currency })
    expect(record({}, { instrument: currency, bar: at83 }).levels.entry).toBe(831_225_000)
  })

  test('entry and level are the close where the detector names none', () => {
    expect(record({})).toMatchObject({ level: 100_000, levels: { entry: 100_000 } })
  })
})

describe('figures', () => {
  test('risk_reward and expected_move by the rounded prices', () => {
    const { levels } = record({ entry: 100_000, stop: 99_700, targets: [101_000, 103_000] })
    expect(levels).toMatchObject({ risk_reward: 3.333333, expected_move: 1 })
    const sell = record({ direction: 'SELL', entry: 100_000, stop: 100_300, targets: [99_000] }).levels
    expect(sell).toMatchObject({ risk_reward: 3.333333, expected_move: 1 })
  })

  test('absent without what they are made of', () => {
    expect(record({ stop: 99_000 }).levels).toMatchObject({ risk_reward: undefined, expected_move: undefined })
    expect(record({ targets: [101_000] }).levels).toMatchObject({ risk_reward: undefined, expected_move: 1 })
  })
})

describe('stops', () => {
  test('are at most 5 % away, and the evidence says how far the detector wanted them', () => {
    expect(record({ stop: 95_000 })).toMatchObject({ levels: { stop: 95_000 }, evidence: {} })
    expect(record({ stop: 94_990 })).toMatchObject({ levels: { stop: 95_000 }, evidence: { stop_wanted_pct: 5.01 } })
    expect(record({ direction: 'SELL', stop: 120_000 })).toMatchObject({
      levels: { stop: 105_000 },
      evidence: { stop_wanted_pct: 20 },
    })
  })

  test('stay within 5 % after rounding, and a tick away where 5 % is less than that', () => {
    const priced = (close: number, stop: number) => record({ stop }, { bar: bar('09:59', close) }).levels.stop
    // 5 % of 1003.35 is 50.1675.
    expect(priced(100_335, 50_000)).toBe(95_320)
    expect(priced(20, 5)).toBe(15)
  })

  test('of option strategies are premiums and not capped', () => {
    const { levels } = record({ direction: 'NEUTRAL', entry: 20_000, stop: 26_000 }, { pattern: { category: 'straddle' } })
    expect(levels.stop).toBe(26_000)
  })
})

describe('what is not known', () => {
  test('is absent and listed as missing, once each', () => {
    const { levels, level, evidence } = record({
      entry: Number.NaN,
      stop: Number.NaN,
      targets: [Number.NaN, 101_000],
      invalidation: Number.NaN,
      level: Number.NaN,
      missing: ['obi5', 'adx'],
      evidence: { rv: 3, adx: Number.NaN },
    })
    expect(levels).toMatchObject({ entry: undefined, stop: undefined, targets: [101_000], invalidation: undefined })
    expect(level).toBe(100_000)
    expect(evidence.missing).toEqual(['obi5', 'adx', 'level', 'entry_price', 'stop_loss', 'target_price', 'invalidation'])
  })

  test('what is not claimed is not missing', () => {
    expect(record({}).evidence).toEqual({})
  })

  test('prices on the wrong side would be reached at once: they are dropped, and listed', () => {
    const wrong = { entry: 100_000, stop: 100_000, targets: [99_000, 101_000], invalidation: 100_005 }
    expect(record(wrong)).toMatchObject({
      levels: { stop: undefined, targets: [101_000], invalidation: undefined },
      evidence: { wrong_side: ['stop_loss', 'target_price', 'invalidation'] },
    })
    const mirrored = { direction: 'SELL', entry: 100_000, stop: 99_000, targets: [101_000], invalidation: 100_000 } as const
    expect(record(mirrored)).toMatchObject({
      levels: { stop: undefined, targets: [], invalidation: 100_000 },
      evidence: { wrong_side: ['stop_loss', 'target_price'] },
    })
  })

  test('NEUTRAL has levels only where its detector gives them', () => {
    expect(record({ direction: 'NEUTRAL' }).levels).toMatchObject({
      stop: undefined,
      targets: [],
      risk_reward: undefined,
      sign: 0,
    })
    expect(record({ direction: 'NEUTRAL', stop: 99_000, targets: [102_000] }).levels).toMatchObject({
      stop: 99_000,
      risk_reward: 2,
      sign: 1,
    })
  })
})

test('whatever a detector says, levels are whole ticks on the right side of the entry', () => {
  const price = fc.oneof(fc.double({ min: 5, max: 200_000, noNaN: true }), fc.constant(Number.NaN))
  fc.assert(
    fc.property(
      fc.constantFrom('BUY', 'SELL'),
      price,
      price,
      fc.array(price, { maxLength: 3 }),
      price,
      (direction, entry, stop, targets, invalidation) => {
        const { levels } = record({ direction, entry, stop, targets, invalidation })
        const all = [levels.entry, levels.stop, levels.invalidation, ...levels.targets].filter((each) => each !== undefined)
        for (const each of all) expect(each % 5).toBe(0)
        const sign = direction === 'BUY' ? 1 : -1
        if (levels.entry === undefined) return
        for (const target of levels.targets) expect(sign * (target - levels.entry)).toBeGreaterThan(0)
        const risk = levels.stop === undefined ? undefined : sign * (levels.entry - levels.stop)
        if (risk !== undefined) expect(risk > 0 && (risk <= levels.entry * 0.05 || risk === 5)).toBe(true)
      },
    ),
  )
})
