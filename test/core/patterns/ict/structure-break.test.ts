import { describe, expect, test } from 'vitest'
import { structureBreakOf } from '../../../../src/core/patterns/ict/index.js'
import { BarSeries, Swings } from '../../../../src/core/patterns/index.js'
import type { Side } from '../../../../src/core/patterns/side.js'
import { addBars } from './series.js'

/** Highs and lows by the close: each bar is `[close - 1, close + 1]`. A high at 111, with lows at 99 and then at `low`, and a break at `close`. */
function breakOf({ low = 102, close = 114, side = 1 }: { low?: number; close?: number; side?: Side }): unknown {
  const closes = [103, 102, 100, 102, 104, 110, 107, 106, low + 1, 106, 107, close]
  const m5 = new BarSeries(64)
  const swings_5m = new Swings()
  for (const [i, to] of closes.entries()) {
    const price = side * to
    addBars(m5, [[side * (closes[i - 1] ?? to), price + 1, price - 1, price]], i)
    swings_5m.update(m5)
  }
  const found = structureBreakOf({ m5, swings_5m }, side)
  return found && [found.level.price * side, found.kind]
}

describe('a break of structure', () => {
  test('after a higher low goes on with the trend', () => expect(breakOf({})).toEqual([111, 'bos']))
  test('after a lower low changes it', () => expect(breakOf({ low: 98 })).toEqual([111, 'choch']))
  test('after an equal low is no higher low', () => expect(breakOf({ low: 99 })).toEqual([111, 'choch']))
  test('needs a close beyond the swing', () => {
    expect(breakOf({ close: 111 })).toBeUndefined()
    expect(breakOf({ close: 111.5 })).toEqual([111, 'bos'])
  })
  test.each([102, 98])('is the same downwards, low at %d', (low) => expect(breakOf({ low, side: -1 })).toEqual(breakOf({ low })))

  test('is told by the bar that makes it, not by the next', () => {
    const m5 = new BarSeries(64)
    const swings_5m = new Swings()
    const told = [103, 102, 100, 102, 104, 110, 107, 106, 103, 106, 107, 114, 116].map((close, i) => {
      addBars(m5, [[close, close + 1, close - 1, close]], i)
      swings_5m.update(m5)
      return structureBreakOf({ m5, swings_5m }, 1) !== undefined
    })
    expect(told.indexOf(true)).toBe(11)
    expect(told.lastIndexOf(true)).toBe(11)
  })

  test('knows no trend where no low came before the high', () => {
    const m5 = new BarSeries(64)
    const swings_5m = new Swings()
    for (const [i, close] of [100, 104, 110, 107, 106, 114].entries()) {
      addBars(m5, [[close, close + 1, close - 1, close]], i)
      swings_5m.update(m5)
    }
    expect(structureBreakOf({ m5, swings_5m }, 1)).toMatchObject({ side: 1, kind: undefined })
  })
})
