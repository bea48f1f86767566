import type { Candle, Instrument } from '../market/index.js'
import type { IstDay } from '../time/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import type { Regime } from './regime.js'

/** A candidate with everything about its moment that an alert carries. Prices in feed units. */
export interface Detection {
  readonly pattern: PatternDefinition
  readonly candidate: Candidate
  readonly instrument: Instrument
  /** Symbol of the underlying that spot, futures and options share. */
  readonly underlying: string
  readonly session_date: IstDay
  /** The newest minute bar. */
  readonly bar: Candle
  /** To be called when the alert is told: its detector may want to know. */
  readonly onEmitted?: (() => void) | undefined
  /** When the information was complete: the end of the bar, or the second of a detector that is asked each second. */
  readonly known_at_ms: number
  /** Virtual time at which it was told. */
  readonly emitted_at_ms: number
  /** `0.60 + 0.38 x score`, held to 0.98 and to the maximum of its subtype; or the candidate's own. */
  readonly confidence_raw: number
  /** That times all multipliers. */
  readonly confidence: number
  /** What multiplied it, by name; empty when nothing did. */
  readonly multipliers: Readonly<Record<string, number>>
  /** Why the data does not carry an alert; undefined when it does. */
  readonly quality_fault: QualityFault | undefined
  /** ATR 14 of bars of 5 minutes; NaN when there is none yet. */
  readonly atr: number
  /** Relative volume of the bar; NaN without one. */
  readonly volume_ratio: number
  /** Over the bar, percent. */
  readonly price_change_pct: number
  readonly spread_bps: number
  readonly stale_ms: number
  readonly vix: number
  /** Undefined while India VIX is not known. */
  readonly regime: Regime | undefined
}

/** 5.0, quality. */
export type QualityFault = 'incomplete_bar' | 'wide_spread' | 'first_minute' | 'last_minutes'

/** A detector that did what it must not: it is switched off for the rest of the session. */
export interface DetectorFault {
  readonly pattern_id: string
  readonly instrument: Instrument
  readonly at_ms: number
  readonly kind: 'threw' | 'rubbish'
  readonly message: string
}
