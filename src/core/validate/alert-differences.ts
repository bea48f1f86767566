import { changedPrices, IST_SHIFT_MS, isNear, type Tolerance } from './compared.js'
import type { MatchedPair } from './match-alerts.js'
import type { ParityKind } from './parity-kind.js'

/** What of a pair differs, and what each side says. */
export interface Change {
  readonly kind: ParityKind
  /** Name of the field; of several prices the first. */
  readonly field: string
  readonly found: string | number
  readonly expected: string | number | undefined
  /** Further fields of the same kind. */
  readonly more: readonly string[]
}

/** Times may be cut to the second before they are shifted. */
const SECOND_MS = 1000

/** Everything in which a line differs from its alert of the replay, in the order of `PARITY_KINDS`; only fields that the log has are compared. */
export function changesOf(pair: MatchedPair, tolerance: Tolerance): Change[] {
  return [
    ...symbolChange(pair),
    ...directionChange(pair),
    ...timeChange(pair, tolerance),
    ...numberChanges(pair, tolerance),
    ...versionChange(pair),
  ]
}

function symbolChange({ logged: { alert }, replayed }: MatchedPair): Change[] {
  const { instrument } = replayed.alert
  const { instrument_token: token } = alert
  const is_other = alert.instrument !== undefined && alert.instrument.instrument_token !== instrument.instrument_token
  if (is_other || alert.instrument === undefined)
    return [
      changed(
        'wrong_symbol',
        'symbol',
        alert.exchange === undefined ? alert.symbol : `${alert.exchange}:${alert.symbol}`,
        `${instrument.exchange}:${instrument.symbol}`,
      ),
    ]
  if (token === undefined || token === instrument.instrument_token) return []
  return [changed('wrong_symbol', 'instrument_token', token, instrument.instrument_token)]
}

function directionChange({ logged: { alert }, replayed }: MatchedPair): Change[] {
  const { direction } = replayed.alert
  if (alert.direction !== direction) return [changed('changed_direction', 'direction', alert.direction, direction)]
  return alert.signal === undefined ? [] : [changed('changed_direction', 'signal', alert.signal, direction)]
}

/** The first of its times that differs. */
function timeChange({ logged, replayed }: MatchedPair, { time_ms: tolerance_ms }: Tolerance): Change[] {
  const { alert } = logged
  const shift_ms = alert.timestamp_ms - logged.time_ms
  const { known_at_ms, emitted_at_ms, bar_start_ms } = replayed.alert
  const times = [
    { field: 'timestamp_ms', found_ms: alert.timestamp_ms, expected_ms: known_at_ms },
    { field: 'known_at_ms', found_ms: alert.known_at_ms, expected_ms: known_at_ms },
    { field: 'emitted_at_ms', found_ms: alert.emitted_at_ms, expected_ms: emitted_at_ms },
    { field: 'bar_start_ms', found_ms: alert.bar_start_ms, expected_ms: bar_start_ms },
  ]
  for (const { field, found_ms, expected_ms } of times) {
    if (found_ms === undefined) continue
    const off_ms = found_ms - shift_ms - expected_ms
    // Where the clock of a whole log is off, other times of its records may be right.
    const is_right = field !== 'timestamp_ms' && Math.abs(found_ms - expected_ms) <= tolerance_ms
    if (is_right || Math.abs(off_ms) <= tolerance_ms) continue
    const is_zone = Math.abs(Math.abs(off_ms) - IST_SHIFT_MS) < SECOND_MS
    return [changed(is_zone ? 'time_zone' : off_ms < 0 ? 'early' : 'late', field, found_ms, expected_ms)]
  }
  return []
}

function numberChanges({ logged: { alert }, replayed }: MatchedPair, tolerance: Tolerance): Change[] {
  const { confidence, prices } = replayed.alert
  const changes: Change[] = []
  if (alert.confidence !== undefined && !isNear(alert.confidence, confidence, tolerance.confidence))
    changes.push(changed('changed_confidence', 'confidence', alert.confidence, confidence))
  const [first, ...more] = changedPrices(alert, replayed.alert, tolerance.price)
  if (first !== undefined)
    changes.push({ ...changed('changed_price', first, alert.prices[first] as number, prices[first]), more })
  return changes
}

function versionChange({ logged: { alert }, replayed }: MatchedPair): Change[] {
  const { engine_version, config_hash } = replayed.alert
  const fields = [
    ...(alert.engine_version === undefined || alert.engine_version === engine_version
      ? []
      : [changed('version', 'engine_version', alert.engine_version, engine_version)]),
    ...(alert.config_hash === undefined || alert.config_hash === config_hash
      ? []
      : [changed('version', 'config_hash', alert.config_hash, config_hash)]),
  ]
  const [first, ...others] = fields
  return first === undefined ? [] : [{ ...first, more: others.map(({ field }) => field) }]
}

const changed = (kind: ParityKind, field: string, found: Change['found'], expected: Change['expected']): Change => ({
  kind,
  field,
  found,
  expected,
  more: [],
})
