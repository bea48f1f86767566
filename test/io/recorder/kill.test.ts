import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Random } from '../../../src/core/random.js'
import { crc32c, indexName, manifestName, readIndex, readJournal, readManifest } from '../../../src/core/recording/index.js'
import { parseHourly } from '../../../src/io/recorder/hours.js'
import { buildDriver, Driver } from '../../support/record-driver-process.js'
import { tempFolder } from '../../support/temp-folder.js'

const KILLS = 20
/** Of a record of the driver: header, count, one full packet. */
const RECORD_BYTES = 12 + 2 + 186
/** 2025-10-06 09:15:00 IST; each run begins where the one before it ended, at the latest. */
const BEGIN_MS = 1_759_722_300_000
const RUN_MS = 60_000

test(`row 1: ${KILLS} times kill -9: what the kernel had is there, nothing is torn, every hole is told`, async () => {
  const folder = tempFolder()
  const driver_path = await buildDriver(folder)
  const ticks = join(folder, 'ticks')
  const random = new Random(7, 'kills')
  const handed: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const driver = new Driver(driver_path, [ticks, '--rate', '4000', '--now', String(BEGIN_MS + kill * RUN_MS)])
    // A number of records rather than a time: the moment within a write is chance enough.
    const wanted = random.below(120) * RECORD_BYTES
    await driver.line(({ written_bytes = -1 }) => written_bytes >= wanted)
    driver.child.kill('SIGKILL')
    await driver.ended
    handed.push(driver.written_bytes)
  }
  const last = new Driver(driver_path, [ticks, '--count', '20', '--now', String(BEGIN_MS + KILLS * RUN_MS)])
  expect(await last.ended).toEqual({ code: 0, signal: null })

  const names = readdirSync(ticks)
  const segments = names.filter((name) => name.endsWith('.bin')).map((name) => ({ name, ...parseHourly('drive', name)! }))
  segments.sort((a, b) => a.part - b.part)
  // Times tell the runs apart. One that was killed before its first write has left nothing.
  const lengths = segments.map(({ name }) => {
    const bytes = readFileSync(join(ticks, name))
    return { run: Math.floor((Number(bytes.readBigUInt64BE(0)) - BEGIN_MS) / RUN_MS), bytes: bytes.length }
  })
  for (const [run, bytes] of handed.entries())
    if (bytes > 0) expect(lengths.find((each) => each.run === run)?.bytes, `run ${run}`).toBeGreaterThanOrEqual(bytes)
  let last_ms = 0
  const journal = readJournal(readFileSync(join(ticks, 'drive_20251006.journal.jsonl'), 'utf8'))
  expect(journal.torn).toBe(false)
  const gaps = journal.entries.filter((entry) => entry.event === 'gap')
  for (const { name } of segments) {
    const bytes = readFileSync(join(ticks, name))
    expect(bytes.length % RECORD_BYTES).toBe(0)
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      expect(bytes.readUInt32BE(at + 8)).toBe(RECORD_BYTES - 12)
      expect(bytes.readUInt32BE(at + 20)).toBe(at / RECORD_BYTES) // the number of the message in its run
    }
    const first_ms = Number(bytes.readBigUInt64BE(0))
    if (last_ms > 0)
      expect(gaps, name).toContainEqual(expect.objectContaining({ from_ms: last_ms, to_ms: first_ms, cause: 'recorder_down' }))
    last_ms = Number(bytes.readBigUInt64BE(bytes.length - RECORD_BYTES))
    const { entries, stopped } = readIndex(readFileSync(join(ticks, indexName(name))))
    expect(stopped).toBeUndefined()
    expect(entries.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length)
    for (const { offset, length, data_crc } of entries) expect(crc32c(bytes.subarray(offset, offset + length))).toBe(data_crc)
    // A manifest is made behind the scenes: the last start may not have got to it before it was done.
    const manifest_path = join(ticks, manifestName(name))
    const manifest = names.includes(manifestName(name)) ? readManifest(readFileSync(manifest_path, 'utf8')) : undefined
    if (manifest !== undefined) expect(manifest.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  }
})

test('row 35: a second driver in the same folder is refused with exit code 3', async () => {
  const folder = tempFolder()
  const driver_path = await buildDriver(folder)
  const ticks = join(folder, 'ticks')
  const first = new Driver(driver_path, [ticks])
  await first.line(({ written_bytes = 0 }) => written_bytes > 0)
  const second = new Driver(driver_path, [ticks])
  const { code } = await second.ended
  expect(code).toBe(3)
  expect(second.lines[0]).toMatchObject({
    refused: 'folder_locked',
    message: expect.stringContaining(`process ${first.child.pid}`),
  })
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
})
