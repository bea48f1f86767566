import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Journaled } from '../core/candles/index.js'
import type { Diagnostic } from '../core/diagnostics.js'
import { journaledOf, type ProfileJournal } from '../core/engine/index.js'
import { journalName, readJournal } from '../core/recording/index.js'
import type { SessionFiles } from './find-recordings.js'
import { connectionKey, connectionsOf } from './read-session.js'

/** What the journals beside the recordings of a day say. None at all is legal: silences then speak for themselves. */
export function sessionJournals(session: SessionFiles, onDiagnostic: (diagnostic: Diagnostic) => void): Journaled {
  const connections = connectionsOf(session)
  return journaledOf(
    journalPaths(session).flatMap(({ path, profile }): ProfileJournal[] => {
      const text = textOf(path)
      if (text === undefined) return []
      const { entries, damaged_lines } = readJournal(text)
      for (const line of damaged_lines)
        onDiagnostic({ code: 'damaged_journal', file: path, record: -1, offset: -1, detail: { line } })
      const connectionOf = (connection: number): number | undefined => {
        const index = connections.indexOf(connectionKey({ profile, connection }))
        return index < 0 ? undefined : index
      }
      return [{ entries, connectionOf }]
    }),
  )
}

/** Which journals there may be. */
export function journalPaths({ day, files }: SessionFiles): { path: string; profile: string }[] {
  if (day === undefined) return []
  const paths = files.map(({ path, profile }) => ({ path: join(dirname(path), journalName(profile, day)), profile }))
  return [...new Map(paths.map((journal) => [journal.path, journal])).values()]
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
