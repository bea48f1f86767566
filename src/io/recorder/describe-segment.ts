import { join } from 'node:path'
import {
  crc32c,
  indexName,
  type JournalEntry,
  manifestName,
  type RecordedGap,
  readIndex,
  readManifest,
} from '../../core/recording/index.js'
import { formatDate } from '../../core/time/index.js'
import { makeManifest } from '../make-manifest.js'
import { parseHourly } from './hours.js'
import { Journals } from './journals.js'
import { type ClosedSegment, touches } from './manifests.js'
import type { OpenFile, RecorderFiles } from './recorder-ports.js'
import type { RecoveredSegment } from './recover-segment.js'
import { SegmentFacts } from './segment-facts.js'
import { readWholeFile } from './whole-file.js'

/**
 * Reads a recovered segment from end to end, block by block, and gives what its manifest says: what the bytes tell, and what the journal of
 * its day knows of the run that wrote it. Undefined when `stopped` says so half-way.
 */
export async function describeSegment(
  files: RecorderFiles,
  where: { folder: string; profile: string; version: string },
  segment: RecoveredSegment,
  stopped: () => boolean,
): Promise<ClosedSegment | undefined> {
  const { folder, profile } = where
  const { name, connection } = segment
  const parsed = parseHourly(profile, name)
  const read = parsed === undefined ? undefined : await readBlocks(files, folder, name, stopped)
  if (parsed === undefined || read === undefined) return undefined
  const { facts } = read
  const from_ms = facts.first_ms ?? 0
  const to_ms = facts.last_ms ?? 0
  const entries = await new Journals(files, folder, profile).of(parsed.day)
  const run = runThatOpened(entries, name)
  const gaps = entries.flatMap((entry) => (entry.event === 'gap' ? [gapOf(entry)] : []))
  const before = readManifest(new TextDecoder().decode(await readWholeFile(files, join(folder, manifestName(name)))))
  const manifest = makeManifest({
    version: run.version ?? where.version,
    file: name,
    profile,
    date: formatDate(parsed.day),
    connection,
    byte_order: 'big',
    clock: {
      stamps: run.stamps,
      steps: entries.filter((entry) => entry.event === 'clock_step' && within(entry, from_ms, to_ms)).length,
    },
    sessions: run.sessions,
    subscriptions: run.subscribed.filter((entry) => entry.connection === connection && entry.at_ms <= to_ms).map(wantedOf),
    instruments_sha256: before?.instruments_sha256 ?? null,
    counts: facts.counts,
    first_ms: facts.first_ms ?? null,
    last_ms: facts.last_ms ?? null,
    bytes: facts.bytes,
    sha256: facts.sha256(),
    fsync: run.fsync,
    worst_unsynced_ms: null,
    gaps: gaps.filter((gap) => touches(gap, { from_ms, to_ms }, connection)),
    suspect: read.is_damaged || before?.suspect === true,
  })
  return { from_ms, to_ms, manifest }
}

/** Block by block, so that no damaged byte is taken for a record. */
async function readBlocks(
  files: RecorderFiles,
  folder: string,
  name: string,
  stopped: () => boolean,
): Promise<{ facts: SegmentFacts; is_damaged: boolean } | undefined> {
  const index = readIndex((await readWholeFile(files, join(folder, indexName(name)))) ?? new Uint8Array(0))
  const facts = new SegmentFacts({ blocks: false })
  const file = await files.open(join(folder, name), 'read')
  let is_damaged = false
  try {
    for (const entry of index.entries) {
      if (stopped()) return undefined
      const block = await readRange(file, entry.offset, entry.length)
      if (crc32c(block) === entry.data_crc) facts.take(block)
      else {
        is_damaged = true
        facts.takeDamaged(block, entry)
      }
    }
    return { facts, is_damaged }
  } finally {
    await file.close()
  }
}

async function readRange(file: OpenFile, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  for (let count = -1; at < length && count !== 0; at += count) count = await file.read(bytes.subarray(at), offset + at)
  return bytes.subarray(0, at)
}

type Subscribed = Extract<JournalEntry, { event: 'subscribed' }>

interface Run {
  version: string | undefined
  stamps: 'machine' | 'recorded'
  fsync: string
  sessions: string[]
  subscribed: Subscribed[]
}

/** What the journal says of the run that opened a file. */
function runThatOpened(entries: readonly JournalEntry[], name: string): Run {
  const opened = entries.findIndex((entry) => entry.event === 'segment_opened' && entry.file === name)
  const begun = entries.findLastIndex((entry, at) => entry.event === 'session_start' && at < opened)
  const start = entries[begun]
  if (start?.event !== 'session_start')
    return { version: undefined, stamps: 'machine', fsync: 'unknown', sessions: [], subscribed: [] }
  const next = entries.findIndex((entry, at) => entry.event === 'session_start' && at > begun)
  const own = entries.slice(begun, next < 0 ? entries.length : next)
  return {
    version: start.version,
    stamps: start.stamps,
    fsync: start.fsync,
    sessions: [start.session],
    subscribed: own.filter((entry): entry is Subscribed => entry.event === 'subscribed'),
  }
}

const within = ({ at_ms }: JournalEntry, from_ms: number, to_ms: number): boolean => at_ms >= from_ms && at_ms <= to_ms
const wantedOf = ({ at_ms, mode, tokens }: Subscribed): { at_ms: number; mode: string; tokens: readonly number[] } => ({
  at_ms,
  mode,
  tokens,
})

function gapOf({ at_ms: _, event: __, ...gap }: JournalEntry & { event: 'gap' }): RecordedGap {
  return gap
}
