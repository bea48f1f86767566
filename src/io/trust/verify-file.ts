import { createHash } from 'node:crypto'
import type { MdsError } from '../../core/errors.js'
import { type IndexReading, type Manifest, RECEIVED_MS_MAX, RECEIVED_MS_MIN } from '../../core/recording/index.js'
import {
  BlockCheck,
  type Coverage,
  coverageOf,
  type Evidence,
  FramingCheck,
  type FramingFacts,
  judge,
  type TrustFinding,
  type Verdict,
} from '../../core/trust/index.js'
import type { RecordingFile } from '../find-recordings.js'
import { indexBeside, manifestBeside, plainName } from './beside.js'
import { isBeingWritten } from './live-writer.js'
import { endFeed, feeder, readRanges, type StreamedFile, type StreamRun, streamFile } from './stream-file.js'

/** What is said of one recording. */
export interface FileVerdict {
  readonly path: string
  readonly profile: string
  readonly verdict: Verdict
  /** Unpacked. */
  readonly bytes: number
  readonly records: number
  readonly packing: StreamedFile['packing']
  readonly byte_order: 'big' | 'little'
  /** What vouches for the bytes. */
  readonly checked_by: 'sha256' | 'index' | 'index and framing' | 'framing' | 'nothing'
  readonly index: Coverage['index']
  readonly manifest: Coverage['manifest']
  readonly findings: readonly TrustFinding[]
  /** What is no reason to worry: files beside it that are missing. */
  readonly notes: readonly string[]
}

/** A verdict and the evidence behind it, for who goes on from there. */
export interface Examination {
  readonly verdict: FileVerdict
  readonly evidence: Evidence
  readonly coverage: Coverage
  readonly framing: FramingFacts | undefined
}

/** Reads a recording once, and what no checksum covers a second time. A file that cannot be read has that as its verdict. */
export async function examineFile(file: RecordingFile, run: StreamRun): Promise<Examination> {
  // Before the data: an index never speaks of more than is there, so what a capture adds meanwhile is no contradiction.
  const index = file.path === '-' ? undefined : indexBeside(file.path)
  const manifest = file.path === '-' ? undefined : manifestBeside(file.path)
  const is_open = await isBeingWritten(file.path)
  const pass = await firstPass(file.path, index, manifest, run)
  const evidence: Evidence = {
    name: plainName(file.path),
    bytes: pass.streamed.bytes,
    first_times_ms: pass.first_times_ms,
    packing_damage: pass.streamed.damage,
    sha256: pass.sha256,
    index,
    blocks: pass.blocks,
    manifest,
    is_open,
  }
  const coverage = coverageOf(evidence)
  const framing = pass.framing ?? (await framingOf(file.path, coverage, evidence, run))
  const { verdict, findings } = judge(evidence, coverage, framing)
  return {
    verdict: {
      path: file.path,
      profile: file.profile,
      verdict,
      bytes: evidence.bytes,
      records: recordsOf(evidence, coverage, framing),
      packing: pass.streamed.packing,
      byte_order: pass.byte_order,
      checked_by: checkedBy(evidence, coverage),
      index: coverage.index,
      manifest: coverage.manifest,
      findings: [...findings, ...orderFindings(manifest, coverage, pass.byte_order)],
      notes: notesOf(coverage, is_open),
    },
    evidence,
    coverage,
    framing,
  }
}

interface FirstPass {
  readonly streamed: StreamedFile
  readonly blocks: BlockCheck
  readonly sha256: string | undefined
  readonly first_times_ms: readonly number[]
  readonly byte_order: 'big' | 'little'
  /** When nothing but framing can judge: of the whole file. */
  readonly framing: FramingFacts | undefined
}

