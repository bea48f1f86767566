import { RECORD_HEADER_BYTES, writeRecordHeader } from '../../core/recording/index.js'

/** Records that follow one another and belong to one file, waiting for the disk. Bytes `[from, to)` are left. */
export interface Chunk {
  /** IST hours since the epoch. */
  readonly hour: number
  /** Time of receipt of its first record. */
  readonly first_ms: number
  /** Monotonic time at which its first record was accepted. */
  readonly accepted_at: number
  /** A gap ends with its first record: the journal goes first. */
  readonly after_gap: boolean
  readonly bytes: Uint8Array
  readonly view: DataView
  from: number
  to: number
}

/** Bytes that all connections together may keep waiting, and buffers that were in use. */
export class Ring {
  readonly limit_bytes: number
  waiting_bytes = 0
  readonly #spare: Uint8Array[] = []

  constructor(limit_bytes: number) {
    this.limit_bytes = limit_bytes
  }

  get isCrowded(): boolean {
    return this.waiting_bytes > this.limit_bytes / 2
  }

  /** One record always fits. */
  hasRoomFor(bytes: number): boolean {
    return this.waiting_bytes === 0 || this.waiting_bytes + bytes <= this.limit_bytes
  }

  buffer(bytes: number): Uint8Array {
    const spare = bytes <= CHUNK_BYTES ? this.#spare.pop() : undefined
    return spare ?? new Uint8Array(Math.max(CHUNK_BYTES, bytes))
  }

  giveBack(buffer: Uint8Array): void {
    if (buffer.length === CHUNK_BYTES && this.#spare.length < SPARE_MAX) this.#spare.push(buffer)
  }
}

export const CHUNK_BYTES = 256 * 1024
const SPARE_MAX = 16

/** The records of one connection on their way to the disk, first in, first out. */
export class RecordQueue {
  /** Bytes that wait. */
  bytes = 0
  readonly #ring: Ring
  readonly #chunks: Chunk[] = []
  /** The last chunk takes more records. */
  #open = false

  constructor(ring: Ring) {
    this.#ring = ring
  }

  /** The oldest chunk; undefined when nothing waits. */
  get oldest(): Chunk | undefined {
    return this.#chunks[0]
  }

  /** True when the next record begins a chunk: only then `push` looks at `accepted_at`. */
  needsChunk(hour: number, message_bytes: number): boolean {
    const last = this.#chunks.at(-1)
    const record_bytes = RECORD_HEADER_BYTES + message_bytes
    return !this.#open || last === undefined || last.hour !== hour || last.to + record_bytes > last.bytes.length
  }

  /** Begins a chunk for a record of that hour and size. */
  begin(chunk: { hour: number; first_ms: number; accepted_at: number; after_gap: boolean }, message_bytes: number): void {
    const bytes = this.#ring.buffer(RECORD_HEADER_BYTES + message_bytes)
    this.#chunks.push({ ...chunk, bytes, view: new DataView(bytes.buffer, bytes.byteOffset), from: 0, to: 0 })
    this.#open = true
  }

  /** Copies a record into the chunk that is open. */
  push(received_at_ms: number, message: Uint8Array): void {
    const chunk = this.#chunks.at(-1)!
    const record_bytes = RECORD_HEADER_BYTES + message.length
    writeRecordHeader(chunk.view, chunk.to, received_at_ms, message.length)
    chunk.bytes.set(message, chunk.to + RECORD_HEADER_BYTES)
    chunk.to += record_bytes
    this.bytes += record_bytes
    this.#ring.waiting_bytes += record_bytes
  }

  /** The oldest chunk, to be written: it takes no more records. */
  seal(): Chunk | undefined {
    if (this.#chunks.length === 1) this.#open = false
    return this.#chunks[0]
  }

  /** The disk has taken so many bytes of the oldest chunk. */
  taken(bytes: number): void {
    const chunk = this.#chunks[0]!
    chunk.from += bytes
    this.bytes -= bytes
    this.#ring.waiting_bytes -= bytes
    if (chunk.from < chunk.to) return
    this.#chunks.shift()
    this.#ring.giveBack(chunk.bytes)
  }
}
