import { createHash } from 'node:crypto'
import { BlockBuilder, type IndexEntry, RECORD_HEADER_BYTES, type RecordingCounts } from '../../core/recording/index.js'
import { HEARTBEAT_BYTES, type PacketSink, walkPackets } from '../../core/wire/index.js'

const OPENING_BRACE = 0x7b
const TWO_POW_32 = 0x1_0000_0000

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
  readonly #counts = { heartbeats: 0, texts: 0, malformed: 0 }
  readonly #packets = new Map<number, number>()
  #is_bad = false
  readonly #sink: PacketSink = {
    onPacket: (_view, _at, length) => {
      this.#packets.set(length, (this.#packets.get(length) ?? 0) + 1)
    },
    onBadPacket: () => {
      this.#is_bad = true
    },
  }

  /** `blocks`: whether an index is to be made. */
  constructor({ blocks }: { blocks: boolean }) {
    this.#blocks = blocks ? new BlockBuilder() : undefined
  }

  /** Takes whole records, in the order of the file. The bytes are borrowed. */
  take(records: Uint8Array): void {
    if (records.length === 0) return
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
    for (let at = 0; at < records.length; ) {
      const received_at_ms = view.getUint32(at) * TWO_POW_32 + view.getUint32(at + 4)
      const end = at + RECORD_HEADER_BYTES + view.getUint32(at + 8)
      this.first_ms ??= received_at_ms
      this.last_ms = received_at_ms
      this.records++
      this.#count(view, at + RECORD_HEADER_BYTES, end)
      const block = this.#blocks?.add(received_at_ms, records.subarray(at, end))
      if (block !== undefined) this.ended_blocks.push(block)
      at = end
    }
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
    const lengths = [...this.#packets.keys()].sort((a, b) => a - b)
    const packets = Object.fromEntries(lengths.map((length) => [String(length), this.#packets.get(length) ?? 0]))
    return { records: this.records, ...this.#counts, packets }
  }

  /** Of all bytes taken, hex. Nothing can be taken after. */
  sha256(): string {
    return this.#hash.digest('hex')
  }

  #count(view: DataView, start: number, end: number): void {
    if (end - start === HEARTBEAT_BYTES) this.#counts.heartbeats++
    else if (end > start && view.getUint8(start) === OPENING_BRACE) this.#counts.texts++
    else {
      this.#is_bad = end === start
      walkPackets(view, start, end, this.#sink)
      if (this.#is_bad) this.#counts.malformed++
    }
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
