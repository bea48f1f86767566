import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { RECORD_HEADER_BYTES, writeRecordHeader } from '../core/recording/index.js'
import type { PlantedFault, RecordSink } from '../core/synth/index.js'
import { formatClock, IST_OFFSET_MS } from '../core/time/index.js'

const CHUNK_BYTES = 1 << 20
const HOUR_MS = 3_600_000

/** A fault and the bytes it concerns. */
export interface PlacedFault extends PlantedFault {
  file: string
  offset: number
}

/** Where the bytes of a piece go. */
interface Piece {
  file: number
  length: number
  buffer: Uint8Array
}

/** Collects records and writes them in large pieces: a file for each IST hour of the received time, named like a capture's. */
export class HourlyWriter implements RecordSink {
  readonly files: string[] = []
  readonly faults: PlacedFault[] = []
  records = 0
  packets = 0
  bytes = 0
  readonly #folder: string
  readonly #prefix: string
  readonly #single: boolean
  readonly #waiting: PlantedFault[] = []
  readonly #pieces: Piece[] = []
  readonly #spare: Uint8Array[] = []
  #hour = -1
  #fileBytes = 0
  #file: FileHandle | undefined
  #opened = -1

  /** `prefix`: `<profile>_YYYYMMDD`. */
  constructor({ folder, prefix, single_file }: { folder: string; prefix: string; single_file: boolean }) {
    this.#folder = folder
    this.#prefix = prefix
    this.#single = single_file
  }

  get isFull(): boolean {
    return this.#pieces.length > 1
  }

  onRecord(received_ms: number, message: Uint8Array): void {
    this.#choose(received_ms)
    const { buffer, at } = this.#room(RECORD_HEADER_BYTES + message.length)
    writeRecordHeader(new DataView(buffer.buffer, buffer.byteOffset), at, received_ms, message.length)
    buffer.set(message, at + RECORD_HEADER_BYTES)
    this.records++
    if (message.length > 1 && message[0] !== 0x7b) this.packets += (message[0]! << 8) | message[1]!
  }

  onBrokenBytes(bytes: Uint8Array): void {
    const { buffer, at } = this.#room(bytes.length)
    buffer.set(bytes, at)
  }

  onPlanted(fault: PlantedFault): void {
    this.#waiting.push(fault)
  }

  #choose(received_ms: number): void {
    const hour = this.#single ? 0 : Math.floor((received_ms + IST_OFFSET_MS) / HOUR_MS)
    if (hour === this.#hour) return
    this.#hour = hour
    this.#fileBytes = 0
    const clock = formatClock(received_ms).replaceAll(':', '')
    this.files.push(`${this.#prefix}_${this.#single ? clock.slice(0, 4) : `${clock.slice(0, 2)}00`}.bin`)
  }

  /** Takes up `size` bytes of the present file; the faults that wait concern them. */
  #room(size: number): { buffer: Uint8Array; at: number } {
    for (const fault of this.#waiting) this.faults.push({ ...fault, file: this.files.at(-1) ?? '', offset: this.#fileBytes })
    this.#waiting.length = 0
    const piece = this.#pieceFor(size)
    const at = piece.length
    piece.length += size
    this.#fileBytes += size
    this.bytes += size
    return { buffer: piece.buffer, at }
  }

  #pieceFor(size: number): Piece {
    const file = this.files.length - 1
    const last = this.#pieces.at(-1)
    if (last !== undefined && last.file === file && last.length + size <= last.buffer.length) return last
    const spare = size <= CHUNK_BYTES ? this.#spare.pop() : undefined
    const piece = { file, length: 0, buffer: spare ?? new Uint8Array(Math.max(CHUNK_BYTES, size)) }
    this.#pieces.push(piece)
    return piece
  }

  async flush(): Promise<void> {
    for (const piece of this.#pieces) {
      if (piece.file !== this.#opened) {
        await this.#file?.close()
        this.#file = await open(join(this.#folder, this.files[piece.file]!), 'w')
        this.#opened = piece.file
      }
      await writeWhole(this.#file!, piece.buffer.subarray(0, piece.length))
      if (piece.buffer.length === CHUNK_BYTES) this.#spare.push(piece.buffer)
    }
    this.#pieces.length = 0
  }

  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#file?.close()
      this.#file = undefined
    }
  }
}

/** The kernel may take only a part. */
async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}
