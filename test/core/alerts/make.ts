import { createHash } from 'node:crypto'
import { type Alert, AlertDesk, type AlertRules, DEFAULT_ALERT_RULES } from '../../../src/core/alerts/index.js'
import type { Candle, Instrument } from '../../../src/core/market/index.js'
import type { Candidate, Detection, PatternDefinition } from '../../../src/core/patterns/index.js'
import { istDay, MINUTE_MS } from '../../../src/core/time/index.js'
import { at, calendar } from '../../support/feed.js'
import { instrument } from '../market/instruments.js'

/** A clock time of Monday 2025-10-06, or another date, in ms. */
export const atMs = (clock: string, date?: string): number => at(clock, date) * 1000

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
export const CONFIG_HASH = 'c0ffee'

/** A pattern that never detects anything by itself. */
export function pattern(facts: Partial<PatternDefinition> = {}): PatternDefinition {
  return {
    id: 'volume_spike',
    summary: '',
    category: 'volume',
    source: '',
    priority: 0,
    cooldown_min: 15,
    parameters: {},
    create: () => () => undefined,
    ...facts,
  }
}

/** A minute bar. Four equal prices unless told otherwise. */
export function bar(clock_or_ms: string | number, close: number, facts: Partial<Candle> = {}): Candle {
  const open_time_ms = typeof clock_or_ms === 'number' ? clock_or_ms : atMs(clock_or_ms)
  return {
    instrument: instrument(),
    interval: '1m',
    phase: 'continuous',
    open_time_ms,
    close_time_ms: open_time_ms + MINUTE_MS,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1000,
    turnover: 1000 * close,
    oi: undefined,
    tick_count: 10,
    trade_count: 10,
    complete: true,
    expected_ms: MINUTE_MS,
    gap_volume: 0,
    synthetic_volume: false,
    synthetic: false,
    volume_na: false,
    revision: 0,
    day: undefined,
    ...facts,
  }
}

/** What a detection is made of. `known_at` is the end of its bar. */
export interface Facts extends Partial<Omit<Detection, 'candidate' | 'pattern'>> {
  readonly known_at?: string
  readonly candidate?: Partial<Candidate>
  readonly pattern?: Partial<PatternDefinition>
}

/** A BUY of RELIANCE at 1000 rupees with a confidence of 0.90, sound in every way. */
export function detection({ known_at = '10:00', candidate, pattern: facts, ...rest }: Facts = {}): Detection {
  const of = rest.instrument ?? instrument()
  const known_at_ms = rest.known_at_ms ?? atMs(known_at)
  const newest = rest.bar ?? bar(known_at_ms - MINUTE_MS, 100_000, { instrument: of })
  return {
    pattern: pattern(facts),
    candidate: { direction: 'BUY', score: 0.8, evidence: {}, ...candidate },
    instrument: of,
    underlying: of.underlying ?? of.symbol,
    session_date: istDay(known_at_ms),
    bar: newest,
    known_at_ms,
    emitted_at_ms: known_at_ms + 2000,
    confidence_raw: rest.confidence ?? 0.9,
    confidence: 0.9,
    multipliers: {},
    quality_fault: undefined,
    atr: 200,
    volume_ratio: 3,
    price_change_pct: 0.5,
    spread_bps: 1,
    stale_ms: 300,
    vix: 14,
    regime: 'LOW',
    ...rest,
  }
}

/** Another stock, by number. */
export const stock = (n: number, facts: Partial<Instrument> = {}): Instrument =>
  instrument({ instrument_token: 256 * (1000 + n) + 1, symbol: `STOCK${n}`, ...facts })

/** One moment of virtual time: bars that have closed, then what detectors said. */
export interface Moment {
  readonly now_ms: number
  readonly bars?: readonly Candle[]
  readonly detections?: readonly Detection[]
}

/** A moment two seconds after the bars of a clock time have ended. */
export const moment = (clock: string, detections: readonly Detection[] = [], bars: readonly Candle[] = []): Moment => ({
  now_ms: atMs(clock) + 2000,
  detections,
  bars,
})

export interface Run {
  readonly alerts: readonly Alert[]
  readonly desk: AlertDesk
  /** How many records there were after each moment. */
  readonly after: readonly number[]
}

export const rulesWith = (changed: Partial<AlertRules>): AlertRules => ({ ...DEFAULT_ALERT_RULES, ...changed })

/** A desk over these moments. */
export function run(moments: readonly Moment[], changed: Partial<AlertRules> = {}): Run {
  const alerts: Alert[] = []
  const after: number[] = []
  const desk = new AlertDesk({
    rules: rulesWith(changed),
    calendar,
    config_hash: CONFIG_HASH,
    engine_version: '0.0.0',
    sha256,
    emit: (alert) => alerts.push(alert),
  })
  for (const { now_ms, bars = [], detections = [] } of moments) {
    for (const candle of bars) desk.onMinute(candle)
    for (const each of detections) desk.onDetection(each)
    desk.onMoment(now_ms)
    after.push(alerts.length)
  }
  return { alerts, desk, after }
}

/** `emitted`, `suppressed cooldown`, `stop_hit` ... of each record. */
export const told = ({ alerts }: Pick<Run, 'alerts'>): string[] =>
  alerts.map(({ state, suppress_reason }) => (suppress_reason === undefined ? state : `${state} ${suppress_reason}`))
