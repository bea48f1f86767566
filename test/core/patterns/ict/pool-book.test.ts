import { describe, expect, test } from 'vitest'
import { hasLevelWithin, POOL_DEFAULTS, type Pool, PoolBook, poolsBeyond } from '../../../../src/core/patterns/ict/index.js'
import type { HistoryBar, InstrumentBaseline, PatternView, PreviousSession, Swing } from '../../../../src/core/patterns/index.js'
import { istDayStartMs, parseDate } from '../../../../src/core/time/index.js'
import type { MinuteRow } from '../../../support/scenario.js'
import { baselineOf } from '../../../support/scenario.js'
import { type StructureBar, structure, watched } from '../../../support/structure.js'

const BEGIN = '09:15'
/** Up to a high and back to a low, seven bars; only the third turns at a high, only the sixth at a low. */
const wave = (high: number, low = 998): StructureBar[] => [
  { close: 1000.4 },
  { close: 1001.4 },
  { close: 1001.8, high },
  { close: 1000.6 },
  { close: 999.6 },
  { close: 999, low },
  { close: 999.4 },
]
/** Lows that are no pool. */
const LOWS = [998, 997, 996, 995, 994]
const waves = (highs: readonly number[]): StructureBar[] => highs.flatMap((high, i) => wave(high, LOWS[i]))
/** 15 quiet bars, so that there is an ATR: 1.5 or so, its tenth is about three ticks. */
const QUIET = Array.from({ length: 15 }, (): StructureBar => ({ close: 999.4, high: 1000, low: 998.5 }))

function poolsAfter(
  bars: readonly StructureBar[],
  {
    facts,
    before = QUIET,
    flipped = false,
  }: { facts?: Partial<InstrumentBaseline>; before?: readonly StructureBar[]; flipped?: boolean } = {},
): { high: Pool[]; low: Pool[] } {
  const upright = structure(BEGIN, 999.4, [...before, ...bars])
  const minutes = flipped ? upright.map(flip) : upright
  const book = new PoolBook(POOL_DEFAULTS)
  const baseline = facts === undefined ? {} : { baseline: baselineOf(facts) }
  const seen = watched({ shows: 'pools', minutes, ...baseline }, (view) => {
    book.update(view, view.now_ms)
    return { high: [...book.of(1)], low: [...book.of(-1)] }
  })
  return seen.at(-1) ?? { high: [], low: [] }
}
const flip = (row: MinuteRow): MinuteRow => ({
  ...row,
  open: 2000 - row.open,
  high: 2000 - row.low,
  low: 2000 - row.high,
  close: 2000 - row.close,
})
const highs = (...given: Parameters<typeof poolsAfter>): [number, number, number][] =>
  poolsAfter(...given).high.map(({ level, touches, weight }) => [level, touches, weight])

describe('equal highs', () => {
  test('two of them are a pool, at the higher price', () => {
    expect(poolsAfter(waves([1003, 1002.9])).high).toEqual([
      { side: 1, level: 100300, touches: 2, weight: 2, names: ['equal_highs'] },
    ])
    expect(highs(waves([1002.9, 1003]))).toEqual([[100300, 2, 2]])
  })

  test('one is none', () => expect(highs(waves([1003]))).toEqual([]))

  test('no further apart than a tenth of an ATR, or two ticks', () => {
    expect(highs(waves([1003, 1002.8]))).toEqual([])
    // An ATR of 0.3 has a tenth of less than a tick.
    const still = (high: number): StructureBar[] =>
      wave(high).map((bar) => ({ ...bar, close: 999.4, low: 999.3, high: bar.high ?? 999.6 }))
    const calm = Array.from({ length: 30 }, (): StructureBar => ({ close: 999.4, high: 999.5, low: 999.3 }))
    const twice = (second: number): StructureBar[] => [...still(999.9), ...still(second)]
    expect(highs(twice(999.8), { before: calm })).toEqual([[99990, 2, 2]])
    expect(highs(twice(999.75), { before: calm })).toEqual([])
  })

  test('three count three, with others between', () => {
    expect(highs(waves([1003, 1001.9, 1002.95, 1003]))).toEqual([[100300, 3, 3]])
  })

  test('each is a touch only as long as no bar has gone beyond the pool since', () => {
    // The third wave trades through the first two.
    expect(highs(waves([1003, 1002.95, 1004]))).toEqual([])
    expect(highs(waves([1003, 1004, 1003.95]))).toEqual([[100400, 2, 2]])
  })

  test('are swept by any bar beyond them, also one that is no swing', () => {
    const through = [{ close: 1001 }, { close: 1002 }, { close: 1002.8, high: 1003.05 }]
    expect(highs([...waves([1003, 1002.9]), ...through.slice(0, 2)])).toEqual([[100300, 2, 2]])
    expect(highs([...waves([1003, 1002.9]), ...through])).toEqual([])
  })

  test('are known when the second is confirmed, two bars later', () => {
    const second = [...waves([1003]), ...wave(1003).slice(0, 4)]
    expect(highs(second)).toEqual([])
    expect(highs([...second, { close: 999.6 }])).toEqual([[100300, 2, 2]])
  })
})

