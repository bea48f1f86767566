import { createHash } from 'node:crypto'
import { existsSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { EXIT, type ExitCode, MdsError } from '../../core/errors.js'
import { escaped } from '../../core/escaped.js'
import { encodeManifest, type Frame, type Manifest, MessageTally, parseSegmentName } from '../../core/recording/index.js'
import { parseDuration } from '../../core/replay/index.js'
import { istDayStartMs } from '../../core/time/index.js'
import { FramingCheck } from '../../core/trust/index.js'
import { formatCount } from '../../core/view/index.js'
import { findRecordings, type RecordingFile, type RecordingQuery } from '../find-recordings.js'
import { outputError } from '../output.js'
import { statPath } from '../stat-path.js'
import { SystemClock } from '../system-clock.js'
import { manifestPath, plainName } from './beside.js'
import { syncFolder, writeDurably } from './durable.js'
import { isBeingWritten, writerOf } from './live-writer.js'
import { madeManifest } from './made-manifest.js'
import { PACKED_ENDINGS, type Packing, packBeside, unpackedSha256 } from './pack.js'
import { progressOf, type TrustRun } from './run-verify.js'
import { endFeed, feeder, type StreamRun, streamFile } from './stream-file.js'
import { tableLines } from './text-table.js'
import { type Examination, examineFile } from './verify-file.js'

const HOUR_MS = 3_600_000

export interface ArchiveWishes {
  readonly packing: Packing
  /** Leaves the originals. */
  readonly keep: boolean
  /** Only what is older; undefined: everything. */
  readonly older_than_ms: number | undefined
  /** Originals stay until they are this old; undefined: they go as soon as the archive is verified. */
  readonly delete_after_ms: number | undefined
  readonly dry_run: boolean
  readonly now_ms: number
}

/** The wishes of a command line. */
export function archiveWishes(flags: {
  readonly gzip: boolean
  readonly keep: boolean
  readonly 'older-than': string | undefined
  readonly 'delete-after': string | undefined
  readonly 'dry-run': boolean
}): ArchiveWishes {
  const ageOf = (name: 'older-than' | 'delete-after'): number | undefined => {
    const text = flags[name]
    return text === undefined ? undefined : parseDuration(text, `--${name}`)
  }
  return {
    packing: flags.gzip ? 'gzip' : 'zstd',
    keep: flags.keep,
    older_than_ms: ageOf('older-than'),
    delete_after_ms: ageOf('delete-after'),
    dry_run: flags['dry-run'],
    now_ms: new SystemClock().nowMs(),
  }
}

export interface ArchivedFile {
  readonly path: string
  /** `left`: nothing is to be done, or must not be; `refused`: it is no recording to be trusted. */
  readonly action: 'archived' | 'would_archive' | 'left' | 'refused'
  readonly original: 'kept' | 'deleted' | 'would_delete'
  readonly archive: string | null
  readonly bytes: number
  readonly packed_bytes: number | null
  readonly detail: string
}

export interface ArchiveAnswer {
  readonly files: readonly ArchivedFile[]
  readonly exit_code: ExitCode
}

/** Packs closed recordings. An original goes only after its archive has been read back and found equal. */
export async function runArchive(query: RecordingQuery, wishes: ArchiveWishes, run: TrustRun): Promise<ArchiveAnswer> {
  const { sessions, notices } = findRecordings(query)
  for (const notice of notices) run.onNotice(notice)
  const files = sessions.flatMap((session) => session.files)
  const stream = progressOf(files, run)
  const archived: ArchivedFile[] = []
  for (const file of files) archived.push(await archiveFile(file, wishes, stream))
  const is_fine = archived.every(({ action }) => action !== 'refused')
  return { files: archived, exit_code: is_fine ? EXIT.ok : EXIT.validation_failed }
}

async function archiveFile(file: RecordingFile, wishes: ArchiveWishes, stream: StreamRun): Promise<ArchivedFile> {
  const { path } = file
  const bytes = statPath(path)?.size ?? 0
  const answer = { path, original: 'kept', archive: null, bytes, packed_bytes: null } as const
  if (path === '-' || plainName(path) !== basename(path)) return { ...answer, action: 'left', detail: 'packed already' }
  if (await isInUse(path)) return { ...answer, action: 'left', detail: 'a capture is writing it' }
  const age_ms = wishes.now_ms - endOf(path)
  if (wishes.older_than_ms !== undefined && age_ms < wishes.older_than_ms)
    return { ...answer, action: 'left', detail: 'too young' }
  const examination = await examineFile(file, stream)
  const doubt = doubtOf(examination)
  if (doubt !== undefined) return { ...answer, action: 'refused', detail: doubt }
  const there = archiveOf(path)
  const goes = !wishes.keep && (wishes.delete_after_ms === undefined || age_ms >= wishes.delete_after_ms)
  const archive = there ?? path + PACKED_ENDINGS[wishes.packing]
  if (wishes.dry_run) {
    const action = there === undefined ? 'would_archive' : 'left'
    return { ...answer, archive, action, original: goes ? 'would_delete' : 'kept', detail: '' }
  }
  const { sha256 } = await manifestFor(file, examination, stream)
  if (there === undefined) await pack(path, archive, sha256, wishes.packing, stream)
  // A file that was just packed has been read back; one from before may have suffered since.
  else if ((await unpackedSha256(there, runOf(stream))) !== sha256)
    return { ...answer, archive, action: 'refused', detail: `${basename(there)} does not hold the same bytes` }
  if (goes) remove(path)
  const packed_bytes = statPath(archive)?.size ?? 0
  const action = there === undefined ? 'archived' : 'left'
  return {
    ...answer,
    archive,
    action,
    packed_bytes,
    original: goes ? 'deleted' : 'kept',
    detail: there === undefined ? '' : 'packed already',
  }
}

/** While a capture runs, a segment is closed once it has its manifest, which comes some time after the last record. */
const isInUse = async (path: string): Promise<boolean> =>
  (await isBeingWritten(path)) || ((await writerOf(path)) !== undefined && !existsSync(manifestPath(path)))

/** Bytes read here are no progress of their own. */
const runOf = ({ signal }: StreamRun): StreamRun => (signal === undefined ? {} : { signal })

/** When the hour that a name speaks of is over; of other names, when the file was last written. */
function endOf(path: string): number {
  const name = parseSegmentName(basename(path))
  if (name === undefined) return statPath(path)?.mtimeMs ?? 0
  return istDayStartMs(name.day) + (name.minute === undefined ? 24 * HOUR_MS : name.minute * 60_000 + HOUR_MS)
}

const archiveOf = (path: string): string | undefined =>
  Object.values(PACKED_ENDINGS)
    .map((ending) => path + ending)
    .find((archive) => existsSync(archive))

/** Why a recording must not be packed away; undefined when it may. Bad data is kept at hand until somebody has looked at it. */
function doubtOf({ verdict: { verdict, findings } }: Examination): string | undefined {
  if (verdict !== 'intact' && verdict !== 'no-index') return `${verdict}; see mds verify`
  const bad = findings.find(({ kind }) => kind === 'suspect' || kind.startsWith('manifest_'))
  return bad === undefined ? undefined : `${bad.kind}; see mds verify`
}

/** The manifest that the archive is held against; made where there is none. */
async function manifestFor(file: RecordingFile, { evidence }: Examination, stream: StreamRun): Promise<Manifest> {
  if (evidence.manifest !== undefined && evidence.manifest !== 'damaged') return evidence.manifest
  const tally = new MessageTally()
  const hash = createHash('sha256')
  const check = new FramingCheck(({ view, start, end }: Frame) => tally.add(view, start, end))
  const feed = feeder(check)
  const { bytes } = await streamFile(
    file.path,
    (piece) => {
      hash.update(piece)
      feed(piece)
    },
    runOf(stream),
  )
  endFeed(check)
  const { records, first_ms, last_ms, byte_order } = check.facts()
  const manifest = madeManifest(
    {
      file: basename(file.path),
      byte_order,
      counts: tally.counts(),
      first_ms: records === 0 ? null : first_ms,
      last_ms: records === 0 ? null : last_ms,
      bytes,
      sha256: hash.digest('hex'),
    },
    undefined,
    { gaps: [] },
  )
  writeDurably(manifestPath(file.path), [new TextEncoder().encode(encodeManifest(manifest))])
  return manifest
}

async function pack(path: string, archive: string, sha256: string, packing: Packing, stream: StreamRun): Promise<void> {
  const copy = await packBeside(path, archive, packing, runOf(stream))
  try {
    const read_back = await unpackedSha256(copy.path, runOf(stream))
    if (copy.sha256 !== sha256 || read_back !== sha256) throw notEqual(path, archive)
    renameSync(copy.path, archive)
    syncFolder(dirname(archive))
  } catch (error) {
    throw outputError(archive, error)
  } finally {
    rmSync(copy.path, { force: true })
  }
}

const notEqual = (path: string, archive: string): MdsError =>
  new MdsError('archive_differs', {
    message: `Expected ${archive} to unpack to ${path}, found other bytes when it was read back. The original is untouched.`,
    suggestions: [`mds verify ${path}`, 'check the memory and the disk of this machine'],
    exitCode: EXIT.validation_failed,
  })

function remove(path: string): void {
  try {
    unlinkSync(path)
    syncFolder(dirname(path))
  } catch (error) {
    throw outputError(path, error)
  }
}

export function archiveLines({ files }: ArchiveAnswer): string[] {
  const rows = files.map((file) => [
    basename(file.path),
    file.action.replace('_', ' '),
    formatCount(file.bytes),
    file.packed_bytes === null ? '' : formatCount(file.packed_bytes),
    file.original.replace('_', ' '),
    file.detail,
  ])
  return tableLines(['file', 'archive', 'bytes', 'packed', 'original', ''], rows).map(escaped)
}
