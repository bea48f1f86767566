import { describe, expect, test } from 'vitest'
import { type Candidate, PATTERNS, type PatternDefinition } from '../../../src/core/patterns/index.js'
import { barAgo } from '../../support/knock-out.js'
import { mirrored, type ViewFacts, viewOf } from '../../support/pattern-view.js'
import { active, calm, goOn, type MinuteRow, runScenario } from '../../support/scenario.js'
import { cases as breakout } from './knock-outs/breakout.js'
import { cases as hidden } from './knock-outs/hidden_accumulation.js'
import { cases as reversal } from './knock-outs/reversal.js'
import { cases as momentum } from './knock-outs/upside_momentum.js'
import { cases as volume_breakout } from './knock-outs/volume_breakout.js'
import { cases as divergence, twoLows } from './knock-outs/volume_price_divergence.js'
import { cases as spike } from './knock-outs/volume_spike.js'

/** What the detectors do besides triggering or not. */
const patternOf = (id: string): PatternDefinition => PATTERNS.find((pattern) => pattern.id === id) as PatternDefinition
const detect = (id: string, facts: ViewFacts): Candidate | undefined =>
  patternOf(id).create(active(patternOf(id)).parameters)(viewOf(facts))

describe('volume_spike', () => {
  const [{ sound }] = spike as readonly [(typeof spike)[number]]

  test('a bar that gives its move back is told without anything to trade', () => {
    const wick = { ...sound, m1: barAgo(sound.m1, 0, { high: 102_000 }) }
    expect(detect('volume_spike', wick)).toMatchObject({ direction: 'NEUTRAL' })
    expect(detect('volume_spike', mirrored(wick))).toMatchObject({ direction: 'NEUTRAL' })
    for (const price of ['entry', 'stop', 'targets', 'invalidation'])
      expect(detect('volume_spike', wick)).not.toHaveProperty(price)
  })
})

describe('breakout', () => {
  const facts = breakout[0]?.sound as ViewFacts
  const close = facts.m1.at(-1)?.close as number
  const multipliersWith = (nodes: ViewFacts['nodes']): unknown => {
    const seen = detect('breakout', { ...facts, ...(nodes === undefined ? {} : { nodes }) })
    const other = detect('breakout', mirrored({ ...facts, ...(nodes === undefined ? {} : { nodes }) }))
    expect(other?.multipliers).toEqual(seen?.multipliers)
    return seen?.multipliers
  }

  test('a high-volume node close ahead takes a tenth off its confidence', () => {
    expect(multipliersWith(undefined)).toBeUndefined()
    // ATR is 400, and a bin 50.
    expect(multipliersWith({ high: [close + 120], low: [] })).toEqual({ high_volume_node: 0.9 })
    expect(multipliersWith({ high: [close - 25], low: [] })).toEqual({ high_volume_node: 0.9 })
    expect(multipliersWith({ high: [close + 121, close - 26], low: [] })).toBeUndefined()
  })

  test('a low-volume node beyond the level stands in the evidence', () => {
    const ahead = detect('breakout', { ...facts, nodes: { high: [], low: [100_501] } })
    const behind = detect('breakout', { ...facts, nodes: { high: [], low: [100_499] } })
    expect(ahead?.evidence.low_volume_node_ahead).toBe(true)
    expect(behind?.evidence.low_volume_node_ahead).toBe(false)
    expect(ahead?.score).toBe(behind?.score)
  })

  test('of two levels broken at once it tells the one with the better score', () => {
    const both = { ...facts, previous: { high: 100_500, low: 99_000 } }
    expect(detect('breakout', facts)?.subtype).toBe('opening_range')
    expect(detect('breakout', both)?.subtype).toBe('previous_day')
    // The opening range lies further behind the price: its greater distance wins over the weight of the other.
    const apart = { ...both, previous: { high: 100_510, low: 99_000 }, prices: { opening_high: 100_410, opening_low: 99_000 } }
    expect(detect('breakout', apart)?.subtype).toBe('opening_range')
  })
})

