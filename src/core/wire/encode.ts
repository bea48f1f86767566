import type { PacketBytes } from './kite.js'
import {
  DEPTH_LEVELS,
  depthEntryAt,
  FULL_BYTES,
  FULL_V1_BYTES,
  INDEX_FULL_BYTES,
  INDEX_QUOTE_BYTES,
  LTP_BYTES,
  QUOTE_BYTES,
} from './kite.js'

/** Raw integers as the wire carries them: prices in feed units, times in epoch seconds, 0 = none. */
export interface DepthLevel {
  quantity: number
  price: number
  orders: number
}

interface PacketHead {
  instrument_token: number
  last_price: number
}
/** 8 bytes, tradable or index. */
export interface LtpPacket extends PacketHead {
  kind: 'ltp'
}
/** 28 bytes. `change` is absolute, in feed units. */
export interface IndexQuotePacket extends PacketHead {
  kind: 'index_quote'
  high: number
  low: number
  open: number
  close: number
  change: number
}
/** 32 bytes. */
export interface IndexFullPacket extends Omit<IndexQuotePacket, 'kind'> {
  kind: 'index_full'
  exchange_timestamp: number
}
/** 44 bytes. `volume_traded` is cumulative for the day. */
export interface QuotePacket extends PacketHead {
  kind: 'quote'
  last_traded_quantity: number
  average_traded_price: number
  volume_traded: number
  total_buy_quantity: number
  total_sell_quantity: number
  open: number
  high: number
  low: number
  close: number
}
/** 184 bytes. */
export interface FullPacket extends Omit<QuotePacket, 'kind'> {
  kind: 'full'
  last_trade_time: number
  oi: number
  oi_day_high: number
  oi_day_low: number
  exchange_timestamp: number
  /** 10 entries: 5 bids, then 5 offers, best first. */
  depth: readonly DepthLevel[]
}
/** 164 bytes: protocol v1 (2016). */
export interface FullV1Packet extends Omit<QuotePacket, 'kind'> {
  kind: 'full_v1'
  depth: readonly DepthLevel[]
}
export type Packet = LtpPacket | IndexQuotePacket | IndexFullPacket | QuotePacket | FullPacket | FullV1Packet

const BYTES: Readonly<Record<Packet['kind'], PacketBytes>> = {
  ltp: LTP_BYTES,
  index_quote: INDEX_QUOTE_BYTES,
  index_full: INDEX_FULL_BYTES,
  quote: QUOTE_BYTES,
  full: FULL_BYTES,
  full_v1: FULL_V1_BYTES,
}
const PACKETS_PER_MESSAGE_MAX = 0xffff

export const packetBytes = (packet: Packet): PacketBytes => BYTES[packet.kind]

/** One binary message. Throws a RangeError when a number does not fit its field: a forged frame must not differ from what was asked for. */
export function encodeMessage(packets: readonly Packet[]): Uint8Array {
  if (packets.length > PACKETS_PER_MESSAGE_MAX)
    throw new RangeError(`${packets.length} packets do not fit one message (65535 at most)`)
  const total = packets.reduce((sum, packet) => sum + 2 + packetBytes(packet), 2)
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, packets.length)
  let at = 2
  for (const packet of packets) {
    view.setUint16(at, packetBytes(packet))
    encodePacket(packet, view, at + 2)
    at += 2 + packetBytes(packet)
  }
  return bytes
}

/** Writes one packet at `at`; `packetBytes(packet)` bytes are used. */
export function encodePacket(packet: Packet, view: DataView, at: number): void {
  const u32 = (offset: number, value: number, name: string): void =>
    view.setUint32(at + offset, within(value, 0, 0xffffffff, name))
  const i32 = (offset: number, value: number, name: string): void =>
    view.setInt32(at + offset, within(value, -0x80000000, 0x7fffffff, name))
  u32(0, packet.instrument_token, 'instrument_token')
  i32(4, packet.last_price, 'last_price')
  if (packet.kind === 'ltp') return
  if (packet.kind === 'index_quote' || packet.kind === 'index_full') {
    i32(8, packet.high, 'high')
    i32(12, packet.low, 'low')
    i32(16, packet.open, 'open')
    i32(20, packet.close, 'close')
    i32(24, packet.change, 'change')
    if (packet.kind === 'index_full') u32(28, packet.exchange_timestamp, 'exchange_timestamp')
    return
  }
  u32(8, packet.last_traded_quantity, 'last_traded_quantity')
  i32(12, packet.average_traded_price, 'average_traded_price')
  u32(16, packet.volume_traded, 'volume_traded')
  u32(20, packet.total_buy_quantity, 'total_buy_quantity')
  u32(24, packet.total_sell_quantity, 'total_sell_quantity')
  i32(28, packet.open, 'open')
  i32(32, packet.high, 'high')
  i32(36, packet.low, 'low')
  i32(40, packet.close, 'close')
  if (packet.kind === 'quote') return
  if (packet.kind === 'full') {
    u32(44, packet.last_trade_time, 'last_trade_time')
    u32(48, packet.oi, 'oi')
    u32(52, packet.oi_day_high, 'oi_day_high')
    u32(56, packet.oi_day_low, 'oi_day_low')
    u32(60, packet.exchange_timestamp, 'exchange_timestamp')
  }
  encodeDepth(packet.depth, view, at, packetBytes(packet))
}

function encodeDepth(depth: readonly DepthLevel[], view: DataView, at: number, length: PacketBytes): void {
  if (depth.length !== 2 * DEPTH_LEVELS) throw new RangeError(`depth has ${depth.length} levels, expected 5 bids and 5 offers`)
  depth.forEach((level, index) => {
    const entry = depthEntryAt(at, length, index)
    view.setUint32(entry, within(level.quantity, 0, 0xffffffff, 'depth quantity'))
    view.setInt32(entry + 4, within(level.price, -0x80000000, 0x7fffffff, 'depth price'))
    view.setUint16(entry + 8, within(level.orders, 0, 0xffff, 'depth orders'))
    view.setUint16(entry + 10, 0)
  })
}

function within(value: number, min: number, max: number, name: string): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} is ${value}, expected an integer in [${min}, ${max}]`)
  return value
}
