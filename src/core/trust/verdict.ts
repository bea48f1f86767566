import type { IndexReading, LinkedEntry, Manifest } from '../recording/index.js'
import { type BlockCheck, indexedBytes, type Span } from './block-check.js'
import type { FramingFacts } from './framing-check.js'

/** What is said of the bytes of a recording, from the best to the worst. */
export const VERDICTS = {
  intact: 'Every byte is what was written: a checksum vouches for it',
  open: 'A capture is writing it; what its index speaks of is intact',
  'no-index': 'Framing and packet lengths only, which 98.9 % of single flipped bits pass',
  'torn-tail': 'Ends inside a record: the last bytes are no whole one',
  short: 'Its index or manifest claims more bytes than there are',
  corrupt: 'Bytes differ from those that were written',
  unreadable: 'It holds no record, or cannot be read or unpacked',
} as const
export type Verdict = keyof typeof VERDICTS

/** What a check came upon besides, each a reason to look. */
export const FINDINGS = {
  corrupt: 'These bytes are not those that were written',
  short: 'Bytes are missing at the end',
  torn_tail: 'These bytes at the end are no whole record',
  not_indexed: 'No checksum vouches for these bytes',
  odd_messages: 'Messages whose packets do not add up: damage, or as they came',
  unreadable: 'It holds no record, or cannot be read or unpacked',
  index_damaged: 'The index is damaged or torn; make it anew with mds index once the data is known to be good',
  index_of_another: 'The index speaks of another file, or of an earlier state of this one',
  manifest_damaged: 'The manifest cannot be read',
  manifest_of_another: 'The manifest speaks of another file',
  manifest_differs: 'The manifest tells of other bytes than there are',
  suspect: 'The capture could not be sure of what it wrote here: a write or a sync failed',
  gap: 'Something was not recorded',
  journal_damaged: 'Lines of the journal are damaged; gaps may have been told there',
  missing_file: 'An index or a manifest is there, and its recording is not',
} as const
export type FindingKind = keyof typeof FINDINGS

/** Offsets `[from, to)` in bytes of the unpacked file, records by their 0-based number, where the finding concerns any. */
export interface TrustFinding {
  readonly kind: FindingKind
  readonly detail: string
  readonly from?: number
  readonly to?: number
  readonly first_record?: number
  readonly records?: number
}

/** The index beside a file, as far as it can be trusted. */
export type IndexState = 'fits' | 'missing' | 'damaged' | 'another'
export type ManifestState = 'fits' | 'missing' | 'damaged' | 'another' | 'differs'

/** What is known of one file when its bytes have gone by. */
export interface Evidence {
  /** Without folder and without the ending of a packed file. */
  readonly name: string
  /** Unpacked. */
  readonly bytes: number
  /** Time of the first record, in either byte order; undefined in a file of less than 12 bytes. */
  readonly first_times_ms: readonly number[]
  /** Why unpacking stopped early. */
  readonly packing_damage: string | undefined
  readonly sha256: string | undefined
  readonly index: IndexReading | undefined
  readonly blocks: Pick<BlockCheck, 'bad' | 'checked' | 'covered_to'>
  readonly manifest: Manifest | 'damaged' | undefined
  /** Is a capture writing it? */
  readonly is_open: boolean
}

/** How far checksums reach, and which files beside the recording speak of it. */
export interface Coverage {
  readonly index: IndexState
  readonly manifest: ManifestState
  /** `sha256`: all of it; `index`: up to `from`; `none`. */
  readonly by: 'sha256' | 'index' | 'none'
  /** Framing has to judge `[from, bytes)`. */
  readonly from: number
}

/** First half of the judgement: what the checksums cover. */
export function coverageOf(evidence: Evidence): Coverage {
  const manifest = manifestState(evidence)
  const index = indexState(evidence)
  if (manifest === 'fits') return { index, manifest, by: 'sha256', from: evidence.bytes }
  const covers = index === 'fits' || (index === 'damaged' && evidence.blocks.checked > 0)
  if (!covers) return { index, manifest, by: 'none', from: 0 }
  return { index, manifest, by: 'index', from: evidence.blocks.covered_to }
}

function manifestState({ manifest, name, bytes, sha256 }: Evidence): ManifestState {
  if (manifest === undefined) return 'missing'
  if (manifest === 'damaged') return 'damaged'
  if (manifest.file !== name) return 'another'
  return manifest.bytes === bytes && manifest.sha256 === sha256 ? 'fits' : 'differs'
}

