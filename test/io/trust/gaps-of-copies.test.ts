import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { MINUTE_INTERVAL } from '../../../src/core/candles/index.js'
import { encodeJournalLine, encodeManifest, type JournalEntry, readIndex } from '../../../src/core/recording/index.js'
import { formatClock } from '../../../src/core/time/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { runSessions } from '../../../src/io/run-sessions.js'
import { runGaps } from '../../../src/io/trust/run-gaps.js'
import { runMerge } from '../../../src/io/trust/run-merge.js'
import { runRepair } from '../../../src/io/trust/run-repair.js'
import { at, full, STOCK } from '../../support/feed.js'
import { type PlainRecord, recordingOf } from '../../support/read-records.js'
import { tempFolder } from '../../support/temp-folder.js'
import { asked, quiet } from '../../support/trust-run.js'
import { flipped, manifestOf, writeTrusted } from '../../support/trusted-file.js'

const START_S = at('09:20:00')
const NAME = 'p_20251006_0900'

/** A tick a second, 20 minutes long. */
const RECORDS: readonly PlainRecord[] = Array.from({ length: 1200 }, (_, n) => ({
  received_at_ms: (START_S + n) * 1000 + 300,
  message: encodeMessage([full({ exchange_timestamp: START_S + n, volume_traded: n + 1, last_price: 10_000 + (n % 7) })]),
}))

const without = (from: string, to: string): PlainRecord[] =>
  RECORDS.filter(({ received_at_ms }) => received_at_ms < at(from) * 1000 || received_at_ms >= at(to) * 1000)

function write(folder: string, name: string, records: readonly PlainRecord[], journal: readonly JournalEntry[] = []): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, recordingOf(records))
  writeFileSync(join(folder, 'p_20251006.journal.jsonl'), journal.map(encodeJournalLine).join(''))
  return path
}

const request = (path: string) => ({
  recordings: asked(path),
  instruments: [],
  calendar: undefined,
  clock: 'trade' as const,
  bars: {
    intervals: [MINUTE_INTERVAL],
    auction: 'separate' as const,
    fill: 'skip' as const,
    late: 'drop' as const,
    gap_volume: 'quarantine' as const,
  },
})

/** Minutes whose candle says that it is not complete, leaving out the first and the last of the recording; and what the engine took for gaps. */
async function incomplete(path: string): Promise<{ minutes: string[]; gaps: number }> {
  const minutes: string[] = []
  const [run] = await runSessions(request(path), quiet, () => ({
    onCandle({ complete, open_time_ms }) {
      const clock = formatClock(open_time_ms).slice(0, 5)
      if (!complete && clock !== '09:20' && clock !== '09:39') minutes.push(clock)
    },
  }))
  return { minutes, gaps: run?.gaps.length ?? 0 }
}

const start = (connections: number): JournalEntry => ({
  at_ms: START_S * 1000,
  event: 'session_start',
  session: 's',
  version: '1',
  pid: 1,
  stamps: 'machine',
  fsync: '100ms',
  connections,
})
const end: JournalEntry = {
  at_ms: at('09:40:00') * 1000,
  event: 'session_end',
  session: 's',
  reason: '',
  records: 0,
  bytes: 0,
}
const lost = (connection: number, from: string, to: string): JournalEntry => ({
  at_ms: at(to) * 1000,
  event: 'gap',
  connection,
  from_ms: at(from) * 1000 - 700,
  to_ms: at(to) * 1000 + 300,
  cause: 'disconnect',
  grade: 'certain',
})
const subscribed = (connection: number): JournalEntry => ({
  at_ms: START_S * 1000,
  event: 'subscribed',
  connection,
  mode: 'full',
  tokens: [STOCK],
})

test('candles of a repaired recording are incomplete where bytes were left out, by manifest or by journal', async () => {
  const folder = tempFolder()
  const { path } = writeTrusted(folder, RECORDS, { name: `${NAME}.bin` })
  expect(await incomplete(path)).toEqual({ minutes: [], gaps: 0 })
  const entries = readIndex(readFileSync(`${path}.idx`)).entries
  const bad = entries.find(({ first_ms }) => first_ms >= at('09:30:20') * 1000)
  writeFileSync(path, flipped(readFileSync(path), ((bad?.offset ?? 0) + 20) * 8))
  const output = join(folder, 'out')
  const { files } = await runRepair(asked(path), { write: true, output }, quiet)
  const copy = files[0]?.output ?? ''
  const told = { minutes: ['09:30'], gaps: 1 }
  expect(await incomplete(copy)).toEqual(told)
  expect((await runGaps(request(copy), { symbols: [], tokens: [], exchanges: [] }, quiet)).sessions[0]?.gaps).toHaveLength(1)
  const journal = join(dirname(copy), 'p_20251006.journal.jsonl')
  const lines = readFileSync(journal)
  rmSync(journal)
  expect(await incomplete(copy), 'the manifest alone').toEqual(told)
  writeFileSync(journal, lines)
  rmSync(join(dirname(copy), `${NAME}.manifest.json`))
  expect(await incomplete(copy), 'the journal alone').toEqual(told)
})

