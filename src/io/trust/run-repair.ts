import { createHash } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { EXIT, type ExitCode, usageError } from '../../core/errors.js'
import { escaped } from '../../core/escaped.js'
import { type Frame, type Manifest, parseSegmentName, RECORD_HEADER_BYTES } from '../../core/recording/index.js'
import { formatClock } from '../../core/time/index.js'
import {
  FramingCheck,
  gapOfSkipped,
  joined,
  type KeptSpan,
  mappedBack,
  type RepairPlan,
  type Span,
  skippedBetween,
  splitBlocks,
} from '../../core/trust/index.js'
import { formatCount } from '../../core/view/index.js'
import { findRecordings, REPAIRED_FOLDER, type RecordingFile, type RecordingQuery } from '../find-recordings.js'
import { journalOf, manifestBeside, plainName } from './beside.js'
import { copyMasters, writeJournal } from './companions.js'
import { isBeingWritten } from './live-writer.js'
import { madeManifest } from './made-manifest.js'
import { RecordingWriter } from './recording-writer.js'
import { progressOf, type TrustRun } from './run-verify.js'
import { pickRanges, readRanges, type StreamRun, streamFile } from './stream-file.js'
import { tableLines } from './text-table.js'
import { type Examination, examineFile } from './verify-file.js'

export interface RepairWishes {
  /** False: only say what would be done. */
  readonly write: boolean
  /** Default: `repaired` beside the recording. */
  readonly output: string | undefined
}

export interface RepairedFile {
  readonly path: string
  readonly verdict: string
  /** `nothing`: it needs no repair; `nothing_left`: no whole record is left in it. */
  readonly action: 'nothing' | 'nothing_left' | 'would_write' | 'written'
  readonly output: string | null
  readonly kept_bytes: number
  readonly skipped_bytes: number
  /** What is left out; offsets in the original. */
  readonly skipped: readonly { offset: number; bytes: number; from_ms: number; to_ms: number }[]
}

export interface RepairAnswer {
  readonly files: readonly RepairedFile[]
  readonly exit_code: ExitCode
}

/** Makes copies without what is damaged. The originals are never touched. */
export async function runRepair(query: RecordingQuery, wishes: RepairWishes, run: TrustRun): Promise<RepairAnswer> {
  const { sessions, notices } = findRecordings(query)
  for (const notice of notices) run.onNotice(notice)
  const files = sessions.flatMap((session) => session.files)
  for (const file of files) await refuseUnlessClosed(file)
  const stream = progressOf(files, run)
  const repaired: RepairedFile[] = []
  for (const file of files) repaired.push(await repairFile(file, wishes, stream))
  const has = (action: RepairedFile['action']): boolean => repaired.some((file) => file.action === action)
  const exit_code = has('nothing_left') ? EXIT.unreadable : has('would_write') ? EXIT.validation_failed : EXIT.ok
  return { files: repaired, exit_code }
}

async function refuseUnlessClosed({ path }: RecordingFile): Promise<void> {
  if (path === '-')
    throw usageError('not_a_file', 'mds repair needs a file, not standard input.', 'mds repair path/to/recording.bin')
  if (!(await isBeingWritten(path))) return
  throw usageError('being_written', `${path} is being written by a capture: expected a closed recording.`, 'mds verify')
}

async function repairFile(file: RecordingFile, wishes: RepairWishes, stream: StreamRun): Promise<RepairedFile> {
  const examination = await examineFile(file, stream)
  const { verdict, bytes } = examination.verdict
  const answer = { path: file.path, verdict, output: null, kept_bytes: bytes, skipped_bytes: 0, skipped: [] }
  if (verdict === 'intact' || verdict === 'no-index') return { ...answer, action: 'nothing' }
  const plan = await planOf(file.path, examination, stream)
  const skipped = plan.skipped.map(({ from, to, from_ms, to_ms }) => ({ offset: from, bytes: to - from, from_ms, to_ms }))
  const skipped_bytes = skipped.reduce((sum, span) => sum + span.bytes, 0)
  const mended = { ...answer, kept_bytes: keptBytes(plan), skipped_bytes, skipped }
  if (plan.blocks.length + plan.stretches.length === 0) return { ...mended, action: 'nothing_left' }
  const folder = wishes.output ?? join(dirname(file.path), REPAIRED_FOLDER)
  const output = join(folder, plainName(file.path))
  if (!wishes.write) return { ...mended, action: 'would_write', output }
  if (resolve(folder) === resolve(dirname(file.path)))
    throw usageError('output_is_input', `${folder} is where the recording lies: expected another folder.`, '--output repaired')
  await writeCopy(file, plan, folder, stream)
  return { ...mended, action: 'written', output }
}

const keptBytes = ({ blocks, stretches }: RepairPlan): number =>
  blocks.reduce((sum, { length }) => sum + length, 0) + stretches.reduce((sum, { from, to }) => sum + to - from, 0)

