import type { Interval } from '../../core/candles/index.js'
import { EXIT, type ExitCode, MdsError, usageError } from '../../core/errors.js'
import type { Instrument } from '../../core/market/index.js'
import {
  type OtherReading,
  type OwnSeries,
  type PassLine,
  reconcileSeries,
  type SeriesVerdict,
  wantsReadings,
} from '../../core/reconcile/index.js'
import { formatDate, type IstDay } from '../../core/time/index.js'
import { loadCalendar } from '../calendar-file.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import { refuseInputAsOutput } from '../inputs.js'
import { InstrumentChoice } from '../instrument-filter.js'
import type { RunListener, SessionRequest, SessionRun } from '../run-sessions.js'
import { masterPaths } from '../session-instruments.js'
import { statPath } from '../stat-path.js'
import { keyOf } from './own-series.js'
import { readTheirFiles, type TheirFile } from './read-their-file.js'
import { openRows, type RowsWords } from './reconcile-rows.js'
import { type OwnRequest, otherReading, ownSeries, READINGS } from './run-own.js'
import { isCandleFile, storedSeries } from './stored-own.js'
import { checkTimes, otherDay, type TheirSeries, theirInterval, theirSeries } from './their-series.js'

/** What the command line says. */
export interface ReconcileWords extends SessionRequest, RowsWords {
  readonly against: string
  readonly tf: string | undefined
  readonly symbols: readonly string[]
  readonly pass: PassLine
}

/** Both sides compared. */
export interface Reconciliation {
  readonly files: readonly TheirFile[]
  readonly interval: Interval
  /** Sorted by exchange, symbol, day. Only what both sides have. */
  readonly verdicts: readonly SeriesVerdict[]
  /** Recorded, and not in their file. */
  readonly only_ours: readonly OwnSeries[]
  readonly theirs: Omit<TheirSeries, 'by_series'>
  /** Other readings of the recording that were made to find a cause. */
  readonly readings: readonly OtherReading['cause'][]
  readonly runs: readonly SessionRun[]
}

/** Our candles against theirs: what differs, and why. */
export async function runReconcile(words: ReconcileWords, run: RunListener): Promise<Reconciliation> {
  const rows = await openRows(words)
  const stored = words.recordings.sessions.filter(isCandleFile)
  refuseAsOutput(words, [words.against, ...stored])
  if (stored.length === 0) refuseInputAsOutput(words.output, words)
  const { calendar } = await loadCalendar(words.calendar)
  const files = await readTheirFiles(words.against, run.onNotice)
  tellFiles(files, run)
  const interval = theirInterval(files, words.tf, run.onNotice)
  const request: OwnRequest = { instruments: words.instruments, calendar, interval }
  if (stored.length > 0 && stored.length < words.recordings.sessions.length)
    throw usageError(
      'mixed_sessions',
      `Expected recordings or files of candles, found both: ${words.recordings.sessions.join(', ')}.`,
    )
  const sessions = stored.length > 0 ? [] : sessionsOf(words, run)
  if (stored.length === 0)
    checkTimes(
      files,
      sessions.map(({ day }) => day),
      interval,
    )
  const own =
    stored.length > 0 ? await ownOfFiles(stored, request, words, run) : await ownOfSessions(sessions, request, words, run)
  const placed = theirSeries(files, {
    instruments: instrumentsOf(own.series),
    days: new Set(own.series.map(({ day }) => day)),
    interval,
    symbol: words.symbols.length === 1 ? words.symbols[0] : undefined,
  })
  const both = own.series.filter((one) => placed.by_series.has(keyOf(one.instrument, one.day)))
  if (both.length === 0) throw nothingInCommon(files, own.series, placed)
  const compare = (series: OwnSeries): SeriesVerdict =>
    reconcileSeries(series, {
      their: placed.by_series.get(keyOf(series.instrument, series.day)) ?? [],
      length_ms: interval.label === '1d' ? undefined : interval.length_s * 1000,
      all: own.series,
    })
  const { verdicts, readings } = await withReadings(both.map(compare), { own, request, compare }, run)
  rows.write(verdicts, interval.label)
  const { by_series: _, ...theirs } = placed
  const only_ours = own.series.filter((one) => !both.includes(one))
  return { files, interval, verdicts, only_ours, theirs, readings, runs: own.runs }
}

interface Own {
  readonly series: readonly OwnSeries[]
  readonly runs: readonly SessionRun[]
  /** Which recordings a series comes from; none for candle files. */
  readonly session_of: ReadonlyMap<OwnSeries, SessionFiles>
}

/** The files of both sides are read only. */
function refuseAsOutput({ output }: ReconcileWords, inputs: readonly string[]): void {
  const target = output === undefined || output === '-' || output === '' ? undefined : statPath(output)
  for (const path of inputs) {
    const input = statPath(path)
    if (target === undefined || input?.ino !== target.ino || input.dev !== target.dev) continue
    throw usageError(
      'output_is_input',
      `The output ${output} is a file that is read (${path}): expected another file for the results.`,
      'name another file after --output',
    )
  }
}

function sessionsOf(words: ReconcileWords, run: RunListener): readonly SessionFiles[] {
  const { sessions, notices } = findRecordings(words.recordings)
  for (const notice of notices) run.onNotice(notice)
  return sessions
}

