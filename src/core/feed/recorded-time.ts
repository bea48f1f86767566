/**
 * How a capture of a replayed recording gets the recorded times of receipt. Both sides are mds; no other client notices.
 *
 * The capture sends the header `x-mds-recorded-time: 1` in its handshake (never to Kite's own host). A replay server answers with the same
 * header, and from then on announces the time of every message that follows with a WebSocket ping whose payload is 8 bytes, the u64 big-endian
 * milliseconds at which the messages after it were received, until the next such ping. A ping goes out whenever that time changes.
 * The server closes with code 1000 and the reason `END_OF_RECORDING` when it has played everything.
 */
export const RECORDED_TIME_HEADER = 'x-mds-recorded-time'
export const END_OF_RECORDING = 'end of recording'

const TWO_POW_32 = 0x1_0000_0000

/** The payload of the ping that announces a time: a non-negative integer, ms since the epoch. */
export function encodeRecordedTime(received_at_ms: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(received_at_ms / TWO_POW_32))
  view.setUint32(4, received_at_ms % TWO_POW_32)
  return bytes
}

/** Undefined when the payload is no such time. */
export function decodeRecordedTime(payload: Uint8Array): number | undefined {
  if (payload.length !== 8) return undefined
  const view = new DataView(payload.buffer, payload.byteOffset, 8)
  const time_ms = view.getUint32(0) * TWO_POW_32 + view.getUint32(4)
  return Number.isSafeInteger(time_ms) ? time_ms : undefined
}
