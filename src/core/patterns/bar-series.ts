import { obi } from '../flow/index.js'
import type { Candle } from '../market/index.js'

/** What is kept of a bar; one of an earlier session tells neither its flow nor whether it is complete. */
type SeriesBar = Pick<Candle, 'open_time_ms' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'oi'> &
  Partial<Pick<Candle, 'flow' | 'complete'>>

/** Bars of one instrument and interval, the last `capacity` of them. Bar 0 ago is the newest. Out of reach every number is NaN. */
export class BarSeries {
  /** Bars taken so far, those of earlier sessions included; the number of the newest is one less. */
  count = 0
  /** Number of the first bar of the present session. */
  session_from = 0
  readonly #capacity: number
  readonly #start_ms: Float64Array
  readonly #open: Float64Array
  readonly #high: Float64Array
  readonly #low: Float64Array
  readonly #close: Float64Array
  readonly #volume: Float64Array
  readonly #cvd: Float64Array
  readonly #obi: Float64Array
  readonly #oi: Float64Array
  /** Written by the view of the instrument, for bars of a minute. */
  readonly #rv: Float64Array
  readonly #rsi: Float64Array
  /** 0 for a bar cut by a gap. */
  readonly #complete: Uint8Array

  constructor(capacity: number) {
    this.#capacity = capacity
    const numbers = () => new Float64Array(capacity).fill(Number.NaN)
    this.#start_ms = numbers()
    this.#open = numbers()
    this.#high = numbers()
    this.#low = numbers()
    this.#close = numbers()
    this.#volume = numbers()
    this.#cvd = numbers()
    this.#obi = numbers()
    this.#oi = numbers()
    this.#rv = numbers()
    this.#rsi = numbers()
    this.#complete = new Uint8Array(capacity)
  }

  /** `cvd`: cumulative volume delta of the session up to the end of the bar. */
  add(candle: SeriesBar, cvd: number): void {
    const at = this.count++ % this.#capacity
    this.#start_ms[at] = candle.open_time_ms
    this.#open[at] = candle.open
    this.#high[at] = candle.high
    this.#low[at] = candle.low
    this.#close[at] = candle.close
    this.#volume[at] = candle.volume
    this.#cvd[at] = cvd
    this.#obi[at] = candle.flow?.book === undefined ? Number.NaN : obi(candle.flow.book, 5)
    this.#oi[at] = candle.oi ?? Number.NaN
    this.#rv[at] = Number.NaN
    this.#rsi[at] = Number.NaN
    this.#complete[at] = candle.complete === false ? 0 : 1
  }

  beginSession(): void {
    this.session_from = this.count
  }

  /** Bars of the present session. */
  get session_count(): number {
    return this.count - this.session_from
  }

  /** Epoch ms at which the bar began. */
  start(ago: number): number {
    return this.#at(this.#start_ms, ago)
  }
  open(ago: number): number {
    return this.#at(this.#open, ago)
  }
  high(ago: number): number {
    return this.#at(this.#high, ago)
  }
  low(ago: number): number {
    return this.#at(this.#low, ago)
  }
  close(ago: number): number {
    return this.#at(this.#close, ago)
  }
  volume(ago: number): number {
    return this.#at(this.#volume, ago)
  }
  /** Cumulative volume delta of its session at the end of the bar; NaN where nothing tells it. */
  cvd(ago: number): number {
    return this.#at(this.#cvd, ago)
  }
  /** Imbalance of the five levels at the end of the bar, -1..1. */
  obi(ago: number): number {
    return this.#at(this.#obi, ago)
  }
  oi(ago: number): number {
    return this.#at(this.#oi, ago)
  }
  /** Volume against the usual one; bars of a minute only. */
  rv(ago: number): number {
    return this.#at(this.#rv, ago)
  }
  noteRv(rv: number): void {
    this.#rv[(this.count - 1) % this.#capacity] = rv
  }
  /** RSI 14 at the end of the bar; bars of a minute only. */
  rsi(ago: number): number {
    return this.#at(this.#rsi, ago)
  }
  noteRsi(rsi: number): void {
    this.#rsi[(this.count - 1) % this.#capacity] = rsi
  }

  /** False for a bar cut by a gap in the recording, and out of reach. Bars of earlier sessions are taken for whole. */
  isComplete(ago: number): boolean {
    return ago >= 0 && ago < this.count && ago < this.#capacity && this.#complete[(this.count - 1 - ago) % this.#capacity] === 1
  }

  range(ago: number): number {
    return this.high(ago) - this.low(ago)
  }
  body(ago: number): number {
    return Math.abs(this.close(ago) - this.open(ago))
  }
  /** Close location value: -1 at the low, 1 at the high; NaN for a bar without range. */
  clv(ago: number): number {
    const range = this.range(ago)
    return range > 0 ? (2 * this.close(ago) - this.high(ago) - this.low(ago)) / range : Number.NaN
  }

  /** Highest high of `bars` bars, the newest of them `ago`; NaN unless all are there. */
  highest(bars: number, ago = 0): number {
    let highest = Number.NEGATIVE_INFINITY
    for (let i = ago; i < ago + bars; i++) {
      const high = this.high(i)
      if (!(high <= highest)) highest = high
      if (Number.isNaN(high)) return Number.NaN
    }
    return highest
  }

  /** Lowest low likewise. */
  lowest(bars: number, ago = 0): number {
    let lowest = Number.POSITIVE_INFINITY
    for (let i = ago; i < ago + bars; i++) {
      const low = this.low(i)
      if (!(low >= lowest)) lowest = low
      if (Number.isNaN(low)) return Number.NaN
    }
    return lowest
  }

  /** Mean of a column over `bars` bars, the newest of them `ago`; NaN unless all have it. */
  mean(column: 'close' | 'volume' | 'rv' | 'obi', bars: number, ago = 0): number {
    let sum = 0
    for (let i = ago; i < ago + bars; i++) sum += this[column](i)
    return sum / bars
  }

  /** True when the bar belongs to the present session. */
  isToday(ago: number): boolean {
    return ago < this.session_count
  }

  #at(column: Float64Array, ago: number): number {
    if (ago < 0 || ago >= this.count || ago >= this.#capacity) return Number.NaN
    return column[(this.count - 1 - ago) % this.#capacity] as number
  }
}
