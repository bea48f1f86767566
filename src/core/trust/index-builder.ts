import { BlockBuilder, encodeIndexEntry, type IndexEntry } from '../recording/index.js'

/** Makes the index of a recording from its records, in their order. Hand in every byte of the file: blocks have no hole between them. */
export class IndexBuilder {
  /** Offset behind the last record taken. */
  bytes = 0
  records = 0
  readonly #onEntry: (entry: Uint8Array) => void
  #previous_crc = 0
  #blocks = new BlockBuilder()

  /** `onEntry` gets each entry as bytes, in order. */
  constructor(onEntry: (entry: Uint8Array) => void) {
    this.#onEntry = onEntry
  }

  /** `record`: header and message as they lie in the file; borrowed for the call. */
  add(received_at_ms: number, record: Uint8Array): void {
    this.#tell(this.#blocks.add(received_at_ms, record))
    this.bytes += record.length
    this.records++
  }

  /** A block that an index vouched for already, with its offset in this file to come: taken over as it is. */
  addBlock(block: IndexEntry): void {
    this.endBlock()
    this.#tell({ ...block, offset: this.bytes })
    this.bytes += block.length
    this.records += block.records
    this.#blocks = new BlockBuilder(this.bytes)
  }

  /** Tells the block under way, if there is one. */
  endBlock(): void {
    this.#tell(this.#blocks.end())
  }

  #tell(entry: IndexEntry | undefined): void {
    if (entry === undefined) return
    const { bytes, entry_crc } = encodeIndexEntry(entry, this.#previous_crc)
    this.#previous_crc = entry_crc
    this.#onEntry(bytes)
  }
}
