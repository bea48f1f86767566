import type { TimestampMs } from '../time/index.js'

/**
 * A recording is records and nothing else: `[received ms: u64][length: u32][message, verbatim]`, big-endian.
 * A message is one WebSocket message: binary (see `wire`), a heartbeat of 1 byte, or a text, which begins with `{`: Kite sends JSON
 * objects.
 */
export const RECORD_HEADER_BYTES = 12
/** No socket delivers more in one message; a longer length is damage. */
export const RECORD_MESSAGE_BYTES_MAX = 8 * 1024 * 1024
/** 2010-01-01 and 2100-01-01: a time outside is damage. Kite did not exist before, and nobody reads this after. */
export const RECEIVED_MS_MIN = 1_262_304_000_000
export const RECEIVED_MS_MAX = 4_102_444_800_000

const TWO_POW_32 = 0x1_0000_0000

/** One record as bytes, header and message. */
export function encodeRecord(received_at_ms: TimestampMs, message: Uint8Array): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER_BYTES + message.length)
  writeRecordHeader(new DataView(record.buffer), 0, received_at_ms, message.length)
  record.set(message, RECORD_HEADER_BYTES)
  return record
}

/** Writes 12 bytes at `at`. Throws a RangeError for a time or a length that no reader would believe. */
export function writeRecordHeader(view: DataView, at: number, received_at_ms: TimestampMs, length: number): void {
  if (!Number.isSafeInteger(received_at_ms) || received_at_ms < 0)
    throw new RangeError(`received_at_ms is ${received_at_ms}, expected a non-negative integer`)
  if (length > RECORD_MESSAGE_BYTES_MAX)
    throw new RangeError(`message of ${length} bytes, expected at most ${RECORD_MESSAGE_BYTES_MAX}`)
  view.setUint32(at, Math.floor(received_at_ms / TWO_POW_32))
  view.setUint32(at + 4, received_at_ms % TWO_POW_32)
  view.setUint32(at + 8, length)
}
