import { EXIT, type ExitCode, usageError } from '../../core/errors.js'
import type { Calendar, Instrument } from '../../core/market/index.js'
import { formatCompactDate, formatDate, istDay } from '../../core/time/index.js'
import {
  alertsOfDay,
  checkHours,
  compareAlerts,
  daysText,
  type LineFault,
  type LoggedAlert,
  logSide,
  type Parity,
  type PlacedAlert,
  placeAlerts,
  replaySide,
  shiftedToDay,
  shiftIntoSession,
  shiftOfLog,
  type Tolerance,
} from '../../core/validate/index.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import type { RunListener } from '../run-sessions.js'
import { readSignalConfig, type SignalWords } from '../signals/signal-config.js'
import { type AlertLogFile, readAlertLog, refuseFaults } from './read-alert-log.js'
import { type ReplayedDay, type ReplayWords, replayDays } from './replay-day.js'

/** What the command line says. */
export interface ParityWords extends ReplayWords, SignalWords {
  /** The log; `-`: standard input. */
  readonly alerts: string
  readonly maps: readonly string[]
  readonly tolerance: Tolerance
  /** A log with a single bad record is refused. */
  readonly strict: boolean
}

/** A day, and how its part of the log compares. */
export interface ParityOfDay {
  readonly replayed: ReplayedDay
  readonly parity: Parity
}

export interface ParityRun {
  readonly log: AlertLogFile
  /** Of the log, and those that only a day's instruments and hours show. */
  readonly faults: readonly LineFault[]
  /** Alerts of no session named, with their days; and of instruments not asked for. */
  readonly other_days: { readonly alerts: number; readonly days: string }
  readonly other_symbols: number
  readonly days: readonly ParityOfDay[]
  readonly exit_code: ExitCode
}

/** The log, once nothing speaks against going on with it. */
export async function readLog(words: Omit<ParityWords, keyof SignalWords>): Promise<AlertLogFile> {
  refuseBothOnStdin(words)
  const { sessions } = findRecordings(words.recordings)
  const day = sessions.length === 1 ? sessions[0]?.day : undefined
  const log = await readAlertLog({ path: words.alerts, maps: words.maps, day })
  if (words.strict) refuseFaults(log)
  refuseOtherDays(log, sessions)
  return log
}

/** Replays each session and compares the log with it. */
export async function runParity(words: ParityWords, log: AlertLogFile, run: RunListener): Promise<ParityRun> {
  const config = await readSignalConfig(words)
  const days = await replayDays(words, config, log.alerts, run)
  const logged = days.map((replayed) => logOfDay(log, replayed, days))
  const taken = new Set(logged.flatMap(({ taken_lines }) => taken_lines))
  const others = log.alerts.filter(({ line }) => !taken.has(line))
  if (log.alerts.length > 0 && others.length === log.alerts.length)
    throw otherDays(
      log,
      days.map(({ day: own }) => own),
    )
  const faults = [...log.faults, ...logged.flatMap((one) => one.faults)].sort((a, b) => a.line - b.line)
  if (words.strict) refuseFaults({ path: log.path, faults })
  const compared = logged.map(({ replayed, alerts, held_back, shift_ms }): ParityOfDay => {
    const { facts, alerts: replay } = replayed
    const setup = { log: alerts, log_held_back: held_back, unread: log.faults, replay, facts, shift_ms }
    return { replayed, parity: compareAlerts({ ...setup, tolerance: words.tolerance }) }
  })
  return {
    log,
    faults,
    other_days: { alerts: others.length, days: daysText(others.map(({ timestamp_ms }) => istDay(timestamp_ms))) },
    other_symbols: logged.reduce((sum, one) => sum + one.taken_lines.length - one.alerts.length, 0),
    days: compared,
    exit_code: compared.some(({ parity }) => parity.differences.length > 0) ? EXIT.validation_failed : EXIT.ok,
  }
}

