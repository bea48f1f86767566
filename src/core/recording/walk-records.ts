import { RECORD_HEADER_BYTES } from './record.js'

const TWO_POW_32 = 0x1_0000_0000

/**
 * Steps over the records of bytes that a checksum vouches for, trusting every length: `[from, to)` is a record with its header. Anything else
 * is read with a `RecordingReader`. Stops where a length leads outside.
 */
export function walkRecords(
  bytes: Uint8Array,
  byte_order: 'big' | 'little',
  onRecord: (received_at_ms: number, from: number, to: number) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = byte_order === 'little'
  for (let at = 0; at + RECORD_HEADER_BYTES <= bytes.length; ) {
    const to = at + RECORD_HEADER_BYTES + view.getUint32(at + 8, little)
    if (to > bytes.length) return
    const high = view.getUint32(little ? at + 4 : at, little)
    onRecord(high * TWO_POW_32 + view.getUint32(little ? at : at + 4, little), at, to)
    at = to
  }
}

/** In which byte order a record says that it was received then. */
export function byteOrderOf(record: Uint8Array, received_at_ms: number): 'big' | 'little' {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  return Number(view.getBigUint64(0)) !== received_at_ms && Number(view.getBigUint64(0, true)) === received_at_ms
    ? 'little'
    : 'big'
}
