import { join } from 'node:path'
import {
  INDEX_ENTRY_BYTES,
  indexName,
  isLaterSegment,
  type JournalEntry,
  type JournalEvent,
  manifestName,
  type RecordedGap,
  readManifest,
  type SegmentName,
} from '../../core/recording/index.js'
import { type IstDay, istDay } from '../../core/time/index.js'
import { hourStartMs, parseHourly } from './hours.js'
import { JournalWriter } from './journal-writer.js'
import { Journals } from './journals.js'
import { codeOf, type RecorderFiles, type RecorderPorts } from './recorder-ports.js'
import { type Claim, type RecoveredSegment, recoverSegment } from './recover-segment.js'
import { readWholeFile } from './whole-file.js'

export interface RecoveryRequest {
  readonly folder: string
  readonly profile: string
  readonly ports: RecorderPorts
  /** Unless the last writer was killed on a machine that has run since, its last unsynced bytes are looked at more closely. */
  readonly power_cut: boolean
  /** On the clock that stamps the records. */
  readonly now_ms: number
  onEvent?(entry: JournalEntry): void
}

export interface Recovery {
  /** Whole records and a whole index, but no manifest yet. */
  readonly unclosed: readonly RecoveredSegment[]
  /** Time of the last record of each connection on the IST day of `now_ms`. */
  readonly last_ms: ReadonlyMap<number, number>
  /** What could not be made whole now, and why; it stays as it is. */
  readonly failed: readonly { file: string; code: string }[]
}

/**
 * Makes what a killed capture left whole again, in one folder that nobody writes to (the caller holds its lock). Touched are only recordings
 * that a capture of ours wrote: their index is there, and where it has entries the journal tells of the file.
 */
export async function recoverFolder(request: RecoveryRequest): Promise<Recovery> {
  const { folder, profile, ports, now_ms, power_cut } = request
  const { files } = ports
  const names = await removeUnfinished(files, folder, await files.list(folder))
  const there = new Set(names)
  const journal = new JournalWriter({ folder, profile, ports, fsync: 'always' })
  const journals = new Journals(files, folder, profile)
  const tell = async (event: JournalEvent): Promise<void> => {
    const today = istDay(now_ms)
    if (await journals.hasToldOn(today, event)) return
    const entry: JournalEntry = { at_ms: now_ms, ...event }
    journal.line(entry)
    if (!(await journal.synced())) throw Object.assign(new Error('the journal can not be written'), { code: journal.failure })
    journals.forget(today)
    request.onEvent?.(entry)
  }
  const unclosed: RecoveredSegment[] = []
  const failed: { file: string; code: string }[] = []
  const found: FoundSegment[] = []
  const last_ms = new Map<number, number>()
  const hear = (connection: number, time_ms: number | undefined): void => {
    if (time_ms !== undefined && istDay(time_ms) === istDay(now_ms))
      last_ms.set(connection, Math.max(time_ms, last_ms.get(connection) ?? 0))
  }
  try {
    for (const name of names) {
      const parsed = name.endsWith('.bin') ? parseHourly(profile, name) : undefined
      if (parsed === undefined) continue
      const { connection, hour, day } = parsed
      // What was closed on an earlier day was looked at then.
      if (day < istDay(now_ms) - 1 && there.has(manifestName(name))) continue
      try {
        const claimed = await claimOf(files, folder, name)
        if (claimed?.holds === true && !(power_cut && claimed.suspect)) {
          const { first_ms, last_ms: end_ms } = claimed
          hear(connection, end_ms)
          found.push({ ...parsed, first_ms, last_ms: end_ms, was_closed: true })
        } else if (await isOurs(files, folder, name, await journals.opened(day))) {
          const recovered = await recoverSegment(files, { folder, name, connection, hour, power_cut, claimed }, tell)
          if (recovered.good_bytes === 0) await removeEmpty(files, folder, name)
          else unclosed.push(recovered)
          hear(connection, recovered.last_ms)
          found.push({ ...parsed, first_ms: recovered.first_ms, last_ms: recovered.last_ms, was_closed: false })
        }
      } catch (error) {
        failed.push({ file: name, code: codeOf(error) })
      }
    }
    if (power_cut) for (const gap of holesBetween(found)) await tell({ event: 'gap', ...gap })
    for (const [connection, time_ms] of await startOfDay(journals, istDay(now_ms)))
      if (!last_ms.has(connection)) hear(connection, time_ms)
  } finally {
    await journal.close(true)
  }
  return { unclosed, last_ms, failed }
}

