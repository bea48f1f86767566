import { formatClock } from '../time/index.js'
import { keyOf, type LogSide, MINUTE_APART_MS, type ReplaySide } from './compared.js'
import type { LineFault, LineFaultKind } from './line-fault.js'
import type { ParityCause } from './parity-kind.js'
import type { NamedGap, ReplayFacts } from './replay-facts.js'

/** The first cause found, in words. */
export interface FoundCause {
  readonly cause: ParityCause
  readonly detail: string
  /** What else was found. */
  readonly also?: readonly string[]
}

/** A difference of which the cause is asked: an alert of the log, one of the replay, or both. */
export interface Questioned {
  readonly logged: LogSide | undefined
  readonly replayed: ReplaySide | undefined
}

/** What the log says besides its alerts. */
export interface LogFacts {
  /** All its alerts of the day, in order of time. */
  readonly sides: readonly LogSide[]
  /** What production held back. */
  readonly held_back: readonly LogSide[]
  /** Lines that could not be read. */
  readonly unread: readonly LineFault[]
  /** Numbers in the evidence of the log that differ from the replay's, by pattern: `rv_min 2.5 in the log, 2 here`. */
  readonly numbers: ReadonlyMap<string, string>
}

const HOUR_MS = 3_600_000
const FIVE_MINUTES_MS = 300_000
/** The last bar of a session is told so late. */
const TOLD_MS = 65_000
const HASH_CHARS = 12

/** Looks for causes, the surest first: see `PARITY_CAUSES`. */
export function causeOf(question: Questioned, facts: ReplayFacts, log: LogFacts): FoundCause {
  const asked = new Asked(question, facts, log)
  const found = [
    ...asked.inLog(),
    ...asked.ofDetector(),
    ...asked.ofInstrument(),
    ...asked.ofHours(),
    ...asked.ofData(),
    ...asked.ofEngine(),
    ...asked.ofEarlierGap(HOUR_MS),
    ...asked.ofGates(),
    ...asked.ofBaseline(),
  ]
  const [first, ...others] = found.length > 0 ? found : asked.ofEarlierGap(Number.POSITIVE_INFINITY)
  if (first === undefined) return { cause: 'unknown', detail: '' }
  const also = others.map(({ detail }) => detail).filter((detail) => detail !== '')
  return also.length === 0 ? first : { ...first, also }
}

/** Of a pair whose configuration or version differs: in what. */
export function engineCauseOf(question: Questioned, facts: ReplayFacts, log: LogFacts): FoundCause {
  const [first, ...others] = new Asked(question, facts, log).ofEngine()
  if (first === undefined) return { cause: 'unknown', detail: '' }
  return others.length === 0 ? first : { ...first, also: others.map(({ detail }) => detail) }
}

class Asked {
  readonly #question: Questioned
  readonly #facts: ReplayFacts
  readonly #log: LogFacts
  readonly #pattern: string
  readonly #token: number | undefined
  /** When the information was complete: the replay's word where it has one. */
  readonly #time_ms: number
  readonly #bar_start_ms: number

  constructor(question: Questioned, facts: ReplayFacts, log: LogFacts) {
    const { logged, replayed } = question
    this.#question = question
    this.#facts = facts
    this.#log = log
    this.#pattern = replayed?.alert.pattern ?? logged?.alert.pattern ?? ''
    this.#token = replayed?.alert.instrument.instrument_token ?? logged?.alert.instrument?.instrument_token
    this.#time_ms = replayed?.time_ms ?? logged?.time_ms ?? 0
    this.#bar_start_ms = replayed?.alert.bar_start_ms ?? logged?.bar_start_ms ?? this.#time_ms - MINUTE_APART_MS
  }

  inLog(): FoundCause[] {
    const { logged, replayed } = this.#question
    const doubts = (logged?.alert.doubts ?? []).filter((doubt) => !DOUBTS_OF_PARITY.includes(doubt))
    if (logged !== undefined && replayed !== undefined) {
      const { known_at_ms, emitted_at_ms } = replayed.alert
      if (logged.time_ms !== known_at_ms && logged.time_ms === emitted_at_ms)
        return [{ cause: 'log', detail: 'the log has the time at which the alert was told' }]
    }
    if (logged === undefined && replayed !== undefined) return this.#unread(replayed)
    return doubts.length === 0 ? [] : [{ cause: 'bad_line', detail: `the line is doubtful: ${doubts.join(', ')}` }]
  }

