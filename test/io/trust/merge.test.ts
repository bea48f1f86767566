import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeJournalLine, type JournalEntry, readJournal, readManifest } from '../../../src/core/recording/index.js'
import { runMerge } from '../../../src/io/trust/run-merge.js'
import { runVerify } from '../../../src/io/trust/run-verify.js'
import { type PlainRecord, readRecords, recordingOf } from '../../support/read-records.js'
import { sha256 } from '../../support/run-mds.js'
import { SAMPLE_START_MS, sampleRecords } from '../../support/sample-records.js'
import { tempFolder } from '../../support/temp-folder.js'
import { asked, quiet } from '../../support/trust-run.js'

const RECORDS = sampleRecords(300, 11)
const BYTES = recordingOf(RECORDS)
const NAME = 'p_20251005_0900'

function write(folder: string, name: string, records: readonly PlainRecord[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), recordingOf(records))
}

test('two connections of which each lost a part give the recording without a loss', async () => {
  const folder = tempFolder()
  write(join(folder, 'p'), `${NAME}-c1.bin`, [...RECORDS.slice(0, 100), ...RECORDS.slice(150)])
  write(join(folder, 'p'), `${NAME}-c2.bin`, [...RECORDS.slice(0, 180), ...RECORDS.slice(220)])
  const { sessions } = await runMerge(asked(join(folder, 'p')), { output: join(folder, 'out'), profile: undefined }, quiet)
  expect(readFileSync(join(folder, 'out', `${NAME}.bin`)).equals(BYTES)).toBe(true)
  expect(sessions[0]?.gaps).toEqual([])
  expect(sessions[0]?.sides.map(({ side }) => side.slice(-2))).toEqual(['c1', 'c2'])
  expect(sessions[0]?.sides.every(({ missed }) => missed > 10)).toBe(true)

  const manifest = readManifest(readFileSync(join(folder, 'out', `${NAME}.manifest.json`), 'utf8'))
  expect(manifest).toMatchObject({
    profile: 'p',
    date: '2025-10-05',
    bytes: BYTES.length,
    sha256: sha256(BYTES),
    condition: 'available',
  })
  expect(manifest?.made_from?.map(({ file }) => file)).toEqual([`${NAME}-c1.bin`, `${NAME}-c2.bin`])
  expect((await runVerify(asked(join(folder, 'out')), quiet)).exit_code).toBe(0)
})

test('what is made of private recordings is private', async () => {
  const folder = tempFolder()
  const out = join(folder, 'out')
  write(join(folder, 'p'), `${NAME}-c1.bin`, RECORDS)
  write(join(folder, 'p'), `${NAME}-c2.bin`, RECORDS)
  await runMerge(asked(join(folder, 'p')), { output: out, profile: undefined }, quiet)
  const modes = [out, ...readdirSync(out).map((name) => join(out, name))].map((path) => statSync(path).mode & 0o777)
  expect(modes).toEqual([0o700, ...readdirSync(out).map(() => 0o600)])
})

test('the same bytes whichever machine is named first, packed or not', async () => {
  const folder = tempFolder()
  const [a, b] = [join(folder, 'a'), join(folder, 'b')]
  write(
    a,
    `${NAME}.bin`,
    RECORDS.filter((_, n) => n % 7 !== 0),
  )
  write(
    b,
    `${NAME}.bin`,
    RECORDS.filter((_, n) => n % 5 !== 0),
  )
  await runMerge(asked(a, b), { output: join(folder, 'ab'), profile: undefined }, quiet)
  await runMerge(asked(b, a), { output: join(folder, 'ba'), profile: undefined }, quiet)
  const merged = readFileSync(join(folder, 'ab', `${NAME}.bin`))
  expect(merged.equals(readFileSync(join(folder, 'ba', `${NAME}.bin`)))).toBe(true)
  const { records } = readRecords(merged)
  // heartbeats and texts are all alike: two that were lost one here, one there, may count as one
  const isTick = ({ message }: PlainRecord): boolean => message.length > 60
  expect(records.filter(isTick)).toHaveLength(RECORDS.filter((record, n) => n % 35 !== 0 && isTick(record)).length)
})

