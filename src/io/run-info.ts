import { type EventFact, FactsCollector, type SessionFacts } from '../core/engine/index.js'
import { escaped } from '../core/escaped.js'
import { formatClock } from '../core/time/index.js'
import { formatCount } from '../core/view/index.js'
import type { FileSummary } from './read-session.js'
import { type RunListener, runSessions, type SessionRequest, type SessionRun } from './run-sessions.js'

export interface SessionInfo extends SessionFacts {
  readonly files: readonly FileSummary[]
  readonly masters: readonly string[]
  readonly diagnostics: ReturnType<SessionRun['diagnostics']['summary']>
}

/** What is in the recordings, day by day. */
export async function runInfo(
  request: SessionRequest,
  run: RunListener,
): Promise<{ sessions: SessionInfo[]; runs: SessionRun[] }> {
  const facts: SessionFacts[] = []
  const runs = await runSessions(
    {
      ...request,
      clock: 'trade',
      bars: { intervals: [], auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
    },
    run,
    () => {
      const collector = new FactsCollector()
      return {
        onCandle: () => {},
        onVolumeEvent: (event) => collector.onVolumeEvent(event),
        onEnd: (pipeline) => facts.push(collector.facts(pipeline)),
      }
    },
  )
  const sessions = runs.map(({ files, masters, diagnostics }, index) => ({
    ...(facts[index] as SessionFacts),
    files,
    masters,
    diagnostics: diagnostics.summary(),
  }))
  return { sessions, runs }
}

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join('  ') || 'none'

/** The same for people: a block per day. */
export function infoLines(info: SessionInfo, diagnostics: readonly string[]): string[] {
  const bytes = info.files.reduce((sum, file) => sum + file.bytes, 0)
  const unlisted = info.volume_events_total - info.volume_events.length
  const rows: [string, string][] = [
    ['files', `${info.files.length}, ${formatCount(bytes)} bytes`],
    ...info.files.map((file): [string, string] => [
      '',
      `${file.path}  ${formatCount(file.records)} records, ${formatCount(file.bytes)} bytes${file.packing === 'plain' ? '' : ` (${file.packing})`}${file.byte_order === 'big' ? '' : ', little-endian'}`,
    ]),
    ['master', info.masters.join(', ') || 'none: tokens stand for themselves'],
    ['span', `${info.span.first} to ${info.span.last} (${formatCount(info.span.seconds)} s)`],
    [
      'messages',
      `${formatCount(info.messages.messages)}: ${formatCount(info.messages.heartbeats)} heartbeats, ${formatCount(info.messages.texts)} texts`,
    ],
    ['packets', `${formatCount(info.messages.packets)}: ${listed(info.packets)}`],
    [
      'instruments',
      `${formatCount(info.instruments.total)} (${info.instruments.unknown} unknown): ${listed(info.instruments.by_exchange)}`,
    ],
    ['', listed(info.instruments.by_asset_class)],
    ['gaps', info.gaps.length === 0 ? 'none' : String(info.gaps.length)],
    ...info.gaps.map((gap): [string, string] => ['', `${gap.from} to ${gap.to}  ${gap.seconds} s`]),
    ['volume', listed(info.volume)],
    ...info.volume_events.map((event): [string, string] => ['', `${event.at}  ${event.symbol}  ${eventText(event)}`]),
    ...(unlisted > 0 ? [['', `... ${formatCount(unlisted)} more`] satisfies [string, string]] : []),
    ['findings', diagnostics.length === 0 ? 'none' : ''],
  ]
  return [
    info.date,
    ...rows.map(([name, text]) => `  ${name.padEnd(12)} ${text}`),
    ...diagnostics.map((line) => `    ${line}`),
  ].map(escaped)
}

const eventText = ({ kind, from, to }: EventFact): string =>
  kind === 'gap'
    ? `gap since ${formatClock(from * 1000)}, ${formatCount(to)} traded meanwhile`
    : `${kind}: ${formatCount(from)} to ${formatCount(to)}`