describe('upside_momentum', () => {
  const [{ sound }] = momentum as readonly [(typeof momentum)[number]]
  const scoreOf = (facts: Partial<ViewFacts>): number => detect('upside_momentum', { ...sound, ...facts })?.score as number

  test('its stop is VWAP or an ATR away, whichever is nearer', () => {
    const stopAt = (vwap: number): unknown => detect('upside_momentum', { ...sound, prices: { ...sound.prices, vwap } })?.stop
    expect(stopAt(100_100)).toBe(100_250)
    expect(stopAt(100_400)).toBe(100_400)
  })

  test('bars that close against the direction take from its score', () => {
    // Two bars of five that do not rise: a share of 0.6, where its term is 0.
    const halting = barAgo(barAgo(sound.m1, 3, { close: 100_140 }), 2, { close: 100_140 })
    expect(scoreOf({}) - scoreOf({ m1: halting })).toBeCloseTo(0.2, 12)
  })

  test('what is not known of its score is told, and counts nothing', () => {
    const candidate = detect('upside_momentum', { ...sound, adx_5m: Number.NaN })
    expect(candidate?.missing).toEqual(['adx_5m'])
    expect(scoreOf({ adx_5m: 40 }) - (candidate?.score as number)).toBeCloseTo(0.2, 12)
  })
})

describe('reversal', () => {
  const facts = reversal[0]?.sound as ViewFacts

  test('VWAP and the middle of the leg are its targets, the nearer first, as far as they lie ahead', () => {
    const middle = (101_050 + 99_740) / 2
    expect(detect('reversal', facts)?.targets).toEqual([middle, 100_700])
    expect(detect('reversal', { ...facts, prices: { vwap: 100_100 } })?.targets).toEqual([100_100, middle])
    expect(detect('reversal', { ...facts, prices: { vwap: 99_000 } })?.targets).toEqual([middle])
    expect(detect('reversal', { ...facts, prices: {} })?.targets).toEqual([middle])
  })
})

describe('reversal: its leg', () => {
  test('begins at the contrary extreme, not at the first of 15 bars', () => {
    const facts = reversal[0]?.sound as ViewFacts
    // 14 bars ago the market was lower; the leg begins after that, at 101 050.
    const lower = barAgo(barAgo(barAgo(facts.m1, 14, { high: 100_400 }), 13, { high: 100_400 }), 12, { high: 101_050 })
    expect(detect('reversal', { ...facts, m1: lower })?.evidence.leg_atr).toBe((101_050 - 99_740) / 400)
  })
})

describe('hidden_accumulation', () => {
  const facts = hidden[0]?.sound as ViewFacts

  test('waits for the break of the range, on either side', () => {
    const buys = detect('hidden_accumulation', facts)
    expect(buys).toMatchObject({ direction: 'BUY', subtype: 'accumulation', action: 'BUY_STOP', level: 100_100, entry: 100_105 })
    const sells = detect('hidden_accumulation', mirrored(facts))
    expect(sells).toMatchObject({ direction: 'SELL', subtype: 'distribution', action: 'SELL_STOP', level: 99_900, entry: 99_895 })
  })

  test('open interest counts for a future only', () => {
    expect(detect('hidden_accumulation', facts)?.missing).toEqual(['oi_rise'])
    expect(detect('hidden_accumulation', hidden[1]?.sound as ViewFacts)?.missing).toEqual([])
  })
})

describe('volume_breakout', () => {
  test('a break in the direction of the averages is worth more', () => {
    const facts = volume_breakout[0]?.sound as ViewFacts
    const against = { ...facts, prices: { ema9: 100_100, ema21: 100_300 } }
    const score = (of: ViewFacts): number => detect('volume_breakout', of)?.score as number
    expect(score(facts) - score(against)).toBeCloseTo(0.15, 12)
    expect(detect('volume_breakout', { ...facts, prices: {} })?.missing).toEqual(['trend'])
  })
})

