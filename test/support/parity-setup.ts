import { type Alert, DEFAULT_ALERT_RULES } from '../../src/core/alerts/index.js'
import { type Instrument, InstrumentTable } from '../../src/core/market/index.js'
import { PATTERNS } from '../../src/core/patterns/index.js'
import {
  AlertLogBuilder,
  compareAlerts,
  eachLogRecord,
  fieldNames,
  formOf,
  type Parity,
  type ParitySetup,
  type PlacedAlert,
  placeAlerts,
  type ReplayFacts,
  replayedOf,
} from '../../src/core/validate/index.js'

/** A replay that knows of no cause. */
export const NO_FACTS: ReplayFacts = {
  engine_version: '1.0.0',
  config_hash: 'c'.repeat(64),
  explainHash: () => undefined,
  has_baseline: true,
  patterns: new Map(PATTERNS.map(({ id, parameters }) => [id, { parameters: defaultsOf(parameters), needs_baseline: true }])),
  known_patterns: new Set(PATTERNS.map(({ id }) => id)),
  similarPatterns: () => [],
  faults: new Map(),
  min_confidence: DEFAULT_ALERT_RULES.min_confidence,
  hours: undefined,
  isCarried: () => true,
  gapsOf: () => [],
  lateTicksOf: () => [],
  held_back: [],
}

function defaultsOf(parameters: Readonly<Record<string, { readonly default: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(parameters).map(([name, spec]) => [name, spec.default]))
}

/** The alerts of a log, with their instruments. */
export function placed(text: string, instruments: readonly Instrument[]): readonly PlacedAlert[] {
  const table = InstrumentTable.of(instruments)
  const log = new AlertLogBuilder({ names: fieldNames([]), day: undefined })
  eachLogRecord(text, formOf(text), { onRecord: (record) => log.onRecord(record), onFault: (fault) => log.onFault(fault) })
  return placeAlerts(log.finish().alerts, {
    find: (name) => table.find(name),
    similarSymbols: (name, count) => table.similarSymbols(name, count),
    byToken: (token) => instruments.find((one) => one.instrument_token === token),
    isCarried: () => true,
  }).alerts
}

/** A log against the alerts of a replay, everything equal that is not said. */
export function parityOf(
  text: string,
  day: { readonly alerts: readonly Alert[]; readonly instruments: readonly Instrument[] },
  more: Partial<ParitySetup> = {},
): Parity {
  return compareAlerts({
    log: placed(text, day.instruments),
    log_held_back: [],
    unread: [],
    replay: day.alerts.map(replayedOf),
    facts: NO_FACTS,
    tolerance: { time_ms: 0, confidence: 0, price: 0 },
    shift_ms: 0,
    ...more,
  })
}
