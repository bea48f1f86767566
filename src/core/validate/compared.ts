import type { LoggedAlert } from './logged-alert.js'
import { LOGGED_PRICES, type LoggedPriceName } from './logged-alert.js'
import type { Timed } from './nearest-pairs.js'
import type { PlacedAlert } from './place-alerts.js'
import type { ReplayedAlert } from './replayed-alert.js'

/** How far apart counts as equal; 0 means equal. */
export interface Tolerance {
  readonly time_ms: number
  readonly confidence: number
  /** Rupees. */
  readonly price: number
}

/** An alert of the log on its way through the matching; `time_ms` with the shift of the whole log taken off. */
export interface LogSide extends Timed {
  readonly alert: PlacedAlert
  readonly bar_start_ms: number | undefined
  /** Instrument and pattern. */
  readonly subject: string
}

/** An alert of the replay on its way through the matching. */
export interface ReplaySide extends Timed {
  readonly alert: ReplayedAlert
  readonly subject: string
}

export const MINUTE_APART_MS = 60_000
/** Indian time taken for UTC, or the reverse. */
export const IST_SHIFT_MS = 19_800_000

/** The same instrument, pattern and direction. */
export const keyOf = ({ subject, alert }: LogSide | ReplaySide): string => `${subject}|${alert.direction}`

/** `shift_ms`: by how much the clock of the whole log is ahead. */
export function logSide(alert: PlacedAlert, shift_ms: number): LogSide {
  const { instrument, symbol, pattern, timestamp_ms, bar_start_ms } = alert
  return {
    alert,
    time_ms: timestamp_ms - shift_ms,
    bar_start_ms: bar_start_ms === undefined ? undefined : bar_start_ms - shift_ms,
    subject: `${instrument?.instrument_token ?? symbol}|${pattern}`,
  }
}

export const replaySide = (alert: ReplayedAlert): ReplaySide => ({
  alert,
  time_ms: alert.known_at_ms,
  subject: `${alert.instrument.instrument_token}|${alert.pattern}`,
})

/** A log that tells states tells alerts and leg events apart. */
export const agreesInState = ({ state }: LoggedAlert, replayed: ReplayedAlert): boolean =>
  state === undefined || state === replayed.state

/** Prices that both have and that differ by more than the tolerance, in the order of `LOGGED_PRICES`. */
export function changedPrices(
  logged: LoggedAlert,
  replayed: Pick<ReplayedAlert, 'prices'>,
  tolerance: number,
): LoggedPriceName[] {
  return LOGGED_PRICES.filter((name) => {
    const [found, expected] = [logged.prices[name], replayed.prices[name]]
    return found !== undefined && !isNear(found, expected, tolerance)
  })
}

/** Exactly equal; with a tolerance, no further apart than it, to six decimals: 100.25 is within 0.05 of 100.2. */
export function isNear(found: number, expected: number | undefined, tolerance: number): boolean {
  if (expected === undefined) return false
  return found === expected || (tolerance > 0 && Math.abs(found - expected) <= tolerance + 5e-7)
}

/** All numbers that the log has are those of the replay, and it has one at least. */
export function hasSameNumbers(logged: LoggedAlert, replayed: ReplayedAlert): boolean {
  const { confidence, prices } = logged
  const is_told = confidence !== undefined || Object.keys(prices).length > 0
  return (
    is_told && (confidence === undefined || confidence === replayed.confidence) && changedPrices(logged, replayed, 0).length === 0
  )
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byNumber = (a: number | undefined, b: number | undefined): number => (a ?? -1) - (b ?? -1)

/** A total order that does not depend on the order of the lines, but for lines that are equal in all of it. */
export function byLogged(a: LogSide, b: LogSide): number {
  const [x, y] = [a.alert, b.alert]
  return (
    a.time_ms - b.time_ms ||
    byText(a.subject, b.subject) ||
    byText(x.direction, y.direction) ||
    byNumber(x.confidence, y.confidence) ||
    byNumber(x.prices.price ?? x.prices.last_price, y.prices.price ?? y.prices.last_price) ||
    byText(x.alert_id ?? '', y.alert_id ?? '') ||
    x.line - y.line
  )
}

/** By time, instrument, pattern, direction, confidence, price and id. */
export function byReplayed(a: ReplaySide, b: ReplaySide): number {
  const [x, y] = [a.alert, b.alert]
  return (
    a.time_ms - b.time_ms ||
    byText(a.subject, b.subject) ||
    byText(x.direction, y.direction) ||
    x.confidence - y.confidence ||
    byNumber(x.prices.price, y.prices.price) ||
    byText(x.alert_id, y.alert_id)
  )
}
