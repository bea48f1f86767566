import type { TimestampMs } from '../time/index.js'
import { crc32c } from './crc32c.js'
import { INDEX_BLOCK_BYTES, INDEX_BLOCK_MS, type IndexEntry } from './side-index.js'

/** Cuts a run of records into the blocks of an index. The same records give the same blocks, unless the caller ends one early. */
export class BlockBuilder {
  #offset: number
  #length = 0
  #records = 0
  #first_ms = 0
  #last_ms = 0
  #crc = 0

  /** `offset`: of the first record, bytes. */
  constructor(offset = 0) {
    this.#offset = offset
  }

  /** True while a block is begun and not ended. */
  get isOpen(): boolean {
    return this.#records > 0
  }

  /**
   * Takes the next record, header and message; the bytes are borrowed. Gives the block ahead of it when that one ends here: it is full, or its
   * first record was received long enough ago.
   */
  add(received_at_ms: TimestampMs, record: Uint8Array): IndexEntry | undefined {
    const is_full = this.#length + record.length > INDEX_BLOCK_BYTES || received_at_ms - this.#first_ms >= INDEX_BLOCK_MS
    const ended = this.isOpen && is_full ? this.end() : undefined
    if (!this.isOpen) this.#first_ms = received_at_ms
    this.#last_ms = received_at_ms
    this.#crc = crc32c(record, this.#crc)
    this.#length += record.length
    this.#records++
    return ended
  }

  /** Ends the open block; undefined when there is none. */
  end(): IndexEntry | undefined {
    if (!this.isOpen) return undefined
    const entry: IndexEntry = {
      offset: this.#offset,
      length: this.#length,
      records: this.#records,
      first_ms: this.#first_ms,
      last_ms: this.#last_ms,
      data_crc: this.#crc,
    }
    this.#offset += this.#length
    this.#length = this.#records = this.#crc = 0
    return entry
  }
}
