import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ComparedRecord,
  RecordComparison,
  type RecordComparisonResult,
  recordCountLines,
  recordDifferenceLines,
} from '../../../src/core/compare/index.js'
import { messageDifference } from '../../../src/core/compare/message-difference.js'
import { encodeMessage, type Packet } from '../../../src/core/wire/index.js'
import { fullPacket, SAMPLE_START_MS, sampleRecords } from '../../support/sample-records.js'

interface Plain {
  readonly received_at_ms: number
  readonly message: Uint8Array
}

const numbered = (records: readonly Plain[]): ComparedRecord[] =>
  records.map(({ received_at_ms, message }, record) => ({ received_at_ms, bytes: message, record }))

/** As many records at a time as `step` says. */
function compare(expected: readonly Plain[], found: readonly Plain[], { step = 50, limit = 10 } = {}): RecordComparisonResult {
  const comparison = new RecordComparison(limit)
  const left = { expected: numbered(expected), found: numbered(found) }
  for (let side = comparison.wants; side !== undefined; side = comparison.wants) {
    const next = left[side].splice(0, step)
    if (next.length === 0) comparison.end(side)
    else comparison.give(side, next)
  }
  return comparison.result()
}

const flipped = ({ received_at_ms, message }: Plain): Plain => {
  const bytes = message.slice()
  bytes[bytes.length - 1]! ^= 0x55
  return { received_at_ms, message: bytes }
}

type Edit = 'delete' | 'insert' | 'bytes' | 'time'

/** Records apart by seconds and all different, so that it is plain what an edit is. */
const distinct = (count: number): Plain[] =>
  Array.from({ length: count }, (_, n) => ({
    received_at_ms: SAMPLE_START_MS + n * 1000,
    message: encodeMessage([fullPacket({ last_price: 100_000 + n * 5 })]),
  }))

function edited(records: readonly Plain[], edits: ReadonlyMap<number, Edit>): Plain[] {
  return records.flatMap((record, n) => {
    switch (edits.get(n)) {
      case 'delete':
        return []
      case 'insert':
        return [{ received_at_ms: record.received_at_ms - 500, message: new TextEncoder().encode(`{"n":${n}}`) }, record]
      case 'bytes':
        return [flipped(record)]
      case 'time':
        return [{ ...record, received_at_ms: record.received_at_ms + 7 }]
      default:
        return [record]
    }
  })
}

const editsOf = (count: number): fc.Arbitrary<Map<number, Edit>> =>
  fc
    .array(fc.tuple(fc.nat(count - 1), fc.constantFrom<Edit>('delete', 'insert', 'bytes', 'time')), { maxLength: 25 })
    .map((pairs) => new Map(pairs))

describe('two recordings', () => {
  test('the same records are the same', () => {
    const records = sampleRecords(500)
    expect(compare(records, records)).toMatchObject({ equal: true, same: 500, differences: 0 })
    expect(compare([], [])).toMatchObject({ equal: true, same: 0 })
  })

  test('edits are all found, each as what it is, wherever they lie', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }).chain((count) => fc.tuple(fc.constant(count), editsOf(count))),
        ([count, edits]) => {
          const records = distinct(count)
          const result = compare(records, edited(records, edits))
          const of = (edit: Edit): number => [...edits.values()].filter((one) => one === edit).length
          expect(result).toMatchObject({
            missing: of('delete'),
            extra: of('insert'),
            changed: of('bytes'),
            time: of('time'),
            equal: edits.size === 0,
          })
        },
      ),
    )
  })

  test('each record is counted once, and never more differences than edits; whatever the pieces', () => {
    const kinds = fc.integer({ min: 1, max: 400 }).chain((count) => fc.tuple(fc.constant(count), editsOf(count), fc.nat(999)))
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 90 }), ([count, edits, seed], step) => {
        // heartbeats, texts and several records of one millisecond among them
        const records = sampleRecords(count, seed)
        const changed = edited(records, edits)
        const result = compare(records, changed)
        const { same, missing, extra, changed: bytes, time } = result
        expect(same + missing + bytes + time).toBe(records.length)
        expect(same + extra + bytes + time).toBe(changed.length)
        expect(missing + extra + bytes + time).toBeLessThanOrEqual(edits.size)
        expect(compare(records, changed, { step })).toEqual(result)
      }),
      { numRuns: 60 },
    )
  })

  test('an hour that is missing is one difference, at the begin, in the middle and at the end', () => {
    const records = sampleRecords(12_000)
    for (const from of [0, 3000, 6000]) {
      const cut = [...records.slice(0, from), ...records.slice(from + 6000)]
      const result = compare(records, cut, { step: 700 })
      expect(result).toMatchObject({ missing: 6000, extra: 0, changed: 0, time: 0, same: 6000 })
      expect(compare(cut, records, { step: 700 })).toMatchObject({ extra: 6000, missing: 0, same: 6000 })
      expect(result.differences).toBe(1)
      expect(result.first[0]).toMatchObject({ kind: 'missing', records: 6000, expected: { record: from } })
    }
  })

  test('a clock that was wrong is one difference', () => {
    const records = distinct(3000)
    const later = records.map((record) => ({ ...record, received_at_ms: record.received_at_ms + 5500 }))
    const result = compare(records, later)
    expect(result).toMatchObject({ time: 3000, missing: 0, extra: 0, differences: 1, shift_ms: { least: 5500, most: 5500 } })
    expect(recordDifferenceLines(result.first[0]!, String)).toEqual([
      'time    3000 records from 0 on, received from 2025-10-05T09:15:00+05:30 to 2025-10-05T10:04:59+05:30',
      '  found 5500 ms later, from record 0 on',
    ])
    expect(recordCountLines(result)).toEqual(['  time     3000 records with the same bytes at another time, by 5500 ms'])
  })

  test('a clock that was wrong for a while, and two records that changed places, whatever the pieces', () => {
    const records = distinct(300)
    const later = records.map((record, n) =>
      n >= 100 && n < 200 ? { ...record, received_at_ms: record.received_at_ms + 30_000_000 } : record,
    )
    const swapped = records.map((record, n) => ({ ...record, received_at_ms: SAMPLE_START_MS + Math.floor(n / 2) }))
    const other = [...swapped.slice(0, 50), swapped[51]!, swapped[50]!, ...swapped.slice(52)]
    for (const step of [1, 7, 64, 1000]) {
      expect(compare(records, later, { step })).toMatchObject({ time: 100, same: 200, missing: 0, extra: 0, differences: 1 })
      expect(compare(swapped, other, { step })).toMatchObject({ missing: 1, extra: 1, same: 299, changed: 0, time: 0 })
    }
  })

  test('recordings that have nothing in common are told so record by record', () => {
    const [one, other] = [
      distinct(5000),
      distinct(5000).map((record) => flipped({ ...record, received_at_ms: record.received_at_ms + 1 })),
    ]
    expect(compare(one, other, { step: 900 })).toMatchObject({ missing: 5000, extra: 5000, same: 0, changed: 0, time: 0 })
    expect(compare(one, [], { limit: 0 })).toMatchObject({ missing: 5000, differences: 1, first: [] })
  })
})

