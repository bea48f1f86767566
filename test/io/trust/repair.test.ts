import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeJournalLine, readIndex, readJournal, readManifest } from '../../../src/core/recording/index.js'
import { findRecordings } from '../../../src/io/find-recordings.js'
import { runRepair } from '../../../src/io/trust/run-repair.js'
import { runVerify } from '../../../src/io/trust/run-verify.js'
import { boundariesOf, recordingOf } from '../../support/read-records.js'
import { sampleRecords } from '../../support/sample-records.js'
import { tempFolder } from '../../support/temp-folder.js'
import { asked, quiet } from '../../support/trust-run.js'
import { flipped, SAMPLE_NAME, writeTrusted } from '../../support/trusted-file.js'

const RECORDS = sampleRecords(40, 5)
const BYTES = recordingOf(RECORDS)
const BOUNDARIES = boundariesOf(RECORDS)

async function repaired(path: string, output: string): Promise<Buffer> {
  const { files } = await runRepair(asked(path), { write: true, output }, quiet)
  expect(files[0]?.action).toBe('written')
  return readFileSync(files[0]?.output as string)
}

describe('with an index', () => {
  test('a damaged block is left out, the others are taken over byte by byte, and the copy is intact', async () => {
    const folder = tempFolder()
    const { path } = writeTrusted(folder, RECORDS)
    const entries = readIndex(readFileSync(`${path}.idx`)).entries
    const bad = entries[2] as (typeof entries)[0]
    const damaged = flipped(BYTES, (bad.offset + 20) * 8)
    writeFileSync(path, damaged)
    const copy = await repaired(path, join(folder, 'out'))
    expect(copy.equals(Buffer.concat([BYTES.subarray(0, bad.offset), BYTES.subarray(bad.offset + bad.length)]))).toBe(true)
    expect(readFileSync(path).equals(damaged)).toBe(true)

    const manifest = readManifest(readFileSync(join(folder, 'out', 'sample_20251005_0900.manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({
      file: SAMPLE_NAME,
      bytes: copy.length,
      skipped: [{ offset: bad.offset, bytes: bad.length }],
      condition: 'degraded',
      sessions: ['a'],
    })
    expect(manifest?.made_from?.[0]?.file).toBe(SAMPLE_NAME)
    expect(manifest?.gaps).toEqual([
      { connection: 1, from_ms: entries[1]?.last_ms, to_ms: entries[3]?.first_ms, cause: 'damaged', grade: 'certain' },
    ])
    const journal = readJournal(readFileSync(join(folder, 'out', 'sample_20251005.journal.jsonl'), 'utf8'))
    expect(journal.entries).toMatchObject([{ event: 'gap', cause: 'damaged' }])
    const verified = await runVerify(asked(join(folder, 'out')), quiet)
    expect(verified.sessions[0]?.files[0]).toMatchObject({ verdict: 'intact', findings: [] })
    expect((await runRepair(asked(join(folder, 'out')), { write: false, output: undefined }, quiet)).files[0]?.action).toBe(
      'nothing',
    )
  })

  test('what the journal said before still stands in the journal of the copy', async () => {
    const folder = tempFolder()
    const { path } = writeTrusted(folder, RECORDS)
    const end = { at_ms: 1_759_635_900_000, event: 'session_end', session: 'a', reason: 'SIGTERM', records: 1, bytes: 2 } as const
    writeFileSync(join(folder, 'sample_20251005.journal.jsonl'), encodeJournalLine(end))
    writeFileSync(path, BYTES.subarray(0, -1))
    await repaired(path, join(folder, 'out'))
    const { entries } = readJournal(readFileSync(join(folder, 'out', 'sample_20251005.journal.jsonl'), 'utf8'))
    expect(entries.map(({ event }) => event)).toEqual(['session_end', 'gap'])
    expect(entries[0]).toEqual(end)
  })

  test('each cut: the copy is every whole record before it', async () => {
    const folder = tempFolder()
    const { path } = writeTrusted(folder, RECORDS)
    for (let cut = BOUNDARIES[1] as number; cut < BYTES.length; cut += 211) {
      writeFileSync(path, BYTES.subarray(0, cut))
      const copy = await repaired(path, join(folder, String(cut)))
      const whole = BOUNDARIES.findLast((boundary) => boundary <= cut) as number
      expect(copy.equals(BYTES.subarray(0, whole)), `cut at ${cut}`).toBe(true)
    }
  })

  test('each flipped bit: exactly its block is missing', async () => {
    const folder = tempFolder()
    const { path } = writeTrusted(folder, RECORDS, { manifest: false })
    const { entries } = readIndex(readFileSync(`${path}.idx`))
    for (let bit = 0; bit < BYTES.length * 8; bit += 1999) {
      writeFileSync(path, flipped(BYTES, bit))
      const block = entries.find(({ offset, length }) => bit >> 3 < offset + length)
      const { offset = 0, length = 0 } = block ?? {}
      const copy = await repaired(path, join(folder, String(bit)))
      expect(copy.equals(Buffer.concat([BYTES.subarray(0, offset), BYTES.subarray(offset + length)])), `bit ${bit}`).toBe(true)
    }
  })
})

describe('without an index', () => {
  const damage = fc.record({
    at: fc.nat(BYTES.length - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 600 }),
    cut: fc.nat(BYTES.length),
  })

  test('whatever is damaged, the copy is made of bytes of the original, in order, and repairing it changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const folder = tempFolder()
        const path = join(folder, SAMPLE_NAME)
        const bytes = Buffer.from(BYTES)
        for (const { at, bytes: overwritten } of damages) bytes.set(overwritten.subarray(0, bytes.length - at), at)
        writeFileSync(path, bytes.subarray(0, bytes.length - ((damages[0]?.cut ?? 0) % 300)))
        const original = readFileSync(path)
        const { files } = await runRepair(asked(path), { write: true, output: join(folder, 'out') }, quiet)
        const [file] = files
        if (file?.action === 'nothing') return
        const copy = readFileSync(file?.output as string)
        const kept: Buffer[] = []
        let at = 0
        for (const { offset, bytes: length } of file?.skipped ?? []) {
          kept.push(original.subarray(at, offset))
          at = offset + length
        }
        expect(copy.equals(Buffer.concat([...kept, original.subarray(at)]))).toBe(true)
        // neither by its index nor by its framing alone
        rmSync(join(folder, 'out', `${SAMPLE_NAME}.idx`))
        rmSync(join(folder, 'out', 'sample_20251005_0900.manifest.json'))
        const again = await runRepair(asked(join(folder, 'out', SAMPLE_NAME)), { write: false, output: undefined }, quiet)
        expect(again.files[0]).toMatchObject({ action: 'nothing', verdict: 'no-index' })
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  test('a hole in the middle costs the records it touches, and no others', async () => {
    const folder = tempFolder()
    const path = join(folder, SAMPLE_NAME)
    const [from, to] = [BOUNDARIES[10] as number, BOUNDARIES[12] as number]
    const bytes = Buffer.from(BYTES)
    bytes.fill(0, from, to)
    writeFileSync(path, bytes)
    const copy = await repaired(path, join(folder, 'out'))
    expect(copy.equals(Buffer.concat([BYTES.subarray(0, from), BYTES.subarray(to)]))).toBe(true)
  })
})

test('nothing is written without being asked, over anything, or among the originals', async () => {
  const folder = tempFolder()
  const { path } = writeTrusted(folder, RECORDS)
  writeFileSync(path, BYTES.subarray(0, -1))
  const before = readdirSync(folder)
  const dry = await runRepair(asked(path), { write: false, output: undefined }, quiet)
  expect(dry).toMatchObject({ exit_code: 4, files: [{ action: 'would_write' }] })
  await expect(runRepair(asked(path), { write: true, output: folder }, quiet)).rejects.toMatchObject({ code: 'output_is_input' })
  expect(readdirSync(folder)).toEqual(before)
  await repaired(path, join(folder, 'repaired'))
  await expect(runRepair(asked(path), { write: true, output: undefined }, quiet)).rejects.toMatchObject({
    code: 'recording_exists',
  })
})

test('copies are not read together with their originals, only when their folder is named', async () => {
  const folder = tempFolder()
  const { path } = writeTrusted(folder, RECORDS)
  writeFileSync(path, BYTES.subarray(0, -1))
  await runRepair(asked(path), { write: true, output: undefined }, quiet)
  const paths = (session: string) =>
    findRecordings(asked(session)).sessions.flatMap(({ files }) => files.map((file) => file.path))
  expect(paths(folder)).toEqual([path])
  expect(findRecordings(asked(folder)).notices.join()).toContain('copies made by mds repair')
  expect(paths(join(folder, 'repaired'))).toEqual([join(folder, 'repaired', SAMPLE_NAME)])
})

test('a file without a whole record has no copy, and does not stand in the way of others', async () => {
  const folder = tempFolder({ 'sample_20251005_0800.bin': 'no recording', 'sample_20251005_0700.bin': '' })
  const { path } = writeTrusted(folder, RECORDS)
  writeFileSync(path, BYTES.subarray(0, -1))
  const { files, exit_code } = await runRepair(asked(folder), { write: true, output: undefined }, quiet)
  expect([exit_code, files.map(({ action }) => action)]).toEqual([3, ['nothing_left', 'nothing_left', 'written']])
})

test('of a packed file that was cut every record that can be unpacked is kept', async () => {
  const folder = tempFolder()
  const path = join(folder, `${SAMPLE_NAME}.gz`)
  writeFileSync(path, gzipSync(BYTES).subarray(0, -200))
  const copy = await repaired(path, join(folder, 'out'))
  expect(copy.length).toBeGreaterThan(1000)
  expect(BOUNDARIES).toContain(copy.length)
  expect(copy.equals(BYTES.subarray(0, copy.length))).toBe(true)
})
