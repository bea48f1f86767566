import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeJournalLine } from '../../src/core/recording/index.js'
import { ensureBuilt } from '../support/cli.js'
import { listing, runMds } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'
import { flipped } from '../support/trusted-file.js'

// A day as its user meets it: made, indexed, damaged, verified, repaired, merged, archived.

const template = mkdtempSync(join(tmpdir(), 'mds-trust-'))
beforeAll(async () => {
  ensureBuilt()
  expect((await runMds([...SYNTH.split(' '), '--quiet'], { cwd: template })).code).toBe(0)
})
afterAll(() => rmSync(template, { recursive: true, force: true }))

const SYNTH = 'synth --date 20251006 --instruments 20 --until 11:30 --data-dir day --profile s'
const HOUR = 's_20251006_1000.bin'

function plainDay(): string {
  const folder = tempFolder()
  cpSync(template, folder, { recursive: true })
  return folder
}

async function day(): Promise<string> {
  const folder = plainDay()
  expect((await runMds(['index', '20251006', '--data-dir', 'day'], { cwd: folder })).code).toBe(0)
  return folder
}

const json = async (words: string, folder: string) => {
  const { stdout, code } = await runMds([...words.split(' '), '--json', '--data-dir', 'day'], { cwd: folder })
  return { answer: JSON.parse(stdout.toString()), code }
}

test('a day without an index is not called intact, one with an index is', async () => {
  const folder = plainDay()
  const before = await runMds(['verify', '20251006', '--data-dir', 'day'], { cwd: folder })
  expect(before.code).toBe(4)
  expect(before.stdout.toString()).toContain(
    'no-index: Framing and packet lengths only, which 98.9 % of single flipped bits pass.',
  )
  await runMds(['index', '20251006', '--data-dir', 'day'], { cwd: folder })
  const after = await json('verify 20251006', folder)
  expect(after.code).toBe(0)
  expect(after.answer.sessions[0].files.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
    'intact',
    'intact',
    'intact',
    'intact',
  ])
})

test('a flipped bit is found, repaired into a copy, and told as a gap', async () => {
  const folder = await day()
  const path = join(folder, 'day/s', HOUR)
  writeFileSync(path, flipped(readFileSync(path), 1_000_000))
  const found = await runMds(['verify', '20251006', '--data-dir', 'day'], { cwd: folder })
  expect(found.code).toBe(4)
  expect(found.stdout.toString()).toMatch(/s_20251006_1000\.bin: corrupt bytes \[\d+, \d+\): .* records \d+ to \d+/)
  const before = listing(folder)
  const dry = await runMds(['repair', `day/s/${HOUR}`], { cwd: folder })
  expect([dry.code, listing(folder)]).toEqual([4, before])
  expect(dry.stdout.toString()).toContain('Nothing was written: add --write.')
  expect((await runMds(['repair', `day/s/${HOUR}`, '--write'], { cwd: folder })).code).toBe(0)
  const gaps = await json('gaps day/s/repaired', folder)
  expect(gaps.code).toBe(4)
  expect(gaps.answer.sessions[0].gaps).toMatchObject([{ profile: 's', cause: 'damaged', grade: 'certain', instruments: null }])
  // the day still reads the original, and only it
  expect((await json('verify 20251006', folder)).answer.sessions[0].files).toHaveLength(4)
})

test('two captures merge into the day as it was, and candles do not know the difference', async () => {
  const folder = await day()
  const other = await day()
  await runMds(['merge', 'day', join(other, 'day'), '--output', 'merged'], { cwd: folder })
  const candles = async (data_dir: string) =>
    (await runMds(['candles', '20251006', '--data-dir', data_dir, '--format', 'ndjson', '-q'], { cwd: folder })).stdout
  const merged = await candles('merged')
  expect(merged.length).toBeGreaterThan(1000)
  expect(merged.equals(await candles('day'))).toBe(true)
})

test('an archived day reads as before', async () => {
  const folder = await day()
  const before = (await runMds(['candles', '20251006', '--data-dir', 'day', '--format', 'csv', '-q'], { cwd: folder })).stdout
  const { code } = await runMds(['archive', '20251006', '--data-dir', 'day'], { cwd: folder })
  expect(code).toBe(0)
  expect(listing(folder).filter((name) => /\.bin /.test(name))).toEqual([])
  const after = (await runMds(['candles', '20251006', '--data-dir', 'day', '--format', 'csv', '-q'], { cwd: folder })).stdout
  expect(after.equals(before)).toBe(true)
  expect((await json('verify 20251006', folder)).code).toBe(0)
})

test('gaps: by the journal where there is one, by silence where there is none', async () => {
  const folder = tempFolder()
  await runMds([...SYNTH.replace('11:30', '13:00').split(' '), '--faults', 'gaps', '--quiet'], { cwd: folder })
  const weak = await json('gaps 20251006', folder)
  expect(weak.code).toBe(4)
  const silences: { cause: string; grade: string; volume_missed: object; from: string }[] = weak.answer.sessions[0].gaps
  expect(silences.length).toBeGreaterThan(0)
  expect(silences.every(({ cause, grade }) => cause === 'silence' && grade === 'weak')).toBe(true)
  expect(Object.keys(silences[0]?.volume_missed ?? {}).length).toBeGreaterThan(5)
  const one = await json('gaps 20251006 --symbol RELIANCE', folder)
  expect(Object.keys(one.answer.sessions[0].gaps[0].volume_missed)).toEqual(['NSE:RELIANCE'])

  // a journal that covers the day and tells of nothing: the market was quiet
  const session = { session: 's', version: '1', pid: 1, stamps: 'machine', fsync: '100', connections: 1 } as const
  const at = (clock: string): number => Date.parse(`2025-10-06T${clock}+05:30`)
  writeFileSync(
    join(folder, 'day/s/s_20251006.journal.jsonl'),
    encodeJournalLine({ at_ms: at('08:00:00'), event: 'session_start', ...session }) +
      encodeJournalLine({ at_ms: at('14:00:00'), event: 'session_end', session: 's', reason: '', records: 0, bytes: 0 }),
  )
  expect(await json('gaps 20251006', folder)).toMatchObject({ code: 0, answer: { sessions: [{ journal: true, gaps: [] }] } })
})

test.each([
  ['verify nothing-here', 3, 'no_such_session'],
  ['merge day --output merged', 2, 'nothing_to_merge'],
  ['archive 20251006 --older-than soon', 2, 'bad_duration'],
  ['archive 20251006 --keep --delete-after 90d', 2, 'usage'],
  ['gaps 20251006 --symbol NOBODY', 2, 'unknown_symbol'],
])('mds %s: exit %i, %s', async (words, code, error) => {
  const folder = plainDay()
  const failed = await json(words, folder)
  expect([failed.code, failed.answer.error.code]).toEqual([code, error])
})
