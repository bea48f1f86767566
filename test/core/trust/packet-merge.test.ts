import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../../../src/core/recording/index.js'
import { MATCH_MS, PacketMerge, type SideFacts } from '../../../src/core/trust/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import type { PlainRecord } from '../../support/read-records.js'
import { fullPacket, sampleRecords } from '../../support/sample-records.js'

const T0 = 1_759_635_900_000

/** Several sides, merged in order of time; records of one millisecond side by side, as `RecordingMerge` gives them. */
function merged(...sides: readonly (readonly PlainRecord[])[]): { records: PlainRecord[]; facts: SideFacts[] } {
  const records: PlainRecord[] = []
  const merge = new PacketMerge(sides.length, (received_at_ms, message) =>
    records.push({ received_at_ms, message: message.slice() }),
  )
  const all = sides.flatMap((side, n) => side.map((record, place) => ({ ...record, n, place })))
  all.sort((a, b) => a.received_at_ms - b.received_at_ms || a.n - b.n || a.place - b.place)
  for (const { n, ...record } of all) merge.take(n, frameOf(record))
  merge.end()
  return { records, facts: merge.facts() }
}

function frameOf({ received_at_ms, message }: PlainRecord): Frame {
  // in the middle of a larger buffer, as frames lie
  const bytes = new Uint8Array(message.length + 7)
  bytes.set(message, 3)
  return {
    file: 0,
    connection: 0,
    record: 0,
    offset: 0,
    received_at_ms,
    view: new DataView(bytes.buffer),
    bytes,
    start: 3,
    end: 3 + message.length,
  }
}

const text = (records: readonly PlainRecord[]): string[] =>
  records.map(({ received_at_ms, message }) => `${received_at_ms} ${Buffer.from(message).toString('hex')}`)

/** Packets of records as texts, in order. */
function packetsOf(records: readonly PlainRecord[]): string[] {
  return records.flatMap(({ message }) => {
    const hex: string[] = []
    const view = new DataView(message.buffer, message.byteOffset, message.length)
    for (let at = 2; at < message.length; at += 2 + view.getUint16(at))
      hex.push(Buffer.from(message.subarray(at + 2, at + 2 + view.getUint16(at))).toString('hex'))
    return hex
  })
}

const counted = (texts: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const one of texts) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

const at = (ms: number, ...volumes: number[]): PlainRecord => ({
  received_at_ms: T0 + ms,
  message: encodeMessage(volumes.map((volume_traded) => fullPacket({ volume_traded }))),
})

/** Anything a socket may bring: few kinds of messages, so that equal ones are frequent. */
const anyMessage = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }).map((volumes) => at(0, ...volumes).message),
  fc.constant(Uint8Array.of(0)),
  fc.constant(new TextEncoder().encode('{"type":"order"}')),
  fc.uint8Array({ maxLength: 6 }),
)
const anySide = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), anyMessage), { maxLength: 30 }).map((steps) => {
  let received_at_ms = T0
  return steps.map(([step, message]): PlainRecord => {
    received_at_ms += step
    return { received_at_ms, message }
  })
})

