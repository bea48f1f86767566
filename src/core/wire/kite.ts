/**
 * Kite WebSocket binary messages, big-endian throughout (Kite Connect v3, "WebSocket streaming").
 *
 *   message = u16 number of packets, then for each: u16 length, packet
 *   a message of 1 byte is a heartbeat
 *
 * The length alone decides what a packet carries. This file is the one place that knows an offset.
 */

export const HEARTBEAT_BYTES = 1
export const DEPTH_LEVELS = 5

export const LTP_BYTES = 8
export const INDEX_QUOTE_BYTES = 28
export const INDEX_FULL_BYTES = 32
export const QUOTE_BYTES = 44
/** Full packet of protocol v1 (2016): quote and depth, no times and no open interest. */
export const FULL_V1_BYTES = 164
export const FULL_BYTES = 184

const DEPTH_AT = 64
const DEPTH_V1_AT = 44
/** quantity u32, price i32, orders u16, 2 bytes of padding */
const DEPTH_ENTRY_BYTES = 12

export type PacketBytes = 8 | 28 | 32 | 44 | 164 | 184

/** True for a packet length that Kite sends. */
export function isPacketLength(length: number): length is PacketBytes {
  switch (length) {
    case FULL_BYTES:
    case QUOTE_BYTES:
    case LTP_BYTES:
    case INDEX_FULL_BYTES:
    case INDEX_QUOTE_BYTES:
    case FULL_V1_BYTES:
      return true
    default:
      return false
  }
}

/** `mode` as the official clients name it. */
export function modeOf(length: PacketBytes): 'ltp' | 'quote' | 'full' {
  if (length === LTP_BYTES) return 'ltp'
  return length === QUOTE_BYTES || length === INDEX_QUOTE_BYTES ? 'quote' : 'full'
}

/** Bytes that a client of this mode gets of a packet, from its beginning: the packet of a lower mode is the head of the one of a higher mode. */
export function lengthInMode(length: PacketBytes, mode: 'ltp' | 'quote' | 'full'): PacketBytes {
  if (mode === 'full' || length === LTP_BYTES) return length
  if (mode === 'ltp') return LTP_BYTES
  return isIndexLength(length) ? INDEX_QUOTE_BYTES : QUOTE_BYTES
}

export const isIndexLength = (length: number): boolean => length === INDEX_QUOTE_BYTES || length === INDEX_FULL_BYTES
export const hasDepth = (length: number): boolean => length === FULL_BYTES || length === FULL_V1_BYTES

// Field readers. `at` is the offset of the packet. Prices and index change are signed, all else unsigned: MCX crude settled below zero
// in April 2020, and quantities of large books pass 2^31. Times are epoch seconds, 0 = not sent.
export const readToken = (view: DataView, at: number): number => view.getUint32(at)
export const readLastPrice = (view: DataView, at: number): number => view.getInt32(at + 4)
// 44, 164 and 184 bytes
export const readLastQuantity = (view: DataView, at: number): number => view.getUint32(at + 8)
export const readAveragePrice = (view: DataView, at: number): number => view.getInt32(at + 12)
export const readVolume = (view: DataView, at: number): number => view.getUint32(at + 16)
export const readBuyQuantity = (view: DataView, at: number): number => view.getUint32(at + 20)
export const readSellQuantity = (view: DataView, at: number): number => view.getUint32(at + 24)
export const readOpen = (view: DataView, at: number): number => view.getInt32(at + 28)
export const readHigh = (view: DataView, at: number): number => view.getInt32(at + 32)
export const readLow = (view: DataView, at: number): number => view.getInt32(at + 36)
export const readClose = (view: DataView, at: number): number => view.getInt32(at + 40)
// 184 bytes
export const readLastTradeTime = (view: DataView, at: number): number => view.getUint32(at + 44)
export const readOi = (view: DataView, at: number): number => view.getUint32(at + 48)
export const readOiDayHigh = (view: DataView, at: number): number => view.getUint32(at + 52)
export const readOiDayLow = (view: DataView, at: number): number => view.getUint32(at + 56)
export const readExchangeTime = (view: DataView, at: number): number => view.getUint32(at + 60)
// 28 and 32 bytes: high, low, open, close in this order
export const readIndexHigh = (view: DataView, at: number): number => view.getInt32(at + 8)
export const readIndexLow = (view: DataView, at: number): number => view.getInt32(at + 12)
export const readIndexOpen = (view: DataView, at: number): number => view.getInt32(at + 16)
export const readIndexClose = (view: DataView, at: number): number => view.getInt32(at + 20)
export const readIndexChange = (view: DataView, at: number): number => view.getInt32(at + 24)
// 32 bytes
export const readIndexExchangeTime = (view: DataView, at: number): number => view.getUint32(at + 28)

