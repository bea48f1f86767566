import { basename } from 'node:path'
import { EXIT, type ExitCode, MdsError, usageError } from '../../core/errors.js'
import { escaped } from '../../core/escaped.js'
import { type Frame, RECORD_HEADER_BYTES } from '../../core/recording/index.js'
import { FramingCheck, IndexBuilder } from '../../core/trust/index.js'
import { formatCount } from '../../core/view/index.js'
import { findRecordings, type RecordingFile, type RecordingQuery } from '../find-recordings.js'
import { shellWord } from '../shell-word.js'
import { indexPath } from './beside.js'
import { writeDurably } from './durable.js'
import { isBeingWritten, writerOf } from './live-writer.js'
import { progressOf, type TrustRun } from './run-verify.js'
import { readRanges, type StreamRun } from './stream-file.js'
import { tableLines } from './text-table.js'
import { type Examination, examineFile } from './verify-file.js'

export interface IndexedFile {
  readonly path: string
  /** `kept`: the index that is there fits; `refused`: the data is not what its index or manifest says, a new index would hide that. */
  readonly action: 'made' | 'kept' | 'refused'
  readonly records: number
  readonly bytes: number
  /** Bytes behind the first damage, which no index vouches for. */
  readonly unindexed_bytes: number
  readonly detail: string
}

export interface IndexAnswer {
  readonly files: readonly IndexedFile[]
  readonly exit_code: ExitCode
}

/** Makes the index of recordings anew from their data. `force`: also over an index that fits or contradicts. Never edits a recording. */
export async function runIndex(query: RecordingQuery, { force }: { force: boolean }, run: TrustRun): Promise<IndexAnswer> {
  const { sessions, notices } = findRecordings(query)
  for (const notice of notices) run.onNotice(notice)
  const files = sessions.flatMap((session) => session.files)
  for (const { path } of files) await refuseUnlessPlain(path, 'index')
  const stream = progressOf(files, run)
  const indexed: IndexedFile[] = []
  for (const file of files) indexed.push(await indexFile(file, force, stream))
  const is_fine = indexed.every(({ action, unindexed_bytes }) => action !== 'refused' && unindexed_bytes === 0)
  return { files: indexed, exit_code: is_fine ? EXIT.ok : EXIT.validation_failed }
}

/** Standard input has no place beside it, a packed file is none that offsets could lead into, and a capture writes its own. */
export async function refuseUnlessPlain(path: string, command: 'index' | 'repair' | 'archive'): Promise<void> {
  if (path === '-')
    throw usageError('not_a_file', `mds ${command} needs a file, not standard input.`, `mds ${command} path/to/recording.bin`)
  if (/\.(?:zst|gz)$/.test(path))
    throw usageError(
      'packed_recording',
      `${path} is packed: mds ${command} works on the plain file.`,
      path.endsWith('.zst') ? `zstd -dk ${shellWord(path)}` : `gunzip -k ${shellWord(path)}`,
    )
  if (!(await isBeingWritten(path))) return
  throw new MdsError('being_written', {
    message: `${path} is being written by a capture (process ${await writerOf(path)}).`,
    suggestions: [`mds verify ${shellWord(path)}`],
    exitCode: EXIT.usage,
  })
}

async function indexFile(file: RecordingFile, force: boolean, stream: StreamRun): Promise<IndexedFile> {
  const examination = await examineFile(file, stream)
  const { evidence, coverage, verdict } = examination
  const answer = { path: file.path, records: verdict.records, bytes: evidence.bytes, unindexed_bytes: 0 }
  if (!force && isComplete(examination)) return { ...answer, action: 'kept', detail: 'the index that is there fits' }
  const reason = force ? undefined : contradiction(examination)
  if (reason !== undefined) return { ...answer, action: 'refused', detail: reason }
  const { index, entries } = await indexOf(file.path, evidence.bytes)
  writeDurably(indexPath(file.path), entries)
  const unindexed_bytes = evidence.bytes - index.bytes
  const detail = unindexed_bytes > 0 ? `up to byte ${index.bytes}, where the first damage is` : `${entries.length} blocks`
  const was = coverage.index === 'missing' ? '' : `, in place of one that was ${coverage.index}`
  return { ...answer, action: 'made', records: index.records, unindexed_bytes, detail: `${detail}${was}` }
}

const isComplete = ({ coverage, evidence }: Examination): boolean =>
  coverage.index === 'fits' &&
  evidence.blocks.bad.length === 0 &&
  evidence.blocks.covered_to === evidence.bytes &&
  evidence.bytes > 0

/** Data that differs from what was written must not get an index that says otherwise. */
function contradiction({ coverage, verdict }: Examination): string | undefined {
  if (coverage.by === 'sha256') return undefined
  if (coverage.by === 'index' && (verdict.verdict === 'corrupt' || verdict.verdict === 'short'))
    return `the data is ${verdict.verdict} by the index that is there; see mds verify and mds repair, or --force`
  return coverage.manifest === 'differs' ? 'the manifest tells of other bytes; see mds verify, or --force' : undefined
}

/** Blocks of all records up to the first that is damaged. */
async function indexOf(path: string, bytes: number): Promise<{ index: IndexBuilder; entries: Uint8Array[] }> {
  const entries: Uint8Array[] = []
  const index = new IndexBuilder((entry) => entries.push(entry))
  const onFrame = (frame: Frame): void => {
    if (frame.offset !== index.bytes) return
    index.add(frame.received_at_ms, frame.bytes.subarray(frame.start - RECORD_HEADER_BYTES, frame.end))
  }
  await readRanges(path, [{ from: 0, to: bytes }], new FramingCheck(onFrame))
  index.endBlock()
  return { index, entries }
}

export function indexLines({ files }: IndexAnswer): string[] {
  const rows = files.map((file) => [
    basename(file.path),
    file.action,
    formatCount(file.records),
    formatCount(file.bytes),
    file.detail,
  ])
  return tableLines(['file', 'index', 'records', 'bytes', ''], rows).map(escaped)
}
