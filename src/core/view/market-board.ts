import type { RawTick } from '../engine/index.js'
import type { Candle, Instrument } from '../market/index.js'
import * as kite from '../wire/index.js'

/** Prices of the recent past, one per bucket, for the sparkline. */
export const SPARK_BUCKET_MS = 30_000
export const SPARK_BUCKETS = 80
/** Kept per instrument. */
const CANDLES_KEPT = 120
const RATE_SECONDS = 5
/** Indices have no volume to be ranked by; a few of them stand on top. */
const INDICES_ON_TOP = 3
/** Rows that change places all the time can't be read. */
const RANKING_MS = 10_000

/** One instrument as last heard of. Prices in feed units. */
export interface BoardRow {
  readonly index: number
  readonly instrument: Instrument
  last_price: number
  /** Close of the previous session; undefined until a packet has told it. */
  previous_close: number | undefined
  ticks: number
  volume: number
  /** Value traded today, in rupees, roughly: for the ranking only. */
  value: number
  /** Last price of each bucket, oldest first, up to now. */
  readonly prices: number[]
  last_bucket: number
  readonly candles: Candle[]
}

/** What the view knows of the market: one row per instrument, filled from the stream. */
export class MarketBoard {
  readonly rows: BoardRow[] = []
  ticks = 0
  candles = 0
  readonly #interval: string
  readonly #by_index: (BoardRow | undefined)[] = []
  readonly #by_instrument = new Map<Instrument, BoardRow>()
  readonly #second_counts = new Int32Array(RATE_SECONDS + 1)
  #second = 0
  #ranking: BoardRow[] = []
  #ranked_until_ms = Number.NEGATIVE_INFINITY
  #ranked_rows = 0

  /** Candles of this interval are kept. */
  constructor(interval: string) {
    this.#interval = interval
  }

  onTick({ view, at, length, received_at_ms, index, instrument }: RawTick): void {
    const last_price = kite.readLastPrice(view, at)
    const row = this.#by_index[index] ?? this.#enroll(index, instrument, last_price, received_at_ms)
    this.ticks++
    row.ticks++
    row.last_price = last_price
    const close =
      length === kite.LTP_BYTES ? 0 : kite.isIndexLength(length) ? kite.readIndexClose(view, at) : kite.readClose(view, at)
    if (close !== 0) row.previous_close = close
    if (length >= kite.QUOTE_BYTES) {
      row.volume = kite.readVolume(view, at)
      row.value = (row.volume * kite.readAveragePrice(view, at)) / instrument.price_divisor
    }
    this.#notePrice(row, received_at_ms)
    this.#noteSecond(Math.floor(received_at_ms / 1000))
  }

  onCandle(candle: Candle): void {
    this.candles++
    if (candle.interval !== this.#interval) return
    const row = this.#by_instrument.get(candle.instrument)
    if (row === undefined) return
    row.candles.push(candle)
    if (row.candles.length > CANDLES_KEPT) row.candles.shift()
  }

  /** Packets per virtual second over the last whole seconds. */
  ticksPerSecond(now_ms: number): number {
    const now_s = Math.floor(now_ms / 1000)
    let sum = 0
    for (let second = now_s - RATE_SECONDS; second < now_s; second++)
      if (second > this.#second - RATE_SECONDS - 1 && second <= this.#second)
        sum += this.#second_counts[second % (RATE_SECONDS + 1)] as number
    return sum / RATE_SECONDS
  }

  /** The first few indices in order of appearance, then all others by value traded, ties by packets and then by order of appearance. Stands still for some virtual seconds. */
  ranking(now_ms: number): readonly BoardRow[] {
    const is_same = this.#ranked_rows === this.rows.length && Math.abs(this.#ranked_until_ms - now_ms) <= RANKING_MS
    if (is_same && now_ms < this.#ranked_until_ms) return this.#ranking
    const byActivity = (a: BoardRow, b: BoardRow): number => b.value - a.value || b.ticks - a.ticks || a.index - b.index
    const indices = this.rows.filter(({ instrument }) => !kite.isTradable(instrument.instrument_token))
    const top = indices.slice(0, INDICES_ON_TOP)
    this.#ranking = [...top, ...this.rows.filter((row) => !top.includes(row)).sort(byActivity)]
    this.#ranked_until_ms = (Math.floor(now_ms / RANKING_MS) + 1) * RANKING_MS
    this.#ranked_rows = this.rows.length
    return this.#ranking
  }

  #enroll(index: number, instrument: Instrument, last_price: number, received_at_ms: number): BoardRow {
    const row: BoardRow = {
      index,
      instrument,
      last_price,
      previous_close: undefined,
      ticks: 0,
      volume: 0,
      value: 0,
      prices: [last_price],
      last_bucket: Math.floor(received_at_ms / SPARK_BUCKET_MS),
      candles: [],
    }
    this.rows.push(row)
    this.#by_index[index] = row
    this.#by_instrument.set(instrument, row)
    return row
  }

  #notePrice(row: BoardRow, received_at_ms: number): void {
    const { prices, last_price } = row
    const bucket = Math.floor(received_at_ms / SPARK_BUCKET_MS)
    const before = prices.at(-1) ?? last_price
    for (let passed = Math.min(bucket - row.last_bucket, SPARK_BUCKETS); passed > 0; passed--) prices.push(before)
    if (bucket > row.last_bucket) row.last_bucket = bucket
    if (prices.length > SPARK_BUCKETS) prices.splice(0, prices.length - SPARK_BUCKETS)
    prices[prices.length - 1] = last_price
  }

  #noteSecond(second: number): void {
    const passed = second - this.#second
    if (passed > RATE_SECONDS) this.#second_counts.fill(0)
    else for (let later = this.#second + 1; later <= second; later++) this.#second_counts[later % (RATE_SECONDS + 1)] = 0
    if (passed > 0) this.#second = second
    const at = this.#second % (RATE_SECONDS + 1)
    this.#second_counts[at] = (this.#second_counts[at] as number) + 1
  }
}