function indexState({ index, blocks, bytes, first_times_ms, manifest, name, sha256 }: Evidence): IndexState {
  if (index === undefined) return 'missing'
  const first = index.entries[0]
  if (first !== undefined) {
    const is_known = manifest !== undefined && manifest !== 'damaged' && manifest.file === name && manifest.sha256 === sha256
    const fits = blocks.bad.length === 0 && indexedBytes(index.entries) <= bytes
    // What the manifest vouches for cannot be wrong because an index says so.
    if (is_known && !fits) return 'another'
    const none_agrees = blocks.bad.length === blocks.checked
    const begins_alike = first_times_ms.length === 0 || first_times_ms.includes(first.first_ms)
    if (none_agrees && !begins_alike && indexedBytes(index.entries) !== bytes) return 'another'
  }
  return index.stopped === undefined ? 'fits' : 'damaged'
}

/** The second half: what is said of the file. `framing` judges what no checksum covers; undefined when nothing is left. */
export function judge(
  evidence: Evidence,
  coverage: Coverage,
  framing: FramingFacts | undefined,
): { verdict: Verdict; findings: TrustFinding[] } {
  const data = dataFindings(evidence, coverage, framing)
  const findings = [...data, ...besideFindings(evidence, coverage)]
  return { verdict: worstOf(data, evidence), findings }
}

/** From the worst on. */
const VERDICT_OF: readonly [FindingKind, Verdict][] = [
  ['unreadable', 'unreadable'],
  ['corrupt', 'corrupt'],
  ['short', 'short'],
  ['torn_tail', 'torn-tail'],
  ['not_indexed', 'no-index'],
]

function worstOf(findings: readonly TrustFinding[], { is_open }: Evidence): Verdict {
  const verdict = VERDICT_OF.find(([kind]) => findings.some((finding) => finding.kind === kind))?.[1]
  return verdict ?? (is_open ? 'open' : 'intact')
}

function dataFindings(evidence: Evidence, coverage: Coverage, framing: FramingFacts | undefined): TrustFinding[] {
  const { bytes, packing_damage, index, blocks, manifest } = evidence
  const findings: TrustFinding[] = []
  if (packing_damage !== undefined)
    findings.push({ kind: 'unreadable', detail: `unpacking stopped after ${bytes} bytes: ${packing_damage}` })
  if (coverage.by === 'index') findings.push(...badBlocks(index?.entries ?? [], blocks.bad))
  const claimed = coverage.by === 'sha256' ? bytes : claimedBytes(evidence, coverage)
  if (claimed > bytes)
    findings.push({ kind: 'short', detail: `${claimed} bytes were written, ${bytes} are there`, from: bytes, to: claimed })
  if (coverage.by === 'none' && coverage.manifest === 'differs' && manifest !== 'damaged' && manifest?.bytes === bytes)
    findings.push({ kind: 'corrupt', detail: 'the SHA-256 of the manifest is another', from: 0, to: bytes })
  if (framing !== undefined) findings.push(...framingFindings(evidence, coverage, framing, claimed > bytes))
  return findings
}

function claimedBytes({ index, manifest }: Evidence, coverage: Coverage): number {
  const by_index = coverage.index === 'another' ? 0 : indexedBytes(index?.entries ?? [])
  const by_manifest = coverage.manifest === 'differs' && manifest !== undefined && manifest !== 'damaged' ? manifest.bytes : 0
  // An index that ends early is no witness against a manifest; one that is whole is.
  return coverage.index === 'fits' ? by_index : Math.max(by_index, by_manifest)
}

/** Neighbouring blocks as one finding. */
function badBlocks(entries: readonly LinkedEntry[], bad: readonly number[]): TrustFinding[] {
  const findings: TrustFinding[] = []
  const firsts = firstRecords(entries)
  for (let n = 0; n < bad.length; ) {
    const begin = bad[n] as number
    let end = begin
    for (n++; bad[n] === end + 1; n++) end++
    const [first, last] = [entries[begin] as LinkedEntry, entries[end] as LinkedEntry]
    const records = entries.slice(begin, end + 1).reduce((sum, entry) => sum + entry.records, 0)
    const first_record = firsts[begin] as number
    const blocks = begin === end ? `block ${begin}` : `blocks ${begin} to ${end}`
    findings.push({
      kind: 'corrupt',
      detail: `${blocks} of ${entries.length}, records ${first_record} to ${first_record + records - 1}: the CRC-32C is another`,
      from: first.offset,
      to: last.offset + last.length,
      first_record,
      records,
    })
  }
  return findings
}

