import { describe, expect, test } from 'vitest'
import { type Leg, legOf, priceAt, retracementOf } from '../../../../src/core/patterns/ict/index.js'
import type { HistoryBar } from '../../../../src/core/patterns/index.js'
import { at } from '../../../support/feed.js'
import { baselineOf } from '../../../support/scenario.js'
import { type StructureBar, structure, watched } from '../../../support/structure.js'

/** A high at 1002, a low at 998, a high at 1010; the bars after it confirm. */
const BARS: readonly StructureBar[] = [
  { close: 999.8, low: 997 },
  { close: 1000.4 },
  { close: 1001.2, high: 1002 },
  { close: 1000 },
  { close: 998.6, low: 998 },
  { close: 999.4 },
  { close: 1001.4 },
  { close: 1004 },
  { close: 1007 },
  { close: 1009.6, high: 1010 },
  { close: 1008, high: 1009.7 },
  { close: 1006 },
]

function legsAfter(bars: readonly StructureBar[]): (Leg | undefined)[] {
  const minutes = structure('09:15', 1000, bars)
  return watched({ shows: 'legs', minutes }, (view) => legOf(view, 1))
}
const prices = (leg: Leg | undefined): number[] | undefined =>
  leg && [leg.origin.price, leg.end.price, leg.broken.price].map((price) => price / 100)

describe('a leg', () => {
  test('runs from the low to the high that broke the one before', () => {
    expect(prices(legsAfter(BARS).at(-1))).toEqual([998, 1010, 1002])
  })

  test('is known when its end is confirmed, two bars later', () => {
    const first = legsAfter(BARS).findIndex((leg) => leg !== undefined)
    expect(first).toBe(5 * BARS.length - 1)
  })

  test('needs a close above the high before it: a wick is not enough', () => {
    const closingAt = (close: number): StructureBar[] => [
      ...BARS.slice(0, 6),
      { close: 1001.4 },
      { close: 1001.6, high: 1002.4 },
      { close, high: 1010 },
      { close: 1001.4 },
      { close: 1001 },
    ]
    expect(legsAfter(closingAt(1002)).at(-1)).toBeUndefined()
    expect(prices(legsAfter(closingAt(1002.05)).at(-1))).toEqual([998, 1010, 1002])
  })

  test('needs a high before it', () => {
    expect(legsAfter(BARS.slice(3)).at(-1)).toBeUndefined()
  })

  test('belongs to one session: a low of the day before begins none', () => {
    const friday = BARS.slice(0, 8)
    const at_ms = at('15:30', '2025-10-03') * 1000
    const history = friday.map((bar, i): HistoryBar => {
      const open = friday[i - 1]?.close ?? 1000
      const { close, high = Math.max(open, close) + 0.2, low = Math.min(open, close) - 0.2 } = bar
      const units = (rupees: number): number => Math.round(rupees * 100)
      const prices = { open: units(open), high: units(high), low: units(low), close: units(close) }
      return { open_time_ms: at_ms - (8 - i) * 300_000, ...prices, volume: 0, oi: undefined }
    })
    const baseline = baselineOf({ history: { '1m': [], '5m': history, '15m': [] } })
    const minutes = structure('09:15', 1004, BARS.slice(8))
    const seen = watched({ shows: 'legs', minutes, baseline }, (view) => ({
      swings: view.swings_5m.all.map(({ price }) => price / 100),
      leg: legOf(view, 1),
    }))
    expect(seen.at(-1)).toEqual({ swings: [1002, 998, 1010], leg: undefined })
  })

  test('retracements: 0 at the end, 1 at the origin', () => {
    const leg = legsAfter(BARS).at(-1) as Leg
    expect([101000, 100400, 99800].map((price) => retracementOf(leg, price))).toEqual([0, 0.5, 1])
    expect([0, 0.705, 1, -0.27, -0.62].map((share) => Math.round(priceAt(leg, share)))).toEqual([
      101000, 100154, 99800, 101324, 101744,
    ])
  })
})
