import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeManifest, type Manifest, MessageTally } from '../../src/core/recording/index.js'
import { IndexBuilder } from '../../src/core/trust/index.js'
import type { RecordingFile } from '../../src/io/find-recordings.js'
import { boundariesOf, type PlainRecord, recordingOf } from './read-records.js'

export const SAMPLE_NAME = 'sample_20251005_0900.bin'

/** The index of some records, block by block as a capture would have made it. */
export function indexOf(records: readonly PlainRecord[], order: 'big' | 'little' = 'big'): Uint8Array {
  const entries: Uint8Array[] = []
  const index = new IndexBuilder((entry) => entries.push(entry))
  const bytes = recordingOf(records, order)
  const boundaries = boundariesOf(records)
  for (const [n, { received_at_ms }] of records.entries())
    index.add(received_at_ms, bytes.subarray(boundaries[n], boundaries[n + 1]))
  index.endBlock()
  return Buffer.concat(entries)
}

/** A manifest as a capture would have written it. */
export function manifestOf(records: readonly PlainRecord[], changes: Partial<Manifest> = {}): Manifest {
  const bytes = recordingOf(records, changes.byte_order)
  const tally = new MessageTally()
  for (const { message } of records)
    tally.add(new DataView(message.buffer, message.byteOffset, message.length), 0, message.length)
  return {
    format: 'mds-recording',
    format_version: 1,
    file: SAMPLE_NAME,
    profile: 'sample',
    date: '2025-10-05',
    connection: 1,
    byte_order: 'big',
    made_by: { mds: '0.1.0', node: '20', v8: '11', icu: '74', tz: '2024a' },
    clock: { stamps: 'machine', steps: 0 },
    sessions: ['a'],
    subscriptions: [],
    instruments_sha256: null,
    counts: tally.counts(),
    first_ms: records[0]?.received_at_ms ?? null,
    last_ms: records.at(-1)?.received_at_ms ?? null,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    fsync: '100',
    worst_unsynced_ms: 100,
    gaps: [],
    suspect: false,
    condition: 'available',
    ...changes,
  }
}

/** Writes a recording with its index and, unless told otherwise, its manifest. */
export function writeTrusted(
  folder: string,
  records: readonly PlainRecord[],
  { name = SAMPLE_NAME, manifest = true }: { name?: string; manifest?: boolean } = {},
): RecordingFile {
  const path = join(folder, name)
  writeFileSync(path, recordingOf(records))
  writeFileSync(`${path}.idx`, indexOf(records))
  if (manifest) writeFileSync(path.replace(/\.bin$/, '.manifest.json'), encodeManifest(manifestOf(records, { file: name })))
  const profile = /^(.*?)_\d{8}/.exec(name)?.[1] ?? name
  return { path, profile, day: undefined, connection: 1 }
}

/** Rewrites a file. */
export function edit(path: string, change: (bytes: Buffer) => Uint8Array): void {
  writeFileSync(path, change(readFileSync(path)))
}

export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes) // a Buffer's slice is no copy
  const byte = bit >> 3
  copy[byte] = (copy[byte] as number) ^ (1 << (bit & 7))
  return copy
}
