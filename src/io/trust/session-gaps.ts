import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import {
  distinctGaps,
  type JournalLedger,
  type JournalReading,
  ledgerOf,
  overlaps,
  parseSegmentName,
  type RecordedGap,
  type TimeSpan,
} from '../../core/recording/index.js'
import { type IstDay, istDayStartMs } from '../../core/time/index.js'
import type { RecordingFile } from '../find-recordings.js'
import { journalOf, manifestBeside, plainName } from './beside.js'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** The recordings of one profile and day in one folder, and what is written down about what they miss. */
export interface GapsOfProfile extends JournalLedger {
  readonly folder: string
  readonly profile: string
  readonly day: IstDay | undefined
  readonly files: readonly RecordingFile[]
  /** Undefined when there is none. */
  readonly journal: JournalReading | undefined
}

/** Reads journals and manifests; where a few files of a day are named, only the gaps of their time and connections. */
export function recordedGaps(files: readonly RecordingFile[]): GapsOfProfile[] {
  const groups = new Map<string, RecordingFile[]>()
  for (const file of files) {
    const key = JSON.stringify([dirname(file.path), file.profile, file.day ?? null])
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return [...groups.values()].map(gapsOfGroup)
}

function gapsOfGroup(files: readonly RecordingFile[]): GapsOfProfile {
  const [first] = files as [RecordingFile]
  const { profile, day, path } = first
  const folder = dirname(path)
  const journal = day === undefined || path === '-' ? undefined : journalOf(folder, profile, day)
  const ledger = ledgerOf(journal?.entries ?? [])
  const manifests = files.map((file) => (file.path === '-' ? undefined : manifestBeside(file.path)))
  const told = manifests.flatMap((manifest) => (manifest === undefined || manifest === 'damaged' ? [] : manifest.gaps))
  const gaps = distinctGaps([...ledger.gaps, ...told]).filter(concerning(files))
  return { ...ledger, folder, profile, day, files, journal, gaps }
}

/** Who names a whole day wants to know of an hour too whose file was lost. */
function concerning(files: readonly RecordingFile[]): (gap: RecordedGap) => boolean {
  if (isWholeDay(files)) return () => true
  const connections = files.map(({ path }) => connectionInName(path))
  const names_all = connections.every((connection) => connection !== undefined)
  const hours = files.map(({ path }) => hoursOf(path))
  const span = {
    from_ms: Math.min(...hours.map(({ from_ms }) => from_ms)),
    to_ms: Math.max(...hours.map(({ to_ms }) => to_ms)),
  }
  return (gap) => overlaps(gap, span) && (!names_all || connections.includes(gap.connection))
}

/** No other recording of this profile and day lies beside them. */
function isWholeDay(files: readonly RecordingFile[]): boolean {
  const [{ path, profile, day }] = files as [RecordingFile]
  if (path === '-' || day === undefined) return false
  const named = new Set(files.map((file) => plainName(file.path)))
  return namesIn(dirname(path)).every((name) => {
    const other = parseSegmentName(name)
    return other?.profile !== profile || other.day !== day || named.has(plainName(name))
  })
}

/** A folder may let its files be read and not be listed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Undefined where the name has none. */
function connectionInName(path: string): number | undefined {
  const name = parseSegmentName(basename(path))
  return name?.names_connection === true ? name.connection : undefined
}

/** The time that a recording's name speaks of: its hour, its day, or all time. */
function hoursOf(path: string): TimeSpan {
  const name = parseSegmentName(basename(path))
  if (name === undefined) return { from_ms: 0, to_ms: Number.POSITIVE_INFINITY }
  const midnight_ms = istDayStartMs(name.day)
  if (name.minute === undefined) return { from_ms: midnight_ms, to_ms: midnight_ms + DAY_MS }
  // a name that begins within an hour is that of a recording that was not cut by the hour
  if (name.minute % 60 !== 0) return { from_ms: midnight_ms + name.minute * 60_000, to_ms: midnight_ms + DAY_MS }
  const from_ms = midnight_ms + name.minute * 60_000
  return { from_ms, to_ms: from_ms + HOUR_MS }
}
