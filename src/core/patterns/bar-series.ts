import { assert } from '../assert.js'
import { obi } from '../flow/index.js'
import type { Candle } from '../market/index.js'

/** What is kept of a bar; one of an earlier session tells neither its flow nor whether it is complete. */
type SeriesBar = Pick<Candle, 'open_time_ms' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'oi'> &
  Partial<Pick<Candle, 'flow' | 'complete'>>

/** Where a number stands in the row of a bar. */
const START = 0
const OPEN = 1
const HIGH = 2
const LOW = 3
const CLOSE = 4
const VOLUME = 5
const CVD = 6
const OBI = 7
const OI = 8
const RV = 9
const RSI = 10
/** 0 for a bar cut by a gap. */
const COMPLETE = 11
const ROW = 12

/** Bars of one instrument and interval, the last `capacity` (a power of two) of them. Bar 0 ago is the newest. Out of reach every number is NaN. */
export class BarSeries {
  /** Bars taken so far, those of earlier sessions included; the number of the newest is one less. */
  count = 0
  /** Number of the first bar of the present session. */
  session_from = 0
  /** Bars that can be asked for. */
  #reach = 0
  /** Number of the newest bar cut by a gap. */
  #cut = -1
  readonly #mask: number
  /** Bar by bar, as they are mostly asked about: thousands of series do not stay in the caches. */
  readonly #rows: Float64Array

  constructor(capacity: number) {
    assert(capacity > 0 && (capacity & (capacity - 1)) === 0, 'a power of two')
    this.#mask = capacity - 1
    this.#rows = new Float64Array(capacity * ROW)
  }

  /** `cvd`: cumulative volume delta of the session up to the end of the bar. */
  add(candle: SeriesBar, cvd: number): void {
    const at = (this.count++ & this.#mask) * ROW
    if (this.#reach <= this.#mask) this.#reach++
    const rows = this.#rows
    rows[at + START] = candle.open_time_ms
    rows[at + OPEN] = candle.open
    rows[at + HIGH] = candle.high
    rows[at + LOW] = candle.low
    rows[at + CLOSE] = candle.close
    rows[at + VOLUME] = candle.volume
    rows[at + CVD] = cvd
    rows[at + OBI] = candle.flow?.book === undefined ? Number.NaN : obi(candle.flow.book, 5)
    rows[at + OI] = candle.oi ?? Number.NaN
    rows[at + RV] = Number.NaN
    rows[at + RSI] = Number.NaN
    rows[at + COMPLETE] = candle.complete === false ? 0 : 1
    if (candle.complete === false) this.#cut = this.count - 1
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
    return this.#at(START, ago)
  }
  open(ago: number): number {
    return this.#at(OPEN, ago)
  }
  high(ago: number): number {
    return this.#at(HIGH, ago)
  }
  low(ago: number): number {
    return this.#at(LOW, ago)
  }
  close(ago: number): number {
    return this.#at(CLOSE, ago)
  }
  volume(ago: number): number {
    return this.#at(VOLUME, ago)
  }
  /** Cumulative volume delta of its session at the end of the bar; NaN where nothing tells it. */
  cvd(ago: number): number {
    return this.#at(CVD, ago)
  }
  /** Imbalance of the five levels at the end of the bar, -1..1. */
  obi(ago: number): number {
    return this.#at(OBI, ago)
  }
  oi(ago: number): number {
    return this.#at(OI, ago)
  }
  /** Volume against the usual one; bars of a minute only. */
  rv(ago: number): number {
    return this.#at(RV, ago)
  }
  noteRv(rv: number): void {
    this.#rows[this.#rowOf(0) + RV] = rv
  }
  /** RSI 14 at the end of the bar; bars of a minute only. */
  rsi(ago: number): number {
    return this.#at(RSI, ago)
  }
  noteRsi(rsi: number): void {
    this.#rows[this.#rowOf(0) + RSI] = rsi
  }

  /** False for a bar cut by a gap in the recording, and out of reach. Bars of earlier sessions are taken for whole. */
  isComplete(ago: number): boolean {
    return this.#at(COMPLETE, ago) === 1
  }

  /**
   * False where a gap in the recording lies between the newest bar and the one `bars` before it: a move over it is one of another time. Minutes
   * without a trade leave no gap: only bars that were cut do.
   */
  isUnbroken(bars: number, bar_ms: number): boolean {
    return this.start(0) - this.start(bars) === bars * bar_ms || this.#cut < this.count - 1 - bars
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

  #at(column: number, ago: number): number {
    return ago >= 0 && ago < this.#reach ? (this.#rows[this.#rowOf(ago) + column] as number) : Number.NaN
  }

  #rowOf(ago: number): number {
    return ((this.count - 1 - ago) & this.#mask) * ROW
  }
}
