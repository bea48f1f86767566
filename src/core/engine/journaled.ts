import type { Gap, Journaled } from '../candles/index.js'
import type { JournalEntry } from '../recording/index.js'
import { byEnd } from './pipeline.js'

/** The journal of one profile's day, and which dense connection each of its connections is (undefined: none of the files at hand). */
export interface ProfileJournal {
  readonly entries: readonly JournalEntry[]
  connectionOf(connection: number): number | undefined
}

interface Cover {
  readonly from_ms: number
  readonly to_ms: number
  readonly journal: ProfileJournal
}

/**
 * What journals say of the recordings they lie beside. From its first `session_start` to its last `session_end` a journal tells everything,
 * the hours between two captures included (`recorder_down`); a capture that has not ended, or was killed, covers what follows.
 */
export function journaledOf(journals: readonly ProfileJournal[]): Journaled {
  const covers = journals.flatMap(coverOf)
  const gaps = journals.flatMap(gapsOf).sort(byEnd)
  return {
    gaps,
    covers: (connection, from_ms, to_ms) =>
      covers.some(
        (cover) => cover.from_ms <= from_ms && to_ms <= cover.to_ms && denseConnections(cover.journal).includes(connection),
      ),
  }
}

const CONNECTIONS = [1, 2, 3]
const denseConnections = (journal: ProfileJournal): (number | undefined)[] => CONNECTIONS.map((n) => journal.connectionOf(n))

function coverOf(journal: ProfileJournal): Cover[] {
  const sessions = journal.entries.filter(({ event }) => event === 'session_start' || event === 'session_end')
  const first = sessions.find(({ event }) => event === 'session_start')
  const last = sessions.at(-1)
  if (first === undefined || last === undefined) return []
  return [{ from_ms: first.at_ms, to_ms: last.event === 'session_end' ? last.at_ms : Number.POSITIVE_INFINITY, journal }]
}

function gapsOf({ entries, connectionOf }: ProfileJournal): Gap[] {
  return entries.flatMap((entry): Gap[] => {
    if (entry.event !== 'gap') return []
    const { from_ms, to_ms, tokens } = entry
    const connection = connectionOf(entry.connection)
    // A connection without a file never had a record: its instruments are named by token, or unknown.
    if (connection === undefined && tokens === undefined) return []
    return [{ connection: connection ?? 0, from_ms, to_ms, ...(tokens === undefined ? {} : { tokens }) }]
  })
}