test('gaps that are left stand in journal and manifest, those that the other side fills do not', async () => {
  const folder = tempFolder()
  const at = (s: number): number => SAMPLE_START_MS + s * 1000
  const told = (from_s: number, to_s: number): JournalEntry => ({
    at_ms: at(to_s),
    event: 'gap',
    connection: 1,
    from_ms: at(from_s),
    to_ms: at(to_s),
    cause: 'disconnect',
    grade: 'certain',
  })
  const journal = (...gaps: JournalEntry[]): string =>
    [
      {
        at_ms: at(-10),
        event: 'session_start',
        session: 's',
        version: '1',
        pid: 1,
        stamps: 'machine',
        fsync: '100',
        connections: 1,
      } as const,
      ...gaps,
      { at_ms: at(1000), event: 'session_end', session: 's', reason: '', records: 0, bytes: 0 } as const,
    ]
      .map(encodeJournalLine)
      .join('')
  const without = (from_s: number, to_s: number) =>
    RECORDS.filter(({ received_at_ms }) => received_at_ms < at(from_s) || received_at_ms >= at(to_s))
  write(join(folder, 'a'), `${NAME}.bin`, without(20, 50))
  write(join(folder, 'b'), `${NAME}.bin`, without(40, 60))
  writeFileSync(join(folder, 'a', 'p_20251005.journal.jsonl'), journal(told(20, 50)))
  writeFileSync(join(folder, 'b', 'p_20251005.journal.jsonl'), journal(told(40, 60), told(80, 81)))
  const output = join(folder, 'out')
  const { sessions } = await runMerge(asked(join(folder, 'a'), join(folder, 'b')), { output, profile: 'both' }, quiet)
  const left = { connection: 1, from_ms: at(40), to_ms: at(50), cause: 'disconnect', grade: 'certain' }
  expect(sessions[0]?.gaps).toEqual([left])
  expect(readManifest(readFileSync(join(output, 'both_20251005_0900.manifest.json'), 'utf8'))).toMatchObject({
    gaps: [left],
    condition: 'degraded',
  })
  const { entries } = readJournal(readFileSync(join(output, 'both_20251005.journal.jsonl'), 'utf8'))
  expect(entries.map(({ event }) => event)).toEqual(['session_start', 'gap', 'session_end'])
})

test('a side without a journal misses what lies outside of it, and its silences', async () => {
  const folder = tempFolder()
  const long = RECORDS.filter(({ received_at_ms }) => received_at_ms < SAMPLE_START_MS + 30_000)
  const late = RECORDS.filter(({ received_at_ms }) => received_at_ms >= SAMPLE_START_MS + 60_000)
  write(join(folder, 'a'), `${NAME}.bin`, [...long, ...late])
  write(join(folder, 'b'), `${NAME}.bin`, long)
  const output = join(folder, 'out')
  const { sessions } = await runMerge(asked(join(folder, 'a'), join(folder, 'b')), { output, profile: undefined }, quiet)
  expect(sessions[0]?.gaps).toEqual([
    { connection: 1, from_ms: long.at(-1)?.received_at_ms, to_ms: late[0]?.received_at_ms, cause: 'silence', grade: 'weak' },
  ])
  expect(readdirSync(output)).toContain('p_20251005.journal.jsonl')
})

test('one connection, or a place among the sources, is refused and leaves nothing behind', async () => {
  const folder = tempFolder()
  write(join(folder, 'a'), `${NAME}.bin`, RECORDS)
  write(join(folder, 'b'), `${NAME}.bin`, RECORDS)
  const merge = (output: string, ...names: string[]) =>
    runMerge(asked(...names.map((name) => join(folder, name))), { output: join(folder, output), profile: undefined }, quiet)
  await expect(merge('out', 'a')).rejects.toMatchObject({ code: 'nothing_to_merge' })
  await expect(merge('a', 'a', 'b')).rejects.toMatchObject({ code: 'output_is_input' })
  expect(readdirSync(folder)).toEqual(['a', 'b'])
  await merge('out', 'a', 'b')
  await expect(merge('out', 'a', 'b')).rejects.toMatchObject({ code: 'recording_exists' })
  expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('.'))).toEqual([])
})
