import { segmentOf } from '../market/index.js'
import { formatIso } from '../time/index.js'
import { decodePacket, isPacketLength, type Packet, readToken, walkPackets } from '../wire/index.js'
import type { MessageDifference, PacketFieldDifference } from './record-difference.js'

const DEPTH_LEVELS = 5
const PRICES: ReadonlySet<string> = new Set(['last_price', 'average_traded_price', 'open', 'high', 'low', 'close', 'change'])
const TIMES: ReadonlySet<string> = new Set(['last_trade_time', 'exchange_timestamp'])

/** Where two messages that are not the same part; `onField` is told of each field of each packet that differs. */
export function messageDifference(
  expected: Uint8Array,
  found: Uint8Array,
  onField: (field: string) => void = () => {},
): MessageDifference {
  const [left, right] = [packetsOf(expected), packetsOf(found)]
  let first: Omit<MessageDifference, 'offset'> | undefined
  for (let n = 0; n < Math.max(left.length, right.length); n++) {
    const [a, b] = [left[n], right[n]]
    if (a !== undefined && b !== undefined && isSameBytes(a, b)) continue
    const fields = fieldDifferences(a, b)
    for (const { field } of fields) onField(field)
    first ??= { packet: n, instrument_token: tokenOf(a ?? b), fields }
  }
  const none = { packet: undefined, instrument_token: undefined, fields: [] }
  return { offset: firstOffset(expected, found), ...(first ?? none) }
}

/** Whole packets of a message; none in a heartbeat or a text. */
export const packetCount = (bytes: Uint8Array): number => packetsOf(bytes).length

/** True when the bytes are the same. */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false
  return true
}

const OPENING_BRACE = 0x7b

function packetsOf(bytes: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = []
  if (bytes[0] === OPENING_BRACE) return packets
  const add = (at: number, length: number): void => {
    packets.push(bytes.subarray(at, at + length))
  }
  walkPackets(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length, {
    onPacket: (_, at, length) => add(at, length),
    onBadPacket: (code, at, { length }) => {
      if (code === 'unknown_packet_length') add(at, length)
    },
  })
  return packets
}

const tokenOf = (packet: Uint8Array | undefined): number | undefined =>
  packet === undefined || packet.length < 4 ? undefined : readToken(viewOf(packet), 0)

function fieldDifferences(a: Uint8Array | undefined, b: Uint8Array | undefined): PacketFieldDifference[] {
  if (a === undefined || b === undefined) return []
  const [left, right] = [valuesOf(a), valuesOf(b)]
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((field) => left.get(field) !== right.get(field))
    .map((field) => ({ field, expected: left.get(field), found: right.get(field) }))
}

/** The values of a packet by the names that ticks have on output. */
function valuesOf(packet: Uint8Array): Map<string, string> {
  const length = packet.length
  if (!isPacketLength(length)) return new Map([['length', String(length)]])
  const { kind, ...rest } = decodePacket(viewOf(packet), 0, length)
  const values = new Map<string, string>([['kind', kind]])
  const { price_divisor } = segmentOf(rest.instrument_token)
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value !== 'number') continue
    values.set(name, TIMES.has(name) ? formatIso(value * 1000) : String(PRICES.has(name) ? value / price_divisor : value))
  }
  const { depth = [] }: { depth?: Extract<Packet, { kind: 'full' }>['depth'] } = 'depth' in rest ? rest : {}
  depth.forEach(({ quantity, price, orders }, n) => {
    const [side, level] = [n < DEPTH_LEVELS ? 'bid' : 'ask', (n % DEPTH_LEVELS) + 1]
    values.set(`${side}_price_${level}`, String(price / price_divisor))
    values.set(`${side}_quantity_${level}`, String(quantity))
    values.set(`${side}_orders_${level}`, String(orders))
  })
  return values
}

function firstOffset(a: Uint8Array, b: Uint8Array): number {
  let offset = 0
  while (offset < a.length && offset < b.length && a[offset] === b[offset]) offset++
  return offset
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
