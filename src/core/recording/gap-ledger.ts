import type { JournalEntry, RecordedGap } from './journal.js'

/** A stretch of time, `[from_ms, to_ms)`. */
export interface TimeSpan {
  readonly from_ms: number
  readonly to_ms: number
}

/** What a journal says about what is missing. */
export interface JournalLedger {
  /** As they were told, each once. */
  readonly gaps: readonly RecordedGap[]
  /** Everything was told then: a silence is no gap unless the journal says so. Undefined: never. */
  readonly covered: TimeSpan | undefined
  /** The capture was killed, or still runs: what was missing at its end may not be told. */
  readonly is_open: boolean
}

/**
 * Reads the ledger off the entries of one journal, in their order. From its first `session_start` to its last `session_end` a journal tells
 * everything, the hours between two captures included (`recorder_down`); a capture that has not ended covers what follows.
 */
export function ledgerOf(entries: readonly JournalEntry[]): JournalLedger {
  const gaps = distinctGaps(entries.flatMap((entry) => (entry.event === 'gap' ? [gapOf(entry)] : [])))
  const sessions = entries.filter(({ event }) => event === 'session_start' || event === 'session_end')
  const first = sessions.find(({ event }) => event === 'session_start')
  const last = sessions.at(-1)
  if (first === undefined || last === undefined) return { gaps, covered: undefined, is_open: false }
  const is_open = last.event === 'session_start'
  return { gaps, covered: { from_ms: first.at_ms, to_ms: is_open ? Number.POSITIVE_INFINITY : last.at_ms }, is_open }
}

function gapOf({ connection, from_ms, to_ms, cause, grade, tokens, records }: RecordedGap): RecordedGap {
  return {
    connection,
    from_ms,
    to_ms,
    cause,
    grade,
    ...(tokens === undefined ? {} : { tokens }),
    ...(records === undefined ? {} : { records }),
  }
}

/** The same gap told twice, in a journal and in a manifest, once; in the order of `byTime`. */
export function distinctGaps(gaps: readonly RecordedGap[]): RecordedGap[] {
  const by_key = new Map<string, RecordedGap>()
  for (const gap of gaps) {
    const { connection, from_ms, to_ms, cause, grade, tokens } = gap
    const key = `${connection} ${from_ms} ${to_ms} ${cause} ${grade} ${tokens?.join(',') ?? 'all'}`
    if (!by_key.has(key)) by_key.set(key, gap)
  }
  return [...by_key.values()].sort(byTime)
}

/** By begin, end, connection, cause, and first instrument. */
export const byTime = (a: RecordedGap, b: RecordedGap): number =>
  a.from_ms - b.from_ms ||
  a.to_ms - b.to_ms ||
  a.connection - b.connection ||
  (a.cause < b.cause ? -1 : a.cause > b.cause ? 1 : 0) ||
  (a.tokens?.[0] ?? 0) - (b.tokens?.[0] ?? 0)

export const overlaps = (a: TimeSpan, b: TimeSpan): boolean => a.from_ms < b.to_ms && b.from_ms < a.to_ms

/** Every moment of a silence of this connection is one of which all was told, or lies in a gap that was. */
export function isDecided(silence: TimeSpan, connection: number, { gaps, covered }: JournalLedger): boolean {
  const whole = gaps.filter((gap) => gap.connection === connection && gap.tokens === undefined)
  let decided_ms = silence.from_ms
  for (const { from_ms, to_ms } of [...(covered === undefined ? [] : [covered]), ...whole].sort((a, b) => a.from_ms - b.from_ms))
    if (from_ms <= decided_ms) decided_ms = Math.max(decided_ms, to_ms)
  return decided_ms >= silence.to_ms
}

/** Length of the union of some spans, ms. */
export function unionMs(spans: readonly TimeSpan[]): number {
  let total_ms = 0
  let end_ms = Number.NEGATIVE_INFINITY
  for (const { from_ms, to_ms } of [...spans].sort((a, b) => a.from_ms - b.from_ms)) {
    total_ms += Math.max(0, to_ms - Math.max(from_ms, end_ms))
    end_ms = Math.max(end_ms, to_ms)
  }
  return total_ms
}
