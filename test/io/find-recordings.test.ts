import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { MdsError } from '../../src/core/errors.js'
import { formatDate } from '../../src/core/time/index.js'
import { findRecordings } from '../../src/io/find-recordings.js'
import { tempFolder } from '../support/temp-folder.js'

const DATA = [
  'sso_xvenue/sso_xvenue_20251005_0900.bin',
  'sso_xvenue/sso_xvenue_20251005_1000.bin',
  'sso_xvenue/sso_xvenue_20251005_0900_2.bin',
  'sso_xvenue/sso_xvenue_20251005_0900_10.bin',
  'sso_xvenue/sso_xvenue_20251005_0900.bin.idx',
  'sso_xvenue/sso_xvenue_20251005.instruments.csv',
  'sso_xvenue/sso_xvenue_20251005.journal.jsonl',
  'sso_xvenue/.hidden_20251006_0900.bin',
  'backup/backup_20251005_0900.bin',
  'backup/backup_20251003_0900.bin.zst',
  'backup/backup_20251003_1000.bin.gz',
  'odd_20251004_0900.bin',
  'notes.txt',
]

const folderOf = (names: readonly string[] = DATA): string => tempFolder(Object.fromEntries(names.map((name) => [name, 'x'])))

/** Days and files as paths below the folder. */
function find(folder: string, sessions: readonly string[], profiles: readonly string[] = []) {
  const found = findRecordings({ sessions, data_dir: folder, profiles })
  return {
    days: found.sessions.map(({ day, files }) => [
      day === undefined ? '-' : formatDate(day),
      ...files.map(({ path }) => relative(folder, path)),
    ]),
    notices: found.notices,
  }
}

function failure(folder: string, sessions: readonly string[], profiles: readonly string[] = []): MdsError {
  try {
    find(folder, sessions, profiles)
  } catch (error) {
    if (error instanceof MdsError) return error
    throw error
  }
  throw new Error('expected an MdsError')
}

const OF_20251005 = [
  '2025-10-05',
  'backup/backup_20251005_0900.bin',
  'sso_xvenue/sso_xvenue_20251005_0900.bin',
  'sso_xvenue/sso_xvenue_20251005_0900_2.bin',
  'sso_xvenue/sso_xvenue_20251005_0900_10.bin',
  'sso_xvenue/sso_xvenue_20251005_1000.bin',
]

test.each(['20251005', '2025-10-05'])(
  'a day as %s: all its parts, by profile, hour and part (the tie-break of the merge)',
  (day) => {
    expect(find(folderOf(), [day])).toEqual({ days: [OF_20251005], notices: [] })
  },
)

test('no session: the newest day, and a word about it', () => {
  const folder = folderOf()
  const { days, notices } = find(folder, [])
  expect(days).toEqual([OF_20251005])
  expect(notices).toEqual([`No session named: taking 2025-10-05, the newest day in ${folder}.`])
})

test('a profile narrows days, the newest day, and folders', () => {
  const folder = folderOf()
  expect(find(folder, ['20251005'], ['backup']).days).toEqual([['2025-10-05', 'backup/backup_20251005_0900.bin']])
  expect(find(folder, [], ['odd']).days).toEqual([['2025-10-04', 'odd_20251004_0900.bin']])
  expect(find(folder, [folder], ['odd', 'sso_xvenue']).days.map(([day]) => day)).toEqual(['2025-10-04', '2025-10-05'])
})

test('several sessions are read in order of time, each file once', () => {
  expect(find(folderOf(), ['20251005', '20251003', '20251005']).days.map(([day]) => day)).toEqual(['2025-10-03', '2025-10-05'])
})

test('a file is taken whatever its name; without a date it comes last', () => {
  const folder = folderOf([...DATA, 'some recording'])
  const paths = [join(folder, 'some recording'), join(folder, DATA[0] ?? '')]
  expect(find(folder, paths).days).toEqual([
    ['2025-10-05', DATA[0]],
    ['-', 'some recording'],
  ])
})

test('a folder: its recordings and those one level below, packed ones too', () => {
  const folder = folderOf()
  expect(find(folder, [join(folder, 'backup')]).days).toEqual([
    ['2025-10-03', 'backup/backup_20251003_0900.bin.zst', 'backup/backup_20251003_1000.bin.gz'],
    ['2025-10-05', 'backup/backup_20251005_0900.bin'],
  ])
  expect(find(folder, [folder]).days.map(([day]) => day)).toEqual(['2025-10-03', '2025-10-04', '2025-10-05'])
})

test('a pattern in any part of the path', () => {
  const folder = folderOf()
  expect(find(folder, [join(folder, '*', '*_20251005_0900*.bin')]).days).toEqual([OF_20251005.slice(0, 5)])
  expect(find(folder, [join(folder, 'back*', 'backup_2025100?_0900.bin*')]).days.map(([day]) => day)).toEqual([
    '2025-10-03',
    '2025-10-05',
  ])
})

test('a pattern takes dots and brackets as they are', () => {
  const folder = folderOf(['a+b/x_20251005_0900.bin', 'aab/x_20251005_0900.bin'])
  expect(find(folder, [join(folder, 'a+?', '*')]).days).toEqual([['2025-10-05', 'a+b/x_20251005_0900.bin']])
})

