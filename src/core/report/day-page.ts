import { formatClock, parseDate, parseIso } from '../time/index.js'
import { counted, formatBytes, formatCount, formatWeekday } from '../view/index.js'
import { alertsSection } from './alerts-section.js'
import type { DayReport, Finding } from './day-report.js'
import { type Html, html } from './html.js'
import { chartsData, feedData } from './page-data.js'
import { gapWords, qualitySection } from './quality-section.js'
import type { PageAssets, ReportPage, ReportSection } from './report-page.js'
import { symbolsSection } from './symbols-section.js'
import { listHtml } from './table-html.js'

/** Kinds of findings named at the top. */
const NAMED = 2

/** The page of a day. */
export function dayPage(report: DayReport, assets: PageAssets): ReportPage {
  const { facts, profiles, version, signals } = report
  return {
    title: `${formatWeekday(parseDate(facts.date) ?? 0)} ${facts.date} · ${profiles.join(', ')}`,
    subtitle: html`Received ${clockOf(facts.span.first)} to ${clockOf(facts.span.last)} IST · mds ${version}${
      signals === undefined
        ? undefined
        : html` · configuration <code title="${signals.config_hash}">${signals.config_hash.slice(0, 12)}</code>`
    }`,
    sections: [
      summarySection(report),
      chartSection(report),
      symbolsSection(report),
      alertsSection(report),
      feedSection(report),
      qualitySection(report),
      sourcesSection(report),
    ],
    data: { charts: chartsData(report), feed: feedData(report) },
    assets,
  }
}

const clockOf = (iso: string): string => formatClock(parseIso(iso) ?? 0)
function summarySection(report: DayReport): ReportSection {
  const { facts, instruments, findings, signals } = report
  const alerts = instruments.flatMap((each) => each.alerts).filter(({ state }) => state === 'emitted')
  const held = signals?.suppressed.reduce((sum, [, count]) => sum + count, 0) ?? 0
  const to = (direction: string): string => formatCount(alerts.filter((alert) => alert.direction === direction).length)
  const { messages } = facts
  const found = findings.reduce((sum, { count }) => sum + count, 0)
  return {
    id: 'summary',
    title: 'Summary',
    body: html`<div class="tiles">
${tile('Instruments', formatCount(instruments.length), instruments.length === facts.instruments.total ? unknownWords(facts.instruments.unknown) : `of ${formatCount(facts.instruments.total)} in the recording`)}
${tile('Packets', formatCount(messages.packets), messages.bad_packets === 0 ? 'none bad' : counted(messages.bad_packets, 'bad packet'))}
${tile('Messages', formatCount(messages.messages), `${counted(messages.heartbeats, 'heartbeat')}, ${counted(messages.texts, 'text')}`)}
${signals === undefined ? tile('Alerts', '–', 'detectors did not run') : tile('Alerts', formatCount(alerts.length), html`<span class="buy">▲ ${to('BUY')}</span> <span class="sell">▼ ${to('SELL')}</span> <span class="neutral">● ${to('NEUTRAL')}</span> · ${formatCount(held)} held back`)}
${tile('Gaps', formatCount(facts.gaps.length), gapWords(report) ?? 'no silence in trading hours')}
${tile('Findings', formatCount(found), findingWords(findings))}
</div>`,
  }
}

/** The two most frequent kinds by name. */
function findingWords(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing to report'
  const named = [...findings].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)).slice(0, NAMED)
  const more = findings.length - named.length
  return `${named.map(({ code, count }) => `${formatCount(count)} ${code}`).join(', ')}${more > 0 ? `, ${counted(more, 'other kind')}` : ''}`
}

const unknownWords = (unknown: number): string => (unknown === 0 ? 'all in the master' : `${formatCount(unknown)} unknown`)

const tile = (name: string, figure: string, more: string | Html): Html =>
  html`<div class="tile"><h3>${name}</h3><p class="figure">${figure}</p><p class="more">${more}</p></div>`

function chartSection({ instruments, interval }: DayReport): ReportSection {
  const body =
    instruments.length === 0
      ? html`<p class="empty">No instrument had a packet: there is nothing to draw.</p>`
      : html`<div id="chart" data-interval="${interval}"><noscript><p class="empty">The chart needs JavaScript; the tables below do not.</p></noscript></div>`
  return { id: 'chart', title: 'Chart', body }
}

function feedSection({ facts, feed }: DayReport): ReportSection {
  const left_out =
    feed.left_out === 0
      ? undefined
      : html`<p class="note">${counted(feed.left_out, 'message')} far from the first in time not drawn.</p>`
  return {
    id: 'feed',
    title: 'Feed',
    body: html`<h3>Messages per second</h3>
<div id="feed-chart"></div>${left_out}
${listHtml([
  ['Messages', `${formatCount(facts.messages.messages)} (${formatBytes(facts.messages.message_bytes)})`],
  ['Packets', countsText(facts.packets)],
  ['Exchanges', countsText(facts.instruments.by_exchange)],
  ['Asset classes', countsText(facts.instruments.by_asset_class)],
])}`,
  }
}

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(' · ') || 'none'

function sourcesSection({ sources, signals, version, interval }: DayReport): ReportSection {
  return {
    id: 'sources',
    title: 'Made of',
    body: listHtml([
      [
        'Recordings',
        html`<ul>${sources.files.map(
          ({ name, bytes, records, packing }) =>
            html`<li>${name} <small>${formatCount(bytes)} bytes${packing === 'plain' ? '' : ` (${packing})`}, ${counted(records, 'record')}</small></li>`,
        )}</ul>`,
      ],
      ['Masters', sources.masters.join(', ') || 'none: tokens stand for themselves'],
      ['Bars', interval],
      ...(sources.symbols.length === 0 ? [] : ([['Symbols asked for', sources.symbols.join(', ')]] as const)),
      ...(signals === undefined
        ? []
        : ([
            ['Configuration', html`<code>${signals.config_hash}</code>`],
            ['Baseline', signals.baseline ?? 'none'],
            ['Plugins', sources.plugins.join(', ') || 'none'],
          ] as const)),
      ['mds', version],
    ]),
  }
}
