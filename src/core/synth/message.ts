import { encodePacket, type Packet, packetBytes } from '../wire/index.js'
import type { SnapshotFact } from './fact.js'

/** One WebSocket message in the making, in one reused buffer. */
export class MessageBuilder {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** What the packets say, for the truth file; empty unless asked for. `facts[n]` belongs to the n-th packet. */
  readonly facts: SnapshotFact[] = []
  /** Offset of each packet of which a fact is kept, parallel to `facts`. */
  readonly offsets: number[] = []
  packets = 0
  length = 2

  constructor(packets_max: number) {
    this.bytes = new Uint8Array(2 + packets_max * 186)
    this.view = new DataView(this.bytes.buffer)
  }

  add(packet: Packet): void {
    const size = packetBytes(packet)
    this.view.setUint16(this.length, size)
    encodePacket(packet, this.view, this.length + 2)
    this.length += 2 + size
    this.packets++
  }

  /** Keeps what the packet just added says. */
  note(fact: SnapshotFact, offset: number): void {
    this.facts.push(fact)
    this.offsets.push(offset)
  }

  /** The finished message; valid until `clear`. */
  finish(): Uint8Array {
    this.view.setUint16(0, this.packets)
    return this.bytes.subarray(0, this.length)
  }

  clear(): void {
    this.packets = 0
    this.length = 2
    this.facts.length = 0
    this.offsets.length = 0
  }
}
