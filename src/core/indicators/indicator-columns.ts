import type { Candle, Field, Instrument, Session } from '../market/index.js'
import { type IstDay, istDay } from '../time/index.js'
import type { Indicator, IndicatorSurroundings, VolumeBaseline } from './indicator.js'
import type { ChosenIndicator } from './parse-indicators.js'

/** What the indicators of a run know and how they go from one session to the next. */
export interface IndicatorOptions {
  /** Everything begins anew at each session; bars of the day, of which a session has one, go on in any case. */
  readonly reset_daily: boolean
  /** False: what happens between two sessions is no part of a true range. */
  readonly gap_tr: boolean
  sessionOf(instrument: Instrument, day: IstDay): Session
  /** What is known of sessions before the one that is read. */
  baselineOf(instrument: Instrument): VolumeBaseline | undefined
}

/**
 * Columns beside candles: each series (instrument and interval) has indicators of its own, which go on from session to session. Candles of a
 * series must come in order of time, none told twice. Auction bars are no part of a series: they have no values.
 */
export class IndicatorColumns {
  readonly fields: readonly Field[]
  readonly #chosen: readonly ChosenIndicator[]
  readonly #options: IndicatorOptions
  /** By interval, then by name of the instrument: a token may mean another one on another day. */
  readonly #series = new Map<string, Map<string, Series>>()
  readonly #values: Float64Array

  constructor(chosen: readonly ChosenIndicator[], options: IndicatorOptions) {
    this.#chosen = chosen
    this.#options = options
    this.fields = chosen.flatMap(({ columns }) =>
      columns.map(({ name, output }) => ({ name, type: 'number', optional: true, doc: output.doc }) as const),
    )
    this.#values = new Float64Array(this.fields.length)
  }

  /** Values of the candle in the order of `fields`, prices in rupees; NaN for none. The array is reused. */
  valuesOf(candle: Candle): Float64Array {
    const values = this.#values
    if (candle.phase !== 'continuous' && candle.phase !== 'day') return values.fill(Number.NaN)
    const divisor = candle.instrument.price_divisor
    const indicators = this.#indicatorsFor(candle)
    let at = 0
    for (let n = 0; n < indicators.length; n++) {
      const own = indicators[n]!.update(candle)
      const { columns } = this.#chosen[n]!
      for (let output = 0; output < columns.length; output++)
        values[at++] = columns[output]!.output.unit === 'price' ? own[output]! / divisor : own[output]!
    }
    return values
  }

  #indicatorsFor(candle: Candle): readonly Indicator[] {
    const series = this.#seriesOf(candle)
    const day = istDay(candle.open_time_ms)
    if (series.day !== day) {
      if (this.#options.reset_daily && candle.phase !== 'day') series.indicators = this.#make(candle.instrument)
      else for (const indicator of series.indicators) indicator.beginSession?.()
      series.day = day
    }
    return series.indicators
  }

  #seriesOf({ interval, instrument, open_time_ms }: Candle): Series {
    let by_name = this.#series.get(interval)
    if (by_name === undefined) {
      by_name = new Map()
      this.#series.set(interval, by_name)
    }
    const name = `${instrument.exchange}:${instrument.symbol}`
    let series = by_name.get(name)
    if (series === undefined) {
      series = { day: istDay(open_time_ms), indicators: this.#make(instrument) }
      by_name.set(name, series)
    }
    return series
  }

  #make(instrument: Instrument): Indicator[] {
    const { gap_tr, sessionOf, baselineOf } = this.#options
    const surroundings: IndicatorSurroundings = {
      tick_size: Math.max(1, Math.round(instrument.tick_size * instrument.price_divisor)),
      gap_tr,
      sessionOf: (candle) => sessionOf(candle.instrument, istDay(candle.open_time_ms)),
      baselineOf: (candle) => baselineOf(candle.instrument),
    }
    return this.#chosen.map(({ definition, numbers }) => definition.create(numbers, surroundings))
  }
}

interface Series {
  day: IstDay
  indicators: readonly Indicator[]
}
