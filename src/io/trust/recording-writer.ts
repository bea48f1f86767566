import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import {
  byteOrderOf,
  encodeManifest,
  type IndexEntry,
  indexName,
  type Manifest,
  MessageTally,
  manifestName,
  RECORD_HEADER_BYTES,
  walkRecords,
} from '../../core/recording/index.js'
import { IndexBuilder } from '../../core/trust/index.js'
import { openNewRecording, type Sink } from '../output.js'
import { syncFolder, writeDurably } from './durable.js'

const PIECE_BYTES = 1024 * 1024

/** What the bytes alone say of a recording; the rest of its manifest is for the caller to say. */
export type WrittenFacts = Pick<Manifest, 'file' | 'byte_order' | 'counts' | 'first_ms' | 'last_ms' | 'bytes' | 'sha256'>

/** Writes a recording with its index, in records or whole blocks. It appears under its name at `finish`, its index and manifest right after. */
export class RecordingWriter {
  readonly path: string
  readonly #name: string
  #byte_order: 'big' | 'little' = 'big'
  readonly #sink: Sink
  readonly #hash = createHash('sha256')
  readonly #entries: Uint8Array[] = []
  readonly #index = new IndexBuilder((entry) => this.#entries.push(entry))
  readonly #tally = new MessageTally()
  #piece = new Uint8Array(PIECE_BYTES)
  #filled = 0
  #first_ms: number | null = null
  #last_ms: number | null = null

  constructor(folder: string, name: string) {
    this.path = join(folder, name)
    this.#name = name
    this.#sink = openNewRecording(this.path)
  }

  /** `record`: header and message; borrowed. */
  record(received_at_ms: number, record: Uint8Array): void {
    this.#begin(received_at_ms, record)
    this.#index.add(received_at_ms, record)
    this.#count(received_at_ms, record)
    this.#write(record)
  }

  /** A block that an index vouches for, taken over byte by byte; borrowed. */
  block(entry: IndexEntry, bytes: Uint8Array): void {
    this.#begin(entry.first_ms, bytes)
    this.#index.addBlock(entry)
    walkRecords(bytes, this.#byte_order, (received_at_ms, from, to) => this.#count(received_at_ms, bytes.subarray(from, to)))
    this.#write(bytes)
  }

  /** `describe` adds what the bytes do not say. */
  finish(describe: (facts: WrittenFacts) => Manifest): Manifest {
    this.#flush()
    this.#index.endBlock()
    const manifest = describe({
      file: this.#name,
      byte_order: this.#byte_order,
      counts: this.#tally.counts(),
      first_ms: this.#first_ms,
      last_ms: this.#last_ms,
      bytes: this.#index.bytes,
      sha256: this.#hash.digest('hex'),
    })
    const folder = dirname(this.path)
    this.#sink.finish()
    writeDurably(join(folder, indexName(this.#name)), this.#entries)
    writeDurably(join(folder, manifestName(this.#name)), [new TextEncoder().encode(encodeManifest(manifest))])
    syncFolder(folder)
    return manifest
  }

  /** Nothing stays behind; does nothing after `finish`. */
  abort(): void {
    this.#sink.abort()
  }

  /** The first record tells the byte order: never mixed within a file. */
  #begin(received_at_ms: number, bytes: Uint8Array): void {
    if (this.#first_ms !== null) return
    this.#first_ms = received_at_ms
    this.#byte_order = byteOrderOf(bytes, received_at_ms)
  }

  #count(received_at_ms: number, record: Uint8Array): void {
    this.#last_ms = received_at_ms
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
    this.#tally.add(view, RECORD_HEADER_BYTES, record.length)
  }

  #write(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#piece.length) this.#flush()
    if (bytes.length > this.#piece.length) this.#hand(bytes)
    else {
      this.#piece.set(bytes, this.#filled)
      this.#filled += bytes.length
    }
  }

  #flush(): void {
    if (this.#filled > 0) this.#hand(this.#piece.subarray(0, this.#filled))
    this.#filled = 0
  }

  #hand(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    this.#sink.write(bytes)
  }
}
