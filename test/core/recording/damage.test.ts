import { expect, test } from 'vitest'
import { parseIntervals } from '../../../src/core/candles/index.js'
import { Pipeline } from '../../../src/core/engine/index.js'
import { InstrumentTable } from '../../../src/core/market/index.js'
import { type Frame, RECORD_HEADER_BYTES, RecordingReader } from '../../../src/core/recording/index.js'
import { boundariesOf, recordingOf } from '../../support/read-records.js'
import { sampleRandom, sampleRecords } from '../../support/sample-records.js'
import { stubCalendar } from '../../support/stub-calendar.js'

// A million damaged inputs through reader, decoder, ledger and bars: none may throw or hang, and what is told must add up.
const INPUTS = 1_000_000
const INPUTS_PER_PIPELINE = 2000
const SEED = 20251005

type Random = (below: number) => number

/** Stretches of real records of about 1 KB. */
const SOURCES = Array.from({ length: 200 }, (_, seed) => {
  const records = sampleRecords(2 + (seed % 4), seed + 1)
  return { bytes: recordingOf(records, seed % 8 === 0 ? 'little' : 'big'), boundaries: boundariesOf(records) }
})

/** Damages `bytes[0, length)` in place; answers the new length. */
type Mutation = (bytes: Uint8Array, length: number, random: Random, boundaries: readonly number[]) => number
const at = (boundaries: readonly number[], random: Random): number => boundaries[random(boundaries.length - 1)] ?? 0
const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, length, random) {
    for (let n = 1 + random(4); n > 0; n--) {
      const byte = random(length)
      bytes[byte] = (bytes[byte] ?? 0) ^ (1 << random(8))
    }
    return length
  },
  function flipHeaderBit(bytes, length, random, boundaries) {
    const byte = at(boundaries, random) + random(RECORD_HEADER_BYTES + 4)
    bytes[byte] = (bytes[byte] ?? 0) ^ (1 << random(8))
    return length
  },
  function cut(_, length, random) {
    return random(length + 1)
  },
  function lieAboutLength(bytes, length, random, boundaries) {
    const header = at(boundaries, random)
    for (let byte = 8 + random(4); byte < 12; byte++) bytes[header + byte] = random(256)
    return length
  },
  function lieAboutCount(bytes, length, random, boundaries) {
    bytes[at(boundaries, random) + RECORD_HEADER_BYTES + random(4)] = random(256)
    return length
  },
  function removeBytes(bytes, length, random) {
    const from = random(length)
    const to = Math.min(length, from + 1 + random(40))
    bytes.copyWithin(from, to, length)
    return length - (to - from)
  },
  function repeatBytes(bytes, length, random) {
    const from = random(length)
    const count = Math.min(random(200), length - from, bytes.length - length)
    bytes.copyWithin(from + count, from, length)
    return length + count
  },
  function overwrite(bytes, length, random) {
    const from = random(length)
    bytes.fill(random(2) === 0 ? 0 : random(256), from, Math.min(length, from + random(60)))
    return length
  },
]

class Checked extends Pipeline {
  frames = 0
  override onFrame(frame: Frame): void {
    this.frames++
    super.onFrame(frame)
  }
}

test('a million damaged inputs: nothing throws, nothing hangs, all counts agree', () => {
  const random = sampleRandom(SEED)
  const scratch = new Uint8Array(4096)
  let handed = 0
  let candles = 0
  let findings = 0
  for (let input = 0; input < INPUTS; ) {
    let ticks = 0
    let diagnosed_packets = 0
    const pipeline = new Checked(
      {
        instruments: new InstrumentTable(),
        calendar: stubCalendar,
        clock: 'trade',
        bars: {
          intervals: parseIntervals(['1m', '5m', '1d']),
          auction: 'separate',
          fill: 'skip',
          late: 'drop',
          gap_volume: 'quarantine',
        },
        files: ['damaged.bin'],
      },
      {
        onCandle(candle) {
          candles++
          if (
            !(
              candle.low <= candle.open &&
              candle.open <= candle.high &&
              candle.low <= candle.close &&
              candle.close <= candle.high &&
              candle.volume >= 0
            )
          )
            throw new Error(`no sound candle: ${JSON.stringify(candle)}`)
        },
        onDiagnostic({ code }) {
          if (
            code === 'truncated_packet' ||
            code === 'unknown_packet_length' ||
            code === 'trailing_bytes' ||
            code === 'zero_length_packet'
          )
            diagnosed_packets++
        },
        onTick: () => ticks++,
      },
    )
    let bytes_read = 0
    for (let last = input + INPUTS_PER_PIPELINE; input < last; input++) {
      const source = SOURCES[random(SOURCES.length)] as (typeof SOURCES)[0]
      scratch.set(source.bytes)
      let length = source.bytes.length
      for (let n = 1 + random(2); n > 0 && length > 0; n--)
        length = (MUTATIONS[random(MUTATIONS.length)] as Mutation)(scratch, length, random, source.boundaries)
      const reader = new RecordingReader(0, 0, (_, place) => {
        findings++
        if (!(place.offset >= 0 && place.offset <= length)) throw new Error(`a finding at ${place.offset} of ${length} bytes`)
      })
      const chunk = random(4) === 0 ? 1 + random(300) : length
      let given = 0
      let read_to = 0
      // Each round takes bytes in or hands out a record, so there can't be more of them than bytes.
      for (let rounds = 0; ; rounds++) {
        if (rounds > length + 2) throw new Error('the reader makes no headway')
        while (reader.advance()) {
          const { frame } = reader
          if (frame.offset < read_to || frame.start < 0 || frame.end < frame.start || frame.end - frame.start > length)
            throw new Error(`record ${frame.record} lies outside of the file`)
          read_to = frame.offset + RECORD_HEADER_BYTES
          handed++
          bytes_read += frame.end - frame.start
          pipeline.onFrame(frame)
        }
        if (reader.done) break
        pipeline.onRecycle(reader.view)
        const space = reader.space()
        const count = Math.min(chunk, length - given, space.length)
        if (count === 0) reader.ended()
        else {
          space.set(scratch.subarray(given, given + count))
          reader.filled(count)
          given += count
        }
      }
    }
    pipeline.end()
    const { counts } = pipeline
    expect(counts.messages).toBe(pipeline.frames)
    expect(counts.message_bytes).toBe(bytes_read)
    expect(counts.packets).toBe(ticks)
    expect(counts.bad_packets).toBe(diagnosed_packets)
    expect(counts.heartbeats + counts.texts).toBeLessThanOrEqual(counts.messages)
  }
  // The damage must leave enough whole to be worth the trouble.
  expect(handed).toBeGreaterThan(INPUTS)
  expect(candles).toBeGreaterThan(100)
  expect(findings).toBeGreaterThan(INPUTS / 4)
}, 240_000)
