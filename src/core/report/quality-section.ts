import { formatClock, parseIso } from '../time/index.js'
import { counted, formatCount, formatSpan } from '../view/index.js'
import type { DayReport, InstrumentReport } from './day-report.js'
import { type Html, html } from './html.js'
import type { ReportSection } from './report-page.js'
import { type TableCell, tableHtml } from './table-html.js'

/** What the volume ledger and the bars counted, in words; docs/volume.md has the rules. */
const LEDGER: Readonly<Record<string, string>> = {
  duplicates: 'packets that repeat the one before: dropped',
  cached: 'snapshots of an earlier session: dropped',
  late: 'packets whose exchange time lies behind the last one',
  corrections: 'times the exchange took volume back',
  faults: 'packets whose volume collapsed and came back: their volume ignored',
  wraps: 'times the 32-bit volume wrapped',
  rebases: 'times a lower volume proved to be the truth',
  joined_mid_session: 'instruments first seen after their session had begun',
  gap_increments: 'packets that told volume traded during a gap',
  implausible_times: 'packets with a time that cannot be',
  late_trades: 'trades told after their bar was final',
  late_volume: 'volume of those: in the day, in no bar',
  off_session_volume: 'volume outside the hours of the session',
  missed: 'volume that had traded before the first packet',
}
/** Unknown tokens listed by name. */
const UNKNOWN_MAX = 60

/** What is wrong or missing in the data: nothing is left unsaid because a picture looks better without it. */
export function qualitySection(report: DayReport): ReportSection {
  return {
    id: 'quality',
    title: 'Data quality',
    body: html`
<div class="columns">
<div><h3>Gaps</h3>${gaps(report)}
<h3>Findings</h3>${findings(report)}
<h3>Unknown instruments</h3>${unknown(report.instruments)}</div>
<div><h3>Volume and time</h3>${ledger(report)}</div>
</div>
<h3>Corrections and faults of the volume</h3>${volumeEvents(report)}`,
  }
}

function gaps({ facts, sources }: DayReport): Html {
  return tableHtml({
    caption: 'Times in which a connection received nothing',
    columns: [{ head: 'From' }, { head: 'To' }, { head: 'Seconds', kind: 'number' }, { head: 'Connection' }],
    rows: facts.gaps.map(({ from, to, seconds, connection }) => ({
      cells: [
        clockOf(from),
        clockOf(to),
        { text: formatCount(seconds), sort: seconds },
        sources.connections[connection] ?? String(connection),
      ],
    })),
    empty:
      'None: every connection was heard of at least every 15 s during trading hours, or its journal says that nothing was lost.',
  })
}

function ledger({ facts }: DayReport): Html {
  const counts: Readonly<Record<string, number>> = facts.volume
  return tableHtml({
    caption: 'What the volume ledger met',
    columns: [{ head: 'What' }, { head: 'Count', kind: 'number' }, { head: 'Meaning' }],
    sortable: false,
    rows: Object.entries(LEDGER)
      .filter(([name]) => (counts[name] ?? 0) > 0)
      .map(([name, says]) => ({ cells: [name, formatCount(counts[name] ?? 0), says] })),
    empty: 'Nothing but plain packets in order.',
  })
}

function findings({ findings: list }: DayReport): Html {
  return tableHtml({
    caption: 'Findings about the data',
    columns: [{ head: 'Finding' }, { head: 'Count', kind: 'number' }, { head: 'What it means' }],
    rows: list.map(({ code, count, says, first }) => ({
      cells: [
        code,
        { text: formatCount(count), sort: count },
        first.length === 0
          ? says
          : html`${says}.<details><summary>${first.length === count ? counted(count, 'place') : `the first ${first.length}`}</summary>
<ul>${first.map((line) => html`<li>${line}</li>`)}</ul></details>`,
      ],
    })),
    empty: 'None: no damage, no gap, no unknown token.',
  })
}

function unknown(instruments: readonly InstrumentReport[]): Html {
  const tokens = instruments.filter(({ instrument }) => !instrument.known).map(({ instrument }) => instrument.instrument_token)
  if (tokens.length === 0) return html`<p class="empty">None: the master names every token.</p>`
  const more = tokens.length > UNKNOWN_MAX ? ` and ${formatCount(tokens.length - UNKNOWN_MAX)} more` : ''
  return html`<p>${counted(tokens.length, 'token')} without a name in the master: ${tokens
    .sort((a, b) => a - b)
    .slice(0, UNKNOWN_MAX)
    .join(', ')}${more}.</p>`
}

function volumeEvents({ facts }: DayReport): Html {
  const unlisted = facts.volume_events_total - facts.volume_events.length
  return html`${tableHtml({
    caption: 'Corrections, wraps, faults and volume over gaps',
    columns: [
      { head: 'Time' },
      { head: 'Symbol' },
      { head: 'Kind' },
      { head: 'Volume before', kind: 'number' },
      { head: 'Volume after', kind: 'number' },
    ],
    rows: facts.volume_events.map(({ at, symbol, kind, from, to }) => ({
      cells:
        kind === 'gap'
          ? [clockOf(at), symbol, `gap since ${formatClock(from * 1000)}, traded meanwhile`, undefined, countOf(to)]
          : [clockOf(at), symbol, kind, countOf(from), countOf(to)],
    })),
    empty: 'None.',
  })}${unlisted > 0 ? html`<p class="note">${formatCount(unlisted)} more are not listed.</p>` : undefined}`
}

const countOf = (count: number): TableCell => ({ text: formatCount(count), sort: count })
const clockOf = (iso: string): string => formatClock(parseIso(iso) ?? 0)

/** `3 gaps, 2 min 10 s`, or undefined without any. */
export function gapWords({ facts }: DayReport): string | undefined {
  const { gaps: list } = facts
  if (list.length === 0) return undefined
  return formatSpan(list.reduce((sum, { seconds }) => sum + seconds, 0) * 1000)
}
