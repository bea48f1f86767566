import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { EXIT, MdsError, usageError } from '../core/errors.js'
import { bySegment, isCompanion, parseSegmentName } from '../core/recording/index.js'
import { formatCompactDate, formatDate, type IstDay, parseDate } from '../core/time/index.js'
import { shellWord } from './shell-word.js'
import { statPath } from './stat-path.js'

/** One file of a session. */
export interface RecordingFile {
  readonly path: string
  /** Part of the name before the date; the whole name without extensions when it has no date. */
  readonly profile: string
  /** From the name; undefined when it has none. */
  readonly day: IstDay | undefined
  /** 1, 2, ...: the connection of its profile that it was received on; from the name. */
  readonly connection: number
}

/** The recordings of one trading day: what one run of the engine reads. */
export interface SessionFiles {
  readonly day: IstDay | undefined
  /** Sorted by (profile, connection, file name; parts by their number): the tie-break of the merge. */
  readonly files: readonly RecordingFile[]
}

export interface RecordingQuery {
  /** Days, files, folders, globs or `-`; none means the newest day. */
  readonly sessions: readonly string[]
  readonly data_dir: string
  /** Narrows days and folders to these profiles. */
  readonly profiles: readonly string[]
}

export interface FoundRecordings {
  readonly sessions: readonly SessionFiles[]
  /** What the user should know about the choice, one sentence each. */
  readonly notices: readonly string[]
}

const RECORDING_ENDING = /\.bin(?:\.zst|\.gz)?$/
const STDIN: RecordingFile = { path: '-', profile: '-', day: undefined, connection: 1 }

/** Where `mds repair` puts its copies: below the originals, and not read together with them. */
export const REPAIRED_FOLDER = 'repaired'

/** Turns session arguments into files, grouped by day and in order of time. */
export function findRecordings(query: RecordingQuery): FoundRecordings {
  const search = { ...query, notices: [] }
  try {
    const files = query.sessions.length === 0 ? newestDay(search) : query.sessions.flatMap((session) => filesOf(session, search))
    if (files.length === 0) throw onlyCompanions(query)
    return { sessions: groupByDay(preferUnpacked(files, search.notices)), notices: search.notices }
  } catch (error) {
    throw named(error)
  }
}

interface Search extends RecordingQuery {
  readonly notices: string[]
}

function filesOf(session: string, query: Search): RecordingFile[] {
  if (session === '-') return [STDIN]
  const day = parseDate(session)
  if (day !== undefined && !existsSync(session)) return filesOfDay(day, query)
  const stat = statPath(session)
  if (stat?.isDirectory() === true) return filesOfFolder(session, query)
  if (stat !== undefined && isCompanion(basename(session))) {
    query.notices.push(`${session} is left out: it lies beside a recording and is none.`)
    return []
  }
  if (stat !== undefined) return [recordingFile(session)]
  if (/[*?]/.test(session)) return filesOfGlob(session)
  throw noSuchSession(session, query)
}

function filesOfDay(day: IstDay, query: Search): RecordingFile[] {
  const all = allRecordings(query)
  const found = all.filter((file) => file.day === day)
  if (found.length > 0) return found
  const newest = newestOf(all)
  const elsewhere = newest === undefined ? noneAtAll(query) : `the newest day there is ${formatDate(newest)}`
  throw new MdsError('no_recordings', {
    message: `No recordings of ${formatDate(day)} in ${where(query)}; ${elsewhere}.`,
    suggestions:
      newest === undefined ? makeOne(query) : [`mds info ${formatCompactDate(newest)}${flags(query)}`, ...makeOne(query)],
    exitCode: EXIT.unreadable,
  })
}

/** With `--profile`, which profiles there are. */
function noneAtAll(query: Search): string {
  const all = query.profiles.length === 0 ? [] : allRecordings({ ...query, profiles: [], notices: [] })
  const profiles = [...new Set(all.map(({ profile }) => profile))].sort(byCodePoint)
  return profiles.length === 0 ? 'there are none at all' : `the profiles there are: ${profiles.join(', ')}`
}

