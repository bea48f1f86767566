import fc from 'fast-check'
import type { FeedMode } from '../../../src/core/feed/index.js'
import type { Frame } from '../../../src/core/recording/index.js'

/** Few, so that subscriptions and packets meet. */
export const TOKENS = [408065, 738561, 256265, 884737, 31132428, 265] as const

/** A packet as bytes: its length is its kind. What stands behind the token is anything. */
export const packet = (lengths: readonly number[] = [8, 28, 32, 44, 164, 184]): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      token: fc.constantFrom(...TOKENS),
      length: fc.constantFrom(...lengths),
      fill: fc.uint8Array({ minLength: 180, maxLength: 180 }),
    })
    .map(({ token, length, fill }) => {
      const bytes = new Uint8Array(length)
      bytes.set(fill.subarray(0, Math.max(0, length - 4)), Math.min(4, length))
      if (length >= 4) new DataView(bytes.buffer).setUint32(0, token)
      return bytes
    })

export function messageOf(packets: readonly Uint8Array[], count = packets.length): Uint8Array {
  const bytes = [count >> 8, count & 255]
  for (const one of packets) bytes.push(one.length >> 8, one.length & 255, ...one)
  return Uint8Array.from(bytes)
}

/** Sound messages, messages with packets of unknown lengths, a wrong count, trailing bytes, a cut end, and bytes by chance. */
export const message: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.array(packet(), { maxLength: 6 }).map((packets) => messageOf(packets)) },
  { weight: 1, arbitrary: fc.array(packet([0, 8, 12, 36, 44, 184]), { maxLength: 5 }).map((packets) => messageOf(packets)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.array(packet(), { maxLength: 4 }), fc.nat(9)).map(([packets, count]) => messageOf(packets, count)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(packet(), { minLength: 1, maxLength: 4 }), fc.nat(1000))
      .map(([packets, at]) => messageOf(packets).subarray(0, at)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
)

export const modes: fc.Arbitrary<ReadonlyMap<number, FeedMode>> = fc
  .array(fc.tuple(fc.constantFrom(...TOKENS, 1, 2), fc.constantFrom<FeedMode[]>('ltp', 'quote', 'full')))
  .map((entries) => new Map(entries))

/** A message somewhere in a larger buffer, as a reader has it. */
export function frameOf(bytes: Uint8Array, received_at_ms = 0): Frame {
  const buffer = new Uint8Array(bytes.length + 9).fill(0xee)
  buffer.set(bytes, 5)
  return {
    file: 0,
    connection: 0,
    record: 0,
    offset: 0,
    received_at_ms,
    view: new DataView(buffer.buffer),
    bytes: buffer,
    start: 5,
    end: 5 + bytes.length,
  }
}

/** The whole packets of known lengths, by a reading of its own: plain indexing, no view, no walk. */
export function wholePackets(bytes: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = []
  if (bytes.length < 2) return packets
  const announced = bytes[0]! * 256 + bytes[1]!
  let rest = bytes.slice(2)
  for (let n = 0; n < announced && rest.length >= 2; n++) {
    const length = rest[0]! * 256 + rest[1]!
    if (rest.length < 2 + length) break
    if ([8, 28, 32, 44, 164, 184].includes(length)) packets.push(rest.slice(2, 2 + length))
    rest = rest.slice(2 + length)
  }
  return packets
}

export const tokenOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)

/** What a client gets of a packet, by the table of the protocol. */
export function cutFor(bytes: Uint8Array, mode: FeedMode | undefined): Uint8Array | undefined {
  const table = {
    ltp: { 8: 8, 28: 8, 32: 8, 44: 8, 164: 8, 184: 8 },
    quote: { 8: 8, 28: 28, 32: 28, 44: 44, 164: 44, 184: 44 },
    full: { 8: 8, 28: 28, 32: 32, 44: 44, 164: 164, 184: 184 },
  } as const satisfies Record<FeedMode, Record<number, number>>
  if (mode === undefined) return undefined
  const length = Object.entries(table[mode]).find(([from]) => Number(from) === bytes.length)?.[1]
  return bytes.slice(0, length)
}

/** What a client gets of a message, packet by packet. */
export function expectedFor(bytes: Uint8Array, wanted: ReadonlyMap<number, FeedMode>): Uint8Array | undefined {
  const packets = wholePackets(bytes)
  const cut = packets.map((one) => cutFor(one, wanted.get(tokenOf(one))))
  if (packets.every((one, n) => cut[n]?.length === one.length)) return bytes
  const taken = cut.flatMap((one) => one ?? [])
  return taken.length === 0 ? undefined : messageOf(taken)
}
