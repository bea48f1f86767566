import { createHash } from 'node:crypto'
import {
  BlockBuilder,
  type IndexEntry,
  MessageTally,
  RECORD_HEADER_BYTES,
  type RecordingCounts,
  walkRecords,
} from '../../core/recording/index.js'

/** What there is to know of a file of records, learned as they go by: for the index and the manifest. */
export class SegmentFacts {
  bytes = 0
  records = 0
  first_ms: number | undefined
  last_ms: number | undefined
  /** Blocks that ended and are not in the index yet. */
  readonly ended_blocks: IndexEntry[] = []
  readonly #blocks: BlockBuilder | undefined
  readonly #hash = createHash('sha256')
  readonly #tally = new MessageTally()

  /** `blocks`: whether an index is to be made. */
  constructor({ blocks }: { blocks: boolean }) {
    this.#blocks = blocks ? new BlockBuilder() : undefined
  }

  /** Takes whole records, in the order of the file. The bytes are borrowed. */
  take(records: Uint8Array): void {
    if (records.length === 0) return
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
    walkRecords(records, 'big', (received_at_ms, from, to) => {
      this.first_ms ??= received_at_ms
      this.last_ms = received_at_ms
      this.records++
      this.#tally.add(view, from + RECORD_HEADER_BYTES, to)
      const block = this.#blocks?.add(received_at_ms, records.subarray(from, to))
      if (block !== undefined) this.ended_blocks.push(block)
    })
    this.#hash.update(records)
    this.bytes += records.length
  }

  /** Takes bytes that are not what was written: what is known of them is what the index says. */
  takeDamaged(bytes: Uint8Array, { records, first_ms, last_ms }: IndexEntry): void {
    this.first_ms ??= first_ms
    this.last_ms = last_ms
    this.records += records
    this.#hash.update(bytes)
    this.bytes += bytes.length
  }

  /** True while records wait for their block to end. */
  get hasOpenBlock(): boolean {
    return this.#blocks?.isOpen ?? false
  }

  /** Ends the block that is open. */
  endBlock(): void {
    const block = this.#blocks?.end()
    if (block !== undefined) this.ended_blocks.push(block)
  }

  get counts(): RecordingCounts {
    return { ...this.#tally.counts(), records: this.records }
  }

  /** Of all bytes taken, hex. Nothing can be taken after. */
  sha256(): string {
    return this.#hash.digest('hex')
  }
}

/** Bytes of the whole records among the first `limit` bytes of `records`, which begin with a header. */
export function wholeRecords(records: Uint8Array, limit: number): number {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
  let at = 0
  while (at + RECORD_HEADER_BYTES <= limit) {
    const end = at + RECORD_HEADER_BYTES + view.getUint32(at + 8)
    if (end > limit) break
    at = end
  }
  return at
}
