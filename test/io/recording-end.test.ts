import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { encodeRecord } from '../../src/core/recording/index.js'
import { encodeMessage } from '../../src/core/wire/index.js'
import { findRecordings } from '../../src/io/find-recordings.js'
import { recordingEndMs } from '../../src/io/recording-end.js'
import { BEGIN_MS, SPAN_MS, writeSmallRecording } from '../support/small-recording.js'

const small = writeSmallRecording()
const folder = mkdtempSync(join(tmpdir(), 'mds-end-'))
afterAll(() => {
  small.remove()
  rmSync(folder, { recursive: true, force: true })
})

function endOf(path: string): number | undefined {
  const [session] = findRecordings({ sessions: [path], data_dir: 'raw_ticks', profiles: [] }).sessions
  return session === undefined ? undefined : recordingEndMs(session)
}

test('the last record of several files', () => {
  // The last record but one ends in 7 modulo 8 and shares its millisecond with the one before.
  expect(endOf(small.folder)).toBe(BEGIN_MS + SPAN_MS - 97)
})

test('a file far larger than the tail is entered in the middle of a record', () => {
  const message = encodeMessage(
    Array.from({ length: 500 }, (_, n) => ({ kind: 'ltp' as const, instrument_token: 256 * n + 1, last_price: 100 + n })),
  )
  const records = Array.from({ length: 700 }, (_, n) => encodeRecord(BEGIN_MS + n * 1000, message))
  const path = join(folder, 'large_20251006_0900.bin')
  writeFileSync(path, Buffer.concat(records))
  expect(endOf(path)).toBe(BEGIN_MS + 699_000)
  writeFileSync(path, Buffer.concat(records).subarray(0, -7))
  expect(endOf(path)).toBe(BEGIN_MS + 698_000)
})

test('a packed file, or none at all of a recording, says nothing', () => {
  const packed = join(folder, 'packed_20251006_0900.bin.gz')
  writeFileSync(packed, Uint8Array.of(0x1f, 0x8b, 0, 0))
  expect(endOf(packed)).toBeUndefined()
  const empty = join(folder, 'empty_20251006_0900.bin')
  writeFileSync(empty, '')
  expect(endOf(empty)).toBeUndefined()
})
