import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../../src/core/recording/index.js'
import { systemLock } from '../../../src/io/recorder/folder-lock.js'
import { type ArchiveWishes, runArchive } from '../../../src/io/trust/run-archive.js'
import { runVerify } from '../../../src/io/trust/run-verify.js'
import { recordingOf } from '../../support/read-records.js'
import { sha256 } from '../../support/run-mds.js'
import { sampleRecords } from '../../support/sample-records.js'
import { tempFolder } from '../../support/temp-folder.js'
import { asked, quiet } from '../../support/trust-run.js'
import { edit, flipped, SAMPLE_NAME, writeTrusted } from '../../support/trusted-file.js'

const RECORDS = sampleRecords(60, 4)
const BYTES = recordingOf(RECORDS)
/** The hour of the sample ended at 10:00 IST. */
const HOUR_END_MS = Date.parse('2025-10-05T10:00:00+05:30')
const DAY_MS = 86_400_000

const wishes = (changes: Partial<ArchiveWishes> = {}): ArchiveWishes => ({
  packing: 'zstd',
  keep: false,
  older_than_ms: undefined,
  delete_after_ms: undefined,
  dry_run: false,
  now_ms: HOUR_END_MS + DAY_MS,
  ...changes,
})
const archive = async (path: string, changes: Partial<ArchiveWishes> = {}) => runArchive(asked(path), wishes(changes), quiet)
const has_zstd = spawnSync('zstd', ['--version']).status === 0

describe('an intact recording', () => {
  test('goes, once its archive was read back; index and manifest stay and still vouch for it', async () => {
    const folder = tempFolder()
    const { path } = writeTrusted(folder, RECORDS)
    const { files, exit_code } = await archive(path)
    expect([exit_code, files[0]?.action, files[0]?.original]).toEqual([0, 'archived', 'deleted'])
    expect(readdirSync(folder).sort()).toEqual([
      'sample_20251005_0900.bin.idx',
      'sample_20251005_0900.bin.zst',
      'sample_20251005_0900.manifest.json',
    ])
    const [verified] = (await runVerify(asked(folder), quiet)).sessions[0]?.files ?? []
    expect(verified).toMatchObject({ verdict: 'intact', packing: 'zstd', findings: [] })
  })

  test.runIf(has_zstd)('is read by the zstd program', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    await archive(path)
    expect(execFileSync('zstd', ['-qdc', `${path}.zst`]).equals(BYTES)).toBe(true)
  })

  test('--gzip, --keep', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    const { files } = await archive(path, { packing: 'gzip', keep: true })
    expect(files[0]).toMatchObject({ action: 'archived', original: 'kept' })
    expect(gunzipSync(readFileSync(`${path}.gz`)).equals(BYTES)).toBe(true)
    expect(readFileSync(path).equals(BYTES)).toBe(true)
  })

  test('gets a manifest where it has none', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS, { manifest: false })
    await archive(path)
    const manifest = readManifest(readFileSync(path.replace('.bin', '.manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ file: SAMPLE_NAME, sha256: sha256(BYTES), bytes: BYTES.length, profile: 'sample' })
    expect(manifest?.counts.records).toBe(RECORDS.length)
  })

  test('of several files in one run each archive is whole', async () => {
    const folder = tempFolder()
    const hours = ['0900', '1000', '1100', '1200']
    for (const hour of hours) writeTrusted(folder, sampleRecords(2000, Number(hour)), { name: `sample_20251005_${hour}.bin` })
    const { files } = await archive(folder)
    expect(files.map(({ action }) => action)).toEqual(hours.map(() => 'archived'))
    expect((await runVerify(asked(folder), quiet)).exit_code).toBe(0)
  })
})