test('bars that are not over by then are left for later', () => {
  const minutes = structure(BEGIN, 999.4, [...QUIET, ...waves([1003, 1002.9])])
  const counts = (until: 'now_ms' | 'bar'): number[] => {
    const book = new PoolBook(POOL_DEFAULTS)
    return watched({ shows: 'pools', minutes }, (view) => {
      book.update(view, until === 'bar' ? view.bar.open_time_ms : view.now_ms)
      return book.of(1).filter(({ touches }) => touches === 2).length
    })
  }
  expect(counts('bar').indexOf(1)).toBe(counts('now_ms').indexOf(1) + 1)
})

test('a swing that such a bar confirms is taken once', () => {
  // The high of Friday's last bar but one is confirmed by the first bar of Monday, whose only minute with a trade is its last.
  const tops = [...Array<number>(20).fill(1000), 1001, 1002, 1003, 1001]
  const at_ms = istDayStartMs(parseDate('2025-10-03') as number) + 15.5 * 3_600_000
  const history = tops.map((high, i): HistoryBar => {
    const prices = { open: 99900, high: high * 100, low: 99800, close: 99900 }
    return { open_time_ms: at_ms - (tops.length - i) * 300_000, ...prices, volume: 0, oi: undefined }
  })
  const baseline = baselineOf({ history: { '1m': [], '5m': history, '15m': [] } })
  const minutes = ['09:19', '09:20', '09:21'].map((at) => ({ at, open: 999, high: 999, low: 999, close: 999, volume: 100 }))
  const book = new PoolBook(POOL_DEFAULTS)
  const seen = watched({ shows: 'pools', minutes, baseline }, (view) => {
    book.update(view, view.bar.open_time_ms)
    return [view.swings_5m.all.length, book.of(1).length]
  })
  expect(seen).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
  ])
})

test('equal lows are the mirror image', () => {
  expect(poolsAfter(waves([1003, 1002.9]), { flipped: true }).low).toEqual([
    { side: -1, level: 99700, touches: 2, weight: 2, names: ['equal_lows'] },
  ])
})

