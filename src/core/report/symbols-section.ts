import { rupeesOf } from './day-collector.js'
import type { AlertReport, DayReport, InstrumentReport } from './day-report.js'
import { changeCell, countCell, croreCell, priceCell, secondsCell } from './figure-text.js'
import { html } from './html.js'
import type { ReportSection } from './report-page.js'
import { lengthOf } from './silence.js'
import { type TableColumn, type TableRow, tableHtml } from './table-html.js'

const COLUMNS: readonly TableColumn[] = [
  { head: 'Symbol' },
  { head: '▲', title: 'BUY alerts', kind: 'number' },
  { head: '▼', title: 'SELL alerts', kind: 'number' },
  { head: '●', title: 'NEUTRAL alerts', kind: 'number' },
  { head: 'Open', kind: 'number' },
  { head: 'High', kind: 'number' },
  { head: 'Low', kind: 'number' },
  { head: 'Close', title: 'Official where the feed announced one, else the last trade', kind: 'number' },
  { head: 'Change', title: 'Close against the close of the day before, as the feed tells it', kind: 'number' },
  { head: 'VWAP', title: 'Turnover / volume of the day, auctions included', kind: 'number' },
  { head: 'Volume', title: 'As the feed counts: shares, units; lots on MCX', kind: 'number' },
  { head: '₹ crore', title: 'Turnover: price x quantity of the feed (on MCX a lot counts as one)', kind: 'number' },
  { head: 'Ticks', title: 'Accepted packets', kind: 'number' },
  { head: 'Bars', kind: 'number' },
  { head: 'Gaps s', title: 'Seconds of trading hours in which nothing of it could be received', kind: 'number' },
  { head: 'Late', title: 'Volume told too late for its bar: in the day, in no bar', kind: 'number' },
]
const BY_TURNOVER = { column: COLUMNS.findIndex(({ head }) => head === '₹ crore'), direction: 'descending' } as const

/** The day's table of instruments; a click shows the chart. */
export function symbolsSection({ instruments }: DayReport): ReportSection {
  const table = tableHtml({
    caption: 'Instruments of the day',
    id: 'symbols',
    columns: COLUMNS,
    rows: instruments.map(rowOf),
    sorted: BY_TURNOVER,
    empty: 'No instrument had a packet.',
  })
  return { id: 'symbols', title: 'Symbols', body: html`<div class="filter" data-filter="symbols"></div>${table}` }
}

function rowOf(report: InstrumentReport): TableRow {
  const { instrument, name, day, previous_close, bars, alerts, silences } = report
  const divisor = instrument.price_divisor
  const close = day?.day?.close_official ?? day?.close
  const vwap = day !== undefined && day.volume > 0 ? Math.round(day.turnover / day.volume) : undefined
  return {
    data: { name, alerts: String(alerts.length) },
    cells: [
      html`<a href="#${encodeURIComponent(name)}">${name}</a> <small>${instrument.exchange}</small>`,
      countCell(alertsTo('BUY', alerts)),
      countCell(alertsTo('SELL', alerts)),
      countCell(alertsTo('NEUTRAL', alerts)),
      ...[day?.open, day?.high, day?.low, close].map((price) => priceCell(price, divisor)),
      changeCell(close, previous_close),
      priceCell(vwap, divisor),
      countCell(day?.volume ?? 0),
      croreCell(rupeesOf(report)),
      countCell(day?.tick_count ?? 0),
      countCell(bars.length),
      secondsCell(lengthOf(silences)),
      countCell(day?.day?.late_volume ?? 0),
    ],
  }
}

const alertsTo = (direction: AlertReport['direction'], alerts: readonly AlertReport[]): number =>
  alerts.filter((alert) => alert.state === 'emitted' && alert.direction === direction).length
