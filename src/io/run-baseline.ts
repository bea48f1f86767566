import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { decodeUnderlying, IV_DAYS, SESSIONS_MIN } from '../core/baseline/index.js'
import { EXIT, MdsError, usageError } from '../core/errors.js'
import { constantMaturity } from '../core/options/index.js'
import { formatCompactDate, formatDate, type IstDay, parseDate } from '../core/time/index.js'
import { type DatedSession, type DayPart, type DayWork, dayPart, type FileBefore } from './baseline-day.js'
import { type BaselineLine, baselinePathIn, countOf, readBaselineFile, writeBaselineFile } from './baseline-file.js'
import { loadCalendar } from './calendar-file.js'
import { findRecordings, type RecordingQuery, type SessionFiles } from './find-recordings.js'
import { refuseInputAsOutput } from './inputs.js'
import { loadInstruments } from './instruments-file.js'
import { mdsVersion } from './make-manifest.js'
import type { RunListener, SessionRequest, SessionRun } from './run-sessions.js'
import { statPath } from './stat-path.js'

/** What the command line says. */
export interface BaselineWords extends SessionRequest {
  /** How many, the newest ones. */
  readonly sessions: number
  /** Only sessions before this date; undefined: all. */
  readonly until: string | undefined
  /** Default: beside the newest recording. */
  readonly output: string | undefined
}

export interface BaselineSummary {
  readonly output: string
  readonly sha256: string
  readonly bytes: number
  /** In order of days; `kept`: taken over from the file as it was. */
  readonly sessions: readonly { readonly date: string; readonly instruments: number; readonly kept: boolean }[]
  readonly left_out: readonly LeftOut[]
  /** Different names. */
  readonly instruments: number
  readonly underlyings: number
  /** Days that were read. */
  readonly runs: readonly SessionRun[]
}

/** A day that gave nothing. */
export interface LeftOut {
  readonly date: string
  readonly reason: string
}

const NAMES_SHOWN = 3

/** Makes the histories that detectors look back on from earlier recordings: one file, the same bytes from the same recordings. */
export async function runBaseline(words: BaselineWords, run: RunListener): Promise<BaselineSummary> {
  const { calendar, bytes: calendar_bytes } = await loadCalendar(words.calendar)
  // A master that the user names is wrong for every day or for none.
  for (const path of words.instruments) await loadInstruments(path)
  const recordings = withAllDays(words.recordings)
  const days = datedSessions(recordings, words.until, run)
  const output = words.output ?? besideNewest(days)
  refuseInputAsOutput(words.output, { ...words, recordings })
  const facts = { mds: mdsVersion(), calendar_sha256: createHash('sha256').update(calendar_bytes).digest('hex') }
  const { parts, left_out } = await newestParts(days, words.sessions, {
    instruments: words.instruments,
    calendar,
    calendar_sha256: facts.calendar_sha256,
    version: facts.mds,
    before: await fileBefore(output, run),
    run,
  })
  const lines = parts.flatMap((part) => part.lines).sort(inOrder)
  const written = writeBaselineFile(
    output,
    { ...facts, sessions: parts },
    lines.map(({ text }) => text),
  )
  tellDisputes(lines, run)
  tellShortChains(lines, run)
  if (parts.length < SESSIONS_MIN)
    run.onNotice(
      `Fewer than ${SESSIONS_MIN} sessions: what volume is usual at which time stays unknown, detectors compare with the minutes before.`,
    )
  return {
    output,
    ...written,
    sessions: parts.map(({ day, lines: own, session_run }) => ({
      date: formatDate(day),
      instruments: namesOf(own, 'instrument').size,
      kept: session_run === undefined,
    })),
    left_out,
    instruments: namesOf(lines, 'instrument').size,
    underlyings: namesOf(lines, 'underlying').size,
    runs: parts.flatMap(({ session_run }) => session_run ?? []),
  }
}