/** By entry: number of the first record of its block. */
function firstRecords(entries: readonly LinkedEntry[]): number[] {
  let records = 0
  return entries.map((entry) => {
    records += entry.records
    return records - entry.records
  })
}

function framingFindings(
  { bytes, is_open }: Evidence,
  { from }: Coverage,
  framing: FramingFacts,
  is_short: boolean,
): TrustFinding[] {
  const findings: TrustFinding[] = []
  if (from === 0 && framing.records === 0 && !is_short) {
    if (!is_open)
      findings.push({ kind: 'unreadable', detail: bytes === 0 ? 'it is empty' : `no record begins in ${bytes} bytes` })
    return findings
  }
  const torn_from = bytes - framing.torn_bytes
  if (!is_open && torn_from > from)
    findings.push({
      kind: 'not_indexed',
      detail: 'only framing and packet lengths were checked, which is weak',
      from,
      to: torn_from,
    })
  for (const span of framing.damaged) findings.push({ kind: 'corrupt', detail: 'no whole record', ...shifted(span, from) })
  const unlisted = framing.damaged_total - framing.damaged.length
  if (unlisted > 0) findings.push({ kind: 'corrupt', detail: `${unlisted} more stretches` })
  const odd = framing.odd[0]
  if (odd !== undefined)
    findings.push({ kind: 'odd_messages', detail: `${framing.odd_total}, the first here`, ...shifted(odd, from) })
  if (framing.torn_bytes > 0 && !is_open)
    findings.push({ kind: 'torn_tail', detail: `${framing.torn_bytes} bytes`, from: torn_from, to: bytes })
  return findings
}

const shifted = ({ from, to }: Span, by: number): Span => ({ from: from + by, to: to + by })

function besideFindings({ index, manifest, name, bytes, sha256 }: Evidence, coverage: Coverage): TrustFinding[] {
  const findings: TrustFinding[] = []
  if (coverage.index === 'another')
    findings.push({
      kind: 'index_of_another',
      detail: `it speaks of ${indexedBytes(index?.entries ?? [])} bytes, ${bytes} are there`,
    })
  if (index?.stopped !== undefined && coverage.index !== 'another')
    findings.push({
      kind: 'index_damaged',
      detail: `${index.stopped.replace('_', ' ')} after ${index.entries.length} whole entries`,
    })
  if (coverage.by === 'sha256' && coverage.index === 'fits' && indexedBytes(index?.entries ?? []) < bytes)
    findings.push({ kind: 'index_damaged', detail: `it ends at byte ${indexedBytes(index?.entries ?? [])} of ${bytes}` })
  if (coverage.manifest === 'damaged') findings.push({ kind: 'manifest_damaged', detail: 'it is no manifest of this version' })
  if (manifest === undefined || manifest === 'damaged') return findings
  if (coverage.manifest === 'another')
    findings.push({ kind: 'manifest_of_another', detail: `it names ${manifest.file}, expected ${name}` })
  if (coverage.manifest === 'differs')
    findings.push({
      kind: 'manifest_differs',
      detail:
        manifest.bytes === bytes ? `SHA-256 ${manifest.sha256}, found ${sha256}` : `${manifest.bytes} bytes, found ${bytes}`,
    })
  if (coverage.manifest === 'fits') findings.push(...contradictions(manifest, coverage, index))
  if (manifest.suspect && manifest.file === name) findings.push({ kind: 'suspect', detail: 'so its manifest says' })
  return findings
}

/** The bytes are right; is what else the manifest says of them? */
function contradictions(manifest: Manifest, coverage: Coverage, index: Evidence['index']): TrustFinding[] {
  if (coverage.index !== 'fits' || index === undefined || indexedBytes(index.entries) !== manifest.bytes) return []
  const records = index.entries.reduce((sum, entry) => sum + entry.records, 0)
  if (records === manifest.counts?.records) return []
  return [{ kind: 'manifest_differs', detail: `it counts ${manifest.counts?.records} records, the index ${records}` }]
}
