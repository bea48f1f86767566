import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeJournalLine, encodeManifest, type RecordedGap } from '../../../src/core/recording/index.js'
import { systemLock } from '../../../src/io/recorder/folder-lock.js'
import { runIndex } from '../../../src/io/trust/run-index.js'
import { runVerify, verifyLines } from '../../../src/io/trust/run-verify.js'
import { recordingOf } from '../../support/read-records.js'
import { SAMPLE_START_MS, sampleRecords } from '../../support/sample-records.js'
import { tempFolder } from '../../support/temp-folder.js'
import { asked, quiet } from '../../support/trust-run.js'
import { edit, flipped, manifestOf, SAMPLE_NAME, writeTrusted } from '../../support/trusted-file.js'

const RECORDS = sampleRecords(30, 2)
const GAP: RecordedGap = {
  connection: 1,
  from_ms: SAMPLE_START_MS + 1000,
  to_ms: SAMPLE_START_MS + 5000,
  cause: 'stall',
  grade: 'certain',
}
const LINE = encodeJournalLine({ at_ms: GAP.to_ms, event: 'gap', ...GAP })
const JOURNAL = 'sample_20251005.journal.jsonl'

const verified = async (path: string) => {
  const answer = await runVerify(asked(path), quiet)
  const { files = [], findings = [] } = answer.sessions[0] ?? {}
  return {
    answer,
    verdicts: files.map(({ verdict }) => verdict),
    kinds: findings.map(({ kind }) => kind),
    exit_code: answer.exit_code,
  }
}

test('a gap of the journal or of a manifest is a finding of the day, told once', async () => {
  const folder = tempFolder()
  const { path } = writeTrusted(folder, RECORDS)
  expect((await verified(folder)).exit_code).toBe(0)
  writeFileSync(join(folder, JOURNAL), LINE)
  writeFileSync(
    path.replace('.bin', '.manifest.json'),
    encodeManifest(manifestOf(RECORDS, { gaps: [GAP], condition: 'degraded' })),
  )
  expect(await verified(folder)).toMatchObject({ verdicts: ['intact'], kinds: ['gap'], exit_code: 4 })
})

test('of files named one by one only the gaps of their hours and connections', async () => {
  const folder = tempFolder()
  writeTrusted(folder, RECORDS, { name: 'sample_20251005_0900-c1.bin' })
  writeTrusted(folder, RECORDS, { name: 'sample_20251005_0900-c2.bin' })
  writeTrusted(folder, RECORDS, { name: 'sample_20251005_1000-c1.bin' })
  writeFileSync(join(folder, JOURNAL), LINE)
  expect((await verified(join(folder, 'sample_20251005_0900-c1.bin'))).kinds).toEqual(['gap'])
  expect((await verified(join(folder, 'sample_20251005_0900-c2.bin'))).kinds).toEqual([])
  expect((await verified(join(folder, 'sample_20251005_1000-c1.bin'))).kinds).toEqual([])
  expect((await verified(folder)).kinds).toEqual(['gap'])
})

test('a flipped bit of a journal is a finding', async () => {
  const folder = tempFolder()
  writeTrusted(folder, RECORDS)
  const text = Buffer.from(LINE + LINE)
  for (let bit = 0; bit < text.length * 8; bit += 29) {
    writeFileSync(join(folder, JOURNAL), flipped(text, bit))
    expect((await verified(folder)).kinds, `bit ${bit}`).toContain('journal_damaged')
  }
  writeFileSync(join(folder, JOURNAL), text.subarray(0, -7))
  expect((await verified(folder)).kinds).toEqual(['gap', 'journal_damaged'])
})

test('a recording of the day that is gone, while what lies beside it is not, is missed', async () => {
  const folder = tempFolder()
  writeTrusted(folder, RECORDS)
  writeTrusted(folder, RECORDS, { name: 'sample_20251005_1000.bin' })
  rmSync(join(folder, 'sample_20251005_1000.bin'))
  expect(await verified(folder)).toMatchObject({ verdicts: ['intact'], kinds: ['missing_file'], exit_code: 4 })
})

