import type { Calendar, Candle, Instrument } from '../market/index.js'
import type { OptionBook } from '../options/index.js'
import { type IstDay, istDay, MINUTE_MS } from '../time/index.js'
import { type Asking, SILENT } from './asking.js'
import type { Baseline } from './baseline.js'
import { whatIsWrong } from './check-candidate.js'
import type { Detection, DetectorFault } from './detection.js'
import { InstrumentView } from './instrument-view.js'
import { OpenMarket } from './open-market.js'
import type { Candidate, Detector, PatternDefinition } from './pattern.js'
import { qualityOf } from './quality.js'
import { CONFIDENCE_MAX, confidenceOf } from './score.js'
import type { PatternView } from './view.js'

/** Intervals that detectors live on. */
export const PATTERN_INTERVALS = ['1m', '5m', '15m'] as const

/** A pattern with the numbers it runs with. */
export interface ActivePattern {
  readonly definition: PatternDefinition
  readonly parameters: Readonly<Record<string, number>>
}

/** What decides what a bank finds. */
export interface BankSetup {
  readonly patterns: readonly ActivePattern[]
  readonly calendar: Calendar
  readonly baseline?: Baseline | undefined
  /** Option chains whose quotes the engine keeps up to date; for detectors that are asked each second. */
  readonly options?: Pick<OptionBook, 'chains'> | undefined
  onDetection(detection: Detection): void
  /** Whoever wants to hear what a detector asks in this moment; absent, nobody does. */
  listen?: ((pattern: PatternDefinition, view: PatternView, known_at_ms: number) => Asking | undefined) | undefined
  onFault(fault: DetectorFault): void
}

interface Running {
  readonly pattern: PatternDefinition
  readonly needs_volume: boolean
  readonly detect: Detector
}

/** One instrument at work. */
interface Desk {
  readonly view: InstrumentView
  day: IstDay
  by_bar: readonly Running[]
  by_second: readonly Running[]
  /** A minute bar has come in this moment. */
  asked: boolean
}

/**
 * All detectors over all instruments of a session. Candles come in as they close; when those of a moment are all in, the detectors of each
 * instrument that has a new minute bar are asked, in the order of the bars. Nothing is kept that is not made of closed bars.
 */
export class PatternBank {
  readonly market: OpenMarket
  readonly #setup: BankSetup
  readonly #desks = new Map<number, Desk>()
  readonly #asked: Desk[] = []
  /** Those with a detector that is asked each second. */
  readonly #by_second: Desk[] = []
  /** Patterns that are switched off. */
  readonly #off = new Set<string>()

  constructor(setup: BankSetup) {
    this.#setup = setup
    this.market = new OpenMarket(setup.baseline, setup.options?.chains ?? [])
  }

  /** True when some detector wants to be asked each second, and when there are chains whose open interest is noted each minute. */
  get wants_seconds(): boolean {
    const { patterns, options } = this.#setup
    return (options?.chains.length ?? 0) > 0 || patterns.some(({ definition }) => definition.cadence === 'second')
  }

  /** A bar has closed. Auctions, revisions and bars carried forward are no part of what detectors see. */
  onCandle(candle: Candle): void {
    const { interval, phase, revision, synthetic } = candle
    if (phase !== 'continuous' || revision > 0 || synthetic) return
    if (interval === '1m') this.#onMinute(candle)
    else if (interval === '5m') this.#deskOf(candle).view.onFive(candle)
    else if (interval === '15m') this.#deskOf(candle).view.onFifteen(candle)
  }

  /** All candles of a moment are in. `now_ms`: virtual time. */
  onMoment(now_ms: number): void {
    if (this.#asked.length === 0) return
    const asked = this.#asked.splice(0)
    for (const desk of asked) {
      desk.asked = false
      desk.view.second_ms = desk.view.now_ms
      this.#ask(desk, desk.by_bar, { known_at_ms: desk.view.now_ms, emitted_at_ms: now_ms })
    }
  }

  /** A whole second of virtual time has begun. */
  onSecond(now_ms: number): void {
    if (now_ms % MINUTE_MS === 0) this.market.noteInterest(now_ms)
    for (const desk of this.#by_second) {
      const { view, by_second } = desk
      if (!(now_ms > view.open_ms && now_ms <= view.close_ms)) continue
      view.second_ms = now_ms
      this.#ask(desk, by_second, { known_at_ms: now_ms, emitted_at_ms: now_ms })
    }
  }

  #onMinute(candle: Candle): void {
    const desk = this.#deskOf(candle)
    const { view } = desk
    this.market.onMinute(candle)
    view.onMinute(candle)
    if (desk.asked) return
    desk.asked = true
    this.#asked.push(desk)
  }

  #deskOf(candle: Candle): Desk {
    const { instrument, open_time_ms } = candle
    const day = istDay(open_time_ms)
    const token = instrument.instrument_token
    const known = this.#desks.get(token)
    if (known?.day === day) return known
    const desk = known ?? this.#openDesk(instrument)
    desk.day = day
    desk.view.beginSession(this.#setup.calendar.sessionOf(instrument, day))
    desk.by_bar = this.#begin(candle, ({ cadence }) => cadence !== 'second')
    desk.by_second = this.#begin(candle, (definition) => definition.cadence === 'second' && canEverAsk(definition, desk.view))
    if (desk.by_second.length > 0 && !this.#by_second.includes(desk)) this.#by_second.push(desk)
    return desk
  }

  #openDesk(instrument: Instrument): Desk {
    const view = new InstrumentView(instrument, this.market.groupOf(instrument), this.market)
    view.group.addView(view)
    const desk: Desk = { view, day: -1, by_bar: [], by_second: [], asked: false }
    this.#desks.set(instrument.instrument_token, desk)
    return desk
  }

