import { crc32c } from './crc32c.js'

/**
 * The index beside a recording (`.bin.idx`): entries of 48 bytes, one for each block of the data, appended and synced after the data they
 * speak of, so that an index never claims bytes that are not on disk. It may be missing and is made anew from the data (`mds index`): data is
 * the truth, never the index.
 *
 *   0  magic "MDSX"        u32
 *   4  offset              u64   of the block in the recording; blocks follow one another without a hole
 *   12 length              u32   bytes; whole records only
 *   16 records             u32
 *   20 first_ms            u64   times of receipt of the first and the last record
 *   28 last_ms             u64
 *   36 data_crc            u32   CRC-32C of the block's bytes
 *   40 previous_crc        u32   `entry_crc` of the entry before; 0 for the first
 *   44 entry_crc           u32   CRC-32C of the 44 bytes ahead of it
 */
export const INDEX_ENTRY_BYTES = 48
/** A block ends with the first of: this many bytes, or this much time since its first record. */
export const INDEX_BLOCK_BYTES = 256 * 1024
export const INDEX_BLOCK_MS = 1000

const MAGIC = 0x4d445358
const CHECKED_BYTES = INDEX_ENTRY_BYTES - 4
const TWO_POW_32 = 0x1_0000_0000

/** One block of a recording. Offsets and lengths in bytes. */
export interface IndexEntry {
  readonly offset: number
  readonly length: number
  readonly records: number
  readonly first_ms: number
  readonly last_ms: number
  readonly data_crc: number
}

/** An entry as read, with its own checksum: the link the next one must name. */
export interface LinkedEntry extends IndexEntry {
  readonly entry_crc: number
}

/** An entry as bytes. `previous_crc`: `entry_crc` of the one before, 0 for the first. */
export function encodeIndexEntry(entry: IndexEntry, previous_crc: number): { bytes: Uint8Array; entry_crc: number } {
  const bytes = new Uint8Array(INDEX_ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC)
  writeU64(view, 4, entry.offset)
  view.setUint32(12, entry.length)
  view.setUint32(16, entry.records)
  writeU64(view, 20, entry.first_ms)
  writeU64(view, 28, entry.last_ms)
  view.setUint32(36, entry.data_crc)
  view.setUint32(40, previous_crc)
  const entry_crc = crc32c(bytes.subarray(0, CHECKED_BYTES))
  view.setUint32(44, entry_crc)
  return { bytes, entry_crc }
}

/** What an index file says, up to the first entry that is damaged or does not follow from the one before. */
export interface IndexReading {
  readonly entries: readonly LinkedEntry[]
  /** Bytes of the file that are good. */
  readonly good_bytes: number
  /** Why reading stopped; undefined at the end of the file. A part of an entry at the very end is `torn`. */
  readonly stopped: 'torn' | 'damaged' | 'broken_chain' | undefined
}

/** Reads entries as far as they can be trusted. Never throws. */
export function readIndex(bytes: Uint8Array): IndexReading {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: LinkedEntry[] = []
  let previous_crc = 0
  let next_offset = 0
  for (let at = 0; at < bytes.length; at += INDEX_ENTRY_BYTES) {
    const stop = (stopped: IndexReading['stopped']): IndexReading => ({ entries, good_bytes: at, stopped })
    if (at + INDEX_ENTRY_BYTES > bytes.length) return stop('torn')
    const entry_crc = view.getUint32(at + 44)
    if (view.getUint32(at) !== MAGIC || crc32c(bytes.subarray(at, at + CHECKED_BYTES)) !== entry_crc) return stop('damaged')
    const offset = readU64(view, at + 4)
    if (view.getUint32(at + 40) !== previous_crc || offset !== next_offset) return stop('broken_chain')
    const length = view.getUint32(at + 12)
    entries.push({
      offset,
      length,
      records: view.getUint32(at + 16),
      first_ms: readU64(view, at + 20),
      last_ms: readU64(view, at + 28),
      data_crc: view.getUint32(at + 36),
      entry_crc,
    })
    previous_crc = entry_crc
    next_offset = offset + length
  }
  return { entries, good_bytes: bytes.length, stopped: undefined }
}

function writeU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / TWO_POW_32))
  view.setUint32(at + 4, value % TWO_POW_32)
}

const readU64 = (view: DataView, at: number): number => view.getUint32(at) * TWO_POW_32 + view.getUint32(at + 4)