/** No session named: all there are, where other commands take the newest. */
function withAllDays(recordings: RecordingQuery): RecordingQuery {
  if (recordings.sessions.length > 0 || statPath(recordings.data_dir)?.isDirectory() !== true) return recordings
  return { ...recordings, sessions: [recordings.data_dir] }
}

/** In order of days. */
function datedSessions(recordings: RecordingQuery, until: string | undefined, run: RunListener): DatedSession[] {
  const end = until === undefined ? Number.POSITIVE_INFINITY : parseDate(until)
  if (end === undefined)
    throw usageError(
      'bad_date',
      `"${until}" is no date: expected YYYYMMDD or YYYY-MM-DD for --until.`,
      'mds baseline --until 20251006',
    )
  const { sessions, notices } = findRecordings(recordings)
  for (const notice of notices) run.onNotice(notice)
  const dated = sessions.flatMap(({ day, files }) => {
    if (day !== undefined) return [{ day, files }]
    run.onNotice(`${files.map(({ path }) => path).join(', ')} left out: the name has no date.`)
    return []
  })
  const earlier = dated.filter(({ day }) => day < end)
  if (earlier.length === 0) throw noDays(dated, end)
  return earlier
}

function noDays([first]: readonly DatedSession[], end: number): MdsError {
  const found = first === undefined ? 'none whose name has a date' : `the earliest of ${formatDate(first.day)}`
  const expected = Number.isFinite(end) ? `recordings before ${formatDate(end)}` : 'recordings of a day'
  return new MdsError('no_recordings', {
    message: `Expected ${expected}, found ${found}.`,
    suggestions: ['mds info shows which recordings there are', 'mds synth --date 20251006'],
    exitCode: EXIT.unreadable,
  })
}

function besideNewest(days: readonly SessionFiles[]): string {
  const profiles = [...new Set(days.flatMap(({ files }) => files.map(({ profile }) => profile)))].sort()
  const [newest] = days.at(-1)?.files ?? []
  if (newest !== undefined && profiles.length === 1) return baselinePathIn(dirname(newest.path), newest.profile)
  throw usageError(
    'several_profiles',
    `The recordings are of several profiles (${profiles.join(', ')}): expected one of them, or a name for the file of all.`,
    `mds baseline --profile ${profiles[0]}`,
    'mds baseline -o baseline.ndjson',
  )
}

/** The file that is to be replaced. What cannot be used of it is made anew. */
async function fileBefore(path: string, run: RunListener): Promise<FileBefore | undefined> {
  if (path === '-' || statPath(path)?.isFile() !== true) return undefined
  try {
    const { header, lines } = await readBaselineFile(path)
    const lines_of_day = new Map<IstDay, BaselineLine[]>()
    for (const line of lines()) {
      const of_day = lines_of_day.get(line.day)
      if (of_day === undefined) lines_of_day.set(line.day, [line])
      else of_day.push(line)
    }
    return { header, lines_of_day }
  } catch (error) {
    if (!(error instanceof MdsError)) throw error
    run.onNotice(`${error.message} It is made anew.`)
    return undefined
  }
}

/** The newest days that give something, up to `wanted`; what cannot be read is named and left out. */
async function newestParts(
  days: readonly DatedSession[],
  wanted: number,
  work: DayWork,
): Promise<{ parts: DayPart[]; left_out: LeftOut[] }> {
  const parts: DayPart[] = []
  const left_out: LeftOut[] = []
  const progress = overallProgress(days.slice(-wanted), work.run)
  for (const session of days.toReversed()) {
    if (parts.length === wanted) break
    try {
      parts.unshift(await dayPart(session, { ...work, run: progress.run }))
    } catch (error) {
      if (!(error instanceof MdsError) || error.exitCode === EXIT.interrupted) throw error
      const date = formatDate(session.day)
      left_out.unshift({ date, reason: error.message })
      work.run.onNotice(`${date} is left out: ${error.message}`)
    }
    progress.onDayDone(session)
  }
  if (parts.length > 0) return { parts, left_out }
  throw new MdsError('nothing_to_look_back_on', {
    message: `Expected a session to make a baseline of, found none: ${left_out.map(({ date, reason }) => `${date}: ${reason}`).join(' ')}`,
    suggestions: ['mds info shows what is in the recordings'],
    exitCode: EXIT.unreadable,
  })
}

