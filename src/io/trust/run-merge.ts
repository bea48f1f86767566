import { basename, dirname, resolve } from 'node:path'
import { usageError } from '../../core/errors.js'
import { escaped } from '../../core/escaped.js'
import {
  encodeRecord,
  type Frame,
  type JournalEntry,
  type Manifest,
  overlaps,
  type RecordedGap,
  segmentHour,
  segmentName,
} from '../../core/recording/index.js'
import { formatDate, type IstDay } from '../../core/time/index.js'
import { commonGaps, PacketMerge, SIDES_MAX, type SideFacts } from '../../core/trust/index.js'
import { formatCount } from '../../core/view/index.js'
import { DiagnosticsLog } from '../diagnostics-log.js'
import { findRecordings, type RecordingQuery, type SessionFiles } from '../find-recordings.js'
import { mdsVersion } from '../make-manifest.js'
import { readSession } from '../read-session.js'
import { copyMasters, writeJournal } from './companions.js'
import { madeManifest } from './made-manifest.js'
import { hear, isTold, type MergeSide, missedBy, sidesOf } from './merge-sides.js'
import { unpackedSha256 } from './pack.js'
import { RecordingWriter } from './recording-writer.js'
import type { TrustRun } from './run-verify.js'
import { tableLines } from './text-table.js'

const HOUR_MS = 3_600_000

export interface MergeWishes {
  readonly output: string
  /** Profile of the result; undefined: that of the recordings if they have one in common. */
  readonly profile: string | undefined
}

export interface MergedSession {
  readonly date: string | null
  readonly sides: readonly (SideFacts & { readonly side: string })[]
  readonly files: readonly { path: string; records: number; bytes: number }[]
  /** What no side has. */
  readonly gaps: readonly RecordedGap[]
}

export interface MergeAnswer {
  readonly sessions: readonly MergedSession[]
}

/** Makes one recording of several that carried the same instruments. The sources are never touched. */
export async function runMerge(query: RecordingQuery, wishes: MergeWishes, run: TrustRun): Promise<MergeAnswer> {
  const { sessions, notices } = findRecordings(query)
  for (const notice of notices) run.onNotice(notice)
  for (const session of sessions) refuse(session, wishes)
  const merged: MergedSession[] = []
  for (const session of sessions) merged.push(await mergeSession(session, wishes, run))
  return { sessions: merged }
}

function refuse(session: SessionFiles, { output, profile }: MergeWishes): void {
  const { sides } = sidesOf(session)
  const of_day = session.day === undefined ? '' : ` of ${formatDate(session.day)}`
  if (sides.length < 2)
    throw usageError(
      'nothing_to_merge',
      `The recordings${of_day} are of one connection: expected several that carried the same instruments.`,
      'mds merge machine_a machine_b --output merged',
    )
  if (sides.length > SIDES_MAX)
    throw usageError('nothing_to_merge', `${sides.length} connections${of_day}: expected at most ${SIDES_MAX}.`)
  if (session.files.some(({ path }) => path !== '-' && resolve(dirname(path)) === resolve(output)))
    throw usageError(
      'output_is_input',
      `${output} holds recordings that are merged: expected another folder, or each packet would be read twice later.`,
      '--output merged',
    )
  if (profile !== undefined && !/^\w[\w-]*$/.test(profile))
    throw usageError('bad_profile', `"${profile}" is no name of a profile: expected letters, digits, _ and -.`, '--as merged')
}

async function mergeSession(session: SessionFiles, wishes: MergeWishes, run: TrustRun): Promise<MergedSession> {
  const { sides, side_of_file } = sidesOf(session)
  const profiles = [...new Set(session.files.map(({ profile }) => profile))]
  const profile = wishes.profile ?? (session.day !== undefined && profiles.length === 1 ? (profiles[0] as string) : 'merged')
  const writers = new HourlyWriters(wishes.output, profile)
  try {
    const merge = new PacketMerge(sides.length, (received_at_ms, message) => writers.write(received_at_ms, message))
    const diagnostics = new DiagnosticsLog()
    const onFrame = (frame: Frame): void => {
      const side = side_of_file[frame.file] as number
      hear(sides[side] as MergeSide, frame.received_at_ms)
      merge.take(side, frame)
    }
    await readSession(
      session,
      { onFrame, onRecycle: () => {} },
      { onDiagnostic: (diagnostic) => diagnostics.add(diagnostic), onProgress: run.onProgress, signal: run.signal },
    )
    merge.end()
    for (const line of diagnostics.lines()) run.onNotice(line)
    const span = spanOf(sides)
    const gaps = commonGaps(sides.map((side, n) => ({ tokens: merge.tokensOf(n), gaps: missedBy(side, span) })))
    const files = writers.finish(gaps, await madeFrom(session, run.signal))
    for (const day of writers.days) writeBeside({ folder: wishes.output, profile, day }, sides, gaps)
    return {
      date: session.day === undefined ? null : formatDate(session.day),
      sides: merge.facts().map((facts, n) => ({ side: (sides[n] as MergeSide).name, ...facts })),
      files,
      gaps,
    }
  } finally {
    writers.abort()
  }
}

