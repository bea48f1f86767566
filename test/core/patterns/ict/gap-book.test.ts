import { describe, expect, test } from 'vitest'
import { actsFor, GAP_DEFAULTS, GapBook, type GapRules, type KeptGap } from '../../../../src/core/patterns/ict/index.js'
import { type MinuteRow, minuteAt } from '../../../support/scenario.js'
import { resting, type StructureBar, structure, watched } from '../../../support/structure.js'

const BEGIN = '09:15'
const QUIET = 16

/** The gaps of a book after each minute of quiet bars around 1000 (no higher than 1001), then these. */
function gapsAfter(bars: readonly StructureBar[], then: readonly MinuteRow[] = [], rules: Partial<GapRules> = {}): KeptGap[][] {
  const book = new GapBook({ ...GAP_DEFAULTS, ...rules })
  const minutes = [...structure(BEGIN, 1000, [...resting(QUIET, 1000), ...bars]), ...then]
  return watched({ shows: 'gaps', minutes }, (view) => {
    book.update(view)
    return book.gaps.map((gap) => ({ ...gap }))
  })
}
const lastGaps = (...given: Parameters<typeof gapsAfter>): KeptGap[] => gapsAfter(...given).at(-1) ?? []
/** Minutes after so many bars: low and close of each. */
const minutesAfter = (bars: number, moves: readonly (readonly [low: number, close: number])[]): MinuteRow[] =>
  moves.map(([low, close], i) => ({
    at: minuteAt(BEGIN, 5 * (QUIET + bars) + i),
    open: Math.max(close, low),
    high: Math.max(close, low),
    low,
    close,
    volume: 10_000,
  }))

const STRONG: StructureBar = { close: 1005, high: 1005.5, low: 999.4 }
const AFTER: StructureBar = { close: 1006, low: 1003 }

describe('a gap is kept', () => {
  test('from the end of its third bar on, with its measures', () => {
    const seen = gapsAfter([STRONG, AFTER])
    expect(seen.map((gaps) => gaps.length)).toEqual([...Array(5 * QUIET + 9).fill(0), 1])
    const [gap] = seen.at(-1) ?? []
    expect(gap).toMatchObject({ side: 1, near: 100300, far: 100100, state: 'open', extreme: 100620, tapped_at: 0 })
    // ATR 14: 200 over the quiet bars, of which the first has no true range; then ranges of 610 and 320.
    const atr = (((200 * 13 + 610) / 14) * 13 + 320) / 14
    expect(gap?.size_atr).toBeCloseTo(200 / atr, 9)
    expect(gap?.body_atr).toBeCloseTo(550 / atr, 9)
    expect(gap?.rv).toBeCloseTo(1, 9)
  })

  test.each<[string, readonly StructureBar[]]>([
    ['the gap is smaller than a fifth of an ATR', [STRONG, { ...AFTER, low: 1001.4 }]],
    ['the body is less than six tenths of the range', [{ ...STRONG, high: 1009 }, AFTER]],
    [
      'the body is less than an ATR',
      [
        { close: 1001.2, high: 1001.3, low: 999.4 },
        { open: 1001.7, close: 1002.4, low: 1001.6 },
      ],
    ],
    [
      'the middle bar falls',
      [
        { open: 1006, close: 1002 },
        { open: 1004, ...AFTER },
      ],
    ],
  ])('unless %s', (_, bars) => expect(lastGaps(bars)).toEqual([]))

  test('for two ticks at least, where the ATR is smaller', () => {
    const bars = [STRONG, { ...AFTER, low: 1001.05 }]
    expect(lastGaps(bars, [], { gap_atr_min: 0 })).toEqual([])
    expect(lastGaps(bars, [], { gap_atr_min: 0, gap_ticks_min: 1 })).toHaveLength(1)
  })

  test('for so many bars and no longer', () => {
    const quiet = [{ close: 1006.2 }, { close: 1006 }]
    expect(lastGaps([STRONG, AFTER, ...quiet], [], { age_max_bars: 2 })).toHaveLength(1)
    expect(lastGaps([STRONG, AFTER, ...quiet, { close: 1006.2 }], [], { age_max_bars: 2 })).toEqual([])
  })
})

