import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InstrumentTable } from '../core/market/index.js'
import { MASTER_ENDINGS, masterName } from '../core/recording/index.js'
import type { SessionFiles } from './find-recordings.js'
import { type InstrumentsFile, loadInstruments } from './instruments-file.js'

export interface SessionInstruments {
  readonly table: InstrumentTable
  readonly files: readonly InstrumentsFile[]
}

/** The master the user names, or those of the day beside the recordings. None at all is legal: tokens then stand for themselves. */
export async function sessionInstruments(session: SessionFiles, named: readonly string[]): Promise<SessionInstruments> {
  const files: InstrumentsFile[] = []
  for (const path of masterPaths(session, named)) files.push(await loadInstruments(path))
  return { table: InstrumentTable.of(...files.map(({ instruments }) => instruments)), files }
}

/** Which files `sessionInstruments` reads. */
export const masterPaths = (session: SessionFiles, named: readonly string[]): readonly string[] =>
  named.length > 0 ? named : mastersBeside(session)

function mastersBeside(session: SessionFiles): string[] {
  const day = session.day
  if (day === undefined) return []
  const candidates = session.files.flatMap(({ path, profile }) =>
    MASTER_ENDINGS.map((ending) => join(dirname(path), masterName(profile, day, ending))),
  )
  return [...new Set(candidates)].filter((path) => existsSync(path))
}
