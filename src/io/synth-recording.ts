import { type FileHandle, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MdsError } from '../core/errors.js'
import type { Calendar } from '../core/market/index.js'
import { RECORD_HEADER_BYTES, writeRecordHeader } from '../core/recording/index.js'
import { createUniverse, MarketDay, masterCsv, type RecordSink } from '../core/synth/index.js'
import { formatClock, formatCompactDate, type IstDay, istDayStartMs } from '../core/time/index.js'

export interface SynthRequest {
  day: IstDay
  instruments: number
  seed: number
  calendar: Calendar
  data_dir: string
  profile: string
  /** Mean packets a second over 09:15-15:30. */
  rate: number
  mode: 'full' | 'mixed'
  /** Seconds after midnight IST, `[start_s, until_s)`. */
  start_s: number
  until_s: number
  single_file: boolean
  /** Replace recordings of the same profile and day. */
  force: boolean
}

export interface SynthSummary {
  folder: string
  /** Names inside the folder, in order of time. */
  files: string[]
  master: string
  instruments: number
  records: number
  packets: number
  bytes: number
}

/** Makes a synthetic day and writes it as a capture would have: hourly recordings and the day's instrument master. */
export async function synthesizeRecording(request: SynthRequest): Promise<SynthSummary> {
  const { day, calendar, seed, profile } = request
  const folder = join(request.data_dir, profile)
  const prefix = `${profile}_${formatCompactDate(day)}`
  await makeRoom(folder, prefix, request.force)
  const universe = createUniverse({ day, instruments: request.instruments, seed, calendar })
  const midnight_s = istDayStartMs(day) / 1000
  const market = new MarketDay({
    universe,
    calendar,
    seed,
    rate: request.rate,
    start_s: midnight_s + request.start_s,
    until_s: midnight_s + request.until_s,
    mode: request.mode,
    facts: false,
  })
  const master = `${prefix}.instruments.csv`
  await writeFile(join(folder, master), masterCsv(universe.listings))
  const writer = new HourlyWriter(folder, prefix, request.single_file)
  try {
    while (market.advance(writer)) if (writer.isFull) await writer.flush()
  } finally {
    await writer.close()
  }
  return {
    folder,
    files: writer.files,
    master,
    instruments: universe.listings.length,
    records: writer.records,
    packets: writer.packets,
    bytes: writer.bytes,
  }
}

/** A capture never overwrites, and neither do we: a day that is there stays unless asked for. */
async function makeRoom(folder: string, prefix: string, force: boolean): Promise<void> {
  await mkdir(folder, { recursive: true })
  const there = (await readdir(folder)).filter((name) => name.startsWith(`${prefix}_`) || name.startsWith(`${prefix}.`)).sort()
  if (there.length === 0) return
  if (!force)
    throw new MdsError('recording_exists', {
      message: `${folder} already holds ${there.length} files of that day, e.g. ${there[0]}.`,
      suggestions: ['Add --force to replace them', 'Choose another --profile or --data-dir'],
      exitCode: 2,
    })
  for (const name of there) await rm(join(folder, name))
}

const CHUNK_BYTES = 1 << 20

/** Collects records and writes them in large pieces, a new file for each IST hour of the received time. */
class HourlyWriter implements RecordSink {
  readonly files: string[] = []
  records = 0
  packets = 0
  bytes = 0
  readonly #folder: string
  readonly #prefix: string
  readonly #single: boolean
  /** Pieces wait here until `flush`; a piece belongs to one file. */
  readonly #pieces: { file: number; length: number; buffer: Uint8Array }[] = []
  readonly #spare: Uint8Array[] = []
  #hour = -1
  #file: FileHandle | undefined
  #opened = -1

  constructor(folder: string, prefix: string, single_file: boolean) {
    this.#folder = folder
    this.#prefix = prefix
    this.#single = single_file
  }

  get isFull(): boolean {
    return this.#pieces.length > 1
  }

  onRecord(received_ms: number, message: Uint8Array): void {
    const hour = this.#single ? 0 : Math.floor((received_ms + 19_800_000) / 3_600_000)
    if (hour !== this.#hour) {
      this.#hour = hour
      this.files.push(
        `${this.#prefix}_${formatClock(received_ms)
          .slice(0, this.#single ? 5 : 2)
          .replace(':', '')
          .padEnd(4, '0')}.bin`,
      )
    }
    const size = RECORD_HEADER_BYTES + message.length
    const piece = this.#room(size)
    const at = piece.length
    writeRecordHeader(new DataView(piece.buffer.buffer, piece.buffer.byteOffset), at, received_ms, message.length)
    piece.buffer.set(message, at + RECORD_HEADER_BYTES)
    piece.length += size
    this.records++
    this.bytes += size
    if (message.length > 2 && message[0] !== 0x7b) this.packets += (message[0]! << 8) | message[1]!
  }

  /** The piece that takes the next record. */
  #room(size: number) {
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
    await this.flush()
    await this.#file?.close()
    this.#file = undefined
  }
}

/** The kernel may take only a part. */
async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}