describe('levels of earlier sessions', () => {
  const previous = (high: number, low = 900): PreviousSession => ({
    day: parseDate('2025-10-03') as number,
    open: 99900,
    high: high * 100,
    low: low * 100,
    vaWidthAt: () => Number.NaN,
    close: 99900,
    vah: Number.NaN,
    val: Number.NaN,
    poc: Number.NaN,
  })

  test('are pools of their own, and weigh more', () => {
    const { high, low } = poolsAfter(waves([1003]), {
      facts: { previous: previous(1010, 990), week_high: 102000, week_low: 99000 },
    })
    expect(high).toEqual([
      { side: 1, level: 102000, touches: 1, weight: 3, names: ['week_high'] },
      { side: 1, level: 101000, touches: 1, weight: 3, names: ['previous_day_high'] },
    ])
    // The low of the week is that of the day before: one touch.
    expect(low).toEqual([{ side: -1, level: 99000, touches: 1, weight: 3, names: ['previous_day_low', 'week_low'] }])
  })

  test('join equal highs of today', () => {
    expect(highs(waves([1002.9, 1002.95]), { facts: { previous: previous(1003) } })).toEqual([[100300, 3, 5]])
  })

  test('are gone once today has traded beyond them', () => {
    expect(highs(waves([1003]), { facts: { previous: previous(1002.7) } })).toEqual([])
    // Two ticks are equal: the two make one pool.
    expect(highs(waves([1003]), { facts: { previous: previous(1002.9) } })).toEqual([[100300, 2, 4]])
  })

  test('are one touch with the swing that made them', () => {
    const at_ms = istDayStartMs(parseDate('2025-10-03') as number) + 12 * 3_600_000
    const prices = [1001, 1002, 1003, 1002, 1001]
    const history = prices.map(
      (high, i): HistoryBar => ({
        open_time_ms: at_ms + i * 300_000,
        open: 99900,
        high: high * 100,
        low: 99800,
        close: 99900,
        volume: 0,
        oi: undefined,
      }),
    )
    const facts = { previous: previous(1003), history: { '1m': [], '5m': history, '15m': [] } }
    expect(highs(waves([1002.95]), { facts })).toEqual([[100300, 2, 4]])
  })
})

describe('the opening range', () => {
  const first = (high: number): StructureBar[] => [
    { close: 999.4, high: 1000, low: 998.5 },
    { close: 999.4, high, low: 998.5 },
    ...QUIET.slice(2),
  ]

  test('makes a pool of each end, from 09:30 on', () => {
    const before = first(1004)
    expect(poolsAfter([], { before: before.slice(0, 2) }).high).toEqual([])
    expect(poolsAfter(waves([1003]), { before }).high).toEqual([
      { side: 1, level: 100400, touches: 1, weight: 1, names: ['opening_range_high'] },
    ])
  })

  test('is one touch with its own swing, and joins others', () => {
    // Without earlier bars the second bar of the day has no two neighbours on the left: no swing, and the range end is its touch.
    expect(highs(waves([1003.9]), { before: first(1004) })).toEqual([[100400, 2, 2]])
    const later = [...QUIET.slice(0, 2), { close: 999.4, high: 1004, low: 998.5 }, ...QUIET.slice(3)]
    expect(highs(waves([1003.9]), { before: later })).toEqual([[100400, 2, 2]])
  })

  test('is gone once the price was beyond it', () => expect(highs(waves([1003, 1002]), { before: first(1002.5) })).toEqual([]))
})

test('pools beyond a price, the nearest first', () => {
  const pool = (level: number): Pool => ({ side: 1, level, touches: 2, weight: 2, names: [] })
  expect(poolsBeyond([pool(110), pool(105), pool(100), pool(90)], 1, 100).map(({ level }) => level)).toEqual([105, 110])
  expect(poolsBeyond([pool(110), pool(105), pool(100), pool(90)], -1, 107).map(({ level }) => level)).toEqual([105, 100, 90])
})

test('levels between two prices: named ones, and equal swings of one kind', () => {
  const within = (swings: readonly (readonly [Swing['kind'], number])[], named: Partial<PatternView> = {}): boolean => {
    const all = swings.map(([kind, price]) => ({ kind, price }) as Swing)
    const view = { swings_5m: { all }, tick: 5, atr: 200, opening_high: Number.NaN, opening_low: Number.NaN, ...named }
    return hasLevelWithin(view as PatternView, 1000, 1200)
  }
  expect(within([])).toBe(false)
  expect([999, 1000, 1200, 1201].map((opening_low) => within([], { opening_low }))).toEqual([false, true, true, false])
  expect(
    [1040, 1080, 1081].map((high) =>
      within([
        ['high', 1060],
        ['high', high],
      ]),
    ),
  ).toEqual([true, true, false])
  expect(
    within([
      ['high', 1060],
      ['low', 1060],
    ]),
  ).toBe(false)
  expect(
    within([
      ['low', 1201],
      ['low', 1200],
    ]),
  ).toBe(false)
})