/** Offset of a depth entry. Levels 0..4 are bids, 5..9 offers, best first. */
export const depthEntryAt = (at: number, length: number, level: number): number =>
  at + (length === FULL_BYTES ? DEPTH_AT : DEPTH_V1_AT) + level * DEPTH_ENTRY_BYTES
export const readDepthQuantity = (view: DataView, entry: number): number => view.getUint32(entry)
export const readDepthPrice = (view: DataView, entry: number): number => view.getInt32(entry + 4)
/** 16 bits: reading 32 gives 65536 times too much (the "589824 orders" of the design notes are 9). */
export const readDepthOrders = (view: DataView, entry: number): number => view.getUint16(entry + 8)

/** Who wants the packets of a message. `at` and `length` lie inside the view; the bytes are borrowed for the call. */
export interface PacketSink {
  /** May take some packets by itself, from the length field at `at` on: answers how many. All must be whole and of 184 bytes. */
  skim?(view: DataView, at: number, end: number, count: number): number
  onPacket(view: DataView, at: number, length: PacketBytes): void
  /** `offset` is absolute in the view. The words in `detail` are for people. */
  onBadPacket(
    code: 'truncated_packet' | 'unknown_packet_length' | 'trailing_bytes' | 'zero_length_packet',
    offset: number,
    detail: PacketFault,
  ): void
}

/** Numbers that find the bytes. */
export interface PacketFault {
  /** 0-based number of the packet in its message. */
  packet: number
  /** Packets the message announces. */
  announced: number
  /** Declared length of this packet, or -1 when not even that is there. */
  length: number
  /** Bytes left in the message at that offset. */
  left: number
}

/**
 * Walks the packets of one binary message in `[start, end)`. Each declared length is checked against the bytes left before the kind is chosen;
 * whole packets of a damaged message are kept, the rest is reported. Never throws, never reads outside.
 */
export function walkPackets(view: DataView, start: number, end: number, sink: PacketSink): void {
  if (end - start <= HEARTBEAT_BYTES) return
  const announced = view.getUint16(start)
  let at = start + 2
  for (let packet = 0; packet < announced; packet++) {
    const skimmed = sink.skim?.(view, at, end, announced - packet) ?? 0
    packet += skimmed
    at += skimmed * (2 + FULL_BYTES)
    if (packet === announced) break
    const length = at + 2 <= end ? view.getUint16(at) : -1
    if (length < 0 || at + 2 + length > end) {
      sink.onBadPacket('truncated_packet', at, { packet, announced, length, left: end - at })
      return
    }
    at += 2
    if (isPacketLength(length)) sink.onPacket(view, at, length)
    else
      sink.onBadPacket(length === 0 ? 'zero_length_packet' : 'unknown_packet_length', at, {
        packet,
        announced,
        length,
        left: end - at,
      })
    at += length
  }
  if (at < end) sink.onBadPacket('trailing_bytes', at, { packet: announced, announced, length: -1, left: end - at })
}

/** True when count and packet lengths add up to the message exactly: what a sound message looks like without decoding it. */
export function addsUp(view: DataView, start: number, end: number): boolean {
  if (end - start <= HEARTBEAT_BYTES) return end > start
  const announced = view.getUint16(start)
  let at = start + 2
  for (let packet = 0; packet < announced; packet++) {
    if (at + 2 > end) return false
    at += 2 + view.getUint16(at)
    if (at > end) return false
  }
  return at === end
}
