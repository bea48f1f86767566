import type { Candle } from '../market/index.js'
import type { Indicator, IndicatorParameter } from './indicator.js'

/** An indicator of one output. */
export function oneValue(update: (candle: Candle) => number, beginSession?: () => void): Indicator {
  return manyValues(
    1,
    (candle, out) => {
      out[0] = update(candle)
    },
    beginSession,
  )
}

/** An indicator of `count` outputs: `update` fills them in, all of them on each bar. */
export function manyValues(
  count: number,
  update: (candle: Candle, out: Float64Array) => void,
  beginSession?: () => void,
): Indicator {
  const out = new Float64Array(count)
  return {
    update(candle) {
      update(candle, out)
      return out
    },
    ...(beginSession === undefined ? {} : { beginSession }),
  }
}

/** A number of bars: how far an indicator looks back. */
export const bars = (count: number, { min = 1, doc = 'bars' } = {}): IndicatorParameter => ({
  default: count,
  min,
  max: BARS_MAX,
  doc,
})

/** Longest look back: windows are kept for every instrument. */
export const BARS_MAX = 5000
