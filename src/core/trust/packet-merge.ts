import type { Frame } from '../recording/index.js'
import { addsUp, readToken } from '../wire/index.js'
import { PacketWindow } from './packet-window.js'

/** Bits of a number. */
export const SIDES_MAX = 30
const OPENING_BRACE = 0x7b
const COUNT_BYTES = 2
const TOKEN_BYTES = 4

/** Who takes the messages of the merged recording, in order; `message` is borrowed. */
export type MessageListener = (received_at_ms: number, message: Uint8Array) => void

/** What one side brought. A side is one connection, over all its files. */
export interface SideFacts {
  readonly records: number
  readonly packets: number
  /** Packets that no other side had earlier. */
  readonly first: number
  /** Packets that another side had and this one had not, of instruments that it carries. */
  readonly missed: number
}

interface Waiting {
  readonly bytes: Uint8Array
  readonly at_ms: number
}

/**
 * Several connections that carried the same instruments as one. Frames come in order of time; of each packet the first copy is kept, where and
 * when it came. A message of which all packets are new is handed on as it is; of another the new packets are, as a message of their own; one
 * of which none is new vanishes. Heartbeats, texts and messages whose packets do not add up count as one packet each.
 *
 * What was received in the same millisecond is taken in an order that does not depend on which side is called the first.
 */
export class PacketMerge {
  readonly #onMessage: MessageListener
  readonly #packets: PacketWindow
  /** Heartbeats, texts, malformed messages: whole. */
  readonly #others = new PacketWindow(() => {})
  readonly #sides: { records: number; packets: number; first: number; tokens: Set<number>; missed: Map<number, number> }[]
  /** Of one millisecond, by side. */
  readonly #waiting: Waiting[][]
  #waiting_ms = Number.NaN

  constructor(sides: number, onMessage: MessageListener) {
    this.#onMessage = onMessage
    this.#packets = new PacketWindow((bytes, had) => this.#noteMissing(bytes, had))
    this.#sides = Array.from({ length: sides }, () => ({
      records: 0,
      packets: 0,
      first: 0,
      tokens: new Set(),
      missed: new Map(),
    }))
    this.#waiting = this.#sides.map(() => [])
  }

  /** The frame is borrowed. */
  take(side: number, frame: Frame): void {
    if (frame.received_at_ms !== this.#waiting_ms) this.#flush()
    this.#waiting_ms = frame.received_at_ms
    this.#waiting[side]?.push({ bytes: frame.bytes.slice(frame.start, frame.end), at_ms: frame.received_at_ms })
  }

  end(): void {
    this.#flush()
    this.#packets.end()
  }

  facts(): SideFacts[] {
    return this.#sides.map(({ records, packets, first, tokens, missed }) => ({
      records,
      packets,
      first,
      missed: [...missed].reduce((sum, [token, count]) => sum + (tokens.has(token) ? count : 0), 0),
    }))
  }

  /** Instruments that a side carried. */
  tokensOf(side: number): ReadonlySet<number> {
    return this.#sides[side]?.tokens ?? new Set()
  }

  #flush(): void {
    for (;;) {
      const sides = leastHeads(this.#waiting)
      const heads = sides.map((side) => this.#waiting[side]?.shift())
      const [head] = heads
      if (head === undefined) return
      this.#merge(sides, head)
    }
  }

  /** The same message, at the same time, on one side or several. */
  #merge(sides: readonly number[], { bytes, at_ms }: Waiting): void {
    const carriers = sides.flatMap((side) => this.#sides[side] ?? [])
    for (const carrier of carriers) carrier.records++
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!hasPackets(view, bytes)) {
      if (this.#others.isFirst(sides, at_ms, bytes, 0, bytes.length)) this.#onMessage(at_ms, bytes)
      return
    }
    const kept: { from: number; to: number }[] = []
    let packets = 0
    for (let at = COUNT_BYTES; at < bytes.length; packets++) {
      const from = at + COUNT_BYTES
      const to = from + view.getUint16(at)
      if (to - from >= TOKEN_BYTES) for (const { tokens } of carriers) tokens.add(readToken(view, from))
      if (this.#packets.isFirst(sides, at_ms, bytes, from, to)) kept.push({ from: at, to })
      at = to
    }
    for (const carrier of carriers) {
      carrier.packets += packets
      carrier.first += kept.length
    }
    if (kept.length === packets) this.#onMessage(at_ms, bytes)
    else if (kept.length > 0) this.#onMessage(at_ms, messageOf(bytes, kept))
  }

  #noteMissing(bytes: Uint8Array, had: number): void {
    if (bytes.length < TOKEN_BYTES) return
    const token = readToken(new DataView(bytes.buffer, bytes.byteOffset), 0)
    for (const [side, { missed }] of this.#sides.entries())
      if ((had & (1 << side)) === 0) missed.set(token, (missed.get(token) ?? 0) + 1)
  }
}

/** Some packets at least, which fill the message exactly. */
const hasPackets = (view: DataView, bytes: Uint8Array): boolean =>
  bytes.length > COUNT_BYTES && bytes[0] !== OPENING_BRACE && addsUp(view, 0, bytes.length)

/** Packets with the lengths ahead of them, as a message. */
function messageOf(bytes: Uint8Array, packets: readonly { from: number; to: number }[]): Uint8Array {
  const message = new Uint8Array(packets.reduce((sum, { from, to }) => sum + to - from, COUNT_BYTES))
  new DataView(message.buffer).setUint16(0, packets.length)
  let at = COUNT_BYTES
  for (const { from, to } of packets) {
    message.set(bytes.subarray(from, to), at)
    at += to - from
  }
  return message
}

/** The sides whose next message comes first by its bytes, all of those where it is the same. None: none waits. */
function leastHeads(waiting: readonly (readonly Waiting[])[]): number[] {
  let least: number[] = []
  for (const [side, [head]] of waiting.entries()) {
    if (head === undefined) continue
    const best = least[0] === undefined ? undefined : waiting[least[0]]?.[0]
    const order = best === undefined ? -1 : compared(head.bytes, best.bytes)
    if (order < 0) least = [side]
    else if (order === 0) least.push(side)
  }
  return least
}

/** Byte by byte, shorter first. */
function compared(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at++) {
    const difference = (a[at] as number) - (b[at] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
