import type { TimeBarOptions } from '../../core/candles/index.js'
import { MINUTE_INTERVAL } from '../../core/candles/index.js'
import type { Pipeline } from '../../core/engine/index.js'
import { EXIT, MdsError } from '../../core/errors.js'
import type { Calendar, InstrumentTable } from '../../core/market/index.js'
import { type IstDay, istDay } from '../../core/time/index.js'
import {
  alertsOfDay,
  type LoggedAlert,
  type PlacedAlert,
  placeAlerts,
  shiftedToDay,
  shiftIntoSession,
} from '../../core/validate/index.js'
import {
  type JudgedAlert,
  judgedAlerts,
  nameOf,
  type OutcomeRules,
  type SessionEvidence,
  SessionOutcomes,
  type Worth,
  worthOf,
} from '../../core/worth/index.js'
import { loadCalendar } from '../calendar-file.js'
import { loadCharges } from '../charges-file.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import { InstrumentChoice, type InstrumentWishes } from '../instrument-filter.js'
import { type RunListener, runSession, type SessionRequest, type SessionRun } from '../run-sessions.js'
import { masterPaths } from '../session-instruments.js'
import type { AlertLogFile } from './read-alert-log.js'

/** What the command line says about worth. */
export interface WorthWords extends SessionRequest {
  readonly wishes: InstrumentWishes
  readonly rules: OutcomeRules
  readonly notional: number
  readonly draws: number
  readonly seed: number
  readonly trials: number | undefined
  /** Undefined: the table that ships with mds. */
  readonly charges: string | undefined
  /** What the clock of the log is ahead on a day, where a replay has shown it; undefined elsewhere. */
  shiftOf(day: IstDay): number | undefined
}

export interface WorthRun {
  readonly worth: Worth
  readonly runs: readonly SessionRun[]
}

/** The market as `mds candles` has it: minutes for barriers and India VIX. */
const BARS: TimeBarOptions = {
  intervals: [MINUTE_INTERVAL],
  auction: 'separate',
  fill: 'skip',
  late: 'drop',
  gap_volume: 'quarantine',
}

/**
 * Judges the alerts of a log on the sessions named. They are read from the newest to the oldest, each once: what instruments chance is asked about is
 * then known before the days it is made of.
 */
export async function runWorth(log: AlertLogFile, words: WorthWords, run: RunListener): Promise<WorthRun> {
  const charges = await loadCharges(words.charges)
  const { calendar } = await loadCalendar(words.calendar)
  const { sessions, notices } = findRecordings(words.recordings)
  for (const notice of notices) run.onNotice(notice)
  const dated = datedSessions(sessions, log.alerts)
  const days = new Set(dated.map(({ day }) => day))
  const choice = new InstrumentChoice(words.wishes, sessions.length, run.onNotice)
  const sampled = new Set<string>()
  const left_out: Record<string, number> = {}
  const taken = new Set<number>()
  const evidence: SessionEvidence[] = []
  const runs: SessionRun[] = []
  for (const { session, day } of [...dated].reverse()) {
    let outcomes: SessionOutcomes | undefined
    const done = await runSession(
      session,
      { instruments: words.instruments, calendar, clock: 'trade', bars: BARS },
      run,
      (_, table) => {
        const { isWanted } = choice.filterOf(session, table, masterPaths(session, words.instruments))
        const candidates = place(alertsOfDay(log.alerts, day, days), table)
        const shift_ms = words.shiftOf(day) ?? shiftByHours(candidates, calendar, day)
        const own = place(shiftedToDay(log.alerts, day, shift_ms), table)
        for (const { line } of own) taken.add(line)
        const wanted = own.filter(({ instrument }) => instrument === undefined || isWanted(instrument))
        const judged = judgedAlerts(wanted, namesOf(table), shift_ms)
        addTo(left_out, { ...judged.left_out, other_symbols: own.length - wanted.length })
        for (const { instrument, direction } of judged.alerts) if (direction !== 'NEUTRAL') sampled.add(nameOf(instrument))
        const session_outcomes = new SessionOutcomes({
          day,
          calendar,
          alerts: inOrder(judged.alerts),
          sampled: new Set(sampled),
          rules: words.rules,
        })
        outcomes = session_outcomes
        return {
          onCandle: (candle) => session_outcomes.onCandle(candle),
          watch: (instrument) => session_outcomes.watch(instrument),
          onEnd: (pipeline) => void evidence.push(session_outcomes.finish(factsOf(pipeline))),
        }
      },
    )
    if (outcomes !== undefined) runs.push(done)
  }
  choice.finish()
  addTo(left_out, { other_days: log.alerts.filter(({ line }) => !taken.has(line)).length })
  const { rules, notional, draws, seed, trials } = words
  const worth = worthOf(evidence.reverse(), { rules, charges, notional, draws, seed, trials, left_out: inNames(left_out) })
  return { worth, runs: runs.reverse() }
}

