import { assert } from '../core/assert.js'
import {
  DEFAULT_INDICATORS,
  IndicatorColumns,
  type IndicatorDefinition,
  indicatorName,
  parseIndicators,
  wants,
} from '../core/indicators/index.js'
import type { Calendar, Candle, Field, InstrumentTable } from '../core/market/index.js'
import { type EarlierSessions, earlierSessions, placeOf } from './earlier-sessions.js'
import type { SessionFiles } from './find-recordings.js'
import { type CandleColumns, type CandleSummary, type CandleWords, runCandles } from './run-candles.js'
import type { RunListener } from './run-sessions.js'

/** What the command line says. */
export interface IndicatorWords extends CandleWords {
  /** As `parseIndicators` reads them; empty: the default set. */
  readonly set: readonly string[]
  readonly reset_daily: boolean
  readonly gap_tr: boolean
  /** A file; undefined: that beside the recordings, if there is one. */
  readonly baseline: string | undefined
}

export interface IndicatorSummary extends CandleSummary {
  /** Names of the columns beside those of a candle. */
  readonly columns: readonly string[]
}

/** Candles with columns of indicators beside them. */
export async function runIndicators(words: IndicatorWords, run: RunListener): Promise<IndicatorSummary> {
  const chosen = parseIndicators(words.set.length === 0 ? [DEFAULT_INDICATORS] : words.set)
  const days = new Days(words.baseline, wants(chosen, 'baseline'), run.onNotice)
  const computed = new IndicatorColumns(chosen, {
    reset_daily: words.reset_daily,
    gap_tr: words.gap_tr,
    sessionOf: (instrument, day) => days.calendar.sessionOf(instrument, day),
    baselineOf: (instrument) => days.earlier?.baseline.of(instrument),
  })
  const columns = new WatchedColumns(computed, days)
  const bars = { ...words.bars, flow: wants(chosen, 'flow') ? ('intraday' as const) : undefined }
  const summary = await runCandles({ ...words, bars, columns }, run)
  for (const { definition, numbers, columns: own } of chosen)
    if (summary.candles > 0 && own.every(({ name }) => columns.isEmpty(name)))
      run.onNotice(`${indicatorName(definition, numbers)} is empty: ${whyEmpty(definition, days)}.`)
  return { ...summary, columns: computed.fields.map(({ name }) => name) }
}

/** What changes from day to day. */
class Days {
  earlier: EarlierSessions | undefined
  readonly #named: string | undefined
  readonly #is_wanted: boolean
  readonly #onNotice: (text: string) => void
  #calendar: Calendar | undefined

  constructor(named: string | undefined, is_wanted: boolean, onNotice: (text: string) => void) {
    this.#named = named
    this.#is_wanted = is_wanted
    this.#onNotice = onNotice
  }

  get calendar(): Calendar {
    assert(this.#calendar !== undefined, 'a day begins before its candles')
    return this.#calendar
  }

  async begin(session: SessionFiles, table: InstrumentTable, calendar: Calendar): Promise<void> {
    this.#calendar = calendar
    if (!this.#is_wanted && this.#named === undefined) return
    const place = { day: session.day, ...placeOf(session), calendar, instruments: table.known() }
    this.earlier = await earlierSessions(this.#named, place)
    for (const notice of this.earlier?.baseline.notices ?? []) this.#onNotice(notice)
  }
}

/** Notes which columns have a value anywhere. */
class WatchedColumns implements CandleColumns {
  readonly fields: readonly Field[]
  readonly #columns: IndicatorColumns
  readonly #days: Days
  readonly #has_value: Uint8Array

  constructor(columns: IndicatorColumns, days: Days) {
    this.#columns = columns
    this.#days = days
    this.fields = columns.fields
    this.#has_value = new Uint8Array(columns.fields.length)
  }

  async beginDay(session: SessionFiles, table: InstrumentTable, calendar: Calendar): Promise<void> {
    await this.#days.begin(session, table, calendar)
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
function whyEmpty({ needs = [] }: IndicatorDefinition, { earlier }: Days): string {
  if (needs.includes('baseline'))
    return earlier === undefined
      ? 'nothing is known of earlier sessions (mds baseline)'
      : `${earlier.path} tells too little of earlier sessions`
  if (needs.includes('flow')) return 'it takes trades and books, which bars of the day and bars that trades end do not carry'
  return 'no series of candles is long enough, or has the volume it takes'
}
