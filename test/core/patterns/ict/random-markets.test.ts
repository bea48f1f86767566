import { describe, expect, test } from 'vitest'
import { type Detection, PATTERNS } from '../../../../src/core/patterns/index.js'
import { Random } from '../../../../src/core/random.js'
import { walkRecords } from '../../../../src/core/recording/index.js'
import { active, type MinuteRow, minuteAt, recordingOfScenario, runScenario, type Scenario } from '../../../support/scenario.js'

/**
 * The slope of the 15-minute average is known from 14:30 on only: what waits for it gets more room, to be seen at all. Percentages of a price are
 * not those of its mirror image, so a threshold on them is left out.
 */
const ROOM: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  premium_discount: { discount_max: 0.45, clv_min: 0.2, reversal_bars: 12 },
  momentum: { move_pct_min: 0 },
}
const ict = PATTERNS.filter(({ category }) => category === 'ict').map((definition) => active(definition, ROOM[definition.id]))

/** A day that wanders and sometimes bursts for some minutes, on more volume: nothing in it is made for a pattern. Ticks of 0.05 rupees. */
function wandering(seed: number): Scenario {
  const random = new Random(seed, 'market')
  let price = 20_000
  let burst = 0
  let left = 0
  const minutes = Array.from({ length: 365 }, (_, i): MinuteRow => {
    if (left === 0 && random.unit() < 0.12) {
      burst = random.below(33) - 16
      left = 3 + random.below(6)
    }
    const step = left > 0 ? burst : 0
    left = Math.max(0, left - 1)
    const open = price
    // Every other day is drawn back to where it began.
    price += random.below(15) - 7 + step - (seed % 2) * Math.round((price - 20_000) / 12)
    const [high, low] = [Math.max(open, price) + random.below(4), Math.min(open, price) - random.below(4)]
    const volume = 4000 + random.below(8000) + 2500 * Math.abs(step)
    return { at: minuteAt('09:15', i), open: open / 20, high: high / 20, low: low / 20, close: price / 20, volume }
  })
  return { shows: `day ${seed}`, minutes }
}

const overturned = (scenario: Scenario): Scenario => ({
  ...scenario,
  minutes: scenario.minutes.map((row) => ({
    ...row,
    open: 2000 - row.open,
    high: 2000 - row.low,
    low: 2000 - row.high,
    close: 2000 - row.close,
  })),
})
const OPPOSITE = { BUY: 'SELL', SELL: 'BUY', NEUTRAL: 'NEUTRAL' } as const

function detect(scenario: Scenario, bytes = recordingOfScenario(scenario)): readonly Detection[] {
  const { detections, faults } = runScenario(scenario, ict, { bytes })
  expect(faults).toEqual([])
  return detections
}

/** What must be the same of a claim and its mirror image. */
function facts({ pattern, known_at_ms, candidate }: Detection, is_mirrored: boolean): unknown {
  const { direction, score, level, entry, stop, targets, invalidation, evidence, missing } = candidate
  const round = (value: number): number => Math.round(value * 1e6) / 1e6
  const price = (at: number | undefined): number | undefined => at && round(is_mirrored ? 200_000 - at : at)
  return {
    id: pattern.id,
    known_at_ms,
    direction: is_mirrored ? OPPOSITE[direction] : direction,
    score: round(score),
    prices: [level, entry, stop, invalidation, ...(targets ?? [])].map(price),
    confluences: evidence.confluences,
    missing,
  }
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const days = new Map(SEEDS.map((seed) => [seed, wandering(seed)]))

describe('markets that nobody made for it', () => {
  const found = new Map([...days].map(([seed, day]) => [seed, detect(day)]))

  test('show patterns enough to tell something', () => {
    const ids = [...found.values()].flat().map(({ pattern }) => pattern.id)
    expect(ids.length).toBeGreaterThan(40)
    expect(new Set(ids)).toEqual(new Set(ict.map(({ definition }) => definition.id)))
  })

  test.each(SEEDS)('day %d upside down shows the contrary, at the same distances and with the same score', (seed) => {
    const mirrored = detect(overturned(days.get(seed) as Scenario))
    expect(mirrored.map((detection) => facts(detection, true))).toEqual(
      found.get(seed)?.map((detection) => facts(detection, false)),
    )
  })

  test.each(SEEDS.slice(0, 3))('day %d cut short tells the beginning of the same', (seed) => {
    const day = days.get(seed) as Scenario
    const bytes = recordingOfScenario(day)
    const whole = (found.get(seed) as readonly Detection[]).map(({ candidate }) => JSON.stringify(candidate))
    const ends: number[] = []
    walkRecords(bytes, 'big', (_, __, to) => ends.push(to))
    for (const share of [0.35, 0.55, 0.75, 0.95]) {
      const early = detect(day, bytes.slice(0, ends[Math.floor(share * ends.length)])).map(({ candidate }) =>
        JSON.stringify(candidate),
      )
      expect(early).toEqual(whole.slice(0, early.length))
    }
  })

  test('levels, stops and targets lie on their sides of the entry', () => {
    for (const { candidate } of [...found.values()].flat()) {
      const { direction, entry = Number.NaN, stop = Number.NaN, targets = [] } = candidate
      const side = direction === 'BUY' ? 1 : -1
      expect(side * (entry - stop), JSON.stringify(candidate)).toBeGreaterThan(0)
      for (const target of targets) expect(side * (target - entry), JSON.stringify(candidate)).toBeGreaterThan(0)
      expect(targets).toEqual([...targets].sort((a, b) => side * (a - b)))
    }
  })
})
