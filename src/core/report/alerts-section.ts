import { formatClock } from '../time/index.js'
import { formatCount } from '../view/index.js'
import type { AlertEnd, AlertReport, DayReport, InstrumentReport, SignalsReport } from './day-report.js'
import { clockCell, confidenceCell, countCell, priceCell } from './figure-text.js'
import { type Html, html } from './html.js'
import type { ReportSection } from './report-page.js'
import { type TableColumn, type TableRow, tableHtml } from './table-html.js'

const COLUMNS: readonly TableColumn[] = [
  { head: 'Time', title: 'When it was known: end of the bar (IST)', kind: 'number' },
  { head: 'Symbol' },
  { head: 'Pattern' },
  { head: 'Signal' },
  { head: 'Confidence', kind: 'number' },
  { head: 'Price', kind: 'number' },
  { head: 'Entry', kind: 'number' },
  { head: 'Stop', kind: 'number' },
  { head: 'Target', kind: 'number' },
  { head: 'R:R', title: 'Distance from entry to target / to stop', kind: 'number' },
  { head: 'Rel. volume', kind: 'number' },
  { head: 'Became' },
]
const ENDS: readonly AlertEnd['state'][] = ['target_hit', 'stop_hit', 'invalidated', 'expired', 'superseded']
const MARKS = { BUY: '▲', SELL: '▼', NEUTRAL: '●' } as const

/** Every alert of the day, and what each detector did. */
export function alertsSection({ instruments, signals }: DayReport): ReportSection {
  const body =
    signals === undefined ? html`<p class="empty">Detectors did not run (--no-alerts).</p>` : told(instruments, signals)
  return { id: 'alerts', title: 'Alerts', body }
}

function told(instruments: readonly InstrumentReport[], signals: SignalsReport): Html {
  const all = instruments
    .flatMap((report) => report.alerts.map((alert) => ({ report, alert })))
    .sort((a, b) => a.alert.known_at_ms - b.alert.known_at_ms || (a.alert.id < b.alert.id ? -1 : 1))
  return html`${signals.faults.map((fault) => html`<p class="fault">${fault}</p>`)}
${tableHtml({
  caption: 'Alerts in order of time',
  columns: COLUMNS,
  rows: all.map(rowOf),
  sorted: { column: 0, direction: 'ascending' },
  empty: 'No alert passed the gates.',
})}
<div class="columns wide-first">
<div><h3>By detector</h3>${byDetector(
    all.map(({ alert }) => alert),
    signals,
  )}</div>
<div><h3>Held back</h3>${heldBack(signals)}
${signals.notices.map((notice) => html`<p class="note">${notice}</p>`)}</div>
</div>`
}

function rowOf({ report, alert }: { report: InstrumentReport; alert: AlertReport }): TableRow {
  const { name, instrument } = report
  const priced = (units: number | undefined) => priceCell(units, instrument.price_divisor)
  const { end } = alert
  return {
    cells: [
      clockCell(alert.known_at_ms),
      html`<a href="#${linkTo(name, alert.known_at_ms)}">${name}</a>`,
      alert.subtype === undefined ? alert.pattern : html`${alert.pattern}<br><small>${alert.subtype}</small>`,
      html`<span class="${alert.direction.toLowerCase()}">${MARKS[alert.direction]} ${alert.state === 'leg_event' ? alert.action : alert.direction}</span>`,
      confidenceCell(alert.confidence),
      priced(alert.price),
      priced(alert.entry),
      priced(alert.stop),
      priced(alert.targets[0]),
      alert.risk_reward === undefined ? undefined : { text: alert.risk_reward.toFixed(2), sort: alert.risk_reward },
      alert.volume_ratio === undefined ? undefined : { text: alert.volume_ratio.toFixed(1), sort: alert.volume_ratio },
      alert.state === 'leg_event' ? html`<span>step of a strategy</span>` : endHtml(end),
    ],
  }
}

function endHtml(end: AlertEnd | undefined): Html {
  if (end === undefined) return html`<span class="none">active at the end</span>`
  return html`<span class="${end.state}">${endWords(end.state)}</span>`
}

/** `target hit` */
export const endWords = (state: AlertEnd['state']): string => state.replace('_', ' ')

/** The part of an address behind `#` that shows an instrument at the bar of an alert: the last minute that was known then. */
const linkTo = (name: string, known_at_ms: number): string =>
  `${encodeURIComponent(name)}@${formatClock(known_at_ms - 1).slice(0, 'HH:MM'.length)}`

function byDetector(alerts: readonly AlertReport[], { suppressed_by_pattern }: SignalsReport): Html {
  const held = new Map(suppressed_by_pattern)
  const emitted = alerts.filter(({ state }) => state === 'emitted')
  const patterns = [...new Set([...emitted.map(({ pattern }) => pattern), ...held.keys()])].sort()
  return tableHtml({
    caption: 'Alerts by detector',
    columns: [
      { head: 'Detector' },
      { head: 'Alerts', kind: 'number' },
      ...ENDS.map((end) => ({ head: endWords(end), kind: 'number' }) as const),
      { head: 'Active', kind: 'number' },
      { head: 'Held back', kind: 'number' },
    ],
    rows: patterns.map((pattern) => {
      const own = emitted.filter((alert) => alert.pattern === pattern)
      const ended = (state: AlertEnd['state'] | undefined): number => own.filter(({ end }) => end?.state === state).length
      return {
        cells: [
          pattern,
          countCell(own.length),
          ...ENDS.map((state) => countCell(ended(state))),
          countCell(ended(undefined)),
          countCell(held.get(pattern) ?? 0),
        ],
      }
    }),
    empty: 'No detector found anything.',
  })
}

function heldBack({ suppressed }: SignalsReport): Html {
  return tableHtml({
    caption: 'Detections held back, by reason',
    columns: [{ head: 'Reason' }, { head: 'Detections', kind: 'number' }],
    rows: suppressed.map(([reason, count]) => ({ cells: [reason, { text: formatCount(count), sort: count }] })),
    empty: 'Nothing was held back.',
  })
}