async function ownOfSessions(
  sessions: readonly SessionFiles[],
  request: OwnRequest,
  words: ReconcileWords,
  run: RunListener,
): Promise<Own> {
  const choice = new InstrumentChoice({ symbols: words.symbols, tokens: [], exchanges: [] }, sessions.length, run.onNotice)
  const series: OwnSeries[] = []
  const runs: SessionRun[] = []
  const session_of = new Map<OwnSeries, SessionFiles>()
  for (const session of sessions) {
    const made = await ownSeries(session, request, run, (files, table) => {
      const { isWanted } = choice.filterOf(files, table, masterPaths(files, words.instruments))
      return isWanted
    })
    for (const one of made.series) session_of.set(one, session)
    series.push(...made.series)
    runs.push(made.run)
  }
  choice.finish()
  return { series, runs, session_of }
}

async function ownOfFiles(
  paths: readonly string[],
  request: OwnRequest,
  { symbols }: ReconcileWords,
  run: RunListener,
): Promise<Own> {
  const all = await storedSeries(paths, request, run.onNotice)
  const wanted = new Set(symbols.map((symbol) => symbol.toUpperCase()))
  const series = all.filter(
    ({ instrument: { exchange, symbol } }) =>
      wanted.size === 0 || wanted.has(symbol.toUpperCase()) || wanted.has(`${exchange}:${symbol}`.toUpperCase()),
  )
  if (series.length === 0)
    throw usageError('unknown_symbol', `${paths.join(', ')}: none of the candles is of ${symbols.join(', ')}.`)
  return { series, runs: [], session_of: new Map() }
}

function* instrumentsOf(series: readonly OwnSeries[]): Iterable<Instrument> {
  const told = new Set<number>()
  for (const { instrument } of series) {
    if (told.has(instrument.instrument_token)) continue
    told.add(instrument.instrument_token)
    yield instrument
  }
}

interface Rereading {
  readonly own: Own
  readonly request: OwnRequest
  compare(series: OwnSeries): SeriesVerdict
}

/** Reads the recordings anew, another way each time, for as long as something is not explained. Standard input can be read once only. */
async function withReadings(
  first: readonly SeriesVerdict[],
  { own, request, compare }: Rereading,
  run: RunListener,
): Promise<{ readonly verdicts: readonly SeriesVerdict[]; readonly readings: OtherReading['cause'][] }> {
  let verdicts = first
  const readings: OtherReading['cause'][] = []
  const session_of = new Map([...own.session_of].map(([series, session]) => [keyOf(series.instrument, series.day), session]))
  if (request.interval.label === '1d') return { verdicts, readings }
  const has_late = own.runs.some(({ volume }) => volume.late_trades > 0)
  for (const cause of READINGS) {
    const open = verdicts.filter(wantsReadings).map(({ series }) => series)
    if (cause === 'late_trades' && !has_late) continue
    const found = new Map<string, OtherReading>()
    for (const session of new Set(session_of.values())) {
      const series = open.filter((one) => session_of.get(keyOf(one.instrument, one.day)) === session)
      if (series.length === 0 || session.files.some(({ path }) => path === '-')) continue
      for (const [key, reading] of await otherReading(session, cause, { request, series }, { ...run, onNotice: () => {} }))
        found.set(key, reading)
    }
    if (found.size === 0) continue
    readings.push(cause)
    verdicts = verdicts.map((verdict) => {
      const { series } = verdict
      const reading = found.get(keyOf(series.instrument, series.day))
      return reading === undefined ? verdict : compare({ ...series, readings: [...series.readings, reading] })
    })
  }
  return { verdicts, readings }
}

const NAMED_MAX = 3

function tellFiles(files: readonly TheirFile[], run: RunListener): void {
  for (const { path, bad, rows, naive_times, left_out } of files) {
    for (const { line, reason } of bad.slice(0, NAMED_MAX)) run.onNotice(`${path}, line ${line}: ${reason}; left out.`)
    if (bad.length > NAMED_MAX) run.onNotice(`${path}: ${bad.length} lines left out in all.`)
    if (naive_times > 0) run.onNotice(`${path}: ${naive_times} of ${rows.length} times have no zone and are read as IST.`)
    for (const [what, count] of left_out) run.onNotice(`${path}: ${count} rows ${what} left out.`)
  }
}

function nothingInCommon(
  files: readonly TheirFile[],
  own: readonly OwnSeries[],
  { other_days, not_recorded }: TheirSeries,
): MdsError {
  const path = files[0]?.path ?? ''
  if (own.length === 0)
    return new MdsError('no_candles', {
      message: 'The recording holds no candle to compare.',
      suggestions: ['mds info says what it holds'],
      exitCode: EXIT.unreadable,
    })
  const days = [...new Set(own.map(({ day }) => day))].sort((a, b) => a - b)
  if (other_days.size > 0 && not_recorded.size === 0) return otherDay(files, days, other_days)
  const names = [...not_recorded.keys()]
  const ours = own.slice(0, NAMED_MAX).map(({ instrument }) => instrument.symbol)
  return usageError(
    'nothing_in_common',
    `${path} has ${namesOf(names)}, none of which was recorded ${on(days)}; recorded were ${ours.join(', ')}${own.length > NAMED_MAX ? ' and others' : ''}.`,
    'a file that names no instrument takes its name from --symbol, or from the file: RELIANCE.json',
  )
}

const namesOf = (names: readonly string[]): string =>
  `${names.slice(0, NAMED_MAX).join(', ')}${names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : ''}`

const on = (days: readonly IstDay[]): string => `on ${days.slice(0, NAMED_MAX).map(formatDate).join(', ')}`

/** Bad lines of their files decide the exit code with `--strict`. */
export const badLines = ({ files }: Reconciliation): number => files.reduce((sum, { bad }) => sum + bad.length, 0)

/** 4 below the pass line. */
export const exitCodeOf = (fails: boolean): ExitCode => (fails ? EXIT.validation_failed : EXIT.ok)
