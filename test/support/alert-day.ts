import { createHash } from 'node:crypto'
import { ALERT_FIELDS, type Alert, alertCells, DEFAULT_ALERT_RULES, isForAction } from '../../src/core/alerts/index.js'
import { Pipeline, Signals } from '../../src/core/engine/index.js'
import { ndjson, RecordBatch } from '../../src/core/formats/index.js'
import { type Instrument, InstrumentTable } from '../../src/core/market/index.js'
import { choosePatterns, PATTERNS } from '../../src/core/patterns/index.js'
import { SIGNAL_BARS, SIGNAL_CLOCK } from '../../src/io/signals/signal-config.js'
import { stubCalendar } from './stub-calendar.js'
import { synthDay } from './synth-day.js'

/** Alerts of a synthetic Monday, with gates so wide that there are many, and the line that `mds patterns` writes for each. */
export interface AlertDay {
  readonly instruments: readonly Instrument[]
  readonly alerts: readonly Alert[]
  /** One for each alert. */
  readonly lines: readonly string[]
}

const RULES = {
  ...DEFAULT_ALERT_RULES,
  min_confidence: 0.6,
  symbol_cooldown_min: 0,
  family_cooldown_min: 0,
  opposite_cooldown_min: 0,
  conflict_margin: 0,
  symbol_per_hour: 10_000,
  pattern_per_hour: 10_000,
  all_per_minute: 10_000,
  all_per_day: 10_000,
}

/** `until_h`: hour of the day at which the market ends. */
export function alertDay({ seed = 1, instruments = 40, rate = 40, until_h = 15.5 } = {}): AlertDay {
  const { universe, records } = synthDay({ seed, instruments, rate, until_h })
  const all = universe.listings.map(({ instrument }) => instrument)
  const table = InstrumentTable.of(all)
  const alerts: Alert[] = []
  const signals = new Signals({
    patterns: choosePatterns(PATTERNS, { only: [], parameters: {} }),
    rules: RULES,
    calendar: stubCalendar,
    config_hash: 'c'.repeat(64),
    engine_version: '1.0.0',
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    emit: (alert) => void (isForAction(alert) && alerts.push(alert)),
    onSuppressed: () => {},
    onFault: ({ message }) => {
      throw new Error(message)
    },
  })
  const pipeline = new Pipeline(
    { instruments: table, calendar: stubCalendar, clock: SIGNAL_CLOCK, bars: SIGNAL_BARS, files: ['-'] },
    {
      onCandle: (candle) => signals.onCandle(candle),
      onMoment: (now_ms) => signals.onMoment(now_ms),
      onDiagnostic: () => {},
    },
  )
  records.forEach(({ received_ms, bytes }, record) => {
    pipeline.onFrame({
      received_at_ms: received_ms,
      view: new DataView(bytes.buffer),
      bytes,
      start: 0,
      end: bytes.length,
      record,
      offset: 0,
      file: 0,
      connection: 0,
    })
  })
  pipeline.end()
  return { instruments: all, alerts, lines: alerts.map(lineOf) }
}

const encoder = ndjson.open(ALERT_FIELDS)
const batch = new RecordBatch(ALERT_FIELDS, 1)

function lineOf(alert: Alert): string {
  batch.clear()
  batch.append(alertCells(alert), alert.detection.instrument.price_divisor)
  return new TextDecoder().decode(encoder.write(batch)).trimEnd()
}