interface DatedSession {
  readonly session: SessionFiles
  readonly day: IstDay
}

/** A single recording without a date in its name is of the day of the log; beside others its place in time would not be known. */
function datedSessions(sessions: readonly SessionFiles[], alerts: readonly LoggedAlert[]): DatedSession[] {
  const newest_ms = alerts.reduce((newest, { timestamp_ms }) => Math.max(newest, timestamp_ms), 0)
  return sessions.map((session) => {
    if (session.day !== undefined) return { session, day: session.day }
    if (sessions.length === 1) return { session, day: istDay(newest_ms) }
    throw new MdsError('undated_recording', {
      message: `${session.files[0]?.path ?? '-'} has no date in its name, so which sessions come before it is not known.`,
      suggestions: ['rename the recording to PROFILE_YYYYMMDD_HHMM.bin', 'name that recording alone'],
      exitCode: EXIT.usage,
    })
  })
}

function place(alerts: readonly LoggedAlert[], table: InstrumentTable): readonly PlacedAlert[] {
  return placeAlerts(alerts, { ...namesOf(table), similarSymbols: () => [], isCarried: () => true }).alerts
}

const namesOf = (table: InstrumentTable) => {
  const by_token = new Map([...table.known()].map((instrument) => [instrument.instrument_token, instrument]))
  return { find: (text: string) => table.find(text), byToken: (token: number) => by_token.get(token) }
}

function shiftByHours(alerts: readonly PlacedAlert[], calendar: Calendar, day: IstDay): number {
  const known = alerts.flatMap(({ instrument, timestamp_ms }) => (instrument === undefined ? [] : [{ instrument, timestamp_ms }]))
  const isWithin = (n: number, time_ms: number): boolean => {
    const instrument = known[n]?.instrument
    if (instrument === undefined) return false
    const { phases } = calendar.sessionOf(instrument, day)
    return phases.some(({ start_s, end_s }) => time_ms >= start_s * 1000 && time_ms <= end_s * 1000)
  }
  return shiftIntoSession(
    known.map(({ timestamp_ms }) => timestamp_ms),
    isWithin,
  )
}

function factsOf({ bars, tracks }: Pipeline): Parameters<SessionOutcomes['finish']>[0] {
  const by_token = new Map(tracks.map((track) => [track.ledger.instrument.instrument_token, track]))
  return {
    begin_ms: bars.begin_ms,
    now_ms: bars.now_ms,
    isOverGap: (token, from_ms, to_ms) => {
      const track = by_token.get(token)
      return track === undefined || !bars.covers(track, Math.ceil(from_ms / 1000), Math.floor(to_ms / 1000))
    },
  }
}

/** In the order of time, so that nothing depends on the order of the log. */
const inOrder = (alerts: readonly JudgedAlert[]): JudgedAlert[] =>
  [...alerts].sort(
    (a, b) =>
      a.emitted_at_ms - b.emitted_at_ms ||
      byText(a.pattern_type, b.pattern_type) ||
      a.instrument.instrument_token - b.instrument.instrument_token ||
      byText(a.direction, b.direction) ||
      byText(a.alert_id, b.alert_id),
  )

function addTo(counts: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [reason, count] of Object.entries(more)) if (count > 0) counts[reason] = (counts[reason] ?? 0) + count
}

const inNames = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => byText(a, b)))

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
