import type { FeedMode } from '../feed/index.js'
import { isPacketLength, lengthInMode } from '../wire/index.js'
import type { WalkedMessage } from './walked-message.js'

/** More than all instruments of all exchanges; a damaged recording has no end of tokens. */
const TOKENS_MAX = 262_144
const COUNT_BYTES = 2
const LENGTH_BYTES = 2

/** The last packet of every token, as recorded: what a client gets for a new subscription before anything changes. */
export class PacketCache {
  readonly #packets = new Map<number, Uint8Array>()

  get size(): number {
    return this.#packets.size
  }

  take(message: WalkedMessage): void {
    for (let n = 0; n < message.count; n++) {
      const token = message.tokens[n] as number
      const packet = message.packet(n)
      const last = this.#packets.get(token)
      if (last?.length === packet.length) last.set(packet)
      else if (last !== undefined || this.#packets.size < TOKENS_MAX) this.#packets.set(token, packet.slice())
    }
  }

  /** One message with the last packet of each of these tokens, cut down to the mode; undefined when there is none yet. */
  messageOf(tokens: Iterable<number>, modeOf: (token: number) => FeedMode | undefined): Uint8Array | undefined {
    const packets: Uint8Array[] = []
    for (const token of new Set(tokens)) {
      const packet = this.#packets.get(token)
      const mode = modeOf(token)
      if (packet === undefined || mode === undefined || !isPacketLength(packet.length)) continue
      packets.push(packet.subarray(0, lengthInMode(packet.length, mode)))
    }
    return packets.length === 0 ? undefined : messageWith(packets)
  }

  clear(): void {
    this.#packets.clear()
  }
}

/** At most 65535 packets. */
function messageWith(packets: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(packets.reduce((size, { length }) => size + LENGTH_BYTES + length, COUNT_BYTES))
  const view = new DataView(message.buffer)
  view.setUint16(0, packets.length)
  let to = COUNT_BYTES
  for (const packet of packets) {
    view.setUint16(to, packet.length)
    message.set(packet, to + LENGTH_BYTES)
    to += LENGTH_BYTES + packet.length
  }
  return message
}
