import { crc32c, encodeIndexEntry, INDEX_BLOCK_BYTES, INDEX_BLOCK_MS, type IndexEntry } from '../recording/index.js'

/** Makes the index of a recording from its records, in their order. Hand in every byte of the file: blocks have no hole between them. */
export class IndexBuilder {
  /** Offset behind the last record taken. */
  bytes = 0
  records = 0
  readonly #onEntry: (entry: Uint8Array) => void
  #previous_crc = 0
  #block = emptyBlock(0)

  /** `onEntry` gets each entry as bytes, in order. */
  constructor(onEntry: (entry: Uint8Array) => void) {
    this.#onEntry = onEntry
  }

  /** `record`: header and message as they lie in the file; borrowed for the call. */
  add(received_at_ms: number, record: Uint8Array): void {
    const is_full =
      this.#block.length + record.length > INDEX_BLOCK_BYTES || received_at_ms - this.#block.first_ms >= INDEX_BLOCK_MS
    if (this.#block.records > 0 && is_full) this.endBlock()
    const block = this.#block
    if (block.records === 0) block.first_ms = received_at_ms
    block.last_ms = received_at_ms
    block.records++
    block.length += record.length
    block.data_crc = crc32c(record, block.data_crc)
    this.bytes += record.length
    this.records++
  }

  /** A block that an index vouched for already, with its offset in this file to come: taken over as it is. */
  addBlock(block: IndexEntry): void {
    this.endBlock()
    this.#tell({ ...block, offset: this.bytes })
    this.bytes += block.length
    this.records += block.records
    this.#block = emptyBlock(this.bytes)
  }

  /** Tells the block under way, if there is one. */
  endBlock(): void {
    if (this.#block.records > 0) this.#tell(this.#block)
    this.#block = emptyBlock(this.bytes)
  }

  #tell(entry: IndexEntry): void {
    const { bytes, entry_crc } = encodeIndexEntry(entry, this.#previous_crc)
    this.#previous_crc = entry_crc
    this.#onEntry(bytes)
  }
}

type Block = { -readonly [Name in keyof IndexEntry]: IndexEntry[Name] }

const emptyBlock = (offset: number): Block => ({ offset, length: 0, records: 0, first_ms: 0, last_ms: 0, data_crc: 0 })