/** From the first record of any side to the last. */
const spanOf = (sides: readonly MergeSide[]): { from_ms: number; to_ms: number } => ({
  from_ms: sides.reduce((first, side) => Math.min(first, side.first_ms ?? first), Number.POSITIVE_INFINITY),
  to_ms: sides.reduce((last, side) => Math.max(last, side.last_ms), 0),
})

async function madeFrom({ files }: SessionFiles, signal: AbortSignal): Promise<NonNullable<Manifest['made_from']>> {
  const sources: { file: string; sha256: string }[] = []
  for (const { path } of files) {
    if (path === '-') continue
    sources.push({ file: basename(path), sha256: (await unpackedSha256(path, { signal })) ?? 'unpacking fails' })
  }
  return sources.sort((a, b) => (a.file < b.file || (a.file === b.file && a.sha256 < b.sha256) ? -1 : 1))
}

/** The master of the day, and a journal, so that whoever reads the result knows of the gaps that are left. */
function writeBeside(
  to: { folder: string; profile: string; day: IstDay },
  sides: readonly MergeSide[],
  gaps: readonly RecordedGap[],
): void {
  for (const { ledger } of sides)
    if (ledger.day !== undefined) copyMasters({ folder: ledger.folder, profile: ledger.profile, day: ledger.day }, to)
  writeJournal(to, journalEntries(sides, gaps))
}

/** A session is told only where every side had a journal: else silences must still count. */
function journalEntries(sides: readonly MergeSide[], gaps: readonly RecordedGap[]): JournalEntry[] {
  const told = gaps.map((gap): JournalEntry => ({ at_ms: gap.to_ms, event: 'gap', ...gap }))
  if (!sides.every(isTold)) return told
  const { from_ms, to_ms } = spanOf(sides)
  const session = 'merge'
  return [
    {
      at_ms: from_ms,
      event: 'session_start',
      session,
      version: mdsVersion(),
      pid: 0,
      stamps: 'machine',
      fsync: 'close',
      connections: 1,
    },
    ...told,
    { at_ms: to_ms, event: 'session_end', session, reason: 'mds merge', records: 0, bytes: 0 },
  ]
}

/** One recording an hour, all of which appear together at the end. */
class HourlyWriters {
  readonly days = new Set<IstDay>()
  readonly #folder: string
  readonly #profile: string
  readonly #writers: { writer: RecordingWriter; from_ms: number }[] = []
  #hour = Number.NEGATIVE_INFINITY

  constructor(folder: string, profile: string) {
    this.#folder = folder
    this.#profile = profile
  }

  /** A time that steps back stays in the hour under way: order is the order of the file. */
  write(received_at_ms: number, message: Uint8Array): void {
    const { day, hour } = segmentHour(received_at_ms)
    const from_ms = hourStart(received_at_ms)
    if (from_ms > this.#hour) {
      this.#hour = from_ms
      this.days.add(day)
      const name = segmentName(this.#profile, { day, hour, part: 1, connection: undefined })
      this.#writers.push({ writer: new RecordingWriter(this.#folder, name), from_ms })
    }
    this.#writers.at(-1)?.writer.record(received_at_ms, encodeRecord(received_at_ms, message))
  }

  finish(gaps: readonly RecordedGap[], made_from: NonNullable<Manifest['made_from']>): MergedSession['files'] {
    return this.#writers.map(({ writer, from_ms }) => {
      const own = gaps.filter((gap) => overlaps(gap, { from_ms, to_ms: from_ms + HOUR_MS }))
      const { counts, bytes } = writer.finish((facts) => madeManifest(facts, undefined, { gaps: own, made_from }))
      return { path: writer.path, records: counts.records, bytes }
    })
  }

  abort(): void {
    for (const { writer } of this.#writers) writer.abort()
  }
}

/** Of an hour of IST, which begins at half past one of UTC. */
const hourStart = (time_ms: number): number => Math.floor((time_ms + HOUR_MS / 2) / HOUR_MS) * HOUR_MS - HOUR_MS / 2

export function mergeLines({ sessions }: MergeAnswer): string[] {
  return sessions
    .flatMap(({ date, sides, files, gaps }) => [
      date ?? 'no date',
      ...tableLines(
        ['side', 'records', 'packets', 'had first', 'missed'],
        sides.map((side) => [
          side.side,
          formatCount(side.records),
          formatCount(side.packets),
          formatCount(side.first),
          formatCount(side.missed),
        ]),
      ),
      ...tableLines(
        ['result', 'records', 'bytes'],
        files.map((file) => [file.path, formatCount(file.records), formatCount(file.bytes)]),
      ),
      gaps.length === 0 ? '  no gap is left' : `  gaps that no side fills: ${gaps.length}; mds gaps lists them`,
    ])
    .map(escaped)
}
