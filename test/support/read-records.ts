import type { DiagnosticCode } from '../../src/core/diagnostics.js'
import type { Frame } from '../../src/core/recording/index.js'
import { RECORD_HEADER_BYTES, RecordingReader } from '../../src/core/recording/index.js'

/** A record as read, copied out of the buffer. */
export interface ReadRecord {
  record: number
  offset: number
  received_at_ms: number
  message: Uint8Array
}
export interface Finding {
  code: DiagnosticCode
  record: number
  offset: number
  detail: Readonly<Record<string, number | string>>
}
export interface Reading {
  records: ReadRecord[]
  findings: Finding[]
  reader: RecordingReader
  /** Largest buffer the reader kept. */
  buffer_bytes_max: number
}

export const copyFrame = (frame: Frame): ReadRecord => ({
  record: frame.record,
  offset: frame.offset,
  received_at_ms: frame.received_at_ms,
  message: frame.bytes.slice(frame.start, frame.end),
})

/** Reads a whole recording; `next_chunk` says how many bytes to offer each time (at least 1). */
export function readRecords(bytes: Uint8Array, next_chunk: () => number = () => bytes.length): Reading {
  const findings: Finding[] = []
  const reader = new RecordingReader(0, 0, (code, { record, offset }, detail) => {
    findings.push({ code, record, offset, detail })
  })
  const reading: Reading = { records: [], findings, reader, buffer_bytes_max: 0 }
  for (let at = 0; ; ) {
    while (reader.advance()) reading.records.push(copyFrame(reader.frame))
    if (reader.done) return reading
    const space = reader.space()
    reading.buffer_bytes_max = Math.max(reading.buffer_bytes_max, space.buffer.byteLength)
    const count = Math.min(next_chunk(), space.length, bytes.length - at)
    if (count === 0) reader.ended()
    else {
      space.set(bytes.subarray(at, at + count))
      reader.filled(count)
      at += count
    }
  }
}

export interface PlainRecord {
  received_at_ms: number
  message: Uint8Array
}

/** Records one after another, each header by hand in the byte order asked for: a second opinion on `encodeRecord`. */
export function recordingOf(records: readonly PlainRecord[], order: 'big' | 'little' = 'big'): Uint8Array {
  const bytes = new Uint8Array(records.reduce((sum, { message }) => sum + RECORD_HEADER_BYTES + message.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { received_at_ms, message } of records) {
    view.setBigUint64(at, BigInt(received_at_ms), order === 'little')
    view.setUint32(at + 8, message.length, order === 'little')
    bytes.set(message, at + RECORD_HEADER_BYTES)
    at += RECORD_HEADER_BYTES + message.length
  }
  return bytes
}

/** Byte offset at which each record begins, and the end. */
export function boundariesOf(records: readonly PlainRecord[]): number[] {
  const boundaries = [0]
  for (const { message } of records) boundaries.push((boundaries.at(-1) ?? 0) + RECORD_HEADER_BYTES + message.length)
  return boundaries
}
