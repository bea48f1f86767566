import type { Gap } from '../../core/candles/index.js'
import { EXIT, type ExitCode } from '../../core/errors.js'
import { escaped } from '../../core/escaped.js'
import type { Instrument, InstrumentTable } from '../../core/market/index.js'
import {
  byTime,
  type Frame,
  GAP_CAUSES,
  type GapCause,
  missedByAll,
  type RecordedGap,
  unionMs,
} from '../../core/recording/index.js'
import { formatDate, formatIso } from '../../core/time/index.js'
import { VolumeMissed } from '../../core/trust/index.js'
import { formatCount } from '../../core/view/index.js'
import { walkPackets } from '../../core/wire/index.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import { InstrumentChoice, type InstrumentWishes } from '../instrument-filter.js'
import { connectionKey, connectionsOf, readSession } from '../read-session.js'
import { type RunListener, runSessions, type SessionRequest, type SessionRun } from '../run-sessions.js'
import { sessionInstruments } from '../session-instruments.js'
import { sessionJournals } from '../session-journals.js'
import { recordedGaps } from './session-gaps.js'
import { tableLines } from './text-table.js'

const NAMED_MAX = 3

/** A gap as it is told: whose, why, and how sure that is. */
export interface GapRow {
  readonly from: string
  readonly to: string
  readonly seconds: number
  readonly profile: string
  readonly connection: number
  readonly cause: GapCause
  readonly grade: RecordedGap['grade']
  /** How many instruments; null: all that the connection carried. */
  readonly instruments: number | null
  /** Their names, where they are few or were asked for. */
  readonly symbols: readonly string[]
  readonly records_lost: number
  /** Volume that is known to have traded meanwhile, by symbol. */
  readonly volume_missed: Readonly<Record<string, number>>
}

export interface SessionGaps {
  readonly date: string | null
  /** True when a journal covers all that was recorded; where none does, silences of more than 15 s count. */
  readonly journal: boolean
  readonly damaged_journal_lines: number
  readonly gaps: readonly GapRow[]
  readonly by_cause: Readonly<Record<string, { gaps: number; seconds: number }>>
  /** Of gaps that concern every instrument, and of each instrument those that concern it alone besides. */
  readonly seconds_all: number
  readonly seconds_by_symbol: Readonly<Record<string, number>>
}

export interface GapsAnswer {
  readonly sessions: readonly SessionGaps[]
  readonly exit_code: ExitCode
}

/** What is missing in recordings, and how that is known. */
export async function runGaps(request: SessionRequest, wishes: InstrumentWishes, run: RunListener): Promise<GapsAnswer> {
  const { sessions, notices } = findRecordings(request.recordings)
  for (const notice of notices) run.onNotice(notice)
  const choice = new InstrumentChoice(wishes, sessions.length, run.onNotice)
  const told: SessionGaps[] = []
  for (const session of sessions) told.push(await gapsOfSession(session, { request, choice, wishes }, run))
  choice.finish()
  return { sessions: told, exit_code: told.some(({ gaps }) => gaps.length > 0) ? EXIT.validation_failed : EXIT.ok }
}

interface Asked {
  readonly request: SessionRequest
  readonly choice: InstrumentChoice
  readonly wishes: InstrumentWishes
}

interface ProfileGap {
  readonly profile: string
  readonly gap: RecordedGap
}

