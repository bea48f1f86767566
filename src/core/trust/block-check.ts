import { crc32c, type IndexEntry } from '../recording/index.js'

/** A stretch of a file, bytes `[from, to)`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Holds the blocks of an index against the bytes of a file, as they stream by. */
export class BlockCheck {
  /** Bytes seen. */
  bytes = 0
  /** Numbers of the entries whose bytes are others than those the index speaks of. */
  readonly bad: number[] = []
  /** Entries whose blocks have gone by whole. */
  checked = 0
  readonly #entries: readonly IndexEntry[]
  #crc = 0

  constructor(entries: readonly IndexEntry[]) {
    this.#entries = entries
  }

  /** The next bytes of the file; borrowed for the call. */
  take(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      const entry = this.#entries[this.checked]
      if (entry === undefined) break
      const count = Math.min(bytes.length - at, entry.offset + entry.length - this.bytes)
      this.#crc = crc32c(bytes.subarray(at, at + count), this.#crc)
      at += count
      this.bytes += count
      if (this.bytes === entry.offset + entry.length) this.#endBlock(entry)
    }
    this.bytes += bytes.length - at
  }

  /** Offset up to which every byte was held against a block. */
  get covered_to(): number {
    const last = this.#entries[this.checked - 1]
    return last === undefined ? 0 : last.offset + last.length
  }

  #endBlock(entry: IndexEntry): void {
    if (this.#crc !== entry.data_crc) this.bad.push(this.checked)
    this.checked++
    this.#crc = 0
  }
}

/** Bytes that an index speaks of. */
export function indexedBytes(entries: readonly IndexEntry[]): number {
  const last = entries.at(-1)
  return last === undefined ? 0 : last.offset + last.length
}
