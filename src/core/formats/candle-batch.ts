import { assert } from '../assert.js'
import type { Field } from '../market/index.js'
import { CANDLE_FIELDS, type Candle } from '../market/index.js'
import type { Batch, Column } from './batch.js'
import { Dictionary } from './dictionary.js'

/** Not a power of two: see `Batch`. */
const CAPACITY = 1008

type CandleFieldName = (typeof CANDLE_FIELDS)[number]['name']

/** No columns beside those of a candle. */
const NO_NUMBERS: ArrayLike<number> = []

/**
 * Candles as columns, in a reused buffer. Owned by one producer: append until `isFull`, hand it to an encoder, `clear`.
 * All columns are filled, `columns` shows the selected ones: 26 stores cost less than asking. Fields of type `number` that no candle has are
 * filled with what comes beside it.
 */
export class CandleBatch implements Batch {
  readonly capacity: number
  readonly columns: readonly Column[]
  rows = 0

  readonly #symbols = new Dictionary()
  readonly #exchanges = new Dictionary()
  readonly #intervals = new Dictionary()
  readonly #phases = new Dictionary()
  readonly #divisors: Int32Array
  readonly #symbol: Int32Array
  readonly #exchange: Int32Array
  readonly #interval: Int32Array
  readonly #phase: Int32Array
  readonly #timestamp: Float64Array
  readonly #open: Float64Array
  readonly #high: Float64Array
  readonly #low: Float64Array
  readonly #close: Float64Array
  readonly #volume: Float64Array
  readonly #instrument_token: Float64Array
  readonly #oi: Float64Array
  readonly #has_oi: Uint8Array
  readonly #vwap: Float64Array
  readonly #has_vwap: Uint8Array
  readonly #tick_count: Float64Array
  readonly #trade_count: Float64Array
  readonly #complete: Uint8Array
  readonly #expected_ms: Float64Array
  readonly #gap_volume: Float64Array
  readonly #synthetic: Uint8Array
  readonly #synthetic_volume: Uint8Array
  readonly #volume_na: Uint8Array
  readonly #revision: Float64Array
  readonly #missed_volume: Float64Array
  readonly #late_volume: Float64Array
  readonly #volume_correction: Float64Array
  readonly #has_day: Uint8Array
  readonly #close_official: Float64Array
  readonly #has_close_official: Uint8Array
  readonly #numbers: { readonly values: Float64Array; readonly present: Uint8Array }[] = []

  constructor(fields: readonly Field[] = CANDLE_FIELDS, capacity: number = CAPACITY) {
    this.capacity = capacity
    const numbers = () => new Float64Array(capacity)
    const codes = () => new Int32Array(capacity)
    const flags = () => new Uint8Array(capacity)
    this.#divisors = codes()
    this.#symbol = codes()
    this.#exchange = codes()
    this.#interval = codes()
    this.#phase = codes()
    this.#timestamp = numbers()
    this.#open = numbers()
    this.#high = numbers()
    this.#low = numbers()
    this.#close = numbers()
    this.#volume = numbers()
    this.#instrument_token = numbers()
    this.#oi = numbers()
    this.#has_oi = flags()
    this.#vwap = numbers()
    this.#has_vwap = flags()
    this.#tick_count = numbers()
    this.#trade_count = numbers()
    this.#complete = flags()
    this.#expected_ms = numbers()
    this.#gap_volume = numbers()
    this.#synthetic = flags()
    this.#synthetic_volume = flags()
    this.#volume_na = flags()
    this.#revision = numbers()
    this.#missed_volume = numbers()
    this.#late_volume = numbers()
    this.#volume_correction = numbers()
    this.#has_day = flags()
    this.#close_official = numbers()
    this.#has_close_official = flags()
    const shapes = this.#shapes()
    this.columns = fields.map((field) => {
      const own = shapes.get(field.name)
      if (own !== undefined) return { field, ...own }
      assert(field.type === 'number', `${field.name} is a field of candles, or a number beside them`)
      const shape = { values: numbers(), present: flags() }
      this.#numbers.push(shape)
      return { field, ...shape }
    })
  }

  get isFull(): boolean {
    return this.rows === this.capacity
  }

  clear(): void {
    this.rows = 0
  }