function newestDay(query: Search): RecordingFile[] {
  const all = allRecordings(query)
  const newest = newestOf(all)
  if (newest === undefined) {
    throw new MdsError('no_recordings', {
      message: `No session was named, and there are no recordings in ${where(query)}${query.profiles.length > 0 ? `; ${noneAtAll(query)}` : ''}.`,
      suggestions: ['name a file: mds candles path/to/recording.bin --tf 5m', ...makeOne(query)],
      exitCode: EXIT.unreadable,
    })
  }
  query.notices.push(`No session named: taking ${formatDate(newest)}, the newest day in ${where(query)}.`)
  return all.filter((file) => file.day === newest)
}

function filesOfFolder(folder: string, query: Search): RecordingFile[] {
  const found = recordingsBelow(folder, query)
  if (found.length > 0) return found
  throw new MdsError('no_recordings', {
    message: `No recordings (.bin, .bin.zst, .bin.gz) in the folder ${folder}${query.profiles.length > 0 ? ` of profile ${query.profiles.join(', ')}` : ''}.`,
    suggestions: ['name a file or a day: mds info 20251005', ...makeOne(query)],
    exitCode: EXIT.unreadable,
  })
}

/** `*` and `?` in any part of the path. */
function filesOfGlob(pattern: string): RecordingFile[] {
  let paths = [pattern.startsWith(sep) ? sep : '']
  for (const part of pattern.split(sep).filter((text) => text !== '')) {
    if (!/[*?]/.test(part)) paths = paths.map((path) => join(path, part)).filter((path) => existsSync(path))
    else {
      const matcher = new RegExp(
        `^${part
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
      )
      paths = paths.flatMap((path) =>
        entries(path === '' ? '.' : path)
          .filter((name) => matcher.test(name))
          .map((name) => join(path, name)),
      )
    }
  }
  const found = paths.filter((path) => RECORDING_ENDING.test(path) && statPath(path)?.isFile() === true)
  if (found.length > 0) return found.map(recordingFile)
  throw new MdsError('no_recordings', {
    message: `Nothing matches ${pattern}: expected recordings (.bin, .bin.zst, .bin.gz).`,
    suggestions: [`ls ${shellWord(dirname(pattern))}`],
    exitCode: EXIT.unreadable,
  })
}

const onlyCompanions = ({ sessions }: RecordingQuery): MdsError =>
  new MdsError('no_recordings', {
    message: `Expected recordings (.bin, .bin.zst, .bin.gz), found what lies beside them: ${sessions.join(', ')}.`,
    suggestions: [`mds info ${shellWord(dirname(sessions[0] ?? '.'))}`],
    exitCode: EXIT.unreadable,
  })

function noSuchSession(session: string, query: RecordingQuery): MdsError {
  if (/^[\d-]{8,10}$/.test(session)) {
    return usageError(
      'bad_date',
      `"${session}" is no date: expected YYYYMMDD or YYYY-MM-DD, for example 20251005.`,
      'mds info 20251005',
    )
  }
  return new MdsError('no_such_session', {
    message: `"${session}" is no date, file, folder or pattern that exists (looked in ${where(query)} for dates).`,
    suggestions: ['mds info 20251005', 'mds info path/to/recording.bin'],
    exitCode: EXIT.unreadable,
  })
}

function allRecordings(query: Search): RecordingFile[] {
  return recordingsBelow(query.data_dir, query)
}

/** In the folder and in those directly below it. One of these that is closed to us (`lost+found`) is named and left out. */
function recordingsBelow(folder: string, query: Search): RecordingFile[] {
  const below = subfolders(folder).flatMap((subfolder) => {
    try {
      if (basename(subfolder) === REPAIRED_FOLDER) return leftOut(subfolder, query)
      return recordingsIn(subfolder)
    } catch (error) {
      query.notices.push(`${subfolder} is left out: ${reasonOf(error)}.`)
      return []
    }
  })
  return [...recordingsIn(folder), ...below].filter((file) => isWanted(file, query))
}

function leftOut(folder: string, query: Search): RecordingFile[] {
  if (recordingsIn(folder).length > 0)
    query.notices.push(`${folder} is left out: copies made by mds repair. Name that folder to read them instead.`)
  return []
}

const isWanted = (file: RecordingFile, query: RecordingQuery): boolean =>
  query.profiles.length === 0 || query.profiles.includes(file.profile)

function recordingsIn(folder: string): RecordingFile[] {
  return entries(folder)
    .filter((name) => RECORDING_ENDING.test(name) && !name.startsWith('.'))
    .map((name) => recordingFile(join(folder, name)))
    .filter((file) => statPath(file.path)?.isFile() === true)
}

function recordingFile(path: string): RecordingFile {
  const name = basename(path)
  const { profile, day, connection } = parseSegmentName(name) ?? UNDATED
  return { path, profile: profile ?? name.replace(RECORDING_ENDING, ''), day, connection }
}

const UNDATED = { profile: undefined, day: undefined, connection: 1 }

const subfolders = (folder: string): string[] =>
  entries(folder)
    .map((name) => join(folder, name))
    .filter((path) => statPath(path)?.isDirectory() === true)

/** In the order of code points: what readdir says depends on the file system. */
function entries(folder: string): string[] {
  return statPath(folder)?.isDirectory() === true ? readdirSync(folder).sort(byCodePoint) : []
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
const reasonOf = (error: unknown): string =>
  /^(?:EACCES|EPERM)$/.test(codeOf(error)) ? 'reading it is not allowed (check its permissions)' : `it can't be read (${error})`

/** A failing look at a folder with its name, for people. */
function named(error: unknown): unknown {
  if (error instanceof MdsError || codeOf(error) === '' || !(error instanceof Error) || !('path' in error)) return error
  return new MdsError('unreadable_folder', {
    message: `Cannot look for recordings in ${error.path}: ${reasonOf(error)}.`,
    suggestions: [`ls -ld ${shellWord(String(error.path))}`],
    exitCode: EXIT.unreadable,
  })
}

/** A part that is there both plain and packed, or packed twice, is being archived: read once. */
function preferUnpacked(files: readonly RecordingFile[], notices: string[]): RecordingFile[] {
  const unique = [...new Map(files.map((file) => [file.path === '-' ? '-' : resolve(file.path), file])).values()]
  const paths = new Set(unique.map((file) => resolve(file.path)))
  return unique.filter((file) => {
    const [plain, packing] = partsOf(file.path)
    const better = PACKINGS.slice(0, PACKINGS.indexOf(packing)).find((ending) => paths.has(resolve(plain + ending)))
    if (better === undefined || file.path === '-') return true
    notices.push(`${file.path} is left out: ${basename(plain + better)} is there too.`)
    return false
  })
}

/** Of the same part, the first of these is read. */
const PACKINGS: readonly string[] = ['', '.zst', '.gz']

function partsOf(path: string): [plain: string, packing: string] {
  const packing = PACKINGS.find((ending) => ending !== '' && path.endsWith(ending)) ?? ''
  return [path.slice(0, path.length - packing.length), packing]
}

function groupByDay(files: readonly RecordingFile[]): SessionFiles[] {
  const by_day = new Map<IstDay | undefined, RecordingFile[]>()
  for (const file of files) by_day.set(file.day, [...(by_day.get(file.day) ?? []), file])
  return [...by_day]
    .map(([day, of_day]) => ({
      day,
      files: of_day.sort(
        (a, b) =>
          byCodePoint(a.profile, b.profile) ||
          a.connection - b.connection ||
          byName(basename(a.path), basename(b.path)) ||
          byCodePoint(resolve(a.path), resolve(b.path)),
      ),
    }))
    .sort((a, b) => (a.day ?? Number.POSITIVE_INFINITY) - (b.day ?? Number.POSITIVE_INFINITY))
}

/** Names that say when they were written in that order, others by code points. */
function byName(a: string, b: string): number {
  const [left, right] = [parseSegmentName(a), parseSegmentName(b)]
  return (left !== undefined && right !== undefined ? bySegment(left, right) : 0) || byCodePoint(a, b)
}

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function newestOf(files: readonly RecordingFile[]): IstDay | undefined {
  return files.reduce<IstDay | undefined>(
    (newest, { day }) => (day !== undefined && (newest === undefined || day > newest) ? day : newest),
    undefined,
  )
}

const where = (query: RecordingQuery): string =>
  query.profiles.length > 0 ? `${query.data_dir} (profile ${query.profiles.join(', ')})` : query.data_dir
const flags = (query: RecordingQuery): string =>
  query.data_dir === 'raw_ticks' ? '' : ` --data-dir ${shellWord(query.data_dir)}`
const makeOne = (query: RecordingQuery): string[] => [`mds synth --date 20251005${flags(query)}`]
