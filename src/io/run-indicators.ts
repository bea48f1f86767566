import {
  DEFAULT_INDICATORS,
  IndicatorColumns,
  type IndicatorDefinition,
  indicatorName,
  parseIndicators,
} from '../core/indicators/index.js'
import type { Candle, Field } from '../core/market/index.js'
import { loadCalendar } from './calendar-file.js'
import { type CandleColumns, type CandleSummary, type CandleWords, runCandles } from './run-candles.js'
import type { RunListener } from './run-sessions.js'

/** What the command line says. */
export interface IndicatorWords extends CandleWords {
  /** As `parseIndicators` reads them; empty: the default set. */
  readonly set: readonly string[]
  readonly reset_daily: boolean
  readonly gap_tr: boolean
}

export interface IndicatorSummary extends CandleSummary {
  /** Names of the columns beside those of a candle. */
  readonly columns: readonly string[]
}

/** Candles with columns of indicators beside them. */
export async function runIndicators(words: IndicatorWords, run: RunListener): Promise<IndicatorSummary> {
  const chosen = parseIndicators(words.set.length === 0 ? [DEFAULT_INDICATORS] : words.set)
  const { calendar } = await loadCalendar(words.calendar)
  const columns = new IndicatorColumns(chosen, {
    reset_daily: words.reset_daily,
    gap_tr: words.gap_tr,
    sessionOf: (instrument, day) => calendar.sessionOf(instrument, day),
  })
  const watched = new WatchedColumns(columns)
  const bars = { ...words.bars, flow: columns.wants('flow') ? ('intraday' as const) : undefined }
  const summary = await runCandles({ ...words, bars, columns: watched }, run)
  for (const { definition, numbers, columns } of chosen)
    if (summary.candles > 0 && columns.every(({ name }) => watched.isEmpty(name)))
      run.onNotice(`${indicatorName(definition, numbers)} is empty: ${whyEmpty(definition)}.`)
  return { ...summary, columns: columns.fields.map(({ name }) => name) }
}

/** Notes which columns have a value anywhere. */
class WatchedColumns implements CandleColumns {
  readonly fields: readonly Field[]
  readonly #columns: IndicatorColumns
  readonly #has_value: Uint8Array

  constructor(columns: IndicatorColumns) {
    this.#columns = columns
    this.fields = columns.fields
    this.#has_value = new Uint8Array(columns.fields.length)
  }

  valuesOf(candle: Candle): Float64Array {
    const values = this.#columns.valuesOf(candle)
    for (let n = 0; n < values.length; n++) if (!Number.isNaN(values[n]!)) this.#has_value[n] = 1
    return values
  }

  isEmpty(name: string): boolean {
    return this.#has_value[this.fields.findIndex((field) => field.name === name)] === 0
  }
}

/** The likely reason why an indicator told nothing at all. */
function whyEmpty({ needs = [] }: IndicatorDefinition): string {
  if (needs.includes('baseline')) return 'nothing is known of earlier sessions'
  if (needs.includes('flow')) return 'it takes trades and books, which bars of the day and bars that trades end do not carry'
  return 'no series of candles is long enough, or has the volume it takes'
}