/** Whole blocks where an index speaks, else every record whose framing holds. */
async function planOf(path: string, { evidence, coverage }: Examination, stream: StreamRun): Promise<RepairPlan> {
  const { index, blocks, bytes } = evidence
  const good = coverage.by === 'index' ? splitBlocks(index?.entries ?? [], blocks).good : []
  const rest = coverage.from < bytes ? await soundStretches(path, { from: coverage.from, to: bytes }, stream) : []
  const of_blocks = good.map(({ offset, length, first_ms, last_ms }) => ({
    from: offset,
    to: offset + length,
    first_ms,
    last_ms,
  }))
  // where the file was cut, its index still says what is missing
  const last = coverage.by === 'index' ? index?.entries.at(-1) : undefined
  const end = { bytes: Math.max(bytes, last === undefined ? 0 : last.offset + last.length), last_ms: last?.last_ms }
  return { blocks: good, stretches: rest, skipped: skippedBetween([...of_blocks, ...rest], end) }
}

/**
 * Reads what is left again and again until nothing in it is damaged any more: a record can only be doubted because of its neighbours, and
 * they may be new ones. Each round leaves something out, so it ends; and a repaired copy needs no repair.
 */
async function soundStretches(path: string, whole: Span, stream: StreamRun): Promise<KeptSpan[]> {
  let ranges: readonly Span[] = [whole]
  for (;;) {
    let kept: KeptSpan[] = []
    const check = new FramingCheck((frame) => {
      kept.push(spanOf(frame))
      if (kept.length > 4096) kept = joined(kept)
    })
    await readRanges(path, ranges, check, { ...(stream.signal && { signal: stream.signal }) })
    const { damaged_total, torn_bytes } = check.facts()
    const spans = mappedBack(ranges, joined(kept))
    if (damaged_total === 0 && torn_bytes === 0) return spans
    ranges = spans
  }
}

const spanOf = ({ offset, start, end, received_at_ms }: Frame): KeptSpan => ({
  from: offset,
  to: offset + RECORD_HEADER_BYTES + end - start,
  first_ms: received_at_ms,
  last_ms: received_at_ms,
})

async function writeCopy(file: RecordingFile, plan: RepairPlan, folder: string, stream: StreamRun): Promise<void> {
  const name = plainName(file.path)
  const writer = new RecordingWriter(folder, name)
  try {
    const hash = createHash('sha256')
    const onBlockBytes = blockWriter(plan, writer)
    await streamFile(
      file.path,
      (bytes, offset) => {
        hash.update(bytes)
        onBlockBytes(bytes, offset)
      },
      { ...(stream.signal && { signal: stream.signal }) },
    )
    const record = ({ received_at_ms, bytes, start, end }: Frame): void =>
      writer.record(received_at_ms, bytes.subarray(start - RECORD_HEADER_BYTES, end))
    if (plan.stretches.length > 0) await readRanges(file.path, plan.stretches, new FramingCheck(record))
    const original = manifestBeside(file.path)
    const is_own = original !== undefined && original !== 'damaged' && original.file === name
    const connection = parseSegmentName(name)?.connection ?? 1
    writer.finish((facts) =>
      madeManifest(facts, is_own ? (original satisfies Manifest) : undefined, {
        gaps: plan.skipped.map((span) => gapOfSkipped(span, connection)),
        made_from: [{ file: basename(file.path), sha256: hash.digest('hex') }],
        skipped: plan.skipped.map(({ from, to }) => ({ offset: from, bytes: to - from })),
      }),
    )
  } finally {
    writer.abort()
  }
  if (file.day === undefined) return
  const from = { folder: dirname(file.path), profile: file.profile, day: file.day }
  copyMasters(from, { ...from, folder })
  writeJournal({ ...from, folder }, journalOf(from.folder, file.profile, file.day)?.entries ?? [])
}

/** Puts the bytes of the good blocks together and hands each on whole. */
function blockWriter({ blocks }: RepairPlan, writer: RecordingWriter): (bytes: Uint8Array, offset: number) => void {
  const ranges = blocks.map(({ offset, length }) => ({ from: offset, to: offset + length }))
  let next = 0
  let filled = 0
  let block = new Uint8Array(0)
  return pickRanges(ranges, (bytes) => {
    const entry = blocks[next]
    if (entry === undefined) return
    if (filled === 0) block = new Uint8Array(entry.length)
    block.set(bytes, filled)
    filled += bytes.length
    if (filled < entry.length) return
    writer.block(entry, block)
    next++
    filled = 0
  })
}

export function repairLines({ files }: RepairAnswer, { write }: RepairWishes): string[] {
  const rows = files.map((file) => [
    basename(file.path),
    file.verdict,
    formatCount(file.kept_bytes),
    formatCount(file.skipped_bytes),
    file.output ?? (file.action === 'nothing' ? 'needs none' : 'nothing is left'),
  ])
  const holes = files.flatMap((file) =>
    file.skipped.map(
      ({ offset, bytes, from_ms, to_ms }) =>
        `  ${basename(file.path)}: bytes [${offset}, ${offset + bytes}) left out, received ${clock(from_ms)} to ${clock(to_ms)}`,
    ),
  )
  const is_dry = !write && files.some(({ output }) => output !== null)
  return [
    ...tableLines(['file', 'verdict', 'bytes kept', 'left out', write ? 'copy' : 'copy would be'], rows),
    ...holes,
    ...(is_dry ? ['Nothing was written: add --write.'] : []),
  ].map(escaped)
}

const clock = (time_ms: number): string => `${formatClock(time_ms)}.${String(time_ms % 1000).padStart(3, '0')}`
