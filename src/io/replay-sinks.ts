import { usageError } from '../core/errors.js'
import type { ReplaySummary } from './replay-session.js'
import type { SinkStatus } from './sinks/live-sink.js'

const SINK_NAMES = ['redis', 'jsonl'] as const
export type SinkName = (typeof SINK_NAMES)[number]

export interface SinkSummary extends ReplaySummary {
  readonly sinks: readonly SinkStatus[]
}

/** `--to` names the end of the window, sinks, or both in turn. `places`: where each sink is, if the command line says so. */
export function splitTo(
  words: readonly string[],
  places: Readonly<Partial<Record<SinkName, string | undefined>>>,
): { to: string | undefined; sinks: readonly SinkName[] } {
  const parts = words.flatMap((word) => word.split(',')).map((word) => word.trim())
  const [to, ...more] = parts.filter((part) => !SINK_NAMES.some((name) => name === part))
  if (more.length > 0)
    throw usageError(
      'bad_to',
      `--to takes one time and the sinks ${SINK_NAMES.join(', ')}, found ${[to, ...more].join(' and ')}.`,
      'mds replay --to 15:30',
      'mds replay --to redis',
    )
  const sinks = SINK_NAMES.filter((name) => parts.includes(name))
  const stray = SINK_NAMES.find((name) => places[name] !== undefined && !sinks.includes(name))
  if (stray !== undefined)
    throw usageError('bad_to', `--${stray} says where, but --to ${stray} is missing.`, `mds replay --to ${stray}`)
  return { to, sinks }
}

/** `redis: 12345 messages sent, 0 dropped`, for each sink there was. */
export function sinkLines(summary: ReplaySummary | SinkSummary): string[] {
  if (!('sinks' in summary)) return []
  return summary.sinks.map((status) => sinkLine(status, 'messages'))
}

/** `what`: messages or alerts. */
export const sinkLine = ({ name, sent, dropped }: SinkStatus, what: string): string =>
  `${name}: ${sent} ${what} sent, ${dropped} dropped`