describe('volume_price_divergence', () => {
  test('aims at 2 ATR where neither VWAP nor a swing lies ahead', () => {
    const facts = divergence.find(({ name }) => name === 'effort without result')?.sound as ViewFacts
    const close = facts.m1.at(-1)?.close as number
    expect(detect('volume_price_divergence', facts)?.targets).toEqual([99_600])
    expect(detect('volume_price_divergence', { ...facts, prices: { vwap: close - 50 } })?.targets).toEqual([close + 800])
  })

  const before = calm('09:15', 90, { from: 1000, swing: 1.5 })
  const { close } = before.at(-1) as MinuteRow
  const run = (minutes: readonly MinuteRow[]) =>
    runScenario({ shows: '', minutes }, [active(patternOf('volume_price_divergence'))]).detections

  test('strength that does not follow either adds a fifth to the score', () => {
    const [{ sound }] = divergence as readonly [(typeof divergence)[number]]
    const second = sound.m1.length - 3
    const weaker = sound.m1.map((bar, i) => (i === second ? { ...bar, rsi: 29 } : bar))
    const scoreWith = (m1: ViewFacts['m1']): number => detect('volume_price_divergence', { ...sound, m1 })?.score as number
    expect(scoreWith(sound.m1) - scoreWith(weaker)).toBeCloseTo(0.2, 12)
  })

  test('the first swing is the latest one before the second leg, whatever lies inside the legs', () => {
    const [{ sound }] = divergence as readonly [(typeof divergence)[number]]
    const swingOf = (m1: ViewFacts['m1']): unknown => {
      const minutes = detect('volume_price_divergence', { ...sound, m1 })?.evidence
      return [minutes?.first_swing_ms, minutes?.second_swing_ms].map((at) => ((at as number) - viewOf(sound).open_ms) / 60_000)
    }
    expect(swingOf(sound.m1)).toEqual([31, 39])
    // A dip on the way to the first low is a confirmed swing, but no leg of its own: no high follows it. The first leg has its volume too.
    const dip = twoLows({ first_bars: 8 }).map((bar, i) => (i === 31 ? { ...bar, low: 99_700, rv: 4 } : bar))
    expect(swingOf(dip)).toEqual([35, 43])
    expect(viewOf({ ...sound, m1: dip }).swings_1m.all.map(({ bar }) => bar)).toContain(31)
    expect(detect('volume_price_divergence', { ...sound, m1: dip })?.evidence.leg_volume).toBe(1 / 2.25)
    // A bar that turns both ways ends its leg, and begins none that ends there too.
    const outside = sound.m1.map((bar, i) => (i === 39 ? { ...bar, high: 100_120 } : bar))
    expect(swingOf(outside)).toEqual([31, 39])
  })

  test('a weak rally is never surer than 0.80', () => {
    const rise = [1, 2, 3, 4, 5, 6].map((n) => ({ close: Math.round((close + 2.4 * n) * 20) / 20, volume: 3000 }))
    const detections = run(goOn(before, [...rise, { close: close + 14 }]))
    for (const { candidate } of detections) expect([candidate.direction, candidate.subtype]).toEqual(['SELL', 'weak_rally'])
    expect(Math.max(...detections.map(({ candidate }) => candidate.score))).toBeGreaterThan(0.9)
    expect(Math.max(...detections.map(({ confidence }) => confidence))).toBe(0.8)
  })

  test('much volume that moves nothing at the top is an effort without result', () => {
    const rise = [0.5, 1, 1.5, 2, 2.5].map((away) => ({ close: Math.round((close + away) * 20) / 20 }))
    const top = rise.at(-1)?.close as number
    const detections = run(goOn(before, [...rise, { close: top, volume: 60_000 }, { close: top }]))
    expect(detections.map(({ candidate }) => [candidate.direction, candidate.subtype])).toEqual([
      ['SELL', 'effort_without_result'],
    ])
    expect(detections[0]?.confidence).toBeGreaterThan(0.85)
  })
})
