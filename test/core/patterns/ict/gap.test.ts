import { describe, expect, test } from 'vitest'
import { type GapState, gapAt, isClosedThrough, joined, stateAfterTouch } from '../../../../src/core/patterns/ict/index.js'
import { addBars, STEP_MS, seriesOf } from './series.js'

type Bar = readonly [open: number, high: number, low: number, close: number]
/** "The previous high is lower than the next low if the current candle is bullish": 102 before, 103 after. */
const BULLISH: readonly [Bar, Bar, Bar] = [
  [100, 102, 99, 101],
  [101, 106, 100, 105],
  [105, 107, 103, 106],
]
const mirrored = (bars: readonly Bar[]): Bar[] =>
  bars.map(([open, high, low, close]) => [200 - open, 200 - low, 200 - high, 200 - close])
const changed = (index: number, bar: Bar): Bar[] => BULLISH.map((each, i) => (i === index ? bar : each))

describe('a gap of three bars', () => {
  const cases: [string, readonly Bar[], unknown][] = [
    ['a bullish one lies between the high before and the low after', BULLISH, { side: 1, near: 103, far: 102 }],
    ['a bearish one is its mirror image', mirrored(BULLISH), { side: -1, near: 97, far: 98 }],
    ['none when the two touch', changed(2, [105, 107, 102, 106]), undefined],
    ['none when they overlap', changed(2, [105, 107, 101, 106]), undefined],
    ['none when the middle bar closes the other way', changed(1, [105, 106, 100, 104]), undefined],
    ['none when the middle bar closes where it opened', changed(1, [104, 106, 100, 104]), undefined],
    ['none of two bars', BULLISH.slice(1), undefined],
  ]
  test.each(cases)('%s', (_, bars, gap) => expect(gapAt(seriesOf(bars), 0, STEP_MS)).toEqual(gap))

  test('is found again later, so many bars ago', () => {
    const series = seriesOf([...BULLISH, [106, 107, 104, 105]])
    expect(gapAt(series, 1, STEP_MS)).toEqual({ side: 1, near: 103, far: 102 })
    expect(gapAt(series, 0, STEP_MS)).toBeUndefined()
  })

  test('no night leaves one: all three bars are of the session', () => {
    const series = seriesOf(BULLISH.slice(0, 1))
    series.beginSession()
    addBars(series, BULLISH.slice(1), STEP_MS)
    expect(gapAt(series, 0, STEP_MS)).toBeUndefined()
  })

  test('nor does a stretch without trades', () => {
    const series = seriesOf(BULLISH.slice(0, 1))
    addBars(series, BULLISH.slice(1), 2 * STEP_MS)
    expect(gapAt(series, 0, STEP_MS)).toBeUndefined()
    expect(gapAt(seriesOf(BULLISH), 0, 3 * STEP_MS)).toBeUndefined()
  })
})

test.each([0, 1, 2])('a gap in the recording is no gap of the market: bar %d is cut', (cut) => {
  const series = seriesOf([])
  for (const [i, bar] of BULLISH.entries()) addBars(series, [bar], i * STEP_MS, i !== cut)
  expect(gapAt(series, 0, STEP_MS)).toBeUndefined()
})

test('neighbours join to the highest top and the lowest bottom', () => {
  expect(joined({ side: 1, near: 103, far: 102 }, { side: 1, near: 106, far: 104 })).toEqual({ side: 1, near: 106, far: 102 })
  expect(joined({ side: 1, near: 103, far: 102 }, { side: 1, near: 102.5, far: 101 })).toEqual({ side: 1, near: 103, far: 101 })
  expect(joined({ side: -1, near: 97, far: 98 }, { side: -1, near: 94, far: 96 })).toEqual({ side: -1, near: 94, far: 98 })
})

describe('what becomes of a gap from 100 to 104', () => {
  const bullish = { side: 1, near: 104, far: 100 } as const
  const bearish = { side: -1, near: -104, far: -100 } as const
  const touches: [number, GapState][] = [
    [104.1, 'open'],
    [104, 'tapped'],
    [102.1, 'tapped'],
    [102, 'half'],
    [100.1, 'half'],
    [100, 'filled'],
    [90, 'filled'],
  ]
  test.each(touches)('back to %d: %s', (reached, state) => {
    expect(stateAfterTouch(bullish, 'open', reached)).toBe(state)
    expect(stateAfterTouch(bearish, 'open', -reached)).toBe(state)
  })

  test('it never goes back', () => {
    expect(stateAfterTouch(bullish, 'half', 103)).toBe('half')
    expect(stateAfterTouch(bullish, 'filled', 110)).toBe('filled')
    expect(stateAfterTouch(bullish, 'inverted', 101)).toBe('inverted')
  })

  test('a close beyond the far edge goes through it, one at the edge does not', () => {
    expect([99.9, 100, 101].map((close) => isClosedThrough(bullish, close))).toEqual([true, false, false])
    expect([-99.9, -100, -101].map((close) => isClosedThrough(bearish, close))).toEqual([true, false, false])
  })
})
