import { dirname, join } from 'node:path'
import {
  BlockBuilder,
  INDEX_ENTRY_BYTES,
  type IndexEntry,
  indexName,
  type JournalEvent,
  type LinkedEntry,
  type RecordedGap,
  readIndex,
} from '../../core/recording/index.js'
import { IndexFile } from './index-file.js'
import { type OpenFile, type RecorderFiles, writeAll } from './recorder-ports.js'
import { scanRecords } from './scan-records.js'
import { readWholeFile } from './whole-file.js'

const COPY_BYTES = 1 << 20

/** A segment that nobody closed. */
export interface UnclosedSegment {
  readonly folder: string
  readonly name: string
  readonly connection: number
  /** IST hours since the epoch. */
  readonly hour: number
  /** The machine lost its power: what was not synced may be there in part. */
  readonly power_cut: boolean
  readonly claimed: Claim | undefined
}

/** What the manifest of a segment says, where there is one. */
export interface Claim {
  readonly bytes: number
  readonly first_ms: number | undefined
  readonly last_ms: number | undefined
  readonly suspect: boolean
}

/** What a segment holds after recovery. */
export interface RecoveredSegment {
  readonly name: string
  readonly connection: number
  readonly good_bytes: number
  readonly cut_bytes: number
  readonly first_ms: number | undefined
  readonly last_ms: number | undefined
}

/**
 * Makes an unclosed segment whole: records that are complete stay, what lies behind them is moved to `<name>.tail-<offset>`, and the index
 * covers the rest. It may be killed at any point and run again: it ends the same. `tell` journals, synced, whatever was told before not again.
 */
export async function recoverSegment(
  files: RecorderFiles,
  segment: UnclosedSegment,
  tell: (event: JournalEvent) => Promise<void>,
): Promise<RecoveredSegment> {
  const { folder, name, connection } = segment
  const path = join(folder, name)
  const index = readIndex((await readWholeFile(files, join(folder, indexName(name)))) ?? new Uint8Array(0))
  const file = await files.open(path, 'mend')
  try {
    const size = await file.size()
    const kept = index.entries.filter(({ offset, length }) => offset + length <= size)
    const found = await scan(file, size, kept, segment)
    const { good_bytes, last_ms } = found
    const cut_bytes = size - good_bytes
    if (cut_bytes > 0) await keepTail(files, file, { path, from: good_bytes, size })
    await tell({ event: 'recovered', file: name, good_bytes, cut_bytes })
    const lost = lostGap(index.entries, segment, found)
    if (lost !== undefined) await tell({ event: 'gap', ...lost })
    if (cut_bytes > 0) await file.cut(good_bytes)
    await file.sync()
    await completeIndex(files, join(folder, indexName(name)), kept, found.blocks)
    await files.syncFolder(folder)
    return { name, connection, good_bytes, cut_bytes, first_ms: kept[0]?.first_ms ?? found.blocks[0]?.first_ms, last_ms }
  } finally {
    await file.close()
  }
}

/** What index or manifest claim and the file has not. */
function lostGap(
  entries: readonly IndexEntry[],
  { connection, claimed }: UnclosedSegment,
  { good_bytes, last_ms }: { good_bytes: number; last_ms: number | undefined },
): RecordedGap | undefined {
  const last = entries.at(-1)
  const claimed_bytes = Math.max(last === undefined ? 0 : last.offset + last.length, claimed?.bytes ?? 0)
  const to_ms = Math.max(last?.last_ms ?? 0, claimed?.last_ms ?? 0) + 1
  if (claimed_bytes <= good_bytes) return undefined
  const from_ms = last_ms ?? entries[0]?.first_ms ?? claimed?.first_ms ?? to_ms
  return { connection, from_ms, to_ms, cause: 'file_lost', grade: 'certain' }
}

async function scan(
  file: OpenFile,
  size: number,
  kept: readonly LinkedEntry[],
  { hour, power_cut }: UnclosedSegment,
): Promise<{ good_bytes: number; last_ms: number | undefined; blocks: IndexEntry[] }> {
  const last = kept.at(-1)
  const from = last === undefined ? 0 : last.offset + last.length
  const builder = new BlockBuilder(from)
  const blocks: IndexEntry[] = []
  let last_ms = last?.last_ms
  const rules = { hour, from_ms: last_ms ?? 0, whole_messages: power_cut }
  const good_bytes = await scanRecords(file, { from, size }, rules, (received_at_ms, record) => {
    last_ms = received_at_ms
    const block = builder.add(received_at_ms, record)
    if (block !== undefined) blocks.push(block)
  })
  const block = builder.end()
  return { good_bytes, last_ms, blocks: block === undefined ? blocks : [...blocks, block] }
}

/** Nothing is ever thrown away: bytes that are no records go to a file of their own before they are cut off. */
async function keepTail(
  files: RecorderFiles,
  file: OpenFile,
  { path, from, size }: { path: string; from: number; size: number },
): Promise<void> {
  const tail = `${path}.tail-${from}`
  const copy = await files.open(`${tail}.tmp`, 'replace')
  try {
    const buffer = new Uint8Array(COPY_BYTES)
    for (let at = from; at < size; ) {
      const count = await file.read(buffer.subarray(0, Math.min(COPY_BYTES, size - at)), at)
      if (count === 0) break
      await writeAll(copy, buffer.subarray(0, count))
      at += count
    }
    await copy.sync()
  } finally {
    await copy.close()
  }
  await files.rename(`${tail}.tmp`, tail)
  await files.syncFolder(dirname(path))
}

async function completeIndex(
  files: RecorderFiles,
  path: string,
  kept: readonly LinkedEntry[],
  blocks: readonly IndexEntry[],
): Promise<void> {
  const file = await files.open(path, 'append')
  const index = new IndexFile(file, { entries: kept.length, entry_crc: kept.at(-1)?.entry_crc ?? 0 })
  try {
    if ((await file.size()) !== kept.length * INDEX_ENTRY_BYTES) await file.cut(kept.length * INDEX_ENTRY_BYTES)
    await index.append(blocks)
    await index.sync()
  } finally {
    await index.close()
  }
}
