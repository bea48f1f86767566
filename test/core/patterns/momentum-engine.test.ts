import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Candidate, type Detector, PATTERNS, type PatternDefinition } from '../../../src/core/patterns/index.js'
import { barAgo, still } from '../../support/knock-out.js'
import { type BarFacts, type ViewFacts, viewOf } from '../../support/pattern-view.js'
import { active, runScenario } from '../../support/scenario.js'
import { textbook } from './scenarios/momentum_engine.js'

const momentumEngine = PATTERNS.find(({ id }) => id === 'momentum_engine') as PatternDefinition
const detectorOf = (parameters: Readonly<Record<string, number>> = {}): Detector =>
  momentumEngine.create(active(momentumEngine, parameters).parameters)

/** The example of section 9: HOD 505.0, close 503.2, VWAP 500.1, 20 bars of 1000 before a bar of 2400. */
const bars = [
  ...still(20, 50_010, 10, { volume: 1000 }),
  { open: 50_300, high: 50_330, low: 50_200, close: 50_320, volume: 2400 },
]
const example: ViewFacts = {
  m1: barAgo(bars, 12, { high: 50_500 }),
  atr: 200,
  prices: { vwap: 50_010, session_high: 50_500, session_low: 50_000 },
}

describe('the example of section 9', () => {
  test('signals in mode 1, by the volume of the bars before', () => {
    const { evidence } = detectorOf()(viewOf(example)) as Candidate
    expect(evidence.extreme_pct).toBeCloseTo(0.35643564, 8)
    expect(evidence.rv).toBeCloseTo(2.4, 12)
  })

  test('signals in mode 0, by a volume that has this bar in its mean, as sure as can be', () => {
    const { evidence, confidence } = detectorOf({ mode: 0 })(viewOf(example)) as Candidate
    expect(evidence.hod_pct).toBeCloseTo(0.35643564, 8)
    expect(evidence.rvol).toBeCloseTo(2.24299065, 8)
    expect(confidence).toBe(1)
  })
})

describe('mode 1', () => {
  test('signals once in 15 minutes', () => {
    const detect = detectorOf()
    const times: number[] = []
    for (let minute = 21; minute <= 60; minute++) if (detect(viewOf({ ...example, minute })) !== undefined) times.push(minute)
    expect(times).toEqual([21, 36, 51])
  })

  test('takes the larger of both relative volumes, and one is enough', () => {
    const rvIn = (facts: ViewFacts): unknown => detectorOf()(viewOf(facts))?.evidence.rv
    expect(rvIn({ ...example, rv: 3 })).toBe(3)
    expect(rvIn({ ...example, rv: 1 })).toBeCloseTo(2.4, 12)
    expect(rvIn({ ...example, m1: example.m1.slice(-9), minute: 30, rv: 3 })).toBe(3)
    expect(rvIn({ ...example, m1: example.m1.slice(-9), minute: 30 })).toBeUndefined()
  })

  test('a high made in the last three bars is worth a fifth of the score', () => {
    const { m1 } = example
    const scoreOf = (ago: number): number =>
      detectorOf()(viewOf({ ...example, m1: barAgo(barAgo(m1, 12, { high: 50_020 }), ago, { high: 50_500 }) }))?.score as number
    expect(scoreOf(2) - scoreOf(3)).toBeCloseTo(0.2, 12)
  })

  test('stays away from the low of the day unless asked for it', () => {
    const falling = barAgo(still(21, 50_000, 10, { volume: 1000 }), 0, { low: 49_790, close: 49_800, volume: 4000 })
    const facts: ViewFacts = { ...example, m1: falling, prices: { vwap: 49_990, session_high: 50_010, session_low: 49_790 } }
    expect(detectorOf()(viewOf(facts))).toBeUndefined()
    expect(detectorOf({ short: 1 })(viewOf(facts))).toMatchObject({ direction: 'SELL', action: 'SELL_STOP_LIMIT' })
    expect(detectorOf({ short: 1 })(viewOf(example))).toMatchObject({ direction: 'BUY', action: 'BUY_STOP_LIMIT' })
  })
})

describe('mode 0, against what pandas computes', () => {
  type Row = readonly [number, number, number, number, number, number | null, number, number | null, boolean]
  interface Vectors {
    readonly earlier: number
    readonly bars: readonly Row[]
  }
  const path = new URL('./vectors/momentum-v0.json', import.meta.url)
  const { earlier, bars: rows }: Vectors = JSON.parse(readFileSync(path, 'utf8'))
  const all = rows.map(([open, high, low, close, volume]): BarFacts => ({ open, high, low, close, volume }))

  test('the same signals at the same bars, every number to the last bit', () => {
    const detect = detectorOf({ mode: 0 })
    let signals = 0
    for (let n = earlier; n < rows.length; n++) {
      const [, , , close, , vwap, hod_pct, rvol, has_signal] = rows[n] as Row
      const found = detect(viewOf({ m1: all.slice(0, n + 1), m1_before: earlier }))
      expect(found !== undefined, `bar ${n}`).toBe(has_signal)
      if (found === undefined) continue
      signals++
      expect(found.stop).toBe((vwap as number) * 100)
      expect(found.evidence).toMatchObject({ hod_pct, rvol })
      expect(found.evidence.above_vwap_pct).toBe((100 * (close / 100 - (vwap as number))) / (vwap as number))
    }
    expect(signals).toBe(10)
  })

  test('a distance that only rupees tell from 0.5 % is decided as there', () => {
    // (814.00 - 809.93) / 814.00 * 100 is 0.5000000000000062 in doubles; 500 / 100000 of the whole paise would be 0.5.
    const at = (high: number, close: number): Candidate | undefined =>
      detectorOf({ mode: 0 })(
        viewOf({
          m1: [...still(20, close - 300, 10, { volume: 1000 }), { open: close, high, low: close - 10, close, volume: 9000 }],
        }),
      )
    expect(at(81_400, 80_993)).toBeUndefined()
    expect(at(80_000, 79_600)).toBeDefined()
  })

  test('20 bars are needed, and those of an earlier day count', () => {
    const short = example.m1.slice(-19)
    expect(detectorOf({ mode: 0 })(viewOf({ m1: short }))).toBeUndefined()
    const yesterday = still(1, 50_010, 10, { volume: 1000 })
    expect(detectorOf({ mode: 0 })(viewOf({ m1: [...yesterday, ...short], m1_before: 1 }))).toBeDefined()
  })

  test('the high of an earlier day is none of this one, nor is its VWAP', () => {
    const yesterday = still(30, 60_000, 10, { volume: 1000 })
    expect(detectorOf({ mode: 0 })(viewOf({ m1: [...yesterday, ...example.m1], m1_before: 30 }))).toBeDefined()
  })

  test('takes all bars since it was asked last', () => {
    const detect = detectorOf({ mode: 0 })
    detect(viewOf({ m1: all.slice(0, earlier + 5), m1_before: earlier }))
    const last = rows.findLastIndex((row) => row[8])
    const found = detect(viewOf({ m1: all.slice(0, last + 1), m1_before: earlier }))
    expect(found?.evidence.hod_pct).toBe((rows[last] as Row)[6])
    expect(found?.stop).toBe(((rows[last] as Row)[5] as number) * 100)
  })

  test('its confidence reaches the detection as it is', () => {
    const { detections, faults } = runScenario(textbook, [active(momentumEngine, { mode: 0 })])
    expect(faults).toEqual([])
    expect(detections.map(({ confidence_raw }) => confidence_raw)).toEqual([1])
    expect(detections[0]?.candidate.evidence.confidence_by).toContain('public v0')
  })
})