/** A segment as it was found, or made whole. Times are undefined when it holds no record. */
interface FoundSegment extends SegmentName {
  /** IST hours since the epoch. */
  readonly hour: number
  readonly first_ms: number | undefined
  readonly last_ms: number | undefined
  readonly was_closed: boolean
}

/**
 * A power cut may take the end of one segment and leave what was written into the next: nobody can say whether anything lay between them. Such
 * a hole is told as one that may be.
 */
function holesBetween(found: readonly FoundSegment[]): RecordedGap[] {
  return found.flatMap((segment) => {
    if (segment.was_closed) return []
    const { connection, hour } = segment
    const others = found.filter((other) => other.connection === connection && other !== segment)
    const next = others.flatMap(({ first_ms, ...other }) =>
      first_ms !== undefined && isLaterSegment(other, segment) ? [first_ms] : [],
    )
    if (next.length === 0) return []
    const before = others.flatMap(({ last_ms, ...other }) =>
      last_ms !== undefined && isLaterSegment(segment, other) ? [last_ms] : [],
    )
    const from_ms = segment.last_ms ?? Math.max(hourStartMs(hour), ...before)
    return [{ connection, from_ms, to_ms: Math.min(...next), cause: 'file_lost', grade: 'weak' }]
  })
}

/** A run that kept nothing: each of its connections is missing from its start on. */
async function startOfDay(journals: Journals, today: IstDay): Promise<Map<number, number>> {
  const starts = new Map<number, number>()
  for (const entry of await journals.of(today))
    if (entry.event === 'session_start')
      for (let connection = 1; connection <= entry.connections; connection++)
        if (!starts.has(connection)) starts.set(connection, entry.at_ms)
  return starts
}

/** Manifests and tails that were being written, and the index of a recording that was not begun; what they would have said is found again. */
async function removeUnfinished(files: RecorderFiles, folder: string, names: readonly string[]): Promise<string[]> {
  const there = new Set(names)
  const gone = new Set<string>()
  for (const name of names) {
    const is_temporary = /\.(?:manifest\.json|tail-\d+)\.tmp$/.test(name)
    const is_alone = name.endsWith('.bin.idx') && !there.has(name.slice(0, -'.idx'.length))
    // An index with entries may belong to a recording that was packed.
    if (is_temporary || (is_alone && (await readWholeFile(files, join(folder, name)))?.length === 0)) gone.add(name)
  }
  for (const name of gone) await files.remove(join(folder, name))
  return names.filter((name) => !gone.has(name))
}

/** What the manifest of a segment claims, and whether the file has as many bytes. */
async function claimOf(files: RecorderFiles, folder: string, name: string): Promise<(Claim & { holds: boolean }) | undefined> {
  const text = new TextDecoder().decode(await readWholeFile(files, join(folder, manifestName(name))))
  const manifest = readManifest(text)
  if (manifest === undefined || manifest.file !== name) return undefined
  const { bytes, suspect } = manifest
  const file = await files.open(join(folder, name), 'read')
  try {
    const holds = (await file.size()) === bytes
    return { bytes, suspect, first_ms: manifest.first_ms ?? undefined, last_ms: manifest.last_ms ?? undefined, holds }
  } finally {
    await file.close()
  }
}

async function isOurs(files: RecorderFiles, folder: string, name: string, opened: ReadonlySet<string>): Promise<boolean> {
  if (opened.has(name)) return true
  const index = await readWholeFile(files, join(folder, indexName(name)))
  return index !== undefined && index.length < INDEX_ENTRY_BYTES
}

/** An hour in which nothing arrived whole leaves no file. */
async function removeEmpty(files: RecorderFiles, folder: string, name: string): Promise<void> {
  await files.remove(join(folder, manifestName(name)))
  await files.remove(join(folder, name))
  await files.remove(join(folder, indexName(name)))
  await files.syncFolder(folder)
}