async function gapsOfSession(session: SessionFiles, { request, choice, wishes }: Asked, run: RunListener): Promise<SessionGaps> {
  const { table, files } = await sessionInstruments(session, request.instruments)
  const filter = choice.filterOf(
    session,
    table,
    files.map(({ path }) => path),
  )
  const isWanted = (token: number): boolean => filter.isWanted(table.resolve(token))
  const ledgers = recordedGaps(session.files)
  const is_told = ledgers.every(({ covered }) => covered !== undefined)
  const recorded = ledgers.flatMap(({ profile, gaps, journal }) =>
    missedByAll(gaps, journal?.entries ?? []).map((gap): ProfileGap => ({ profile, gap })),
  )
  const silences = await silencesOf(session, request, run)
  const is_all = wishes.symbols.length + wishes.tokens.length + wishes.exchanges.length === 0
  const all = [...recorded, ...silences]
    .filter(({ gap }) => is_all || gap.tokens === undefined || gap.tokens.some(isWanted))
    .sort((a, b) => byTime(a.gap, b.gap) || (a.profile < b.profile ? -1 : a.profile > b.profile ? 1 : 0))
  const volumes = await volumesOf(session, all, run)
  const rows = all.map((told, n) => rowOf(told, volumes[n] ?? new Map(), { table, isWanted, is_all }))
  return {
    date: session.day === undefined ? null : formatDate(session.day),
    journal: is_told,
    damaged_journal_lines: ledgers.reduce((sum, { journal }) => sum + (journal?.damaged_lines.length ?? 0), 0),
    gaps: rows,
    by_cause: byCause(all),
    ...secondsOf(all, table, isWanted),
  }
}

/** What the engine takes for a gap though nothing tells of it. */
async function silencesOf(session: SessionFiles, request: SessionRequest, run: RunListener): Promise<ProfileGap[]> {
  const [found] = await engineRun(session, request, run)
  const told = new Set(sessionJournals(session, () => {}).gaps.map(keyOf))
  const connections = connectionsOf(session)
  return (found?.gaps ?? []).flatMap((gap): ProfileGap[] => {
    const key = connections[gap.connection]
    const file = session.files.find((one) => connectionKey(one) === key)
    if (file === undefined || told.has(keyOf(gap))) return []
    const { from_ms, to_ms } = gap
    const { profile, connection } = file
    return [{ profile, gap: { connection, from_ms, to_ms, cause: 'silence', grade: 'weak' } }]
  })
}

const keyOf = ({ connection, from_ms, to_ms, tokens }: Gap): string =>
  JSON.stringify([connection, from_ms, to_ms, tokens ?? null])