describe('a changed message', () => {
  const other = fullPacket({ instrument_token: 408065, last_price: 150_000 })
  const differ = (a: readonly Packet[], b: readonly Packet[]) => messageDifference(encodeMessage(a), encodeMessage(b))

  test('names packet, instrument and fields, prices in rupees and times as people read them', () => {
    const depth = other.depth.map((level, n) => (n === 6 ? { ...level, orders: 9 } : level))
    const fields: string[] = []
    const [a, b] = [
      [fullPacket(), other],
      [
        fullPacket(),
        { ...other, volume_traded: 1001, average_traded_price: 250_005, exchange_timestamp: other.exchange_timestamp + 1, depth },
      ],
    ]
    expect(messageDifference(encodeMessage(a), encodeMessage(b), (field) => fields.push(field))).toEqual({
      offset: 2 + 186 + 2 + 12 + 3,
      packet: 1,
      instrument_token: 408065,
      fields: [
        { field: 'average_traded_price', expected: '2500', found: '2500.05' },
        { field: 'volume_traded', expected: '1000', found: '1001' },
        { field: 'exchange_timestamp', expected: '2025-10-05T09:15:00+05:30', found: '2025-10-05T09:15:01+05:30' },
        { field: 'ask_orders_2', expected: '7', found: '9' },
      ],
    })
    expect(fields).toEqual(['average_traded_price', 'volume_traded', 'exchange_timestamp', 'ask_orders_2'])
  })

  test('a packet more, another kind, another instrument', () => {
    expect(differ([fullPacket()], [fullPacket(), other])).toMatchObject({ packet: 1, instrument_token: 408065, fields: [] })
    expect(
      differ([{ kind: 'ltp', instrument_token: 257, last_price: 1 }], [{ kind: 'ltp', instrument_token: 513, last_price: 1 }])
        .fields,
    ).toEqual([{ field: 'instrument_token', expected: '257', found: '513' }])
    expect(differ([{ kind: 'ltp', instrument_token: 408065, last_price: 150_000 }], [other]).fields[0]).toEqual({
      field: 'kind',
      expected: 'ltp',
      found: 'full',
    })
  })

  test('texts, heartbeats and bytes that are no packets part at a byte', () => {
    const text = (words: string): Uint8Array => new TextEncoder().encode(words)
    expect(messageDifference(text('{"a":1}'), text('{"a":2}'))).toEqual({
      offset: 5,
      packet: undefined,
      instrument_token: undefined,
      fields: [],
    })
    expect(messageDifference(Uint8Array.of(0), Uint8Array.of(1)).offset).toBe(0)
    const message = encodeMessage([other])
    expect(messageDifference(message, Uint8Array.of(...message, 1))).toMatchObject({ offset: message.length, packet: undefined })
    expect(messageDifference(message, message.subarray(0, 50))).toMatchObject({ packet: 0, fields: [] })
  })

  test('any flipped bit of a message is found at its byte', () => {
    const message = encodeMessage([
      fullPacket(),
      {
        kind: 'index_full',
        instrument_token: 256265,
        last_price: 1,
        high: 2,
        low: 1,
        open: 1,
        close: 1,
        change: 0,
        exchange_timestamp: 1_759_635_900,
      },
      other,
    ])
    fc.assert(
      fc.property(fc.nat(message.length - 1), fc.nat(7), (at, bit) => {
        const changed = message.slice()
        changed[at]! ^= 1 << bit
        expect(messageDifference(message, changed).offset).toBe(at)
      }),
    )
  })
})
