import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isLaterSegment, parseSegmentName } from '../../core/recording/index.js'
import { folderHolder } from '../recorder/folder-lock.js'
import { systemFiles } from '../recorder/system-files.js'
import { manifestPath, plainName, readIfThere } from './beside.js'

/**
 * Is a capture writing this recording: its folder is held by a process that lives, and it is the newest part of its connection, not closed yet.
 */
export async function isBeingWritten(path: string): Promise<boolean> {
  if (path === '-' || plainName(path) !== basename(path)) return false
  const own = parseSegmentName(basename(path))
  if (own === undefined || readIfThere(manifestPath(path)) !== undefined) return false
  if ((await writerOf(path)) === undefined) return false
  return !readdirSync(dirname(path)).some((name) => {
    const other = name.endsWith('.bin') ? parseSegmentName(name) : undefined
    return other?.profile === own.profile && other.connection === own.connection && isLaterSegment(other, own)
  })
}

/** The process that captures into the folder of a recording; undefined when none does. */
export const writerOf = async (path: string): Promise<number | undefined> => (await folderHolder(systemFiles, dirname(path)))?.pid
