import { assert } from '../../core/assert.js'
import type { Track } from '../../core/candles/index.js'
import type { Pipeline } from '../../core/engine/index.js'
import { type Instrument, underlyingOf } from '../../core/market/index.js'
import { isOption } from '../../core/options/index.js'
import type { BankSetup } from '../../core/patterns/index.js'
import { parseWindowEnd } from '../../core/replay/index.js'
import { answersOf, type Explanation, Hearing, SecondHearing } from '../../core/why/index.js'
import { loadCalendar } from '../calendar-file.js'
import { placeOf } from '../earlier-sessions.js'
import { findRecordings } from '../find-recordings.js'
import { type RunListener, runSession, type SessionListener, type SessionRequest, type SessionRun } from '../run-sessions.js'
import { masterPaths } from '../session-instruments.js'
import { type DaySignals, openDaySignals } from '../signals/day-signals.js'
import { readSignalConfig, SIGNAL_BARS, SIGNAL_CLOCK, type SignalWords } from '../signals/signal-config.js'
import { askedPatterns, momentOf, oneInstrument, oneSession } from './why-question.js'

/** What the command line says. */
export interface WhyWords extends SessionRequest, SignalWords {
  readonly symbol: string
  readonly at: string
  /** Ids and categories; empty: all that run. */
  readonly asked: readonly string[]
}

export interface WhyRun {
  readonly explanation: Explanation
  /** What was read up to the moment. */
  readonly run: SessionRun
}

/** Runs the day up to the moment as `mds patterns` would, then once more to hear what those that kept silent would have asked. */
export async function runWhy(words: WhyWords, run: RunListener): Promise<WhyRun> {
  const config = await readSignalConfig(words)
  const pattern_ids = askedPatterns(words.asked, config)
  const at = parseWindowEnd(words.at, '--at')
  const { calendar } = await loadCalendar(words.calendar)
  const { sessions, notices } = findRecordings(words.recordings)
  for (const notice of notices) run.onNotice(notice)
  const session = oneSession(sessions, at)
  const place = { day: session.day, ...placeOf(session), calendar }
  const engine: Parameters<typeof runSession>[1] = {
    instruments: words.instruments,
    calendar,
    clock: SIGNAL_CLOCK,
    bars: SIGNAL_BARS,
  }

  let first: Heard | undefined
  const told = await runSession(session, engine, { ...run, onStep: () => first?.hearing.is_over !== true }, async (_, table) => {
    const instrument = oneInstrument(words.symbol, table, masterPaths(session, words.instruments))
    const { day, at_ms } = momentOf(at, session.day, instrument, calendar)
    const hearing = new Hearing({ instrument_token: instrument.instrument_token, at_ms, pattern_ids })
    const late = new LateVolume(instrument)
    const signals = await openDaySignals(
      config,
      { ...place, instruments: [...table.known()] },
      {
        emit: (alert) => hearing.onAlert(alert),
        listen: (pattern, view, known_at_ms) => hearing.listen(pattern, view, known_at_ms, () => late.volume),
      },
    )
    for (const notice of signals.notices) run.onNotice(notice)
    first = { instrument, day, at_ms, hearing, signals }
    return {
      ...listenerOf(signals, (now_ms) => hearing.onTime(now_ms)),
      onBegin: (pipeline) => late.watch(pipeline),
    }
  })
  assert(first !== undefined, 'a session is never run without its listener')
  const { instrument, day, at_ms, hearing, signals } = first
  for (const fault of signals.faults) hearing.onFault(fault)

  const second = new SecondHearing(hearing)
  if (!second.is_over)
    await runSession(session, engine, { ...run, onNotice() {}, onStep: () => !second.is_over }, async (_, table) => {
      const listen: BankSetup['listen'] = (pattern, view, known_at_ms) => second.listen(pattern, view, known_at_ms)
      const again = await openDaySignals(
        config,
        { ...place, instruments: [...table.known()] },
        { emit() {}, onSuppressed() {}, listen },
      )
      return listenerOf(again, () => {})
    })

  const underlying = underlyingOf(instrument)
  const answers = answersOf(hearing, second, {
    patterns: config.patterns.map(({ definition }) => definition),
    has_options: signals.options.chains.some((chain) => chain.underlying === underlying),
    is_option: isOption(instrument),
  })
  const { config_hash } = signals
  const { min_confidence } = config.rules
  return {
    explanation: {
      instrument,
      session_date: day,
      at_ms,
      bar: hearing.bar,
      answers,
      min_confidence,
      config_hash,
      engine_version: config.version,
    },
    run: told,
  }
}

interface Heard {
  readonly instrument: Instrument
  readonly day: number
  readonly at_ms: number
  readonly hearing: Hearing
  readonly signals: DaySignals
}

function listenerOf({ signals, options }: DaySignals, onTime: (now_ms: number) => void): SessionListener {
  const { onSecond } = signals
  return {
    onCandle: (candle) => signals.onCandle(candle),
    onMoment(now_ms) {
      signals.onMoment(now_ms)
      onTime(now_ms)
    },
    ...(onSecond === undefined ? {} : { onSecond }),
    options,
  }
}

/** Volume of one instrument that was told too late for its bar. */
class LateVolume {
  readonly #token: number
  #pipeline: Pipeline | undefined
  #track: Track | undefined

  constructor({ instrument_token }: Instrument) {
    this.#token = instrument_token
  }

  watch(pipeline: Pipeline): void {
    this.#pipeline = pipeline
  }

  get volume(): number {
    this.#track ??= this.#pipeline?.tracks.find(({ ledger }) => ledger.instrument.instrument_token === this.#token)
    return this.#track?.late_volume ?? Number.NaN
  }
}