describe('a recording that must not go', () => {
  test.each([
    ['a flipped bit', (path: string) => edit(path, (bytes) => flipped(bytes, 4000))],
    ['a cut', (path: string) => edit(path, (bytes) => bytes.subarray(0, -5))],
    [
      'a manifest of another file',
      (path: string) =>
        edit(path.replace('.bin', '.manifest.json'), (text) => Buffer.from(text.toString().replace(SAMPLE_NAME, 'other.bin'))),
    ],
    [
      'a suspect write',
      (path: string) =>
        edit(path.replace('.bin', '.manifest.json'), (text) =>
          Buffer.from(text.toString().replace('"suspect": false', '"suspect": true')),
        ),
    ],
  ])('%s', async (_, damage) => {
    const folder = tempFolder()
    const { path } = writeTrusted(folder, RECORDS)
    damage(path)
    const before = readdirSync(folder)
    const { files, exit_code } = await archive(path)
    expect([exit_code, files[0]?.action, files[0]?.original]).toEqual([4, 'refused', 'kept'])
    expect(readdirSync(folder)).toEqual(before)
  })

  test('one that a capture is writing', async () => {
    const folder = tempFolder()
    const { path } = writeTrusted(folder, RECORDS, { manifest: false })
    const lock = await systemLock(folder, { session: 's', now_ms: 0 })
    expect((await archive(path)).files[0]).toMatchObject({ action: 'left', original: 'kept' })
    expect((await runVerify(asked(path), quiet)).sessions[0]?.files[0]?.verdict).toBe('open')
    // the next hour has begun, and this one's manifest is not there yet
    writeTrusted(folder, RECORDS, { name: 'sample_20251005_1000.bin', manifest: false })
    expect((await archive(path)).files[0]).toMatchObject({ action: 'left', original: 'kept' })
    await lock.release()
    writeFileSync(join(folder, '.lock'), JSON.stringify({ pid: process.pid, started_ms: 0, boot_id: 'another boot' }))
    expect((await archive(path)).files[0]?.action).toBe('archived')
  })

  test('one whose archive, from before, holds other bytes', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    await archive(path, { keep: true })
    edit(`${path}.zst`, (bytes) => bytes.subarray(0, -1))
    expect((await archive(path)).files[0]).toMatchObject({ action: 'refused', original: 'kept' })
    expect(existsSync(path)).toBe(true)
  })
})

describe('age', () => {
  test('--older-than goes by the hour in the name', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    const older_than_ms = 7 * DAY_MS
    expect((await archive(path, { older_than_ms, now_ms: HOUR_END_MS + older_than_ms - 1 })).files[0]?.action).toBe('left')
    expect((await archive(path, { older_than_ms, now_ms: HOUR_END_MS + older_than_ms })).files[0]?.action).toBe('archived')
  })

  test('--delete-after keeps an original until then, and looks at its archive again', async () => {
    const { path } = writeTrusted(tempFolder(), RECORDS)
    const delete_after_ms = 90 * DAY_MS
    const young = { delete_after_ms, now_ms: HOUR_END_MS }
    const old = { delete_after_ms, now_ms: HOUR_END_MS + delete_after_ms }
    expect((await archive(path, young)).files[0]).toMatchObject({ action: 'archived', original: 'kept' })
    const good = readFileSync(`${path}.zst`)
    edit(`${path}.zst`, (bytes) => bytes.subarray(0, -20))
    expect((await archive(path, old)).files[0]).toMatchObject({ action: 'refused', original: 'kept' })
    writeFileSync(`${path}.zst`, good)
    expect((await archive(path, { ...old, dry_run: true })).files[0]?.original).toBe('would_delete')
    expect(existsSync(path)).toBe(true)
    expect((await archive(path, old)).files[0]).toMatchObject({ action: 'left', original: 'deleted' })
    expect(existsSync(path)).toBe(false)
    expect((await archive(`${path}.zst`, old)).files[0]).toMatchObject({ action: 'left', original: 'kept' })
    expect(existsSync(`${path}.zst`)).toBe(true)
  })

  test('--dry-run touches nothing', async () => {
    const folder = tempFolder()
    writeTrusted(folder, RECORDS, { manifest: false })
    const before = readdirSync(folder)
    expect((await archive(folder, { dry_run: true })).files[0]).toMatchObject({
      action: 'would_archive',
      original: 'would_delete',
    })
    expect(readdirSync(folder)).toEqual(before)
  })
})

test('an empty recording that its manifest vouches for is archived as such', async () => {
  const { path } = writeTrusted(tempFolder(), [])
  expect((await archive(path)).files[0]?.action).toBe('archived')
  rmSync(path, { force: true })
  expect((await runVerify(asked(`${path}.zst`), quiet)).sessions[0]?.files[0]?.verdict).toBe('intact')
})

test('many archives in one run leave nobody listening for the end of the program', async () => {
  const folder = tempFolder()
  for (let hour = 10; hour < 24; hour++) writeTrusted(folder, RECORDS, { name: `sample_20251005_${hour}00.bin` })
  const warnings: string[] = []
  const onWarning = ({ name }: Error): unknown => warnings.push(name)
  process.on('warning', onWarning)
  const run = { ...quiet, signal: new AbortController().signal }
  await runArchive(asked(folder), wishes(), run)
  await runVerify(asked(folder), run)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})
