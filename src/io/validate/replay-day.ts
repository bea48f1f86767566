import { type Alert, isForAction } from '../../core/alerts/index.js'
import { type Calendar, type Instrument, type InstrumentTable, similarTexts } from '../../core/market/index.js'
import { type DetectorFault, PATTERNS } from '../../core/patterns/index.js'
import { type IstDay, istDay } from '../../core/time/index.js'
import { type LoggedAlert, type NamedGap, type ReplayedAlert, type ReplayFacts, replayedOf } from '../../core/validate/index.js'
import { placeOf } from '../earlier-sessions.js'
import { findRecordings } from '../find-recordings.js'
import { InstrumentChoice, type InstrumentFilter, type InstrumentWishes } from '../instrument-filter.js'
import { type RunListener, runSessions, type SessionRequest, type SessionRun } from '../run-sessions.js'
import { masterPaths } from '../session-instruments.js'
import { type DaySignals, openDaySignals } from '../signals/day-signals.js'
import { faultLine } from '../signals/fault-line.js'
import { missingInputs } from '../signals/missing-inputs.js'
import { SIGNAL_BARS, SIGNAL_CLOCK, type SignalConfig } from '../signals/signal-config.js'
import { carriedGaps } from './carried-gaps.js'
import { hashExplainer } from './explain-hash.js'
import { LateTicks } from './late-ticks.js'

/** One day as a replay tells it. */
export interface ReplayedDay {
  readonly run: SessionRun
  readonly day: IstDay
  readonly table: InstrumentTable
  readonly calendar: Calendar
  /** Alerts and leg events, those asked for. */
  readonly alerts: readonly ReplayedAlert[]
  readonly facts: ReplayFacts
  readonly baseline_path: string | undefined
  readonly faults: readonly DetectorFault[]
  byToken(instrument_token: number): Instrument | undefined
  isCarried(instrument: Instrument): boolean
  isWanted(instrument: Instrument): boolean
}

export interface ReplayWords extends SessionRequest {
  readonly wishes: InstrumentWishes
}

/** Neither the engine nor its buffers: what they said. */
interface Heard {
  readonly table: InstrumentTable
  readonly calendar: Calendar
  readonly filter: InstrumentFilter
  readonly alerts: ReplayedAlert[]
  readonly held_back: ReplayedAlert[]
  readonly signals: DaySignals
  readonly late: LateTicks
  gaps: ReadonlyMap<number, readonly NamedGap[]>
}

/** Replays each day with the detectors of `mds patterns`, and keeps what explains differences from a log. */
export async function replayDays(
  words: ReplayWords,
  config: SignalConfig,
  log: readonly LoggedAlert[],
  run: RunListener,
): Promise<ReplayedDay[]> {
  const choice = new InstrumentChoice(words.wishes, findRecordings(words.recordings).sessions.length, run.onNotice)
  const asked_about = new Set(log.map(({ pattern, symbol }) => subjectOf(pattern, symbol)))
  const heard: Heard[] = []
  const runs = await runSessions({ ...words, clock: SIGNAL_CLOCK, bars: SIGNAL_BARS }, run, async (session, table, calendar) => {
    const filter = choice.filterOf(session, table, masterPaths(session, words.instruments))
    const [alerts, held_back]: [ReplayedAlert[], ReplayedAlert[]] = [[], []]
    const emit = (alert: Alert): void => {
      const { pattern, instrument } = alert.detection
      if (!filter.isWanted(instrument)) return
      if (isForAction(alert)) alerts.push(replayedOf(alert))
      else if (alert.state === 'suppressed' && asked_about.has(subjectOf(pattern.id, instrument.symbol)))
        held_back.push(replayedOf(alert))
    }
    const instruments = [...table.known()]
    const place = { day: session.day, ...placeOf(session), calendar, instruments }
    const day = await openDaySignals(config, place, { emit })
    for (const notice of missingInputs(config, day, instruments)) run.onNotice(notice)
    const one: Heard = { table, calendar, filter, alerts, held_back, signals: day, late: new LateTicks(), gaps: new Map() }
    heard.push(one)
    let first_ms: number | undefined
    const { signals } = day
    return {
      onCandle: (candle) => signals.onCandle(candle),
      onMoment: (now_ms) => signals.onMoment(now_ms),
      ...(signals.onSecond === undefined ? {} : { onSecond: signals.onSecond }),
      onTick: (tick) => {
        first_ms ??= tick.received_at_ms
        one.late.onTick(tick)
      },
      options: day.options,
      onEnd: (pipeline) => {
        const begun_ms = first_ms ?? 0
        one.gaps = carriedGaps(pipeline, session, { calendar, day: session.day ?? istDay(begun_ms), first_ms: begun_ms })
      },
    }
  })
  choice.finish()
  return Promise.all(runs.map((done, n) => replayedDay(done, heard[n] as Heard, config)))
}

async function replayedDay(run: SessionRun, heard: Heard, config: SignalConfig): Promise<ReplayedDay> {
  const { table, calendar, filter, alerts, signals, gaps } = heard
  const read = run.files.filter(({ records }) => records > 0)
  const hours = {
    from_ms: read.reduce((first, { first_ms }) => Math.min(first, first_ms), Number.POSITIVE_INFINITY),
    to_ms: read.reduce((last, { last_ms }) => Math.max(last, last_ms), Number.NEGATIVE_INFINITY),
  }
  const known_patterns = new Set([...PATTERNS, ...config.patterns.map(({ definition }) => definition)].map(({ id }) => id))
  const facts: ReplayFacts = {
    engine_version: config.version,
    config_hash: signals.config_hash,
    explainHash: await hashExplainer(config, signals.baseline_sha256),
    has_baseline: signals.baseline_path !== undefined,
    patterns: new Map(
      config.patterns.map(({ definition, parameters }) => [
        definition.id,
        { parameters, needs_baseline: definition.needs?.some((need) => need === 'baseline' || need === 'volume') === true },
      ]),
    ),
    known_patterns,
    similarPatterns: (id) => similarTexts(id, known_patterns, 3),
    faults: new Map(signals.faults.map((fault) => [fault.pattern_id, faultLine(fault)])),
    min_confidence: config.rules.min_confidence,
    hours,
    isCarried: (token) => gaps.has(token),
    gapsOf: (token) => gaps.get(token) ?? [],
    lateTicksOf: (token) => heard.late.of(token),
    held_back: heard.held_back,
  }
  const known = new Map([...table.known()].map((instrument) => [instrument.instrument_token, instrument]))
  return {
    run,
    day: run.session.day ?? istDay(hours.from_ms),
    table,
    calendar,
    alerts,
    facts,
    baseline_path: signals.baseline_path,
    faults: signals.faults,
    byToken: (token) => known.get(token) ?? table.find(`token:${token}`)[0],
    isCarried: ({ instrument_token }) => gaps.has(instrument_token),
    isWanted: (instrument) => filter.isWanted(instrument),
  }
}

const subjectOf = (pattern: string, symbol: string): string => `${pattern}|${symbol.toUpperCase()}`
