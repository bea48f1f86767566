import type { Instrument } from '../market/index.js'
import type { TimestampMs } from '../time/index.js'
import type { Label } from './barrier.js'
import type { Horizon } from './horizon.js'
import type { JudgedAlert } from './judged-alert.js'
import type { Entry } from './position.js'

/** Why nothing can be said of an alert. `unfilled`: nobody would have got a price within 30 s. */
export const NOT_JUDGED = [
  'unfilled',
  'no_direction',
  'outside_hours',
  'not_recorded',
  'before_recording',
  'recording_ends',
] as const
export type NotJudged = (typeof NOT_JUDGED)[number]

/** Why there is no label. */
export const NO_LABEL = [
  'strategy',
  'no_stop',
  'no_target',
  'entry_beyond_stop',
  'entry_beyond_target',
  'expired_before_entry',
  'recording_ends',
] as const
export type NoLabel = (typeof NO_LABEL)[number]

/** Why a window has no return. `no_data`: the last trade is too old. `no_window`: it would end before the entry is due. */
export type NoReturn = 'no_data' | 'recording_ends' | 'no_window'

/** One alert, judged. Percent in percent points, R in units of what was risked; NaN is "not known". */
export interface Outcome {
  readonly alert: JudgedAlert
  /** First moment at which an order could have been there. */
  readonly due_ms: TimestampMs
  /** Undefined for an alert that was judged. */
  readonly not_judged: NotJudged | undefined
  /** Of a strategy: the time of its last leg, and the sum of its premiums. */
  readonly entry: Entry | undefined
  /** What was bought and sold if the alert was followed to its end: to its barrier, a strategy to the end of the day. Empty where that end is not known. */
  readonly trades: readonly MadeTrade[]
  /** Distance from the entry to the stop, feed units: what one R is. NaN without a stop behind the entry. */
  readonly risk: number
  /** In the order of `HORIZONS`. */
  readonly windows: readonly WindowOutcome[]
  /** How it ended between target, stop and time. */
  readonly barrier: LabelledOutcome | undefined
  readonly no_label: NoLabel | undefined
  /** Of random entries where prices do not drift, the share that reaches the target first: b / (a + b). NaN without both barriers. */
  readonly driftless_hit_rate: number
  /** Nothing was received for a while between entry and end: what the price did then is not known. */
  readonly is_over_gap: boolean
}

/** One instrument in and out. Prices in its feed units. */
export interface MadeTrade {
  readonly instrument: Instrument
  readonly side: 'BUY' | 'SELL'
  readonly ratio: number
  readonly entry_price: number
  readonly exit_price: number
  readonly exit_ms: TimestampMs
}

/** What the price had done by the end of a window, in the direction of the alert. */
export interface WindowOutcome {
  readonly horizon: Horizon
  readonly end_ms: TimestampMs
  readonly is_truncated: boolean
  /** Undefined where there is a return. */
  readonly missing: NoReturn | undefined
  readonly return_pct: number
  readonly r: number
  /** Farthest for and against the alert, at least 0 and at most 0. */
  readonly mfe_pct: number
  readonly mae_pct: number
  readonly mfe_r: number
  readonly mae_r: number
}

/** Target, stop or time, whichever came first. */
export interface LabelledOutcome {
  readonly label: Label
  readonly exit_ms: TimestampMs
  /** NaN when time ran out and the last trade was too old. */
  readonly return_pct: number
  readonly r: number
  readonly is_ambiguous: boolean
}
