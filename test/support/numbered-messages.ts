import { RECORD_HEADER_BYTES } from '../../src/core/recording/index.js'

const FULL = 184

/** A sound message that says its own number: packets, or a text. */
export function numberedMessage(number: number, packets: number): Uint8Array {
  if (packets === 0) return new TextEncoder().encode(`{"n":${number},"type":"message"}`)
  const message = Buffer.alloc(2 + packets * (2 + FULL), 0x5a)
  message.writeUInt16BE(packets, 0)
  for (let packet = 0; packet < packets; packet++) {
    message.writeUInt16BE(FULL, 2 + packet * (2 + FULL))
    message.writeUInt32BE(number, 4 + packet * (2 + FULL))
  }
  return message
}

export interface NumberedRecord {
  readonly number: number
  readonly received_at_ms: number
}

/** The records of a file, by header alone; throws when it does not end with a whole one, or when a message is not what was made. */
export function numbersIn(file: Uint8Array): NumberedRecord[] {
  const found: NumberedRecord[] = []
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let at = 0; at < file.length; ) {
    const start = at + RECORD_HEADER_BYTES
    const end = start + view.getUint32(at + 8)
    if (end > file.length) throw new Error(`half a record at ${at}`)
    const message = file.subarray(start, end)
    const text = message[0] === 0x7b
    const number: number = text ? JSON.parse(new TextDecoder().decode(message)).n : view.getUint32(start + 4)
    const made = numberedMessage(number, text ? 0 : view.getUint16(start))
    if (Buffer.compare(made, message) !== 0) throw new Error(`record ${number} at ${at} is not what was written`)
    found.push({ number, received_at_ms: Number(view.getBigUint64(at)) })
    at = end
  }
  return found
}

/** Bytes of the whole records that a file begins with. */
export function wholeBytes(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let at = 0
  while (at + RECORD_HEADER_BYTES <= file.length && at + RECORD_HEADER_BYTES + view.getUint32(at + 8) <= file.length)
    at += RECORD_HEADER_BYTES + view.getUint32(at + 8)
  return at
}
