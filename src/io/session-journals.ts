import { join } from 'node:path'
import type { Journaled } from '../core/candles/index.js'
import type { Diagnostic } from '../core/diagnostics.js'
import { journaledOf, type ProfileLedger } from '../core/engine/index.js'
import { journalName } from '../core/recording/index.js'
import type { SessionFiles } from './find-recordings.js'
import { connectionKey, connectionsOf } from './read-session.js'
import { recordedGaps } from './trust/session-gaps.js'

/** What is written down beside the recordings of a day. Nothing at all is legal: silences then speak for themselves. */
export function sessionJournals(session: SessionFiles, onDiagnostic: (diagnostic: Diagnostic) => void): Journaled {
  const connections = connectionsOf(session)
  return journaledOf(
    recordedGaps(session.files).map((ledger): ProfileLedger => {
      const { folder, profile, day, journal } = ledger
      for (const line of journal?.damaged_lines ?? [])
        onDiagnostic({
          code: 'damaged_journal',
          file: join(folder, day === undefined ? profile : journalName(profile, day)),
          record: -1,
          offset: -1,
          detail: { line },
        })
      const connectionOf = (connection: number): number | undefined => {
        const index = connections.indexOf(connectionKey({ profile, connection }))
        return index < 0 ? undefined : index
      }
      return { ...ledger, connectionOf }
    }),
  )
}
