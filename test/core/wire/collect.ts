import type { Packet, PacketFault, PacketSink } from '../../../src/core/wire/index.js'
import { decodePacket, walkPackets } from '../../../src/core/wire/index.js'

export interface Walked {
  packets: Packet[]
  /** Offset of each whole packet in the view. */
  offsets: number[]
  faults: ({ code: string; offset: number } & PacketFault)[]
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Everything a walk over `[start, end)` tells. */
export function walk(bytes: Uint8Array, start = 0, end = bytes.length): Walked {
  const walked: Walked = { packets: [], offsets: [], faults: [] }
  const sink: PacketSink = {
    onPacket(view, at, length) {
      walked.packets.push(decodePacket(view, at, length))
      walked.offsets.push(at)
    },
    onBadPacket: (code, offset, fault) => walked.faults.push({ code, offset, ...fault }),
  }
  walkPackets(viewOf(bytes), start, end, sink)
  return walked
}

/** `0001 002c ...` */
export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
