import { overlaps } from './gap-ledger.js'
import type { JournalEntry, RecordedGap } from './journal.js'

/** Instruments by connection. */
type Carried = ReadonlyMap<number, ReadonlySet<number>>

/** A gap with all instruments that its connection carried as it began; as it was told where the journal does not say which. */
export function spellOut(gaps: readonly RecordedGap[], entries: readonly JournalEntry[]): RecordedGap[] {
  return sweep(gaps, entries, (gap, carried) => withTokens(gap, tokensOf(gap, carried)))
}

/** The same less the instruments that another connection carried too, and received without a gap meanwhile. */
export function missedByAll(gaps: readonly RecordedGap[], entries: readonly JournalEntry[]): RecordedGap[] {
  return sweep(gaps, entries, (gap, carried) => {
    const others = [...carried].filter(([connection]) => connection !== gap.connection)
    const theirs = gaps.filter((other) => other.connection !== gap.connection && overlaps(other, gap))
    const has = (connection: number, token: number): boolean =>
      !theirs.some((other) => other.connection === connection && (other.tokens?.includes(token) ?? true))
    const missed = tokensOf(gap, carried)?.filter(
      (token) => !others.some(([connection, tokens]) => tokens.has(token) && has(connection, token)),
    )
    return withTokens(gap, missed)
  })
}

const tokensOf = (gap: RecordedGap, carried: Carried): readonly number[] | undefined => {
  const own = carried.get(gap.connection)
  return gap.tokens ?? (own === undefined || own.size === 0 ? undefined : [...own].sort((a, b) => a - b))
}

const withTokens = (gap: RecordedGap, tokens: readonly number[] | undefined): RecordedGap =>
  tokens === undefined ? gap : { ...gap, tokens }

/** Calls `one` for each gap with what the connections carried as it began. The answers keep the order of the gaps. */
function sweep(
  gaps: readonly RecordedGap[],
  entries: readonly JournalEntry[],
  one: (gap: RecordedGap, carried: Carried) => RecordedGap,
): RecordedGap[] {
  const carried = new Map<number, Set<number>>()
  const found = new Map<RecordedGap, RecordedGap>()
  let next = 0
  for (const gap of [...gaps].sort((a, b) => a.from_ms - b.from_ms)) {
    for (; next < entries.length && (entries[next] as JournalEntry).at_ms <= gap.from_ms; next++)
      follow(carried, entries[next] as JournalEntry)
    found.set(gap, one(gap, carried))
  }
  return gaps.map((gap) => found.get(gap) ?? gap)
}

function follow(carried: Map<number, Set<number>>, entry: JournalEntry): void {
  switch (entry.event) {
    case 'session_start':
      carried.clear()
      break
    case 'subscribed':
    case 'takeover':
    case 'returned': {
      const own = carried.get(entry.connection) ?? new Set()
      for (const token of entry.tokens) own.add(token)
      carried.set(entry.connection, own)
      if (entry.event !== 'subscribed') for (const token of entry.tokens) carried.get(entry.from_connection)?.delete(token)
      break
    }
    case 'unsubscribed':
      for (const token of entry.tokens) carried.get(entry.connection)?.delete(token)
      break
    default:
      break
  }
}
