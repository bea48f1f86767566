import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeManifest, readIndex } from '../../../src/core/recording/index.js'
import { examineFile } from '../../../src/io/trust/verify-file.js'
import { boundariesOf, type PlainRecord, recordingOf } from '../../support/read-records.js'
import { sampleRecords } from '../../support/sample-records.js'
import { tempFolder } from '../../support/temp-folder.js'
import { edit, flipped, indexOf, manifestOf, SAMPLE_NAME, writeTrusted } from '../../support/trusted-file.js'

const verdictOf = async (path: string) =>
  (await examineFile({ path, profile: 'sample', day: undefined, connection: 1 }, {})).verdict
const kindsOf = async (path: string) => (await verdictOf(path)).findings.map(({ kind }) => kind)

// A small closed file: a dozen records in several blocks, heartbeats and texts among them.
const RECORDS = sampleRecords(16, 7)
const BYTES = recordingOf(RECORDS)
const INDEX = indexOf(RECORDS)
const ENTRIES = readIndex(INDEX).entries

test('the sample has several blocks', () => {
  expect(ENTRIES.length).toBeGreaterThan(3)
  expect(ENTRIES.at(-1)?.offset).toBeLessThan(BYTES.length)
})

// test/core/trust/verdict.test.ts goes through every bit and every byte; here a part of them in files.
describe('an indexed file without a manifest', () => {
  test('a flipped bit is found, and its block named', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS, { manifest: false })
    expect((await verdictOf(path)).verdict).toBe('intact')
    for (let bit = 0; bit < BYTES.length * 8; bit += 61) {
      writeFileSync(path, flipped(BYTES, bit))
      const { verdict, findings } = await verdictOf(path)
      const block = ENTRIES.find(({ offset, length }) => bit >> 3 < offset + length)
      const { offset = -1, length = -1 } = block ?? {}
      if (verdict !== 'corrupt' || findings.length !== 1 || findings[0]?.from !== offset || findings[0]?.to !== offset + length)
        expect.fail(`bit ${bit}: ${verdict} ${JSON.stringify(findings)}`)
    }
  })

  test('a cut is found, with the bytes of the torn record', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS, { manifest: false })
    const boundaries = boundariesOf(RECORDS)
    for (let cut = 0; cut < BYTES.length; cut += 17) {
      writeFileSync(path, BYTES.subarray(0, cut))
      const { verdict, findings } = await verdictOf(path)
      expect(verdict, `cut at ${cut}`).toBe('short')
      const torn = cut - (boundaries.findLast((boundary) => boundary <= cut) ?? 0)
      const told = findings.find(({ kind }) => kind === 'torn_tail')
      expect((told?.to ?? 0) - (told?.from ?? 0), `cut at ${cut}`).toBe(torn)
    }
  })

  test('a flipped bit and a cut of the index: the data is judged as before, or as not indexed', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS, { manifest: false })
    const damaged = [
      ...Array.from({ length: INDEX.length / 8 }, (_, n) => flipped(INDEX, 61 * n)),
      ...Array.from({ length: INDEX.length / 8 }, (_, n) => INDEX.subarray(0, 8 * n)),
    ]
    for (const index of damaged) {
      writeFileSync(`${path}.idx`, index)
      const { verdict, findings } = await verdictOf(path)
      expect(findings.length).toBeGreaterThan(0)
      expect(['intact', 'no-index']).toContain(verdict)
    }
  })
})

describe('with a manifest', () => {
  test('a flipped bit of the data is corrupt, of the index leaves it intact and is told', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    for (let bit = 0; bit < BYTES.length * 8; bit += 211) {
      writeFileSync(path, flipped(BYTES, bit))
      const { verdict, findings } = await verdictOf(path)
      expect([verdict, findings.map(({ kind }) => kind)]).toEqual(['corrupt', ['corrupt', 'manifest_differs']])
    }
    writeFileSync(path, BYTES)
    for (let bit = 0; bit < INDEX.length * 8; bit += 61) {
      writeFileSync(`${path}.idx`, flipped(INDEX, bit))
      const { verdict, findings } = await verdictOf(path)
      expect([verdict, findings.map(({ kind }) => kind)]).toEqual(['intact', ['index_damaged']])
    }
    for (let cut = 0; cut < INDEX.length; cut += 13) {
      writeFileSync(`${path}.idx`, INDEX.subarray(0, cut))
      const { verdict, findings } = await verdictOf(path)
      expect([verdict, findings.map(({ kind }) => kind)]).toEqual(['intact', ['index_damaged']])
    }
  })

  test('no change of a manifest makes good data bad, or goes unseen where it speaks of the data', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    const beside = path.replace('.bin', '.manifest.json')
    const text = readFileSync(beside)
    for (const field of ['"file": "', '"sha256": "', '"bytes": ', '"format": "']) {
      const at = text.indexOf(field) + field.length
      writeFileSync(beside, Buffer.concat([text.subarray(0, at), Buffer.from('9'), text.subarray(at + 1)]))
      const { verdict, findings } = await verdictOf(path)
      expect(verdict).toBe('intact')
      expect(findings).toHaveLength(1)
    }
    for (let cut = 0; cut < text.length - 2; cut += 7) {
      writeFileSync(beside, text.subarray(0, cut))
      expect(await kindsOf(path)).toEqual(['manifest_damaged'])
    }
  })

  test('bytes cut off together with their part of the index are missed by the manifest', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    const last = ENTRIES.at(-1)?.offset as number
    writeFileSync(path, BYTES.subarray(0, last))
    writeFileSync(`${path}.idx`, INDEX.subarray(0, -48))
    expect(await kindsOf(path)).toContain('manifest_differs')
  })

  test('a file that is suspect by its manifest, or of another byte order, is told', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    const beside = path.replace('.bin', '.manifest.json')
    writeFileSync(beside, encodeManifest(manifestOf(RECORDS, { suspect: true })))
    expect(await kindsOf(path)).toEqual(['suspect'])
    writeFileSync(beside, encodeManifest({ ...manifestOf(RECORDS), byte_order: 'little' }))
    expect(await kindsOf(path)).toEqual(['manifest_differs'])
    writeFileSync(beside, encodeManifest({ ...manifestOf(RECORDS), counts: { ...manifestOf(RECORDS).counts, records: 3 } }))
    expect(await kindsOf(path)).toEqual(['manifest_differs'])
  })
})