interface LogOfDay {
  readonly replayed: ReplayedDay
  readonly alerts: readonly PlacedAlert[]
  readonly held_back: readonly PlacedAlert[]
  readonly faults: readonly LineFault[]
  readonly shift_ms: number
  /** Of all alerts of the day, also of instruments not asked for. */
  readonly taken_lines: readonly number[]
}

/** The part of the log that is of this day, with instruments and with what its clock is ahead. */
function logOfDay(log: AlertLogFile, replayed: ReplayedDay, all: readonly ReplayedDay[]): LogOfDay {
  const { day, calendar } = replayed
  const sessions = new Set(all.map((one) => one.day))
  const candidates = place(alertsOfDay(log.alerts, day, sessions), replayed)
  const shift_ms = shiftOf(candidates.alerts, replayed)
  const own = shiftedToDay(log.alerts, day, shift_ms)
  const placed = place(own, replayed)
  const checked = checkHours(placed.alerts, { calendar, day, shift_ms })
  const held_back = place(shiftedToDay(log.held_back, day, shift_ms), replayed)
  const isWanted = ({ instrument }: PlacedAlert): boolean => instrument === undefined || replayed.isWanted(instrument)
  return {
    replayed,
    alerts: checked.alerts.filter(isWanted),
    held_back: held_back.alerts,
    faults: [...placed.faults, ...checked.faults],
    shift_ms,
    taken_lines: own.map(({ line }) => line),
  }
}

function place(alerts: readonly LoggedAlert[], { table, byToken, isCarried }: ReplayedDay): ReturnType<typeof placeAlerts> {
  return placeAlerts(alerts, {
    find: (text) => table.find(text),
    similarSymbols: (text, count) => table.similarSymbols(text, count),
    byToken,
    isCarried,
  })
}

/** By the replay's alerts; where it knows none of the log's, by the hours of the session. */
function shiftOf(alerts: readonly PlacedAlert[], { alerts: replay, calendar, day }: ReplayedDay): number {
  const sides = alerts.map((alert) => logSide(alert, 0))
  const shift_ms = shiftOfLog(sides, replay.map(replaySide))
  if (shift_ms !== 0) return shift_ms
  const known = alerts.filter(({ instrument }) => instrument !== undefined)
  const isWithin = (n: number, time_ms: number): boolean => isOpen(known[n]?.instrument as Instrument, time_ms, calendar, day)
  return shiftIntoSession(
    known.map(({ timestamp_ms }) => timestamp_ms),
    isWithin,
  )
}

const isOpen = (instrument: Instrument, time_ms: number, calendar: Calendar, day: number): boolean =>
  calendar.sessionOf(instrument, day).phases.some(({ start_s, end_s }) => time_ms >= start_s * 1000 && time_ms <= end_s * 1000)

function refuseBothOnStdin({ alerts, recordings }: Pick<ParityWords, 'alerts' | 'recordings'>): void {
  if (alerts === '-' && recordings.sessions.includes('-'))
    throw usageError('two_inputs', 'Standard input can hold the log or the recording, not both.', 'name the log as a file')
}

/** A replay takes its time: a log that no session named can be of is refused ahead of it. */
function refuseOtherDays(log: AlertLogFile, sessions: readonly SessionFiles[]): void {
  const days = sessions.map(({ day }) => day)
  const isNear = (alert: LoggedAlert): boolean =>
    days.some((day) => day === undefined || Math.abs(istDay(alert.timestamp_ms) - day) <= 1)
  if (log.alerts.length > 0 && !log.alerts.some(isNear))
    throw otherDays(
      log,
      days.flatMap((day) => day ?? []),
    )
}

function otherDays({ path, alerts }: AlertLogFile, days: readonly number[]): Error {
  const found = alerts.map(({ timestamp_ms }) => istDay(timestamp_ms))
  const last = Math.max(...new Set(found))
  return usageError(
    'other_day',
    `${path} has alerts of ${daysText(found)}, and the recording is of ${days.map(formatDate).join(', ')}: expected the same day.`,
    `mds validate-alerts ${path} ${formatCompactDate(last)}`,
  )
}
