import { tickOf } from '../alerts/index.js'
import type { Calendar, Candle, Instrument } from '../market/index.js'
import type { IstDay } from '../time/index.js'
import { FollowedAlert, type OutcomeRules, type RecordingFacts } from './followed-alert.js'
import type { TradingHours } from './horizon.js'
import { InstrumentWatch } from './instrument-watch.js'
import { type JudgedAlert, nameOf } from './judged-alert.js'
import { MinuteSamples } from './minute-samples.js'
import type { Outcome } from './outcome.js'
import type { Position } from './position.js'
import { RegimeSeries } from './regime-series.js'

/** What is asked of one session. */
export interface SessionQuestion {
  readonly day: IstDay
  readonly calendar: Calendar
  /** Of this session, with the instruments of its master. */
  readonly alerts: readonly JudgedAlert[]
  /** Names of the instruments that pseudo-alerts may be made of. */
  readonly sampled: ReadonlySet<string>
  readonly rules: OutcomeRules
}

/** What a session has to say when it has been read. */
export interface SessionEvidence {
  readonly day: IstDay
  /** In the order of the alerts. */
  readonly outcomes: readonly Outcome[]
  /** By name of the instrument; those of which a packet came. */
  readonly samples: ReadonlyMap<string, MinuteSamples>
  readonly regimes: RegimeSeries
}

/** All alerts of a session, followed in one pass over its recording: give it every accepted packet of what it watches, in order. */
export class SessionOutcomes {
  readonly #question: SessionQuestion
  readonly #followed: readonly FollowedAlert[]
  readonly #positions = new Map<number, Position[]>()
  readonly #watches = new Map<number, InstrumentWatch>()
  readonly #samples = new Map<string, MinuteSamples>()
  readonly #regimes = new RegimeSeries()

  constructor(question: SessionQuestion) {
    this.#question = question
    this.#followed = question.alerts.map((alert) => {
      const traded = alert.legs[0]?.instrument ?? alert.instrument
      return new FollowedAlert(alert, hoursOf(traded, question), question.rules)
    })
    for (const { positions } of this.#followed)
      for (const { token, position } of positions) this.#positions.set(token, [...(this.#positions.get(token) ?? []), position])
  }

  /** Asked once for each instrument, before its first packet. Undefined: its packets do not matter. */
  watch(instrument: Instrument): InstrumentWatch | undefined {
    const positions = this.#positions.get(instrument.instrument_token) ?? []
    const name = nameOf(instrument)
    const is_sampled = this.#question.sampled.has(name)
    const hours = is_sampled ? hoursOf(instrument, this.#question) : undefined
    if (positions.length === 0 && hours === undefined) return undefined
    const samples = hours === undefined ? undefined : new MinuteSamples(hours, this.#question.rules.latency_ms)
    if (samples !== undefined) this.#samples.set(name, samples)
    const watch = new InstrumentWatch({ tick: tickOf(instrument), positions, samples })
    this.#watches.set(instrument.instrument_token, watch)
    return watch
  }

  /** Closed bars: minutes of India VIX, and with bars for barriers those of what is watched. */
  onCandle(candle: Candle): void {
    if (candle.interval !== '1m' || candle.phase !== 'continuous' || candle.synthetic || candle.revision > 0) return
    this.#regimes.onMinute(candle)
    if (this.#question.rules.from === 'bars') this.#watches.get(candle.instrument.instrument_token)?.onBar(candle)
  }

  /** The recording is over. */
  finish(facts: Omit<RecordingFacts, 'heard'>): SessionEvidence {
    for (const watch of this.#watches.values()) watch.finish(facts.now_ms)
    const heard = new Set(this.#watches.keys())
    return {
      day: this.#question.day,
      outcomes: this.#followed.map((followed) => followed.outcome({ ...facts, heard })),
      samples: this.#samples,
      regimes: this.#regimes,
    }
  }
}

/** From the first continuous trading of the day to the end of the last; undefined where there is none. */
function hoursOf(instrument: Instrument, { calendar, day }: SessionQuestion): TradingHours | undefined {
  const continuous = calendar.sessionOf(instrument, day).phases.filter(({ phase }) => phase === 'continuous')
  const [first, last] = [continuous[0], continuous.at(-1)]
  return first === undefined || last === undefined ? undefined : { open_ms: first.start_s * 1000, close_ms: last.end_s * 1000 }
}