  #begin({ instrument, open_time_ms }: Candle, isWanted: (definition: PatternDefinition) => boolean): Running[] {
    const running: Running[] = []
    for (const { definition, parameters } of this.#setup.patterns) {
      if (!isWanted(definition) || this.#off.has(definition.id)) continue
      try {
        const needs_volume = definition.needs?.includes('volume') === true
        const detect: unknown = definition.create(parameters)
        if (isDetector(detect)) running.push({ pattern: definition, needs_volume, detect })
        else {
          const message = `create must answer a function of the view, found ${typeof detect}`
          this.#switchOff(definition, { instrument, at_ms: open_time_ms, kind: 'rubbish', message })
        }
      } catch (error) {
        this.#switchOff(definition, { instrument, at_ms: open_time_ms, kind: 'threw', message: wordsOf(error) })
      }
    }
    return running
  }

  #ask({ view }: Desk, detectors: readonly Running[], at: Pick<Detection, 'known_at_ms' | 'emitted_at_ms'>): void {
    const { listen } = this.#setup
    for (const { pattern, detect, needs_volume } of detectors) {
      if (this.#off.size > 0 && this.#off.has(pattern.id)) continue
      const ask = listen?.(pattern, view, at.known_at_ms) ?? SILENT
      view.ask = ask
      if (pattern.on === 'underlyings' && !ask.is('leads_its_underlying', view.group.lead === view)) continue
      if (needs_volume && !ask.is('has_volume', view.has_volume)) continue
      const candidate = this.#candidateOf(pattern, detect, view, at.known_at_ms)
      if (candidate !== undefined)
        this.#setup.onDetection(detectionOf(pattern, candidate, view, { ...at, onEmitted: this.#told(pattern, candidate, view) }))
    }
  }

  /** What a detector does when it hears that its claim was told, held like everything it does. */
  #told(pattern: PatternDefinition, { onEmitted }: Candidate, { instrument, now_ms }: PatternView): (() => void) | undefined {
    if (onEmitted === undefined) return undefined
    return () => {
      try {
        onEmitted()
      } catch (error) {
        this.#switchOff(pattern, { instrument, at_ms: now_ms, kind: 'threw', message: wordsOf(error) })
      }
    }
  }

  /** What a detector says, checked. One that throws or talks rubbish is switched off; the others go on. */
  #candidateOf(pattern: PatternDefinition, detect: Detector, view: InstrumentView, at_ms: number): Candidate | undefined {
    try {
      const candidate = detect(view)
      if (candidate === undefined) return undefined
      const wrong = whatIsWrong(candidate)
      if (wrong === undefined) return candidate
      this.#switchOff(pattern, { instrument: view.instrument, at_ms, kind: 'rubbish', message: wrong })
    } catch (error) {
      this.#switchOff(pattern, { instrument: view.instrument, at_ms, kind: 'threw', message: wordsOf(error) })
    }
    return undefined
  }

  #switchOff({ id }: PatternDefinition, fault: Omit<DetectorFault, 'pattern_id'>): void {
    this.#off.add(id)
    this.#setup.onFault({ pattern_id: id, ...fault })
  }
}

/** What is asked each second is asked of nobody in vain: an option leads no underlying, and where there is no chain there is nothing to ask. */
function canEverAsk({ on, needs }: PatternDefinition, { instrument, group }: InstrumentView): boolean {
  if (on === 'underlyings' && (instrument.instrument_type === 'CE' || instrument.instrument_type === 'PE')) return false
  return group.listed.length > 0 || needs?.includes('option_chain') !== true
}

const isDetector = (value: unknown): value is Detector => typeof value === 'function'

const wordsOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))

function detectionOf(
  pattern: PatternDefinition,
  candidate: Candidate,
  view: InstrumentView,
  at: Pick<Detection, 'known_at_ms' | 'emitted_at_ms' | 'onEmitted'>,
): Detection {
  const { multipliers: by_quality, quality_fault } = qualityOf(view, { pattern, direction: candidate.direction })
  const multipliers = { ...by_quality, ...candidate.multipliers }
  const { score, confidence_max = CONFIDENCE_MAX } = candidate
  const confidence_raw = candidate.confidence ?? Math.min(confidenceOf(score), confidence_max, CONFIDENCE_MAX)
  let confidence = confidence_raw
  for (const factor of Object.values(multipliers)) confidence *= factor
  return {
    pattern,
    candidate,
    instrument: view.instrument,
    underlying: view.group.underlying,
    session_date: view.session.day,
    bar: view.bar,
    ...at,
    confidence_raw,
    confidence,
    multipliers,
    quality_fault,
    atr: view.atr,
    volume_ratio: view.rv,
    price_change_pct: view.r(1),
    spread_bps: view.spread_bps,
    stale_ms: view.stale_ms,
    vix: view.vix,
    regime: view.market.regime,
  }
}
