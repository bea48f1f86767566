import { interrupted } from '../../core/errors.js'
import type { RecordingReader } from '../../core/recording/index.js'
import { type ByteSource, openByteSource } from '../byte-source.js'

const BUFFER_BYTES = 1024 * 1024
const FIRST_BYTES = 4096

/** What a pass over a file answers besides its bytes. */
export interface StreamedFile {
  /** Unpacked. */
  readonly bytes: number
  readonly packing: ByteSource['packing']
  readonly damage: string | undefined
}

export interface StreamRun {
  /** Bytes of the file itself that have been read since the last call. */
  onRead?(bytes: number): void
  readonly signal?: AbortSignal
}

/**
 * Hands every byte of a recording, unpacked, to `onBytes`, in order; they are borrowed for the call, or until the
 * promise it answers. `from`: bytes that need not be read where
 * they can be stepped over; `onBytes` is then called from there on.
 */
export async function streamFile(
  path: string,
  onBytes: (bytes: Uint8Array, offset: number) => void | Promise<void>,
  run: StreamRun = {},
  from = 0,
): Promise<StreamedFile> {
  const source = await openByteSource(path, run.signal)
  // a stream and a packed file are read from their beginning
  if (source.packing === 'plain' && source.reads_ahead) source.position = from
  let total = source.position
  let position = source.position
  const tell = (): void => {
    run.onRead?.(source.position - position)
    position = source.position
  }
  try {
    const room = Math.min(BUFFER_BYTES, Math.max(FIRST_BYTES, source.size ?? BUFFER_BYTES))
    let [filled, free] = [new Uint8Array(room), new Uint8Array(room)]
    let ahead = source.read(filled)
    for (;;) {
      const count = await ahead
      if (count === 0) break
      // the next bytes come while these are summed
      ahead = source.read(free)
      ahead.catch(() => {}) // whoever awaits it is told
      await onBytes(filled.subarray(0, count), total)
      total += count
      ;[filled, free] = [free, filled]
      tell()
      if (run.signal?.aborted === true) {
        await ahead.catch(() => {})
        throw interrupted()
      }
    }
    tell()
    return { bytes: total, packing: source.packing, damage: source.damage }
  } finally {
    source.close()
  }
}

/** Stretches of a file, `[from, to)`, in order. */
export type Ranges = readonly { readonly from: number; readonly to: number }[]

/** Who reads records: `drain` takes all that are at hand. */
export interface RecordTaker {
  readonly reader: RecordingReader
  drain(): void
}

/** Puts the bytes of some stretches of a file through a reader, one after the other as if nothing lay between them. */
export async function readRanges(path: string, ranges: Ranges, taker: RecordTaker, run: StreamRun = {}): Promise<void> {
  await streamFile(path, pickRanges(ranges, feeder(taker)), run, ranges[0]?.from ?? 0)
  endFeed(taker)
}

/** Fills the reader with what it is called with. */
export function feeder(taker: RecordTaker): (bytes: Uint8Array) => void {
  const { reader } = taker
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      const space = reader.space()
      const count = Math.min(space.length, bytes.length - at)
      space.set(bytes.subarray(at, at + count))
      reader.filled(count)
      at += count
      taker.drain()
    }
  }
}

/** Nothing more comes. */
export function endFeed(taker: RecordTaker): void {
  taker.reader.ended()
  taker.drain()
}

/** Lets pass what lies in the ranges. */
export function pickRanges(ranges: Ranges, onBytes: (bytes: Uint8Array) => void): (bytes: Uint8Array, offset: number) => void {
  let next = 0
  return (bytes, offset) => {
    const end = offset + bytes.length
    for (; next < ranges.length; next++) {
      const { from, to } = ranges[next] as Ranges[number]
      if (from >= end) break
      onBytes(bytes.subarray(Math.max(from, offset) - offset, Math.min(to, end) - offset))
      if (to > end) break
    }
  }
}