/** One bar for all days. */
function overallProgress(
  days: readonly SessionFiles[],
  run: RunListener,
): { run: RunListener; onDayDone(session: SessionFiles): void } {
  const bytesOf = ({ files }: SessionFiles): number => files.reduce((sum, { path }) => sum + (statPath(path)?.size ?? 0), 0)
  const total = days.reduce((sum, day) => sum + bytesOf(day), 0)
  let done = 0
  return {
    run: { ...run, onProgress: (done_of_day) => run.onProgress(done + done_of_day, total) },
    onDayDone(session) {
      done += bytesOf(session)
      run.onProgress(done, total)
    },
  }
}

/** Instruments first, then underlyings; by name, then day. */
const inOrder = (a: BaselineLine, b: BaselineLine): number =>
  byCodePoint(a.kind, b.kind) || byCodePoint(a.name, b.name) || a.day - b.day

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const namesOf = (lines: readonly BaselineLine[], kind: BaselineLine['kind']): Set<string> =>
  new Set(lines.filter((line) => line.kind === kind).map(({ name }) => name))

/** The masters of two days give a name to two contracts. A session that looks back takes its own. */
function tellDisputes(lines: readonly BaselineLine[], run: RunListener): void {
  const disputed = lines.filter((line, n) => {
    const before = lines[n - 1]
    return before?.name === line.name && before.kind === line.kind && before.contract !== line.contract
  })
  const [first] = disputed
  if (first === undefined) return
  run.onNotice(
    `The masters disagree about ${countOf(disputed.length, 'name')}, e.g. ${first.name} from ${formatDate(first.day)} on (expiry or feed units): a session looks back on its own contract only.`,
  )
}

/** Options of which no expiry lies beyond the maturity that ranks are made of. */
function tellShortChains(lines: readonly BaselineLine[], run: RunListener): void {
  const days = new Map<string, number>()
  for (const { kind, name, text } of lines) {
    if (kind !== 'underlying') continue
    const { terms } = decodeUnderlying(text)
    if (terms.length > 0 && constantMaturity(terms, IV_DAYS) === undefined) days.set(name, (days.get(name) ?? 0) + 1)
  }
  if (days.size === 0) return
  const named = [...days].slice(0, NAMES_SHOWN).map(([name, count]) => `${name} (${countOf(count, 'session')})`)
  const more = days.size - named.length
  run.onNotice(
    `No volatility of ${IV_DAYS} days for ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}: options of an expiry on each side of it must be recorded.`,
  )
}

/** The same for people. Of a day's findings only how many there are: `mds info` tells them. */
export function baselineLines({ output, sessions, instruments, underlyings, runs }: BaselineSummary): string[] {
  const kept = sessions.filter((session) => session.kept).length
  const span = sessions.length === 1 ? `${sessions[0]?.date}` : `${sessions[0]?.date} to ${sessions.at(-1)?.date}`
  const findings = runs.flatMap(({ session, diagnostics }) =>
    session.day === undefined || diagnostics.bad === 0
      ? []
      : [
          `${formatDate(session.day)}: ${countOf(diagnostics.bad, 'finding')} of damage or gaps, see mds info ${formatCompactDate(session.day)}.`,
        ],
  )
  const made = `${countOf(sessions.length, 'session')} (${span}), ${countOf(instruments, 'instrument')}, ${countOf(underlyings, 'underlying')}`
  return [...findings, `${made} in ${output}${kept > 0 ? `; ${kept} as they were in it` : ''}`]
}
