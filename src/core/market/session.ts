import type { IstDay, TimestampMs } from '../time/index.js'
import type { Instrument } from './instrument.js'

/** Part of a trading day. Ticks outside all of them are `off`. */
export const PHASES = ['pre_open', 'continuous', 'closing_auction', 'post_close'] as const
export type Phase = (typeof PHASES)[number]

/** Half-open `[start_s, end_s)`, epoch seconds. */
export interface SessionPhase {
  readonly phase: Phase
  readonly start_s: number
  readonly end_s: number
}

/** The trading hours of one instrument on one IST day. */
export interface Session {
  readonly day: IstDay
  /** In order of time, never overlapping. A split special session has several `continuous` parts; each is an anchor for bars of its own. */
  readonly phases: readonly SessionPhase[]
  /** True when the calendar calls the day closed for this instrument: `phases` are then its regular hours of that date. */
  readonly closed: boolean
  /** False when a row behind these hours has not been checked against the exchange's circular. */
  readonly verified: boolean
}

/** When a derivative is settled: its time to expiry ends here. */
export interface ExpiryMoment {
  readonly at_ms: TimestampMs
  /** False when the time of day has not been checked against the exchange's circular. */
  readonly verified: boolean
}

/** Dated trading hours. Pure data behind it; see config/calendar.json. */
export interface Calendar {
  sessionOf(instrument: Instrument, day: IstDay): Session
  /** Undefined for what does not expire, and for groups of which the calendar has no time. */
  expiryOf(instrument: Instrument): ExpiryMoment | undefined
}
