import { type Change, changesOf } from './alert-differences.js'
import { byLogged, type LogSide, logSide, replaySide, type Tolerance } from './compared.js'
import type { LineFault } from './line-fault.js'
import type { LoggedAlert } from './logged-alert.js'
import { type MatchedPair, matchAlerts } from './match-alerts.js'
import { causeOf, engineCauseOf, type FoundCause, type LogFacts, type Questioned } from './parity-cause.js'
import { PARITY_KINDS, type ParityKind } from './parity-kind.js'
import type { PlacedAlert } from './place-alerts.js'
import type { ReplayFacts } from './replay-facts.js'
import type { ReplayedAlert } from './replayed-alert.js'

/** One day of a log against its replay. */
export interface ParitySetup {
  readonly log: readonly PlacedAlert[]
  /** What production held back, where the log has that. */
  readonly log_held_back: readonly PlacedAlert[]
  /** Lines of the log that could not be read. */
  readonly unread: readonly LineFault[]
  /** Alerts and leg events. */
  readonly replay: readonly ReplayedAlert[]
  readonly facts: ReplayFacts
  readonly tolerance: Tolerance
  /** How much the clock of the whole log is ahead, ms: `shiftOfLog`. */
  readonly shift_ms: number
}

/** One way in which log and replay differ. */
export interface ParityDifference extends FoundCause {
  readonly kind: ParityKind
  readonly logged: LoggedAlert | undefined
  readonly replayed: ReplayedAlert | undefined
  /** When the information was complete: by the replay, else by the log without its shift. */
  readonly time_ms: number
  /** Name of the field that differs; absent where a whole alert is missing or too many. */
  readonly field: string | undefined
  /** What the log says, and what the replay says. */
  readonly found: string | number | undefined
  readonly expected: string | number | undefined
}

/** What the comparison of a day comes to. */
export interface Parity {
  readonly logged: number
  readonly replayed: number
  /** Pairs without any difference. */
  readonly equal: number
  readonly shift_ms: number
  /** By time, instrument, pattern, kind and line. */
  readonly differences: readonly ParityDifference[]
}

/** Compares a day of a log with its replay. Each difference is told once, with the first cause found. */
export function compareAlerts(setup: ParitySetup): Parity {
  const { shift_ms, tolerance, facts } = setup
  const log = setup.log.map((alert) => logSide(alert, shift_ms)).sort(byLogged)
  const matching = matchAlerts(log, setup.replay.map(replaySide))
  const log_facts: LogFacts = {
    sides: log,
    held_back: setup.log_held_back.map((alert) => logSide(alert, shift_ms)).sort(byLogged),
    unread: setup.unread,
    numbers: numbersOf(matching.pairs, facts),
  }
  const cause: AskCause = (question, kind) => (kind === 'version' ? engineCauseOf : causeOf)(question, facts, log_facts)
  const changed = matching.pairs.map((pair) => ({ pair, changes: changesOf(pair, tolerance) }))
  const differences = [
    ...changed.flatMap(({ pair, changes }) => changes.map((change) => differenceOf(change, pair, cause))),
    ...matching.missing.map((replayed) => unpaired('missing', { logged: undefined, replayed }, cause)),
    ...matching.extra.map((logged) => unpaired('extra', { logged, replayed: undefined }, cause)),
    ...matching.repeated.map(({ logged, of }) => repeated(logged, of)),
    ...(shift_ms === 0 ? [] : shifted(log, matching.pairs, shift_ms)),
  ]
  return {
    logged: log.length,
    replayed: setup.replay.length,
    equal: shift_ms === 0 ? changed.filter(({ changes }) => changes.length === 0).length : 0,
    shift_ms,
    differences: differences.sort(byPlace),
  }
}

type AskCause = (question: Questioned, kind: ParityKind) => FoundCause

