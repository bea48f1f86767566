import type { Gap, Journaled } from '../candles/index.js'
import { isDecided, type JournalLedger } from '../recording/index.js'
import { byEnd } from './pipeline.js'

/** What is written down of one profile's day, and which dense connection each of its connections is (undefined: none of the files at hand). */
export interface ProfileLedger extends JournalLedger {
  connectionOf(connection: number): number | undefined
}

/** What journals and manifests say of the recordings they lie beside, for the engine. */
export function journaledOf(ledgers: readonly ProfileLedger[]): Journaled {
  // Two folders of one profile are one connection of it.
  const told = ledgers.flatMap((ledger) =>
    CONNECTIONS.map((connection) => ({ ledger, connection, dense: ledger.connectionOf(connection) })),
  )
  return {
    gaps: ledgers.flatMap(gapsOf).sort(byEnd),
    covers: (dense, from_ms, to_ms) =>
      told.some((one) => one.dense === dense && isDecided({ from_ms, to_ms }, one.connection, one.ledger)),
    isOpen: (dense) => told.some((one) => one.dense === dense && one.ledger.is_open),
  }
}

/** As many as a capture has at the most. */
const CONNECTIONS = [1, 2, 3]

function gapsOf({ gaps, connectionOf }: ProfileLedger): Gap[] {
  return gaps.flatMap(({ connection, from_ms, to_ms, tokens }): Gap[] => {
    const dense = connectionOf(connection)
    // A connection without a file never had a record: its instruments are named by token, or unknown.
    if (dense === undefined && tokens === undefined) return []
    return [{ connection: dense ?? 0, from_ms, to_ms, ...(tokens === undefined ? {} : { tokens }) }]
  })
}
