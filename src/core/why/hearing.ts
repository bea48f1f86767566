import type { Alert } from '../alerts/index.js'
import { type Asking, type DetectorFault, type PatternDefinition, type PatternView, Witness } from '../patterns/index.js'
import type { TimestampMs } from '../time/index.js'
import { type Inputs, inputsOf } from './inputs.js'

const SECOND_MS = 1000

/** What is asked about: one instrument, and what was known of it at a moment. */
export interface Question {
  readonly instrument_token: number
  readonly at_ms: TimestampMs
  /** Ids of the patterns that are asked about. */
  readonly pattern_ids: ReadonlySet<string>
}

/** One round of questions: what the detectors of an instrument were shown, and what each of them asked. */
export interface Moment {
  readonly known_at_ms: TimestampMs
  readonly inputs: Inputs
  /** By id of the pattern. */
  readonly asked: ReadonlyMap<string, Witness>
}

/** How another alert is named. */
export interface OtherAlert {
  readonly alert_id: string
  readonly pattern_type: string
  readonly symbol: string
  readonly direction: string
  readonly known_at_ms: TimestampMs
  readonly confidence: number
}

/**
 * Listens to a run as it is. Detectors of closed bars are heard at the newest bar that was known at the moment, those of seconds in that second.
 * To be given everything that the run tells, up to `is_over` at least.
 */
export class Hearing {
  readonly question: Question
  /** Of the newest bar; undefined while there is none. */
  bar: Moment | undefined
  /** Undefined where nobody was asked in that second. */
  second: Moment | undefined
  /** What became of the claims of these moments, by id of the pattern. */
  readonly records = new Map<string, Alert>()
  /** Detectors that were switched off by then, by id. */
  readonly faults = new Map<string, DetectorFault>()
  /** Every claim of the run, by id: those that held others back are among them. */
  readonly claims = new Map<string, OtherAlert>()
  readonly #second_ms: TimestampMs
  #bar_asked = new Map<string, Witness>()
  #second_asked = new Map<string, Witness>()
  #has_later_bar = false
  #now_ms = Number.NEGATIVE_INFINITY

  constructor(question: Question) {
    this.question = question
    this.#second_ms = Math.floor(question.at_ms / SECOND_MS) * SECOND_MS
  }

  /** For `BankSetup.listen`. `late_volume`: of the instrument, so far. */
  listen(
    pattern: PatternDefinition,
    view: PatternView,
    known_at_ms: TimestampMs,
    lateVolume: () => number = () => Number.NaN,
  ): Asking | undefined {
    const { instrument_token, at_ms, pattern_ids } = this.question
    if (view.instrument.instrument_token !== instrument_token) return undefined
    const is_bar = pattern.cadence !== 'second'
    if (is_bar && known_at_ms > at_ms) this.#has_later_bar = true
    if (is_bar ? known_at_ms > at_ms : known_at_ms !== this.#second_ms) return undefined
    if (is_bar) this.#enterBar(view, known_at_ms, lateVolume)
    else this.second ??= { known_at_ms, inputs: inputsOf(view, lateVolume()), asked: this.#second_asked }
    if (!pattern_ids.has(pattern.id)) return undefined
    const witness = new Witness(false)
    ;(is_bar ? this.#bar_asked : this.#second_asked).set(pattern.id, witness)
    return witness
  }

  /** For `AlertSetup.emit`: every record of the run. */
  onAlert(alert: Alert): void {
    const { state, alert_id, detection, confidence } = alert
    if (state !== 'emitted' && state !== 'suppressed' && state !== 'leg_event') return
    const { pattern, candidate, instrument, known_at_ms } = detection
    const { direction } = candidate
    if (state === 'emitted' || !this.claims.has(alert_id))
      this.claims.set(alert_id, {
        alert_id,
        pattern_type: pattern.id,
        symbol: instrument.symbol,
        direction,
        known_at_ms,
        confidence,
      })
    if (instrument.instrument_token !== this.question.instrument_token) return
    const moment = pattern.cadence === 'second' ? this.second : this.bar
    if (moment?.known_at_ms === known_at_ms && moment.asked.has(pattern.id)) this.records.set(pattern.id, alert)
  }

  /** For `BankSetup.onFault`. */
  onFault(fault: DetectorFault): void {
    if (fault.at_ms <= this.question.at_ms && !this.faults.has(fault.pattern_id)) this.faults.set(fault.pattern_id, fault)
  }

  /** Virtual time goes on. */
  onTime(now_ms: TimestampMs): void {
    this.#now_ms = now_ms
  }

  /** Nothing that comes can change what was heard: bars of one instrument come in their order. */
  get is_over(): boolean {
    return this.#has_later_bar && this.#now_ms > this.question.at_ms
  }

  #enterBar(view: PatternView, known_at_ms: TimestampMs, lateVolume: () => number): void {
    if (this.bar?.known_at_ms === known_at_ms) return
    this.#bar_asked = new Map()
    this.bar = { known_at_ms, inputs: inputsOf(view, lateVolume()), asked: this.#bar_asked }
    for (const [id, { detection }] of this.records) if (detection.pattern.cadence !== 'second') this.records.delete(id)
  }
}
