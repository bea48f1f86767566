import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodeRecord,
  RECEIVED_MS_MAX,
  RECORD_HEADER_BYTES,
  RECORD_MESSAGE_BYTES_MAX,
} from '../../../src/core/recording/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { boundariesOf, type PlainRecord, type ReadRecord, readRecords, recordingOf } from '../../support/read-records.js'
import { fullPacket, SAMPLE_START_MS, sampleRandom, sampleRecords } from '../../support/sample-records.js'

const text = new TextEncoder()
const digest = (message: Uint8Array): string =>
  `${message.length} bytes, sha256 ${createHash('sha256').update(message).digest('hex').slice(0, 12)}`
/** A record as a line: comparing many arrays byte by byte is slow. */
const plain = ({ received_at_ms, message }: PlainRecord | ReadRecord): string => `${received_at_ms} ${digest(message)}`
const concat = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

describe('sound recordings', () => {
  test('the sample of the original recorder: big-endian time and length', () => {
    const header = Uint8Array.of(0x00, 0x00, 0x01, 0x99, 0xc2, 0x41, 0x1b, 0x97, 0, 0, 0, 5)
    const bytes = concat(header, new Uint8Array(5), header, new Uint8Array(5))
    const { records, findings } = readRecords(bytes)
    expect(bytes.length).toBe(34)
    expect(records.map(({ received_at_ms, message }) => [received_at_ms, message.length])).toEqual([
      [0x199c2411b97, 5],
      [0x199c2411b97, 5],
    ])
    expect(findings).toEqual([])
  })

  test('a record is written as the format says', () => {
    const message = Uint8Array.of(1, 2, 3)
    expect(encodeRecord(SAMPLE_START_MS, message)).toEqual(recordingOf([{ received_at_ms: SAMPLE_START_MS, message }]))
    expect(() => encodeRecord(-1, message)).toThrow(/non-negative/)
    expect(() => encodeRecord(1.5, message)).toThrow(/integer/)
    expect(() => encodeRecord(0, new Uint8Array(RECORD_MESSAGE_BYTES_MAX + 1))).toThrow(/at most 8388608/)
  })

  test.each(['big', 'little'] as const)('%s-endian: every record as it was written, where it was written', (order) => {
    const sent = sampleRecords(60)
    const { records, findings, reader } = readRecords(recordingOf(sent, order))
    expect(records.map(plain)).toEqual(sent.map(plain))
    expect(records.map(({ record }) => record)).toEqual(sent.map((_, n) => n))
    expect(records.map(({ offset }) => offset)).toEqual(boundariesOf(sent).slice(0, -1))
    expect(findings).toEqual([])
    expect(reader).toMatchObject({
      byte_order: order,
      records: 60,
      first_ms: sent[0]?.received_at_ms,
      last_ms: sent[59]?.received_at_ms,
      total_bytes: boundariesOf(sent)[60],
    })
  })

  test('texts, heartbeats and messages of no bytes are records like any other', () => {
    const messages = [
      Uint8Array.of(0),
      new Uint8Array(0),
      text.encode('{"type":"order","data":{}}'),
      text.encode('[]'),
      text.encode('null'),
      new Uint8Array(0),
      new Uint8Array(0),
      encodeMessage([fullPacket()]),
      Uint8Array.of(0xff),
      new Uint8Array(0),
    ]
    const sent = messages.map((message, n) => ({ received_at_ms: SAMPLE_START_MS + n, message }))
    const { records, findings } = readRecords(recordingOf(sent))
    expect(records.map(plain)).toEqual(sent.map(plain))
    expect(findings).toEqual([])
  })

  test('the largest message a socket delivers is read whole', () => {
    const sent = [
      { received_at_ms: SAMPLE_START_MS, message: new Uint8Array(RECORD_MESSAGE_BYTES_MAX).fill(7) },
      { received_at_ms: SAMPLE_START_MS + 1, message: Uint8Array.of(0) },
    ]
    const { records, findings } = readRecords(recordingOf(sent), () => 1_000_003)
    expect(records.map(({ message }) => [message.length, message.every((byte) => byte === message[0])])).toEqual([
      [RECORD_MESSAGE_BYTES_MAX, true],
      [1, true],
    ])
    expect(findings).toEqual([])
  })

  test('a step back in time is told, and the order of the file kept', () => {
    const sent = [0, 500, 400, 450, 600].map((ms) => ({ received_at_ms: SAMPLE_START_MS + ms, message: Uint8Array.of(0) }))
    const { records, findings } = readRecords(recordingOf(sent))
    expect(records.map(plain)).toEqual(sent.map(plain))
    expect(findings).toEqual([
      {
        code: 'time_regression',
        record: 2,
        offset: 26,
        detail: { received_at_ms: SAMPLE_START_MS + 400, step_back_ms: 100 },
      },
    ])
  })

  test('an empty file holds nothing and nothing is wrong with it', () => {
    expect(readRecords(new Uint8Array(0))).toMatchObject({ records: [], findings: [] })
  })
})

