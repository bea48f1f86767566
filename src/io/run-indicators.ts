import { DEFAULT_INDICATORS, IndicatorColumns, type IndicatorNeed, parseIndicators } from '../core/indicators/index.js'
import type { Candle } from '../core/market/index.js'
import { loadCalendar } from './calendar-file.js'
import { type CandleSummary, type CandleWords, runCandles } from './run-candles.js'
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
  let candles_with_flow = 0
  const counting = {
    fields: columns.fields,
    valuesOf(candle: Candle) {
      if (candle.flow !== undefined) candles_with_flow++
      return columns.valuesOf(candle)
    },
  }
  const bars = { ...words.bars, flow: columns.wants('flow') ? ('intraday' as const) : undefined }
  const summary = await runCandles({ ...words, bars, columns: counting }, run)
  const needing = (need: IndicatorNeed): string =>
    chosen.flatMap(({ definition: { id, needs } }) => (needs?.includes(need) === true ? [id] : [])).join(', ')
  if (needing('baseline') !== '')
    run.onNotice(`Nothing is known of earlier sessions, so these columns are empty: ${needing('baseline')}.`)
  if (needing('flow') !== '' && candles_with_flow === 0 && summary.candles > 0)
    run.onNotice(`These candles carry no trades and books, so these columns are empty: ${needing('flow')}.`)
  return { ...summary, columns: columns.fields.map(({ name }) => name) }
}
