import type { JournalEntry, RecordedGap } from './journal.js'

/** A stretch of time, `[from_ms, to_ms)`. */
export interface TimeSpan {
  readonly from_ms: number
  readonly to_ms: number
}

/** What the journal of a day says about what is missing. */
export interface JournalLedger {
  /** With the instruments spelt out where the journal tells which ones the connection alone carried. */
  readonly gaps: readonly RecordedGap[]
  /** While a capture told everything: within these a silence is no gap unless the journal says so. */
  readonly covered: readonly TimeSpan[]
}

/** Reads the ledger off the entries of one journal, in their order. */
export function ledgerOf(entries: readonly JournalEntry[]): JournalLedger {
  const gaps: RecordedGap[] = []
  const covered: TimeSpan[] = []
  const carried = new Map<number, Set<number>>()
  let begun_ms: number | undefined
  let last_ms = 0
  const endSession = (to_ms: number): void => {
    if (begun_ms !== undefined && to_ms > begun_ms) covered.push({ from_ms: begun_ms, to_ms })
    begun_ms = undefined
  }
  for (const entry of entries) {
    switch (entry.event) {
      case 'session_start':
        endSession(last_ms) // the one before was killed: it told everything up to its last line
        begun_ms = entry.at_ms
        carried.clear()
        break
      case 'session_end':
        endSession(entry.at_ms)
        break
      case 'subscribed':
      case 'takeover':
      case 'returned':
        carry(carried, entry.connection, entry.tokens)
        if (entry.event !== 'subscribed') drop(carried, entry.from_connection, entry.tokens)
        break
      case 'unsubscribed':
        drop(carried, entry.connection, entry.tokens)
        break
      case 'gap':
        gaps.push(gapOf(entry, carried))
        break
      default:
        break
    }
    last_ms = Math.max(last_ms, entry.at_ms)
  }
  endSession(last_ms)
  return { gaps, covered }
}

function carry(carried: Map<number, Set<number>>, connection: number, tokens: readonly number[]): void {
  const own = carried.get(connection) ?? new Set()
  for (const token of tokens) own.add(token)
  carried.set(connection, own)
}

function drop(carried: Map<number, Set<number>>, connection: number, tokens: readonly number[]): void {
  for (const token of tokens) carried.get(connection)?.delete(token)
}

function gapOf(
  { connection, from_ms, to_ms, cause, grade, tokens, records }: RecordedGap,
  carried: ReadonlyMap<number, ReadonlySet<number>>,
): RecordedGap {
  const own = tokens ?? ownTokens(connection, carried)
  return {
    connection,
    from_ms,
    to_ms,
    cause,
    grade,
    ...(own === undefined ? {} : { tokens: own }),
    ...(records === undefined ? {} : { records }),
  }
}

/** What this connection carries and no other one does. Undefined when the journal does not say. */
function ownTokens(connection: number, carried: ReadonlyMap<number, ReadonlySet<number>>): number[] | undefined {
  const own = carried.get(connection)
  if (own === undefined || own.size === 0) return undefined
  const others = [...carried].filter(([other]) => other !== connection).map(([, tokens]) => tokens)
  return [...own].filter((token) => !others.some((tokens) => tokens.has(token))).sort((a, b) => a - b)
}

/** The same gap told twice, in a journal and in a manifest, once; by time, then connection. */
export function distinctGaps(gaps: readonly RecordedGap[]): RecordedGap[] {
  const by_key = new Map<string, RecordedGap>()
  for (const gap of gaps) {
    const key = `${gap.connection} ${gap.from_ms} ${gap.to_ms} ${gap.cause}`
    const known = by_key.get(key)
    if (known === undefined) by_key.set(key, gap)
    else if (known.tokens === undefined && gap.tokens !== undefined) by_key.set(key, gap)
  }
  return [...by_key.values()].sort(byTime)
}

/** By begin, end, connection, cause: a total order of distinct gaps. */
export const byTime = (a: RecordedGap, b: RecordedGap): number =>
  a.from_ms - b.from_ms ||
  a.to_ms - b.to_ms ||
  a.connection - b.connection ||
  (a.cause < b.cause ? -1 : a.cause > b.cause ? 1 : 0)

export const overlaps = (a: TimeSpan, b: TimeSpan): boolean => a.from_ms < b.to_ms && b.from_ms < a.to_ms

/** A silence that the journal decides about: it was told everything then, or tells of the gap itself. */
export const isDecided = (silence: TimeSpan, { gaps, covered }: JournalLedger): boolean =>
  gaps.some((gap) => overlaps(gap, silence)) ||
  covered.some((span) => span.from_ms <= silence.from_ms && silence.to_ms <= span.to_ms)

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
