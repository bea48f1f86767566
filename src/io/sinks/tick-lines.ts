import { ndjson, TickBatch } from '../../core/formats/index.js'
import { type Instrument, LIVE_TICK_FIELDS } from '../../core/market/index.js'
import { type PacketBytes, readToken, walkPackets } from '../../core/wire/index.js'
import type { LiveMessage } from './live-sink.js'

/** Whose names a sink gives the ticks. */
export interface Names {
  resolve(token: number): Instrument
}

/** A packet where it lies. */
export interface PacketAt {
  readonly view: DataView
  readonly at: number
  readonly length: PacketBytes
  readonly received_at_ms: number
  readonly instrument: Instrument
}

/** The whole packets of a message; what is damaged has been reported by whoever recorded it. */
export function packetsOf({ view, start, end, received_at_ms }: LiveMessage, names: Names): PacketAt[] {
  const packets: PacketAt[] = []
  walkPackets(view, start, end, {
    onPacket: (_, at, length) =>
      packets.push({ view, at, length, received_at_ms, instrument: names.resolve(readToken(view, at)) }),
    onBadPacket: () => {},
  })
  return packets
}

/** Ticks as JSON, by the encoder of `mds replay`: what a sink writes and what a reading prints can't drift apart. */
export class TickLines {
  readonly #instruments: Instrument[] = []
  readonly #indexes = new Map<Instrument, number>()
  readonly #batch = new TickBatch(this.#instruments, LIVE_TICK_FIELDS)
  readonly #encoder = ndjson.open(LIVE_TICK_FIELDS)

  /** Packets that `encode` takes at most. */
  get capacity(): number {
    return this.#batch.capacity
  }

  /** One line a packet, each with its newline. Valid until the next call. */
  encode(packets: readonly PacketAt[]): Uint8Array {
    this.#batch.clear()
    for (const { view, at, length, received_at_ms, instrument } of packets)
      this.#batch.append(view, at, length, received_at_ms, 0, this.#indexOf(instrument))
    return this.#encoder.write(this.#batch)
  }

  #indexOf(instrument: Instrument): number {
    const known = this.#indexes.get(instrument)
    if (known !== undefined) return known
    const index = this.#instruments.push(instrument) - 1
    this.#indexes.set(instrument, index)
    return index
  }
}