test('a part both plain and packed is read once, and told', () => {
  const folder = folderOf(['p_20251005_0900.bin', 'p_20251005_0900.bin.zst', 'p_20251005_1000.bin.gz'])
  const { days, notices } = find(folder, ['20251005'])
  expect(days).toEqual([['2025-10-05', 'p_20251005_0900.bin', 'p_20251005_1000.bin.gz']])
  expect(notices).toEqual([`${join(folder, 'p_20251005_0900.bin.zst')} is left out: p_20251005_0900.bin is there too.`])
})

test('a part packed twice is read once: as zst, and not at all where it is plain', () => {
  const folder = folderOf(['p_20251005_0900.bin.gz', 'p_20251005_0900.bin.zst'])
  const found = find(folder, ['20251005'])
  expect(found.days).toEqual([['2025-10-05', 'p_20251005_0900.bin.zst']])
  expect(found.notices).toEqual([`${join(folder, 'p_20251005_0900.bin.gz')} is left out: p_20251005_0900.bin.zst is there too.`])
  const three = folderOf(['p_20251005_0900.bin.gz', 'p_20251005_0900.bin.zst', 'p_20251005_0900.bin'])
  const { days, notices } = find(three, [join(three, 'p_*.gz'), join(three, 'p_*.zst'), join(three, 'p_20251005_0900.bin')])
  expect(days).toEqual([['2025-10-05', 'p_20251005_0900.bin']])
  expect(notices).toHaveLength(2)
})

test('a profile that is not there is answered with those there are', () => {
  const folder = folderOf()
  for (const sessions of [[], ['20251005']])
    expect(failure(folder, sessions, ['nope']).message).toContain('the profiles there are: backup, odd, sso_xvenue')
})

const BESIDE = [
  '.lock',
  'p_20251005.journal.jsonl',
  'p_20251005.candles.ndjson',
  'p_20251005.instruments.csv.gz',
  'p_20251005_0900.bin.idx',
  'p_20251005_0900.manifest.json',
  'p_20251005_0900.manifest.json.tmp',
  'p_20251005_0900.bin.tail-4711',
  'p_20251005_0900.bin.tail-4711.tmp',
]

test('what a capture leaves beside a recording is never taken for one: in a day, a folder, a pattern, or named', () => {
  const folder = folderOf(['p_20251005_0900.bin', ...BESIDE])
  const only = [['2025-10-05', 'p_20251005_0900.bin']]
  for (const session of ['20251005', folder, join(folder, 'p_*'), join(folder, '*')])
    expect(find(folder, [session]), session).toEqual({ days: only, notices: [] })
  const { days, notices } = find(
    folder,
    ['p_20251005_0900.bin', ...BESIDE].map((name) => join(folder, name)),
  )
  expect(days).toEqual(only)
  expect(notices).toHaveLength(BESIDE.length)
  for (const name of BESIDE) expect(failure(folder, [join(folder, name)]).code, name).toBe('no_recordings')
})

test('- is standard input', () => {
  expect(findRecordings({ sessions: ['-'], data_dir: folderOf(), profiles: [] }).sessions).toEqual([
    { day: undefined, files: [{ path: '-', profile: '-', day: undefined, connection: 1 }] },
  ])
})

test('names that are no recordings of a day are not taken for one', () => {
  const folder = folderOf(['p_20251305_0900.bin', 'p_2025105_0900.bin', 'p_20251005_0900.bin.tmp', 'p_20251005_0900.BIN'])
  expect(failure(folder, ['20251005']).code).toBe('no_recordings')
  expect(find(folder, [folder]).days).toEqual([['-', 'p_2025105_0900.bin', 'p_20251305_0900.bin']])
})

test('a day without recordings: the error names the newest day and what to try', () => {
  const folder = folderOf()
  const error = failure(folder, ['20251001'])
  expect(error).toMatchObject({ code: 'no_recordings', exitCode: 3 })
  expect(error.message).toBe(`No recordings of 2025-10-01 in ${folder}; the newest day there is 2025-10-05.`)
  expect(error.suggestions[0]).toBe(`mds info 20251005 --data-dir ${folder}`)
})

test('an empty or missing data folder: the error says how to make a recording', () => {
  for (const folder of [folderOf([]), join(folderOf([]), 'missing')]) {
    const newest = failure(folder, [])
    expect(newest).toMatchObject({ code: 'no_recordings', exitCode: 3 })
    expect(newest.suggestions.some((text) => text.startsWith('mds synth'))).toBe(true)
    expect(failure(folder, ['20251005']).message).toContain('there are none at all')
  }
})

test.each(['20251332', '2025-02-30', '12345678'])('%s is no date', (text) => {
  expect(failure(folderOf(), [text])).toMatchObject({ code: 'bad_date', exitCode: 2 })
})

test('neither date, file, folder nor pattern', () => {
  expect(failure(folderOf(), ['nonsense'])).toMatchObject({ code: 'no_such_session', exitCode: 3 })
})

test('a pattern that matches nothing, and a folder without recordings', () => {
  const folder = folderOf()
  expect(failure(folder, [join(folder, 'x*.bin')])).toMatchObject({ code: 'no_recordings', exitCode: 3 })
  expect(failure(folder, [join(folder, 'sso_xvenue')], ['other']).message).toContain('of profile other')
})