test('a live file is open, is checked as far as its index goes, and its torn end is no finding', async () => {
  const folder = tempFolder()
  const { path } = writeTrusted(folder, RECORDS, { manifest: false })
  writeTrusted(folder, RECORDS, { name: 'sample_20251005_0800.bin', manifest: false })
  const lock = await systemLock(folder, { session: 's', now_ms: 0 })
  edit(path, (bytes) => Buffer.concat([bytes, bytes.subarray(0, 9)]))
  expect(await verified(folder)).toMatchObject({ verdicts: ['intact', 'open'], exit_code: 0 })
  edit(path, (bytes) => flipped(bytes, 800))
  expect(await verified(folder)).toMatchObject({ verdicts: ['intact', 'corrupt'], exit_code: 4 })
  edit(path, (bytes) => flipped(bytes, 800))
  await lock.release()
  expect(await verified(folder)).toMatchObject({ verdicts: ['intact', 'torn-tail'], exit_code: 4 })
})

test('one unreadable file hides nothing of the others', async () => {
  const folder = tempFolder({ 'sample_20251005_0800.bin': 'no recording at all' })
  writeTrusted(folder, RECORDS)
  const { answer, verdicts, exit_code } = await verified(folder)
  expect([verdicts, exit_code]).toEqual([['unreadable', 'intact'], 3])
  expect(verifyLines(answer).join('\n')).toMatch(/unreadable +0 +19[\s\S]*no record begins in 19 bytes/)
})

test('an index that is made vouches for the bytes as they are, and is refused where they have changed', async () => {
  const folder = tempFolder()
  const path = join(folder, SAMPLE_NAME)
  const index = (force = false) => runIndex(asked(path), { force }, quiet)
  writeFileSync(path, recordingOf(RECORDS, 'little'))
  expect(await index()).toMatchObject({ exit_code: 0, files: [{ action: 'made', records: RECORDS.length, unindexed_bytes: 0 }] })
  expect(await verified(path)).toMatchObject({ verdicts: ['intact'], exit_code: 0 })
  expect(await index()).toMatchObject({ files: [{ action: 'kept' }] })
  edit(path, (bytes) => flipped(bytes, 3000))
  expect(await index()).toMatchObject({ exit_code: 4, files: [{ action: 'refused' }] })
  expect((await verified(path)).verdicts).toEqual(['corrupt'])
  expect(await index(true)).toMatchObject({ exit_code: 0, files: [{ action: 'made' }] })
  expect((await verified(path)).verdicts).toEqual(['intact'])
})

test('an index ends where the first damage is', async () => {
  const folder = tempFolder()
  const path = join(folder, SAMPLE_NAME)
  const bytes = recordingOf(RECORDS)
  writeFileSync(path, bytes.subarray(0, -3))
  const { files, exit_code } = await runIndex(asked(path), { force: false }, quiet)
  expect([exit_code, files[0]?.records]).toEqual([4, RECORDS.length - 1])
  expect((await verified(path)).verdicts).toEqual(['torn-tail'])
})

test('a packed file, standard input, or one that is being written gets no index', async () => {
  const folder = tempFolder({ 'a.bin.zst': 'x', 'b.bin.gz': 'x' })
  const index = (session: string) => runIndex(asked(session), { force: true }, quiet)
  await expect(index(join(folder, 'a.bin.zst'))).rejects.toMatchObject({ code: 'packed_recording', exitCode: 2 })
  await expect(index(join(folder, 'b.bin.gz'))).rejects.toMatchObject({ code: 'packed_recording' })
  await expect(index('-')).rejects.toMatchObject({ code: 'not_a_file' })
  const { path } = writeTrusted(folder, RECORDS, { manifest: false })
  const lock = await systemLock(folder, { session: 's', now_ms: 0 })
  await expect(index(path)).rejects.toMatchObject({ code: 'being_written' })
  await lock.release()
})
