import { expect, test } from 'vitest'
import { encodeRecord } from '../../../src/core/recording/index.js'
import { readRecords } from '../../support/read-records.js'
import { SAMPLE_START_MS, sampleRandom } from '../../support/sample-records.js'

// Inputs made to be read slowly. Each would take minutes or hours if the time grew with the square of the size: the timeout of a test is enough.

const MB = 1024 * 1024
const HEADER_BYTES = 12
const header = (length: number, time_ms = SAMPLE_START_MS): Uint8Array => {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(time_ms))
  view.setUint32(8, length)
  return bytes
}
const sound = encodeRecord(SAMPLE_START_MS, Uint8Array.of(0, 1, 0, 8, 0, 0, 1, 1, 0, 0, 0, 5))

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

test('a message of empty records and a stray byte is one record', () => {
  const message = new Uint8Array(2 * MB)
  for (let at = 0; at + HEADER_BYTES < message.length; at += HEADER_BYTES) message.set(header(0), at)
  message[0] = 0xff // no packet adds up
  const { records, findings } = readRecords(joined(sound, encodeRecord(SAMPLE_START_MS, message), sound))
  expect(records.map(({ message }) => message.length)).toEqual([12, message.length, 12])
  expect(findings).toEqual([])
})

test('of empty records up to the end of a message, of days that do not agree, the last one alone is believed', () => {
  const message = new Uint8Array(2 * MB - ((2 * MB) % HEADER_BYTES))
  const day_ms = 80_000_000
  for (let at = 0, n = 0; at < message.length; at += HEADER_BYTES, n++)
    message.set(header(0, SAMPLE_START_MS + (n % 2 === 0 ? day_ms : -day_ms)), at)
  message.fill(0xff, 0, HEADER_BYTES)
  const next = encodeRecord(SAMPLE_START_MS, Uint8Array.of(0))
  const { records } = readRecords(joined(sound, encodeRecord(SAMPLE_START_MS, message), next, sound))
  expect(records.map(({ message }) => message.length)).toEqual([12, message.length - HEADER_BYTES, 0, 1, 12])
})

test('headers whose messages hold packets without end', () => {
  // Each header announces 65,535 packets, the first of which leads into a field of empty ones.
  const HEADERS = 4000
  const STEP = 16
  const block = new Uint8Array(64 * 1024 + 140_000)
  const view = new DataView(block.buffer)
  for (let n = 0; n < HEADERS; n++) {
    const at = n * STEP
    block.set(header(block.length - at - HEADER_BYTES - 1), at)
    view.setUint16(at + HEADER_BYTES, 0xffff)
    view.setUint16(at + HEADER_BYTES + 2, 64 * 1024 - at - HEADER_BYTES)
  }
  const blocks = Array.from({ length: 10 }, () => block)
  const { records } = readRecords(joined(sound, ...blocks, sound))
  expect(records.at(-1)?.message).toEqual(sound.subarray(HEADER_BYTES))
})

test('records that overlap, each with another one before its end', () => {
  const COUNT = 40_000
  const first = joined(sound)
  const outer = new Uint8Array(COUNT * 13)
  const inner = new Uint8Array(COUNT * 13)
  const ends = new Uint8Array(COUNT * 40)
  const inner_at = outer.length
  const ends_at = inner_at + inner.length
  for (let n = 0; n < COUNT; n++) {
    const end = ends_at + n * 40
    outer.set(header(end - n * 13 - HEADER_BYTES), n * 13)
    inner.set(header(end - (inner_at + n * 13) - HEADER_BYTES), n * 13)
    ends.set(joined(header(0), header(0)), n * 40)
  }
  const { records } = readRecords(joined(first, outer, inner, ends, sound))
  expect(records.at(-1)?.message).toEqual(sound.subarray(HEADER_BYTES))
})

test('records that overlap are found the same whatever pieces they come in', () => {
  // Headers a few bytes apart, most of them with a length that leads to another one.
  const random = sampleRandom(7)
  for (let round = 0; round < 300; round++) {
    const size = 400
    const bytes = new Uint8Array(size)
    const places = Array.from({ length: 24 }, (_, n) => n * 16)
    for (const at of places) {
      const target = places[random(places.length)] ?? 0
      bytes.set(header(target >= at + HEADER_BYTES ? target - at - HEADER_BYTES : random(40)), at)
      bytes.fill(0xff, at + HEADER_BYTES, at + 16)
    }
    const recording = joined(bytes, sound, sound)
    const whole = readRecords(recording)
    for (const chunk of [1, 7, 50]) {
      const { records, findings } = readRecords(recording, () => chunk)
      expect(records).toEqual(whole.records)
      expect(findings).toEqual(whole.findings)
    }
  }
})
