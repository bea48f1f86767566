import type { Packet } from '../wire/index.js'

/** What one packet says, kept beside its bytes for the truth file. Prices in feed units. */
export interface SnapshotFact {
  /** Number of the listing. */
  listing: number
  kind: Packet['kind']
  price: number
  /** Cumulative volume as the feed means it, not cut to 32 bits; undefined where the packet carries none. */
  volume: number | undefined
  /** Epoch seconds; undefined where the packet carries none. */
  trade_s: number | undefined
  exchange_s: number | undefined
  /** The packet in words, where it carries no time and may repeat itself; else undefined. */
  text: string | undefined
  /** True for an exact repetition of the instrument's packet before it. */
  repeated: boolean
}

/** `volume`: the told volume before it is cut to 32 bits. */
export function factOf(packet: Packet, listing: number, volume: number): SnapshotFact {
  const carries = packet.kind === 'full' || packet.kind === 'quote'
  return {
    listing,
    kind: packet.kind,
    price: packet.last_price,
    volume: carries ? volume : undefined,
    trade_s: packet.kind === 'full' && packet.last_trade_time !== 0 ? packet.last_trade_time : undefined,
    exchange_s: packet.kind === 'full' || packet.kind === 'index_full' ? packet.exchange_timestamp : undefined,
    text: packet.kind === 'full' || packet.kind === 'index_full' ? undefined : JSON.stringify(packet),
    repeated: false,
  }
}