/** One pass over the bytes, for all who want to see them. */
async function firstPass(
  path: string,
  index: IndexReading | undefined,
  manifest: Manifest | 'damaged' | undefined,
  run: StreamRun,
): Promise<FirstPass> {
  const blocks = new BlockCheck(index?.entries ?? [])
  const hash = manifest === undefined || manifest === 'damaged' ? undefined : createHash('sha256')
  const has_witness = hash !== undefined || (index?.entries ?? []).length > 0
  const check = has_witness ? undefined : new FramingCheck()
  const feed = check && feeder(check)
  const head = new Uint8Array(8)
  let head_bytes = 0
  const streamed = await streamFile(
    path,
    (bytes) => {
      for (let at = 0; head_bytes < head.length && at < bytes.length; at++) head[head_bytes++] = bytes[at] as number
      hash?.update(bytes)
      blocks.take(bytes)
      feed?.(bytes)
    },
    run,
  )
  if (check !== undefined) endFeed(check)
  const times = head_bytes < head.length ? [] : BYTE_ORDERS.map((order) => timeOf(head, order))
  return {
    streamed,
    blocks,
    sha256: hash?.digest('hex'),
    first_times_ms: times,
    byte_order: isTime(times[0]) || !isTime(times[1]) ? 'big' : 'little',
    framing: check?.facts(),
  }
}

const BYTE_ORDERS = ['big', 'little'] as const
const isTime = (time_ms: number | undefined): boolean =>
  time_ms !== undefined && time_ms >= RECEIVED_MS_MIN && time_ms <= RECEIVED_MS_MAX

function timeOf(head: Uint8Array, order: 'big' | 'little'): number {
  return Number(new DataView(head.buffer).getBigUint64(0, order === 'little'))
}

/** What no checksum covers. */
async function framingOf(
  path: string,
  { from, by }: Coverage,
  { bytes }: Evidence,
  run: StreamRun,
): Promise<FramingFacts | undefined> {
  if (by === 'sha256' || (by === 'index' && from === bytes && bytes > 0)) return undefined
  const check = new FramingCheck()
  await readRanges(path, [{ from, to: bytes }], check, run)
  return check.facts()
}

function recordsOf({ index, blocks, manifest }: Evidence, { by }: Coverage, framing: FramingFacts | undefined): number {
  if (by === 'sha256' && manifest !== undefined && manifest !== 'damaged') return manifest.counts.records
  const indexed = by === 'none' ? [] : (index?.entries ?? []).slice(0, blocks.checked)
  return indexed.reduce((sum, entry) => sum + entry.records, 0) + (framing?.records ?? 0)
}

function checkedBy({ bytes }: Evidence, { by, from }: Coverage): FileVerdict['checked_by'] {
  if (by === 'sha256') return 'sha256'
  if (bytes === 0) return 'nothing'
  if (by === 'none' || from === 0) return 'framing'
  return from < bytes ? 'index and framing' : 'index'
}

function orderFindings(manifest: Evidence['manifest'], coverage: Coverage, byte_order: 'big' | 'little'): TrustFinding[] {
  if (coverage.manifest !== 'fits' || manifest === undefined || manifest === 'damaged') return []
  if (manifest.bytes === 0 || manifest.byte_order === byte_order) return []
  return [{ kind: 'manifest_differs', detail: `it says ${manifest.byte_order}-endian, the first record is ${byte_order}-endian` }]
}

function notesOf(coverage: Coverage, is_open: boolean): string[] {
  return [
    ...(coverage.index === 'missing' ? ['no index beside it'] : []),
    ...(coverage.manifest === 'missing' && !is_open ? ['no manifest beside it'] : []),
    ...(is_open ? ['a capture is writing it'] : []),
  ]
}

/** The verdict on a file that cannot even be read. */
export function unreadableVerdict(file: RecordingFile, error: MdsError): FileVerdict {
  return {
    path: file.path,
    profile: file.profile,
    verdict: 'unreadable',
    bytes: 0,
    records: 0,
    packing: 'plain',
    byte_order: 'big',
    checked_by: 'nothing',
    index: 'missing',
    manifest: 'missing',
    findings: [{ kind: 'unreadable', detail: error.message }],
    notes: [],
  }
}