describe('index and manifest of another file', () => {
  const others = sampleRecords(20, 99).map((record) => ({ ...record, received_at_ms: record.received_at_ms + 3_600_000 }))

  test('an index of another file is named, and the data is judged without it', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS, { manifest: false })
    writeFileSync(`${path}.idx`, indexOf(others))
    const { verdict, findings, index } = await verdictOf(path)
    expect([verdict, index, findings.map(({ kind }) => kind)]).toEqual([
      'no-index',
      'another',
      ['not_indexed', 'index_of_another'],
    ])
  })

  test('with a manifest that fits, the data is intact all the same', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    writeFileSync(`${path}.idx`, indexOf(others))
    const { verdict, findings } = await verdictOf(path)
    expect([verdict, findings.map(({ kind }) => kind)]).toEqual(['intact', ['index_of_another']])
  })

  test('a manifest of another file is named', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    writeFileSync(path.replace('.bin', '.manifest.json'), encodeManifest(manifestOf(others, { file: 'x_20251005_0900.bin' })))
    const { verdict, findings } = await verdictOf(path)
    expect([verdict, findings.map(({ kind }) => kind)]).toEqual(['intact', ['manifest_of_another']])
  })
})

describe('without an index', () => {
  const only = (bytes: Uint8Array): string => join(tempFolder({ [SAMPLE_NAME]: bytes }), SAMPLE_NAME)

  test('a good file is said to be unchecked, a torn one torn, one with a hole corrupt', async () => {
    expect((await verdictOf(only(BYTES))).verdict).toBe('no-index')
    expect((await verdictOf(only(BYTES.subarray(0, -3)))).verdict).toBe('torn-tail')
    const boundaries = boundariesOf(RECORDS)
    const holed = BYTES.slice()
    holed.fill(0, boundaries[3], (boundaries[3] as number) + 12)
    const { verdict, findings } = await verdictOf(only(holed))
    expect(verdict).toBe('corrupt')
    expect(findings.find(({ kind }) => kind === 'corrupt')?.from).toBe(boundaries[3])
  })

  test('what is no recording is unreadable', async () => {
    expect((await verdictOf(only(new Uint8Array(0)))).verdict).toBe('unreadable')
    expect((await verdictOf(only(Buffer.from('hello world, this is no recording')))).verdict).toBe('unreadable')
  })

  test('a manifest alone vouches for all of it', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    rmSync(`${path}.idx`)
    expect((await verdictOf(path)).verdict).toBe('intact')
    edit(path, (bytes) => flipped(bytes, 777))
    expect((await verdictOf(path)).verdict).toBe('corrupt')
    writeFileSync(path, BYTES.subarray(0, -3))
    expect((await verdictOf(path)).verdict).toBe('short')
  })
})

const message = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constant(Uint8Array.of(0)),
  fc.constant(Uint8Array.of(0xff, 0xff, 1, 2, 3)),
)
const anyRecords = fc.array(
  fc.record({ received_at_ms: fc.integer({ min: 1_759_635_900_000, max: 1_759_639_500_000 }), message }),
  { minLength: 1, maxLength: 40 },
)

test('no false alarm: whatever was received, malformed or not, in either byte order, an indexed file is intact', async () => {
  const folder = tempFolder()
  const path = join(folder, SAMPLE_NAME)
  await fc.assert(
    fc.asyncProperty(anyRecords, fc.constantFrom('big', 'little'), async (records: PlainRecord[], order) => {
      writeFileSync(path, recordingOf(records, order))
      writeFileSync(`${path}.idx`, indexOf(records, order))
      const { verdict, findings, records: count } = await verdictOf(path)
      expect([verdict, findings, count]).toEqual(['intact', [], records.length])
    }),
    { numRuns: 500 },
  )
})
