import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EXIT, MdsError } from '../../core/errors.js'
import {
  type IndexReading,
  indexName,
  type JournalReading,
  journalName,
  type Manifest,
  manifestName,
  readIndex,
  readJournal,
  readManifest,
} from '../../core/recording/index.js'
import type { IstDay } from '../../core/time/index.js'

/** Name of a recording without folder and without the ending of a packed file: the one its index and manifest go by. */
export const plainName = (path: string): string => basename(path).replace(/\.(?:zst|gz)$/, '')
export const indexPath = (path: string): string => join(dirname(path), indexName(plainName(path)))
export const manifestPath = (path: string): string => join(dirname(path), manifestName(plainName(path)))

/** The index beside a recording; undefined when there is none. */
export function indexBeside(path: string): IndexReading | undefined {
  const bytes = readIfThere(indexPath(path))
  return bytes === undefined ? undefined : readIndex(bytes)
}

export function manifestBeside(path: string): Manifest | 'damaged' | undefined {
  const bytes = readIfThere(manifestPath(path))
  return bytes === undefined ? undefined : (readManifest(bytes.toString('utf8')) ?? 'damaged')
}

/** The journal of a profile and day. */
export function journalOf(folder: string, profile: string, day: IstDay): JournalReading | undefined {
  const bytes = readIfThere(join(folder, journalName(profile, day)))
  return bytes === undefined ? undefined : readJournal(bytes.toString('utf8'))
}

/** What the user may not read is told; what is not there is undefined. */
export function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === '') throw error
    throw new MdsError('unreadable_file', {
      message: `Cannot read ${path}, which lies beside a recording: ${code}.`,
      suggestions: [`ls -l ${dirname(path)}`],
      exitCode: EXIT.unreadable,
    })
  }
}
