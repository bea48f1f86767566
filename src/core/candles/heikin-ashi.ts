import type { Candle } from '../market/index.js'
import { istDay } from '../time/index.js'

/** Prices of a bar in feed units. */
export interface Ohlc {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/**
 * Heikin-Ashi of one bar: close is the mean of its four prices, open the middle of the body before (of its own body for the first), high and
 * low take both in. Any unit; nothing is rounded.
 */
export function heikinAshi(bar: Ohlc, before: Ohlc | undefined): Ohlc {
  const close = (bar.open + bar.high + bar.low + bar.close) / 4
  const open = before === undefined ? (bar.open + bar.close) / 2 : (before.open + before.close) / 2
  return { open, high: Math.max(bar.high, open, close), low: Math.min(bar.low, open, close), close }
}

interface Series {
  day: number
  last: Ohlc
}

/**
 * Redraws candles as Heikin-Ashi, each series (instrument and interval) on its own and anew at each session; so the bar of the day is always
 * a first one. Candles must come in order of time, none told twice. Only the four prices change: the label stays that of the interval,
 * `volume`, `turnover` and with it vwap stay those of what traded. Auction bars are no part of a series and pass as they are.
 *
 * Candles hold whole feed units, so what is handed on is rounded, halves up. The recursion is not rounded: it runs in float64. Each step
 * halves and so needs one more binary digit; after some 25 steps the last ones are lost, less than a millionth of a feed unit.
 */
export class HeikinAshi {
  /** By interval, then by token. */
  readonly #series = new Map<string, Map<number, Series>>()

  redraw(candle: Candle): Candle {
    if (candle.phase !== 'continuous' && candle.phase !== 'day') return candle
    const { interval, instrument } = candle
    let by_token = this.#series.get(interval)
    if (by_token === undefined) {
      by_token = new Map()
      this.#series.set(interval, by_token)
    }
    const day = istDay(candle.open_time_ms)
    const series = by_token.get(instrument.instrument_token)
    const last = heikinAshi(candle, series?.day === day ? series.last : undefined)
    by_token.set(instrument.instrument_token, { day, last })
    return {
      ...candle,
      open: Math.round(last.open),
      high: Math.round(last.high),
      low: Math.round(last.low),
      close: Math.round(last.close),
    }
  }
}