describe('chunks', () => {
  /** Sound and damaged files: what is read must not depend on the pieces it came in. */
  const files: readonly [name: string, bytes: Uint8Array][] = [
    ['sound', recordingOf(sampleRecords(60))],
    ['little-endian', recordingOf(sampleRecords(60), 'little')],
    ['larger than the first buffer', recordingOf(sampleRecords(500))],
    ['torn', recordingOf(sampleRecords(60)).slice(0, -7)],
    ...[8, 9, 10, 11].map((byte): [string, Uint8Array] => [`length damaged in byte ${byte}`, damaged(250, 100, byte, 0x41)]),
    ['time damaged', damaged(250, 100, 2, 0xff)],
    ['time a little damaged', damaged(250, 100, 3, 0x02)],
    ['first header damaged', damaged(60, 0, 9, 0xff)],
    ['first time damaged', damaged(60, 0, 0, 0xff)],
    ['junk ahead of it', concat(new Uint8Array(100).fill(0x55), recordingOf(sampleRecords(60)))],
    ['junk within', concat(recordingOf(sampleRecords(30)), new Uint8Array(70_000).fill(0x55), recordingOf(sampleRecords(30, 2)))],
  ]

  function damaged(count: number, record: number, byte: number, flip: number): Uint8Array {
    const sent = sampleRecords(count)
    const bytes = recordingOf(sent)
    const at = (boundariesOf(sent)[record] ?? 0) + byte
    bytes[at] = (bytes[at] ?? 0) ^ flip
    return bytes
  }

  function read(bytes: Uint8Array, next_chunk: () => number): unknown {
    const { records, findings } = readRecords(bytes, next_chunk)
    return { findings, records: records.map(({ message, ...record }) => ({ ...record, message: digest(message) })) }
  }

  test.each(files)('%s: cut into pieces of any size, the same records and findings', (_, bytes) => {
    const whole = read(bytes, () => bytes.length)
    for (const size of [1, 7, 12, 4096, 65_536]) {
      expect(
        read(bytes, () => size),
        `pieces of ${size}`,
      ).toEqual(whole)
    }
    for (let seed = 0; seed < 10; seed++) {
      const random = sampleRandom(seed)
      expect(
        read(bytes, () => 1 + random(seed < 5 ? 60 : 5000)),
        `seed ${seed}`,
      ).toEqual(whole)
    }
  })
})

describe('torn files', () => {
  test('cut at any byte: the whole records before the cut, and one finding about the rest', () => {
    const sent = sampleRecords(12)
    const bytes = recordingOf(sent)
    const boundaries = boundariesOf(sent)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const whole = boundaries.filter((boundary) => boundary <= cut).length - 1
      const { records, findings } = readRecords(bytes.slice(0, cut))
      expect(records.map(plain)).toEqual(sent.slice(0, whole).map(plain))
      const from = boundaries[whole] ?? 0
      expect(findings, `cut at ${cut}`).toEqual(
        cut === from ? [] : [{ code: 'truncated_tail', record: whole, offset: from, detail: { bytes: cut - from } }],
      )
    }
  })
})

const samples = sampleRecords(60)
const firstOf = (wanted: (message: Uint8Array) => boolean): number =>
  samples.findIndex(({ message }, n) => n > 10 && wanted(message))