describe('laws', () => {
  test('merge(A, A) = A, and so with three', () => {
    fc.assert(
      fc.property(anySide, (side) => {
        expect(text(merged(side, side).records)).toEqual(text(side))
        expect(text(merged(side, side, side).records)).toEqual(text(side))
      }),
      { numRuns: 1000 },
    )
    const day = sampleRecords(500, 3)
    expect(text(merged(day, day).records)).toEqual(text(day))
  })

  test('merge(A) = A: one side is never matched with itself', () => {
    fc.assert(
      fc.property(anySide, (side) => {
        expect(text(merged(side).records)).toEqual(text(side))
      }),
    )
  })

  test('merge(A, B) = merge(B, A)', () => {
    fc.assert(
      fc.property(anySide, anySide, (a, b) => {
        expect(text(merged(a, b).records)).toEqual(text(merged(b, a).records))
      }),
      { numRuns: 1000 },
    )
  })

  test('the packets of each side keep their order', () => {
    const volumes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 })
    const sideOf = (base: number) =>
      fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), volumes), { maxLength: 20 }).map((steps) => {
        let ms = 0
        return steps.map(([step, of_message]) => {
          ms += step
          return at(ms, ...of_message.map((volume) => base + volume))
        })
      })
    fc.assert(
      fc.property(sideOf(0), sideOf(100), sideOf(0), (a, b, c) => {
        const all = packetsOf(merged(a, b, c).records)
        const of_b = new Set(packetsOf(b))
        expect(all.filter((packet) => of_b.has(packet))).toEqual(packetsOf(b))
      }),
    )
  })

  test('of each packet there are as many as on the side that has most, and not more than on both', () => {
    fc.assert(
      fc.property(anySide, anySide, (a, b) => {
        const binary = (side: readonly PlainRecord[]) => side.filter(({ message }) => message.length > 100)
        const [of_a, of_b] = [counted(packetsOf(binary(a))), counted(packetsOf(binary(b)))]
        const result = counted(packetsOf(merged(binary(a), binary(b)).records))
        for (const packet of new Set([...of_a.keys(), ...of_b.keys()])) {
          const [n, m, found] = [of_a.get(packet) ?? 0, of_b.get(packet) ?? 0, result.get(packet) ?? 0]
          expect(found).toBeGreaterThanOrEqual(Math.max(n, m))
          expect(found).toBeLessThanOrEqual(n + m)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

test('what a feed sent, delayed and lost on two connections and cut into other messages, is whole again', () => {
  const delay = fc.integer({ min: 0, max: 100 })
  const event = fc.record({
    delays: fc.tuple(delay, delay),
    lost: fc.constantFrom(-1, -1, 0, 1),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (events, batch) => {
      const side = (n: 0 | 1): PlainRecord[] => {
        const kept = events.flatMap(({ delays, lost }, volume) => (lost === n ? [] : [{ volume, ms: volume * 200 + delays[n] }]))
        const records: PlainRecord[] = []
        // the second server batches, the first one does not
        const size = n === 0 ? 1 : batch
        for (let first = 0; first < kept.length; first += size) {
          const of_batch = kept.slice(first, first + size)
          records.push(at(of_batch[0]?.ms ?? 0, ...of_batch.map(({ volume }) => volume)))
        }
        return records
      }
      const { records } = merged(side(0), side(1))
      const sent = events.map((_, volume) => packetsOf([at(0, volume)])[0] as string)
      expect(counted(packetsOf(records))).toEqual(counted(sent))
    }),
    { numRuns: 500 },
  )
})

test('the first copy stays where it came; of a message that is new in part only the new packets stay', () => {
  const { records, facts } = merged([at(0, 1, 2), at(500, 5)], [at(30, 2, 3), at(40, 1), at(600, 6, 5)])
  expect(text(records)).toEqual(text([at(0, 1, 2), at(30, 3), at(500, 5), at(600, 6)]))
  expect(facts).toEqual([
    { records: 2, packets: 3, first: 3, missed: 2 },
    { records: 3, packets: 5, first: 2, missed: 0 },
  ])
})

test('a packet is a copy within 2 s and not a moment longer', () => {
  expect(merged([at(0, 1)], [at(MATCH_MS, 1)]).records).toHaveLength(1)
  expect(merged([at(0, 1)], [at(MATCH_MS + 1, 1)]).records).toHaveLength(2)
})

test('the same packet twice on one connection is two packets', () => {
  expect(merged([at(0, 1), at(10, 1)], [at(5, 1), at(15, 1)]).records).toHaveLength(2)
  expect(merged([at(0, 1), at(10, 1)], [at(5, 1)]).records).toHaveLength(2)
})

test('a quiet instrument that repeats itself each second: what one side lost is found on the other', () => {
  const beat = (...seconds: number[]) => seconds.map((second) => at(second * 1000, 7))
  const late = (side: PlainRecord[]) => side.map((record) => ({ ...record, received_at_ms: record.received_at_ms + 40 }))
  expect(merged(beat(0, 1, 3, 4, 5), late(beat(1, 2, 3, 4, 5))).records).toHaveLength(6)
})

test('instruments that only one side carried are not missed by the other', () => {
  const other = { received_at_ms: T0, message: encodeMessage([fullPacket({ instrument_token: 408065 })]) }
  expect(merged([at(0, 1)], [at(1, 1), other]).facts.map(({ missed }) => missed)).toEqual([0, 0])
})