  #unread({ alert: { pattern, instrument } }: ReplaySide): FoundCause[] {
    const fault = this.#log.unread.find((one) => one.pattern === pattern && one.symbol?.endsWith(instrument.symbol) === true)
    return fault === undefined
      ? []
      : [{ cause: 'bad_line', detail: `line ${fault.line} may be it: ${fault.kind}, ${fault.detail}` }]
  }

  ofDetector(): FoundCause[] {
    const { patterns, known_patterns, faults, similarPatterns } = this.#facts
    const id = this.#pattern
    if (!known_patterns.has(id)) {
      const near = similarPatterns(id)
      if (this.#question.logged?.alert.pattern_category === 'custom')
        return [{ cause: 'plugin', detail: `${id} is a detector of somebody's own: name its file with --plugin` }]
      return [
        {
          cause: 'unknown_pattern',
          detail: near.length === 0 ? `no detector is called ${id}` : `no detector is called ${id}, near it: ${near.join(', ')}`,
        },
      ]
    }
    if (!patterns.has(id))
      return [{ cause: 'pattern_off', detail: `${id} did not run: --only leaves it out, or it runs only when asked for` }]
    const fault = faults.get(id)
    return fault === undefined ? [] : [{ cause: 'detector_fault', detail: fault }]
  }

  ofInstrument(): FoundCause[] {
    const { logged } = this.#question
    if (this.#token === undefined)
      return [{ cause: 'unknown_symbol', detail: `no instrument of the day is called ${logged?.alert.symbol}` }]
    if (this.#facts.isCarried(this.#token)) return []
    return [
      { cause: 'not_recorded', detail: `the recording has no packet of ${logged?.alert.instrument?.symbol ?? this.#token}` },
    ]
  }

  ofHours(): FoundCause[] {
    const { hours } = this.#facts
    const { logged, replayed } = this.#question
    const found: FoundCause[] = []
    if (replayed === undefined && logged?.alert.doubts.includes('outside_session') === true)
      found.push({ cause: 'outside_session', detail: `${formatClock(this.#time_ms)} is outside the trading hours` })
    if (replayed === undefined && hours !== undefined && (this.#time_ms < hours.from_ms || this.#time_ms > hours.to_ms + TOLD_MS))
      found.push({
        cause: 'outside_recording',
        detail: `the recording is from ${formatClock(hours.from_ms)} to ${formatClock(hours.to_ms)}`,
      })
    return found
  }

  /** Gaps and late ticks in the bar itself, or shortly before. */
  ofData(): FoundCause[] {
    if (this.#token === undefined) return []
    const gap = this.#gap(this.#bar_start_ms - FIVE_MINUTES_MS, this.#time_ms + TOLD_MS)
    const late = this.#facts
      .lateTicksOf(this.#token)
      .filter((at_ms) => at_ms >= this.#bar_start_ms - FIVE_MINUTES_MS && at_ms <= this.#time_ms + TOLD_MS)
    const last = late.at(-1)
    return [
      ...(gap === undefined ? [] : [gapCause(gap, '')]),
      ...(last === undefined
        ? []
        : [
            {
              cause: 'late_tick' as const,
              detail: `${late.length} late ${late.length === 1 ? 'tick' : 'ticks'}, the last at ${formatClock(last)}`,
            },
          ]),
    ]
  }

  /** What averages, VWAP and volume profile still feel. */
  ofEarlierGap(before_ms: number): FoundCause[] {
    const to_ms = this.#bar_start_ms - FIVE_MINUTES_MS
    const gap = this.#token === undefined ? undefined : this.#gap(this.#bar_start_ms - before_ms, to_ms)
    return gap === undefined || gap.to_ms > to_ms ? [] : [gapCause(gap, 'earlier: ')]
  }

  /** The last gap that overlaps the span. */
  #gap(from_ms: number, to_ms: number): NamedGap | undefined {
    return this.#facts.gapsOf(this.#token as number).findLast((one) => one.from_ms < to_ms && one.to_ms > from_ms)
  }

  /** Configuration and version. */
  ofEngine(): FoundCause[] {
    const { engine_version, config_hash } = this.#facts
    const hash = this.#nearest('config_hash')
    const version = this.#nearest('engine_version')
    const found: FoundCause[] = []
    if (hash !== undefined && hash !== config_hash) found.push({ cause: 'config', detail: this.#configText(hash) })
    if (version !== undefined && version !== engine_version)
      found.push({ cause: 'version', detail: `the log is of version ${version}, this is ${engine_version}` })
    return found
  }

  /** A configuration that is the same has the same baseline. */
  ofBaseline(): FoundCause[] {
    const { config_hash, has_baseline, patterns } = this.#facts
    if (has_baseline || this.#nearest('config_hash') === config_hash) return []
    const needs = patterns.get(this.#pattern)?.needs_baseline === true
    return needs ? [{ cause: 'no_baseline', detail: 'the replay has no baseline' }] : []
  }

  /** Of the line itself, else of the line nearest in time. */
  #nearest(field: 'config_hash' | 'engine_version'): string | undefined {
    const own = this.#question.logged
    if (own !== undefined) return own.alert[field]
    let best: LogSide | undefined
    for (const side of this.#log.sides)
      if (side.alert[field] !== undefined && (best === undefined || this.#distance(side) < this.#distance(best))) best = side
    return best?.alert[field]
  }

  readonly #distance = (side: LogSide): number => Math.abs(side.time_ms - this.#time_ms)

  #configText(hash: string): string {
    const { config_hash, explainHash, min_confidence } = this.#facts
    const known = explainHash(hash)
    const numbers = this.#log.numbers.get(this.#pattern)
    const lowest = this.#log.sides.reduce(
      (low, { alert }) => (alert.config_hash === hash ? Math.min(low, alert.confidence ?? 1) : low),
      1,
    )
    return [
      `config_hash ${hash.slice(0, HASH_CHARS)} in the log, ${config_hash.slice(0, HASH_CHARS)} here`,
      ...(known === undefined ? [] : [`the log's is ${known}`]),
      ...(numbers === undefined ? [] : [numbers]),
      ...(lowest < min_confidence ? [`the log has confidences down to ${lowest}, the gate here is ${min_confidence}`] : []),
    ].join(', ')
  }

  /** The other side found it and held it back. */
  ofGates(): FoundCause[] {
    const { logged, replayed } = this.#question
    if (logged !== undefined && replayed === undefined) {
      const held =
        this.#facts.held_back.find((one) => one.alert_id === logged.alert.alert_id) ??
        this.#facts.held_back.find((one) => isSame(logged, one))
      if (held === undefined) return []
      const detail = held.suppress_detail === undefined ? '' : ` (${held.suppress_detail})`
      return [
        {
          cause: 'suppressed',
          detail: `the replay holds it back: ${held.suppress_reason}${detail}, confidence ${held.confidence}`,
        },
      ]
    }
    if (logged !== undefined || replayed === undefined) return []
    const held = this.#log.held_back.find(
      (side) => keyOf(side) === keyOf(replayed) && Math.abs(side.time_ms - replayed.time_ms) < MINUTE_APART_MS,
    )
    if (held === undefined) return []
    const { suppress_reason, confidence, line } = held.alert
    return [
      {
        cause: 'suppressed',
        detail: `production held it back: ${suppress_reason ?? 'no reason given'}, confidence ${confidence ?? 'not told'} (line ${line})`,
      },
    ]
  }
}

const gapCause = ({ from_ms, to_ms, cause }: NamedGap, when: string): FoundCause => ({
  cause: 'gap',
  detail: `${when}gap from ${formatClock(from_ms)} to ${formatClock(to_ms)} (${cause})`,
})

/** These have kinds or causes of their own. */
const DOUBTS_OF_PARITY: readonly LineFaultKind[] = ['duplicate_id', 'unknown_symbol', 'outside_session']

function isSame({ alert, time_ms, bar_start_ms }: LogSide, held: ReplayFacts['held_back'][number]): boolean {
  return (
    alert.instrument?.instrument_token === held.instrument.instrument_token &&
    alert.pattern === held.pattern &&
    alert.direction === held.direction &&
    (Math.abs(time_ms - held.known_at_ms) < MINUTE_APART_MS || bar_start_ms === held.bar_start_ms)
  )
}
