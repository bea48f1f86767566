import { tickOf } from '../alerts/index.js'
import type { Instrument } from '../market/index.js'
import type { LoggedLeg, PlacedAlert } from '../validate/index.js'
import type { JudgedAlert, JudgedLeg } from './judged-alert.js'

/** Alerts of a log that can be judged, and how many cannot even be asked about, by reason. */
export interface JudgedLog {
  readonly alerts: readonly JudgedAlert[]
  readonly left_out: Readonly<Record<string, number>>
}

/** Names of a day's contracts. */
export interface LegNames {
  find(text: string): readonly Instrument[]
  byToken(token: number): Instrument | undefined
}

/**
 * What the log says, as it is judged. Leg events are no alerts of their own; a doubtful record (docs/validate.md) is not measured. `shift_ms`: what the
 * log's clock is ahead.
 */
export function judgedAlerts(placed: readonly PlacedAlert[], names: LegNames, shift_ms: number): JudgedLog {
  const left_out: Record<string, number> = {}
  const alerts: JudgedAlert[] = []
  for (const alert of placed) {
    const { instrument, state, doubts } = alert
    const [doubt] = doubts
    const reason = state === 'leg_event' ? 'leg_event' : instrument === undefined ? 'unknown_symbol' : doubt
    if (reason !== undefined || instrument === undefined) left_out[reason ?? ''] = (left_out[reason ?? ''] ?? 0) + 1
    else alerts.push(judgedOf(alert, instrument, names, shift_ms))
  }
  return { alerts, left_out }
}

function judgedOf(alert: PlacedAlert, instrument: Instrument, names: LegNames, shift_ms: number): JudgedAlert {
  const { prices, confidence, emitted_at_ms, timestamp_ms, expires_at_ms, direction, pattern, line } = alert
  const legs = alert.legs.map((leg) => legOf(leg, instrument, names))
  return {
    alert_id: alert.alert_id ?? `line ${line}`,
    pattern_type: pattern,
    instrument,
    direction,
    confidence: confidence ?? Number.NaN,
    emitted_at_ms: (emitted_at_ms ?? timestamp_ms) - shift_ms,
    stop: feedUnits(prices.stop_loss, instrument),
    target: feedUnits(prices.target_price, instrument),
    expires_at_ms: (expires_at_ms ?? Number.NaN) - shift_ms,
    legs: legs.every((leg) => leg !== undefined) ? legs : [],
  }
}

/** Undefined for a contract that no master of the day has. */
function legOf({ symbol, instrument_token, side, ratio }: LoggedLeg, near: Instrument, names: LegNames): JudgedLeg | undefined {
  const found = names.find(symbol)
  const by_token = instrument_token === undefined ? undefined : names.byToken(instrument_token)
  const instrument = found.find((one) => one === by_token) ?? found.find(({ exchange }) => exchange === near.exchange) ?? found[0]
  return instrument === undefined ? undefined : { instrument, side, ratio }
}

/** Rupees to the nearest tick: a barrier stands where an order can. */
function feedUnits(rupees: number | undefined, instrument: Instrument): number {
  if (rupees === undefined) return Number.NaN
  const tick = tickOf(instrument)
  return Math.round((rupees * instrument.price_divisor) / tick) * tick
}