  /** `numbers`: for the fields beside those of a candle, in their order; NaN for none. */
  append(candle: Candle, numbers = NO_NUMBERS): void {
    assert(this.rows < this.capacity, 'a full batch is written before more is appended')
    assert(numbers.length === this.#numbers.length, 'there is a number for each field beside those of a candle')
    const row = this.rows++
    const { instrument, day, volume } = candle
    this.#divisors[row] = instrument.price_divisor
    this.#symbol[row] = this.#symbols.codeOf(instrument.symbol)
    this.#exchange[row] = this.#exchanges.codeOf(instrument.exchange)
    this.#interval[row] = this.#intervals.codeOf(candle.interval)
    this.#phase[row] = this.#phases.codeOf(candle.phase)
    this.#timestamp[row] = candle.open_time_ms
    this.#open[row] = candle.open
    this.#high[row] = candle.high
    this.#low[row] = candle.low
    this.#close[row] = candle.close
    this.#volume[row] = volume
    this.#instrument_token[row] = instrument.instrument_token
    this.#oi[row] = candle.oi ?? 0
    this.#has_oi[row] = candle.oi === undefined ? 0 : 1
    const has_vwap = volume > 0 && !candle.volume_na
    this.#vwap[row] = has_vwap ? fineMean(candle.turnover, volume) : 0
    this.#has_vwap[row] = has_vwap ? 1 : 0
    this.#tick_count[row] = candle.tick_count
    this.#trade_count[row] = candle.trade_count
    this.#complete[row] = candle.complete ? 1 : 0
    this.#expected_ms[row] = candle.expected_ms
    this.#gap_volume[row] = candle.gap_volume
    this.#synthetic[row] = candle.synthetic ? 1 : 0
    this.#synthetic_volume[row] = candle.synthetic_volume ? 1 : 0
    this.#volume_na[row] = candle.volume_na ? 1 : 0
    this.#revision[row] = candle.revision
    this.#has_day[row] = day === undefined ? 0 : 1
    this.#missed_volume[row] = day?.missed_volume ?? 0
    this.#late_volume[row] = day?.late_volume ?? 0
    this.#volume_correction[row] = day?.correction ?? 0
    this.#close_official[row] = day?.close_official ?? 0
    this.#has_close_official[row] = day?.close_official === undefined ? 0 : 1
    for (let n = 0; n < this.#numbers.length; n++) {
      const number = numbers[n]!
      const { values, present } = this.#numbers[n]!
      assert(Math.abs(number) !== Number.POSITIVE_INFINITY, 'numbers are finite')
      present[row] = Number.isNaN(number) ? 0 : 1
      values[row] = number
    }
  }

  #shapes(): ReadonlyMap<string, Omit<Column, 'field'>> {
    const divisors = this.#divisors
    const shapes: Readonly<Record<CandleFieldName, Omit<Column, 'field'>>> = {
      symbol: { values: this.#symbol, dictionary: this.#symbols.texts },
      exchange: { values: this.#exchange, dictionary: this.#exchanges.texts },
      timestamp: { values: this.#timestamp },
      open: { values: this.#open, divisors },
      high: { values: this.#high, divisors },
      low: { values: this.#low, divisors },
      close: { values: this.#close, divisors },
      volume: { values: this.#volume },
      interval: { values: this.#interval, dictionary: this.#intervals.texts },
      instrument_token: { values: this.#instrument_token },
      oi: { values: this.#oi, present: this.#has_oi },
      vwap: { values: this.#vwap, divisors, present: this.#has_vwap },
      tick_count: { values: this.#tick_count },
      trade_count: { values: this.#trade_count },
      complete: { values: this.#complete },
      phase: { values: this.#phase, dictionary: this.#phases.texts },
      expected_ms: { values: this.#expected_ms },
      gap_volume: { values: this.#gap_volume },
      synthetic: { values: this.#synthetic },
      synthetic_volume: { values: this.#synthetic_volume },
      volume_na: { values: this.#volume_na },
      revision: { values: this.#revision },
      missed_volume: { values: this.#missed_volume, present: this.#has_day },
      late_volume: { values: this.#late_volume, present: this.#has_day },
      volume_correction: { values: this.#volume_correction, present: this.#has_day },
      close_official: { values: this.#close_official, divisors, present: this.#has_close_official },
    }
    return new Map(Object.entries(shapes))
  }
}

/**
 * `turnover / volume` in 1/100 of a feed unit, rounded half up. Whole part and remainder are taken apart first, so that nothing on the way
 * leaves the exact integers; the quotient of two large integers may round up to the next whole number, which the remainder tells.
 */
export function fineMean(turnover: number, volume: number): number {
  let whole = Math.floor(turnover / volume)
  let rest = turnover - whole * volume
  if (rest < 0) {
    whole--
    rest += volume
  }
  return whole * 100 + Math.floor((rest * 200 + volume) / (2 * volume))
}
