import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseSegmentName, type SegmentName } from '../../core/recording/index.js'
import { manifestPath, plainName, readIfThere } from './beside.js'

const LOCK = '.lock'
const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** Is a capture writing this recording: its folder is locked by a process that lives, and it is the newest part of its connection, not closed yet. */
export function isBeingWritten(path: string): boolean {
  if (path === '-' || plainName(path) !== basename(path)) return false
  if (lockHolder(dirname(path)) === undefined || readIfThere(manifestPath(path)) !== undefined) return false
  const own = parseSegmentName(basename(path))
  if (own === undefined) return false
  return !readdirSync(dirname(path)).some((name) => {
    const other = name.endsWith('.bin') ? parseSegmentName(name) : undefined
    return other !== undefined && isOfSameConnection(own, other) && isLater(other, own)
  })
}

/** The process that captures into a folder; undefined when none does. A lock that a crash left behind names a process of another boot, or a dead one. */
export function lockHolder(folder: string): number | undefined {
  const text = readIfThere(join(folder, LOCK))?.toString('utf8')
  if (text === undefined) return undefined
  const { pid, boot_id } = parsed(text)
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
  const here = bootId()
  if (here !== undefined && typeof boot_id === 'string' && boot_id.trim() !== here) return undefined
  return isAlive(pid) ? pid : undefined
}

const isOfSameConnection = (a: SegmentName, b: SegmentName): boolean => a.profile === b.profile && a.connection === b.connection
const isLater = (a: SegmentName, b: SegmentName): boolean =>
  a.day - b.day > 0 || (a.day === b.day && ((a.minute ?? 0) - (b.minute ?? 0) || a.part - b.part) > 0)

function parsed(text: string): { pid?: unknown; boot_id?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function bootId(): string | undefined {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim()
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