function differenceOf(change: Change, { logged, replayed }: MatchedPair, ask: AskCause): ParityDifference {
  const { kind, field, found, expected, more } = change
  const cause = causeOfChange(change, { logged, replayed }, ask)
  const also = more.length === 0 ? '' : `also ${more.join(', ')}`
  return {
    kind,
    field,
    found,
    expected,
    logged: logged.alert,
    replayed: replayed.alert,
    time_ms: replayed.time_ms,
    ...cause,
    detail: [also, cause.detail].filter((text) => text !== '').join('; '),
  }
}

/** What a line says of itself needs no look at the recording. */
function causeOfChange({ kind }: Change, pair: MatchedPair, ask: AskCause): FoundCause {
  if (kind === 'time_zone') return { cause: 'log', detail: '5:30 off: Indian time taken for UTC, or the reverse' }
  if (kind === 'wrong_symbol') return { cause: 'log', detail: 'all else says that it is the same alert' }
  return ask(pair, kind)
}

function unpaired(kind: 'missing' | 'extra', { logged, replayed }: Questioned, ask: AskCause): ParityDifference {
  return {
    kind,
    field: undefined,
    found: undefined,
    expected: undefined,
    logged: logged?.alert,
    replayed: replayed?.alert,
    time_ms: replayed?.time_ms ?? logged?.time_ms ?? 0,
    ...ask({ logged, replayed }, kind),
  }
}

const ofLine = (kind: ParityKind, { alert, time_ms }: LogSide, detail: string): ParityDifference => ({
  kind,
  field: undefined,
  found: undefined,
  expected: undefined,
  logged: alert,
  replayed: undefined,
  time_ms,
  cause: 'log',
  detail,
})

const repeated = (logged: LogSide, of: LogSide): ParityDifference =>
  ofLine('duplicated', logged, `line ${of.alert.line} has it already`)

/** Each alert of a log whose clock is another one. */
function shifted(log: readonly LogSide[], pairs: readonly MatchedPair[], shift_ms: number): ParityDifference[] {
  const replayed_of = new Map(pairs.map(({ logged, replayed }) => [logged, replayed]))
  return log.map((side) => ({
    ...ofLine('time_zone', side, `the whole log is ${shiftText(shift_ms)}`),
    replayed: replayed_of.get(side)?.alert,
    field: 'timestamp_ms',
    found: side.alert.timestamp_ms,
    expected: side.time_ms,
  }))
}

/** `5:30 ahead`, `0:15 behind` */
export function shiftText(shift_ms: number): string {
  const minutes = Math.abs(shift_ms) / 60_000
  const text = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
  return `${text} ${shift_ms > 0 ? 'ahead' : 'behind'}`
}

/** Parameters that the evidence of both tells, with different values; the first of each. */
function numbersOf(pairs: readonly MatchedPair[], { patterns }: ReplayFacts): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const { logged, replayed } of pairs) {
    const { pattern, evidence } = replayed.alert
    if (texts.has(pattern)) continue
    const told = Object.keys(patterns.get(pattern)?.parameters ?? {}).flatMap((name) => {
      const [theirs, ours] = [logged.alert.evidence[name], evidence[name]]
      return typeof theirs === 'number' && typeof ours === 'number' && theirs !== ours
        ? [`${pattern}.${name} ${theirs} in the log, ${ours} here`]
        : []
    })
    if (told.length > 0) texts.set(pattern, told.join(', '))
  }
  return texts
}

const KIND_ORDER = Object.keys(PARITY_KINDS)
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const symbolOf = ({ logged, replayed }: ParityDifference): string => replayed?.instrument.symbol ?? logged?.symbol ?? ''
const patternOf = ({ logged, replayed }: ParityDifference): string => replayed?.pattern ?? logged?.pattern ?? ''

function byPlace(a: ParityDifference, b: ParityDifference): number {
  return (
    a.time_ms - b.time_ms ||
    byText(symbolOf(a), symbolOf(b)) ||
    byText(patternOf(a), patternOf(b)) ||
    KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) ||
    (a.logged?.line ?? 0) - (b.logged?.line ?? 0) ||
    byText(a.replayed?.alert_id ?? '', b.replayed?.alert_id ?? '')
  )
}
