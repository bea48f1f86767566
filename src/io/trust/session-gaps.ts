import { basename, dirname } from 'node:path'
import {
  distinctGaps,
  type JournalLedger,
  type JournalReading,
  ledgerOf,
  type Manifest,
  overlaps,
  parseSegmentName,
  type RecordedGap,
  type TimeSpan,
} from '../../core/recording/index.js'
import { type IstDay, istDayStartMs } from '../../core/time/index.js'
import type { RecordingFile } from '../find-recordings.js'
import { journalOf, manifestBeside } from './beside.js'

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

/** Reads journals and manifests; of files named one by one only the gaps of their hours and connections. */
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
  const { profile, day } = first
  const folder = dirname(first.path)
  const journal = day === undefined || first.path === '-' ? undefined : journalOf(folder, profile, day)
  const ledger = ledgerOf(journal?.entries ?? [])
  const manifests = files.map(({ path }) => (path === '-' ? undefined : manifestBeside(path)))
  const told = manifests.flatMap((manifest): readonly RecordedGap[] =>
    manifest === undefined || manifest === 'damaged' ? [] : (manifest satisfies Manifest).gaps,
  )
  const gaps = distinctGaps([...ledger.gaps, ...told]).filter((gap) => concerns(gap, files))
  return { folder, profile, day, files, journal, gaps, covered: ledger.covered }
}

function concerns(gap: RecordedGap, files: readonly RecordingFile[]): boolean {
  const connections = files.map(({ path }) => connectionInName(path))
  if (connections.every((connection) => connection !== undefined) && !connections.includes(gap.connection)) return false
  return files.some(({ path }) => overlaps(gap, hoursOf(path)))
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