describe.each([
  ['packets', firstOf((message) => message.length > 200 && message[0] === 0)],
  ['a heartbeat', firstOf((message) => message.length === 1)],
  ['a text', firstOf((message) => message[0] === 0x7b)],
])('damaged headers: of %s', (_, VICTIM) => {
  const sent = samples
  const boundaries = boundariesOf(sent)
  const sound = recordingOf(sent)
  const victim_at = boundaries[VICTIM] ?? 0
  const others = sent.filter((_, n) => n !== VICTIM)

  const withHeader = (change: (view: DataView) => void): Uint8Array => {
    const bytes = sound.slice()
    change(new DataView(bytes.buffer, victim_at, RECORD_HEADER_BYTES))
    return bytes
  }

  /** All other records are there, each once and unchanged; of the victim there is at most one record, at its place. */
  function expectOthers(bytes: Uint8Array, why: string): ReturnType<typeof readRecords> {
    const reading = readRecords(bytes)
    const found = reading.records.filter(({ offset }) => offset !== victim_at)
    expect(found.map(plain), why).toEqual(others.map(plain))
    expect(reading.records.length - found.length, why).toBeLessThanOrEqual(1)
    return reading
  }

  test.each(Array.from({ length: 96 }, (_, bit) => bit))('bit %d of a header in the middle flipped', (bit) => {
    const bytes = withHeader((view) => view.setUint8(bit >> 3, view.getUint8(bit >> 3) ^ (0x80 >> (bit & 7))))
    const { records, findings } = expectOthers(bytes, `bit ${bit}`)
    const victim = records.find(({ offset }) => offset === victim_at)
    const changed_time_ms = 2 ** (63 - bit)
    if (bit >= 64) {
      // The length: its packets tell how long the message was.
      expect(findings.map(({ code, record, offset }) => ({ code, record, offset }))).toContainEqual({
        code: 'damaged_record',
        record: VICTIM,
        offset: victim_at,
      })
    } else if (changed_time_ms > 3_600_000) {
      expect(findings).toHaveLength(1)
      expect(findings[0]).toMatchObject({ record: VICTIM, offset: victim_at })
      if (victim !== undefined) expect(victim.received_at_ms).toBe(sent[VICTIM - 1]?.received_at_ms)
    } else expect(victim?.message).toEqual(sent[VICTIM]?.message)
  })

  test.each([
    ['far too large', 0xffff_ffff],
    ['the largest there may be', RECORD_MESSAGE_BYTES_MAX],
    ['beyond the end of the file', 100_000],
    ['zero', 0],
    ['one', 1],
    ['up to the end of the file', sound.length - victim_at - RECORD_HEADER_BYTES],
    ['up to the header of a later record', (boundaries[VICTIM + 3] ?? 0) - victim_at - RECORD_HEADER_BYTES],
    ['into a later record', (boundaries[VICTIM + 3] ?? 0) - victim_at],
  ])('a length %s', (_, length) => {
    const { records, findings } = expectOthers(
      withHeader((view) => view.setUint32(8, length)),
      `length ${length}`,
    )
    const is_right = length === sent[VICTIM]?.message.length
    expect(findings).toHaveLength(is_right ? 0 : 1)
    if (is_right) return
    expect(findings[0]).toMatchObject({
      code: 'damaged_record',
      record: VICTIM,
      offset: victim_at,
      detail: { declared_bytes: length, resumed_at: boundaries[VICTIM + 1] },
    })
    // What adds up says where the message ends: only its header was damaged.
    const victim = records.find(({ offset }) => offset === victim_at)
    expect(victim?.message).toEqual(sent[VICTIM]?.message)
  })

  test('a time far from both neighbours: the record counts as received with the one before', () => {
    const time_ms = SAMPLE_START_MS + 30 * 86_400_000
    const { records, findings } = expectOthers(
      withHeader((view) => view.setBigUint64(0, BigInt(time_ms))),
      'far',
    )
    const used_ms = sent[VICTIM - 1]?.received_at_ms
    expect(findings).toEqual([{ code: 'damaged_time', record: VICTIM, offset: victim_at, detail: { time_ms, used_ms } }])
    expect(records[VICTIM]).toMatchObject({ received_at_ms: used_ms, message: sent[VICTIM]?.message })
  })

  test('the first time of a file far from all others: the record counts as received with the one behind', () => {
    const time_ms = RECEIVED_MS_MAX - 1
    const bytes = sound.slice()
    new DataView(bytes.buffer).setBigUint64(0, BigInt(time_ms))
    const { records, findings, reader } = readRecords(bytes)
    const used_ms = sent[1]?.received_at_ms
    expect(findings).toEqual([{ code: 'damaged_time', record: 0, offset: 0, detail: { time_ms, used_ms } }])
    expect(records.map(({ message }) => message)).toEqual(sent.map(({ message }) => message))
    expect([records[0]?.received_at_ms, reader.first_ms]).toEqual([used_ms, used_ms])
  })

  test('a real pause of days is believed', () => {
    const later = sampleRecords(5, 3).map(({ received_at_ms, message }) => ({
      received_at_ms: received_at_ms + 3 * 86_400_000,
      message,
    }))
    const { records, findings } = readRecords(recordingOf([...sent, ...later]))
    expect(records.map(plain)).toEqual([...sent, ...later].map(plain))
    expect(findings).toEqual([])
  })

  test('junk between records is told with its size', () => {
    const junk = new Uint8Array(1000).fill(0x55)
    const at = boundaries[VICTIM] ?? 0
    const { records, findings } = readRecords(concat(sound.slice(0, at), junk, sound.slice(at)))
    expect(records.map(plain)).toEqual(sent.map(plain))
    expect(findings).toEqual([
      { code: 'damaged_record', record: VICTIM, offset: at, detail: { bytes: 1000, resumed_at: at + 1000 } },
    ])
  })

  test('two headers in a row', () => {
    const bytes = sound.slice()
    bytes.fill(0xff, victim_at, victim_at + RECORD_HEADER_BYTES)
    bytes.fill(0xff, boundaries[VICTIM + 1], (boundaries[VICTIM + 1] ?? 0) + RECORD_HEADER_BYTES)
    const { records, findings } = readRecords(bytes)
    expect(records.map(plain)).toEqual(sent.filter((_, n) => n !== VICTIM && n !== VICTIM + 1).map(plain))
    expect(findings).toHaveLength(1)
  })

  test('the last header of the file', () => {
    const bytes = sound.slice()
    bytes[(boundaries[59] ?? 0) + 9] = 1 // 64 KiB longer than the file
    const { records, findings } = readRecords(bytes)
    expect(records.map(plain)).toEqual(sent.slice(0, 59).map(plain))
    expect(findings).toMatchObject([{ code: 'truncated_tail', record: 59, offset: boundaries[59] }])
  })
})