/** The files were found already: named one by one they are found again, as the same session. */
function engineRun(session: SessionFiles, request: SessionRequest, run: RunListener): Promise<SessionRun[]> {
  const sessions = session.files.map(({ path }) => path)
  return runSessions(
    {
      ...request,
      recordings: { ...request.recordings, sessions },
      clock: 'trade',
      bars: { intervals: [], auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
    },
    run,
    () => ({ onCandle: () => {} }),
  )
}

/** A second look at the data, only where something is missing. Standard input cannot be read twice. */
async function volumesOf(
  session: SessionFiles,
  gaps: readonly ProfileGap[],
  run: RunListener,
): Promise<readonly ReadonlyMap<number, number>[]> {
  if (gaps.length === 0 || session.files.some(({ path }) => path === '-')) return []
  const missed = new VolumeMissed(gaps.map(({ gap }) => gap))
  let received_at_ms = 0
  const sink = {
    onPacket: (view: DataView, at: number, length: number) => missed.take(view, at, length, received_at_ms),
    onBadPacket: () => {},
  }
  const onFrame = (frame: Frame): void => {
    received_at_ms = frame.received_at_ms
    walkPackets(frame.view, frame.start, frame.end, sink)
  }
  await readSession(
    session,
    { onFrame, onRecycle: () => {} },
    { onDiagnostic: () => {}, onProgress: run.onProgress, signal: run.signal },
  )
  return missed.by_gap
}

interface Naming {
  readonly table: InstrumentTable
  isWanted(token: number): boolean
  /** Nothing was asked for in particular. */
  readonly is_all: boolean
}

function rowOf({ profile, gap }: ProfileGap, volumes: ReadonlyMap<number, number>, { table, isWanted, is_all }: Naming): GapRow {
  const wanted = (gap.tokens ?? []).filter(isWanted)
  const named = is_all ? wanted.slice(0, NAMED_MAX) : wanted
  const told = [...volumes].filter(([token]) => isWanted(token))
  return {
    from: formatIso(gap.from_ms),
    to: formatIso(gap.to_ms),
    seconds: (gap.to_ms - gap.from_ms) / 1000,
    profile,
    connection: gap.connection,
    cause: gap.cause,
    grade: gap.grade,
    instruments: gap.tokens === undefined ? null : gap.tokens.length,
    symbols: named.map((token) => nameOf(table.resolve(token))),
    records_lost: gap.records ?? 0,
    volume_missed: sortedRecord(told.map(([token, volume]) => [nameOf(table.resolve(token)), volume])),
  }
}

const nameOf = ({ exchange, symbol, known }: Instrument): string => (known ? `${exchange}:${symbol}` : symbol)

const sortedRecord = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

function byCause(gaps: readonly ProfileGap[]): SessionGaps['by_cause'] {
  const causes = [...new Set(gaps.map(({ gap }) => gap.cause))]
  return sortedRecord(
    causes.map((cause) => {
      const own = gaps.filter(({ gap }) => gap.cause === cause).map(({ gap }) => gap)
      return [cause, { gaps: own.length, seconds: unionMs(own) / 1000 }] as const
    }),
  )
}

function secondsOf(
  gaps: readonly ProfileGap[],
  table: InstrumentTable,
  isWanted: (token: number) => boolean,
): Pick<SessionGaps, 'seconds_all' | 'seconds_by_symbol'> {
  const of_all = gaps.filter(({ gap }) => gap.tokens === undefined).map(({ gap }) => gap)
  const by_token = new Map<number, RecordedGap[]>()
  for (const { gap } of gaps)
    for (const token of gap.tokens ?? []) if (isWanted(token)) by_token.set(token, [...(by_token.get(token) ?? []), gap])
  return {
    seconds_all: unionMs(of_all) / 1000,
    seconds_by_symbol: sortedRecord(
      [...by_token].map(([token, own]) => [nameOf(table.resolve(token)), unionMs([...of_all, ...own]) / 1000] as const),
    ),
  }
}

/** The same for people. */
export function gapsLines({ sessions }: GapsAnswer): string[] {
  return sessions.flatMap(sessionLines).map(escaped)
}

function sessionLines(session: SessionGaps): string[] {
  const { date, journal, damaged_journal_lines, gaps, by_cause, seconds_all, seconds_by_symbol } = session
  const basis = journal ? 'by its journal' : 'silences of more than 15 s in session hours; where there is a journal, it decides'
  const head = `${date ?? 'no date'}: ${gaps.length === 0 ? 'no gap' : gaps.length === 1 ? '1 gap' : `${gaps.length} gaps`}, ${basis}`
  const damaged =
    damaged_journal_lines > 0 ? [`  ${damaged_journal_lines} damaged lines of the journal: gaps may have been told there`] : []
  if (gaps.length === 0) return [head, ...damaged]
  const rows = gaps.map((gap) => [
    gap.from.slice(11, 23).replace('+', '').padEnd(8),
    gap.to.slice(11, 23).replace('+', ''),
    String(gap.seconds),
    gap.profile,
    String(gap.connection),
    gap.cause,
    gap.grade,
    instrumentText(gap),
    volumeText(gap),
  ])
  const worst = Object.entries(seconds_by_symbol)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 10)
  return [
    head,
    ...damaged,
    ...tableLines(['from', 'to', 'seconds', 'profile', 'connection', 'cause', 'grade', 'instruments', 'volume missed'], rows),
    ...Object.entries(by_cause).map(
      ([cause, { gaps: count, seconds }]) => `  ${cause}: ${count}, ${seconds} s. ${GAP_CAUSES[cause as GapCause]}.`,
    ),
    ...(seconds_all > 0 ? [`  all instruments: ${seconds_all} s`] : []),
    ...worst.map(([symbol, seconds]) => `  ${symbol}: ${seconds} s`),
  ]
}

function instrumentText({ instruments, symbols }: GapRow): string {
  if (instruments === null) return 'all'
  const more = instruments - symbols.length
  return `${symbols.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function volumeText({ volume_missed }: GapRow): string {
  const told = Object.entries(volume_missed)
  const total = told.reduce((sum, [, volume]) => sum + volume, 0)
  return told.length === 0 ? '' : `${formatCount(total)} of ${told.length}`
}
