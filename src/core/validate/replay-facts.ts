import type { ReplayedAlert } from './replayed-alert.js'

/** A stretch of which the recording has nothing, and why. */
export interface NamedGap {
  readonly from_ms: number
  readonly to_ms: number
  /** `disconnect`, `recorder_down`, `silence` ... */
  readonly cause: string
}

/** What a replay knows that may have caused a difference. */
export interface ReplayFacts {
  readonly engine_version: string
  readonly config_hash: string
  /** What the configuration of another hash is, where that can be found out: `without a baseline`. */
  explainHash(config_hash: string): string | undefined
  readonly has_baseline: boolean
  /** Detectors that ran: their numbers, and whether they look back on earlier sessions. */
  readonly patterns: ReadonlyMap<string, PatternFacts>
  /** All that are known, those that did not run too. */
  readonly known_patterns: ReadonlySet<string>
  similarPatterns(id: string): readonly string[]
  /** Why a detector was switched off, by its id. */
  readonly faults: ReadonlyMap<string, string>
  /** Confidence that an alert must have. */
  readonly min_confidence: number
  /** Receipt of the first and the last record; undefined when there is none. */
  readonly hours: { readonly from_ms: number; readonly to_ms: number } | undefined
  isCarried(instrument_token: number): boolean
  /** In order of time. */
  gapsOf(instrument_token: number): readonly NamedGap[]
  /** Times of receipt of ticks that came after newer ones, in order. */
  lateTicksOf(instrument_token: number): readonly number[]
  /** What the replay held back. */
  readonly held_back: readonly ReplayedAlert[]
}

/** What a detector ran with. */
export interface PatternFacts {
  readonly parameters: Readonly<Record<string, number>>
  readonly needs_baseline: boolean
}