describe('files that are no recordings', () => {
  const random = sampleRandom(9)
  test.each([
    [
      'PNG',
      concat(
        Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13),
        text.encode('IHDR'),
        new Uint8Array(500),
      ),
    ],
    ['text', text.encode('timestamp,open,high,low,close\n'.repeat(5000))],
    ['JSON', text.encode('{"type":"app_code"}\n'.repeat(5000))],
    ['zeros', new Uint8Array(100_000)],
    ['ones', new Uint8Array(100_000).fill(0xff)],
    ['random bytes', Uint8Array.from({ length: 200_000 }, () => random(256))],
    ['a byte', Uint8Array.of(0)],
    ['a header of nothing', new Uint8Array(12)],
  ])('%s: no record is made of it', (_, bytes) => {
    const { records, findings } = readRecords(bytes, () => 8192)
    expect(records).toEqual([])
    expect(findings.length).toBe(1)
    expect(findings[0]).toMatchObject({ record: 0, offset: 0 })
  })

  test('any bytes: records lie within the file, in order, and nothing is read twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        let from = 0
        for (const { offset, message } of readRecords(bytes).records) {
          expect(offset).toBeGreaterThanOrEqual(from)
          from = offset + RECORD_HEADER_BYTES + message.length
          expect(from).toBeLessThanOrEqual(bytes.length)
        }
      }),
    )
  })

  test('much junk is passed by without keeping it', () => {
    const junk = new Uint8Array(24 * 1024 * 1024).fill(0x55)
    const sent = sampleRecords(10)
    const { records, buffer_bytes_max } = readRecords(concatBig(junk, recordingOf(sent)), () => 1 << 20)
    expect(records.map(plain)).toEqual(sent.map(plain))
    expect(buffer_bytes_max).toBeLessThanOrEqual(20 * 1024 * 1024)
  })

  test('a huge declared length asks for no huge buffer', () => {
    const bytes = recordingOf(sampleRecords(5))
    new DataView(bytes.buffer).setUint32(8, 0xffff_fff0)
    expect(readRecords(bytes).buffer_bytes_max).toBeLessThanOrEqual(1024 * 1024)
    new DataView(bytes.buffer).setUint32(8, RECORD_MESSAGE_BYTES_MAX)
    expect(readRecords(bytes).buffer_bytes_max).toBeLessThanOrEqual(16 * 1024 * 1024)
  })

  function concatBig(a: Uint8Array, b: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(a.length + b.length)
    bytes.set(a)
    bytes.set(b, a.length)
    return bytes
  }
})