describe('neighbours', () => {
  const SECOND: StructureBar = { close: 1010, high: 1010.2, low: 1003 }
  const THIRD: StructureBar = { close: 1011, low: 1008 }

  test('join while the elder is untouched', () => {
    const gaps = lastGaps([STRONG, SECOND, THIRD])
    expect(gaps).toHaveLength(1)
    // From the high before the first to the low after the second.
    expect(gaps[0]).toMatchObject({ near: 100800, far: 100100, state: 'open', extreme: 101120 })
  })

  test('stay apart when a minute of the bar between them has touched the elder', () => {
    // The second bar opens above the first, so the third can come back to the gap of the two and still leave one above the first.
    const bars = [
      { close: 1005, high: 1005.1, low: 999.4 },
      { open: 1007.6, close: 1012, low: 1007.5 },
    ]
    const gaps = lastGaps([...bars, { close: 1013, low: 1006.5 }])
    expect(gaps.map(({ near, far, state }) => [near, far, state])).toEqual([
      [100750, 100100, 'tapped'],
      [100650, 100510, 'open'],
    ])
    expect(lastGaps([...bars, { close: 1013, low: 1007.55 }]).map(({ near, far }) => [near, far])).toEqual([[100755, 100100]])
  })

  test('of contrary sides never join', () => {
    const gaps = lastGaps([
      { open: 1003.5, close: 1008, low: 1003.4 },
      { close: 1002, low: 1001.9 },
      { open: 1002.2, close: 1002.15, high: 1002.3, low: 1002 },
    ])
    expect(gaps.map(({ side, near, far, state }) => [side, near, far, state])).toEqual([
      [1, 100190, 100100, 'open'],
      [-1, 100230, 100340, 'open'],
    ])
  })

  test('are bars in a row: gaps with a bar between them stay apart', () => {
    const gaps = lastGaps([STRONG, AFTER, { close: 1006.2 }, { close: 1014 }, { close: 1015, low: 1010 }])
    expect(gaps.map(({ near, far }) => [near, far])).toEqual([
      [100300, 100100],
      [101000, 100640],
    ])
  })
})

describe('a kept gap from 1001 to 1003', () => {
  const after = (moves: readonly (readonly [number, number])[]): KeptGap[][] =>
    gapsAfter([STRONG, AFTER], minutesAfter(2, moves)).slice(-moves.length)
  const states = (moves: readonly (readonly [number, number])[]): unknown[] => after(moves).map(([gap]) => gap?.state)

  test('is tapped, half filled and filled by minutes', () => {
    const moves = [
      [1003.05, 1003.5],
      [1003, 1003.5],
      [1002, 1003.5],
      [1001, 1003.5],
    ] as const
    expect(states(moves)).toEqual(['open', 'tapped', 'half', 'filled'])
    expect(after(moves).map(([gap]) => (gap?.tapped_at ?? 0) > 0)).toEqual([false, true, true, true])
  })

  test('is not tapped by the minute that ends it', () => {
    expect(lastGaps([STRONG, { close: 1003, low: 1003 }]).map(({ near, state }) => [near, state])).toEqual([[100300, 'open']])
  })

  test('is inverted by the close of five minutes, not by that of one', () => {
    const moves = [1000.5, 1000.4, 1000.3, 1000.4, 1000.5].map((price) => [price, price] as const)
    expect(states(moves)).toEqual(['filled', 'filled', 'filled', 'filled', 'inverted'])
    expect(states([...moves.slice(0, 4), [1000.4, 1001.5]])).toEqual(Array(5).fill('filled'))
  })

  test('acts for its side until it is filled, for the other once it is inverted', () => {
    const gap = { side: 1 } as const
    const acts = (['open', 'tapped', 'half', 'filled', 'inverted'] as const).map((state) => actsFor({ ...gap, state } as KeptGap))
    expect(acts).toEqual([1, 1, 1, 0, -1])
  })

  test('knows how far the displacement ran', () => {
    const [gap] = after([
      [1007, 1009],
      [1004, 1004],
    ]).at(-1) as KeptGap[]
    expect(gap?.extreme).toBe(100900)
  })
})