test('candles of two captures merged are incomplete only across the gap that both had', async () => {
  const folder = tempFolder()
  const a = write(join(folder, 'a'), `${NAME}.bin`, without('09:24:30', '09:28:10'), [
    start(1),
    lost(1, '09:24:30', '09:28:10'),
    end,
  ])
  const b = write(join(folder, 'b'), `${NAME}.bin`, without('09:27:40', '09:30:10'), [
    start(1),
    lost(1, '09:27:40', '09:30:10'),
    end,
  ])
  expect((await incomplete(a)).minutes).toEqual(['09:24', '09:28'])
  const output = join(folder, 'out')
  await runMerge(asked(dirname(a), dirname(b)), { output, profile: undefined }, quiet)
  expect(await incomplete(output)).toEqual({ minutes: ['09:27', '09:28'], gaps: 1 })
})

test('what both connections of one redundant capture missed at once is missing in what is merged of them', async () => {
  const folder = tempFolder()
  const journal = [start(2), subscribed(1), subscribed(2), lost(1, '09:24:30', '09:28:10'), lost(2, '09:27:40', '09:30:10'), end]
  const source = join(folder, 'p')
  write(source, `${NAME}-c1.bin`, without('09:24:30', '09:28:10'), journal)
  write(source, `${NAME}-c2.bin`, without('09:27:40', '09:30:10'), journal)
  const both = ['09:27', '09:28']
  expect((await incomplete(source)).minutes).toEqual(both)
  const gaps = await runGaps(request(source), { symbols: [], tokens: [], exchanges: [] }, quiet)
  expect(gaps.sessions[0]?.gaps.map(({ connection, instruments }) => [connection, instruments])).toEqual([
    [1, 1],
    [2, 1],
  ])
  const output = join(folder, 'out')
  await runMerge(asked(source), { output, profile: undefined }, quiet)
  expect(await incomplete(output)).toEqual({ minutes: both, gaps: 1 })
})

test('a gap within an hour of which no file is left is told when the day is asked for', async () => {
  const folder = tempFolder()
  const over = at('12:00:00') * 1000
  const path = write(folder, `${NAME}.bin`, RECORDS)
  const later = RECORDS.map(({ received_at_ms, message }) => ({ received_at_ms: received_at_ms + 7_200_000, message }))
  write(folder, 'p_20251006_1100.bin', later, [start(1), lost(1, '10:10:00', '10:20:00'), { ...end, at_ms: over }])
  expect((await incomplete(folder)).gaps).toBe(1)
  expect((await incomplete(path)).gaps, 'of that hour alone').toBe(0)
})

test('a killed capture: a connection that was silent at its end is a gap, and one that ended in good order is none', async () => {
  const folder = tempFolder()
  const of_second = RECORDS.filter(({ received_at_ms }) => received_at_ms < at('09:25:30') * 1000)
  write(folder, `${NAME}-c1.bin`, without('09:30:10', '09:30:40'), [])
  const journal = [start(2), subscribed(1), subscribed(2), lost(1, '09:30:10', '09:30:40')]
  write(folder, `${NAME}-c2.bin`, of_second, journal)
  expect(await incomplete(folder)).toEqual({ minutes: ['09:30'], gaps: 2 })
  write(folder, `${NAME}-c2.bin`, of_second, [...journal, end])
  expect((await incomplete(folder)).gaps).toBe(1)
})

test('a gap that stands in journal and manifest counts once', async () => {
  const folder = tempFolder()
  const records = without('09:24:30', '09:25:10')
  const told = lost(1, '09:24:30', '09:25:10')
  const path = write(folder, `${NAME}.bin`, records, [start(1), told, told, end])
  const { at_ms: _, event: __, ...gap } = told as JournalEntry & { event: 'gap' }
  const manifest = manifestOf(records, {
    file: `${NAME}.bin`,
    profile: 'p',
    date: '2025-10-06',
    gaps: [gap],
    condition: 'degraded',
  })
  writeFileSync(path.replace(/\.bin$/, '.manifest.json'), encodeManifest(manifest))
  expect(await incomplete(path)).toEqual({ minutes: ['09:24', '09:25'], gaps: 1 })
})
