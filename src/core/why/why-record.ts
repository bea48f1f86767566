import type { Alert } from '../alerts/index.js'
import { type Instrument, underlyingOf } from '../market/index.js'
import { type AskedStep, directionOf } from '../patterns/index.js'
import { formatDate, formatIso, type IstDay, type TimestampMs } from '../time/index.js'
import type { PatternAnswer } from './answer.js'
import type { Moment, OtherAlert } from './hearing.js'
import type { Inputs } from './inputs.js'
import type { ToldScore } from './told-score.js'
import type { Nearness, Way } from './ways.js'

/** What a run can say about one instrument at one moment. */
export interface Explanation {
  readonly instrument: Instrument
  readonly session_date: IstDay
  readonly at_ms: TimestampMs
  /** Undefined when no minute bar was known. */
  readonly bar: Moment | undefined
  readonly answers: readonly PatternAnswer[]
  /** Confidence that an alert must have. */
  readonly min_confidence: number
  readonly config_hash: string
  readonly engine_version: string
}

/**
 * The same as plain data, for programs: prices in rupees, numbers not rounded, so that every comparison can be made again; what is not known is
 * null.
 */
export function whyRecord({ instrument, session_date, at_ms, bar, answers, min_confidence, ...run }: Explanation) {
  return {
    symbol: instrument.symbol,
    exchange: instrument.exchange,
    instrument_token: instrument.instrument_token,
    underlying: underlyingOf(instrument),
    session_date: formatDate(session_date),
    at: formatIso(at_ms),
    at_ms,
    bar: bar === undefined ? null : barRecord(bar),
    inputs: bar === undefined ? null : inputRecord(bar.inputs),
    min_confidence,
    ...run,
    patterns: answers.map((answer) => answerRecord(answer, { divisor: instrument.price_divisor, min_confidence })),
  }
}

function barRecord({ known_at_ms, inputs: { bar } }: Moment) {
  const rupees = (units: number): number => units / bar.instrument.price_divisor
  return {
    start: formatIso(bar.open_time_ms),
    start_ms: bar.open_time_ms,
    known_at_ms,
    open: rupees(bar.open),
    high: rupees(bar.high),
    low: rupees(bar.low),
    close: rupees(bar.close),
    volume: bar.volume_na ? null : bar.volume,
    tick_count: bar.tick_count,
    trade_count: bar.trade_count,
    complete: bar.complete,
    gap_volume: bar.gap_volume,
  }
}

function inputRecord({ bar, has_volume, has_baseline, lead, ...inputs }: Inputs) {
  const rupees = (units: number): number => units / bar.instrument.price_divisor
  return {
    ...inputs,
    atr: rupees(inputs.atr),
    atr_1m: rupees(inputs.atr_1m),
    vwap: rupees(inputs.vwap),
    ema9: rupees(inputs.ema9),
    ema21: rupees(inputs.ema21),
    session_high: rupees(inputs.session_high),
    session_low: rupees(inputs.session_low),
    mid: rupees(inputs.mid),
    regime: inputs.regime ?? null,
    has_volume,
    has_baseline,
    lead: lead ?? null,
  }
}

interface Surroundings {
  readonly divisor: number
  readonly min_confidence: number
}

function answerRecord(
  { pattern, verdict, reason, detail, asked, nearest, score, alert, other }: PatternAnswer,
  { divisor, min_confidence }: Surroundings,
) {
  return {
    pattern_type: pattern.id,
    verdict,
    reason: reason ?? null,
    detail: detail ?? null,
    steps: asked?.common.map(stepRecord) ?? [],
    ways: asked?.ways.map((way) => ({ ...wayRecord(way, divisor), steps: way.steps.map(stepRecord) })) ?? [],
    nearest: verdict === 'no_claim' && nearest !== undefined ? nearnessRecord(nearest, divisor) : null,
    score: score === undefined ? null : scoreRecord(score),
    confidence: score === undefined || alert === undefined ? null : confidenceRecord(score, alert, min_confidence),
    alert: alert === undefined ? null : alertRecord(alert, divisor),
    other: other === undefined ? null : otherRecord(other),
  }
}

const wayRecord = ({ side, about, about_price }: Way, divisor: number) => ({
  side: side === undefined ? null : directionOf(side),
  about: about ?? null,
  price: about_price === undefined ? null : about_price / divisor,
})

function stepRecord({ name, part_of, value, comparison, limit, is_met }: AskedStep) {
  return {
    name,
    ...(part_of === undefined ? {} : { part_of }),
    ...(comparison === undefined ? {} : { value: finite(value), comparison, limit: finite(limit) }),
    is_met,
  }
}

/** JSON knows no infinity; the largest number compares the same. */
const finite = (value = Number.NaN): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))

function nearnessRecord({ way, first_unmet, unmet, is_cut }: Nearness, divisor: number) {
  return {
    ...(way === undefined ? { side: null, about: null, price: null } : wayRecord(way, divisor)),
    unmet,
    heard_to_the_end: !is_cut,
    first_unmet: first_unmet === undefined ? null : stepRecord(first_unmet),
  }
}

function scoreRecord({ terms, score }: ToldScore) {
  return {
    terms: terms.map(({ name, weight, value, ramp }) => ({
      name,
      weight,
      value,
      ...(ramp === undefined ? {} : { x: finite(ramp.x), from: finite(ramp.from), to: finite(ramp.to) }),
    })),
    value: score,
  }
}

/** `raw = min(floor + span x score, max)`, or `own`; times the multipliers it is what the gate compares, rounded to 6 decimals. */
function confidenceRecord(
  { floor, span, max, own, raw, multipliers, confidence }: ToldScore,
  alert: Alert,
  min_confidence: number,
) {
  const { confirmation_bonus } = alert.evidence
  return {
    floor,
    span,
    max,
    own: own ?? null,
    raw,
    multipliers,
    value: confidence,
    min: min_confidence,
    conflict_factor: alert.multipliers.conflict ?? null,
    confirmation_bonus: typeof confirmation_bonus === 'number' ? confirmation_bonus : 0,
    told: alert.confidence,
  }
}

function alertRecord(
  { alert_id, state, detection, known_at_ms, emitted_at_ms, bar_start_ms, level, levels }: Alert,
  divisor: number,
) {
  const { direction, subtype, action } = detection.candidate
  const rupees = (units: number | undefined): number | null => (units === undefined ? null : units / divisor)
  return {
    alert_id,
    state,
    direction,
    subtype: subtype ?? null,
    action: action ?? null,
    bar_start_ms,
    known_at_ms,
    emitted_at_ms,
    level: rupees(level),
    entry: rupees(levels.entry),
    stop: rupees(levels.stop),
    targets: levels.targets.map(rupees),
  }
}

const otherRecord = ({ known_at_ms, ...other }: OtherAlert) => ({ ...other, known_at: formatIso(known_at_ms), known_at_ms })
