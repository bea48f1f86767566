import type { ChargeTable } from '../charges/index.js'
import type { CalibrationNumbers } from './calibration-numbers.js'
import type { OutcomeRules } from './followed-alert.js'
import type { GroupNumbers } from './group-numbers.js'
import type { Horizon } from './horizon.js'
import type { LuckNumbers } from './luck.js'

/** Version of the record. It counts up when a field is removed or changes its meaning. */
export const WORTH_SCHEMA_VERSION = 1
/** Of the patterns called better than chance, at most this share is expected to be luck (7.5). */
export const FDR_Q = 0.1
/** The chance that even one pattern is called so by luck, for the headline. */
export const HEADLINE_ALPHA = 0.05

/** What decides the numbers besides recordings and alerts. */
export interface WorthSetup {
  readonly rules: OutcomeRules
  readonly charges: ChargeTable
  /** Rupees a trade of shares is sized by. */
  readonly notional: number
  /** Samples of the permutation test, at least 1000. */
  readonly draws: number
  readonly seed: number
  /** How many configurations were ever tried; undefined: as many as there are patterns. */
  readonly trials: number | undefined
  /** Alerts of the log that belong to none of the sessions, or cannot be measured, by reason. */
  readonly left_out: Readonly<Record<string, number>>
}

/** Are the alerts worth anything? One plain object; null is "not known", percent, R and basis points as the names say. */
export interface Worth {
  readonly schema_version: number
  readonly settings: {
    readonly latency_ms: number
    readonly barriers_from: OutcomeRules['from']
    readonly notional: number
    readonly draws: number
    readonly seed: number
    readonly fdr_q: number
    readonly headline_alpha: number
  }
  readonly sessions: readonly { readonly session_date: string; readonly alerts: number; readonly judged: number }[]
  readonly alerts: number
  readonly not_judged: Readonly<Record<string, number>>
  readonly left_out: Readonly<Record<string, number>>
  readonly overall: GroupNumbers
  readonly patterns: readonly PatternWorth[]
  readonly by_hour: readonly GroupWorth[]
  readonly by_regime: readonly GroupWorth[]
  readonly by_liquidity: readonly GroupWorth[]
  readonly calibration: CalibrationNumbers
  readonly luck: LuckNumbers
  /** In plain words, what these numbers are too few or too weak for. */
  readonly warnings: readonly string[]
}

/** A group of alerts by its name. */
export interface GroupWorth {
  readonly name: string
  readonly numbers: GroupNumbers
}

/** One pattern, and how it stands against chance. */
export interface PatternWorth {
  readonly pattern_type: string
  readonly alerts: number
  readonly not_judged: Readonly<Record<string, number>>
  readonly primary_horizon: Horizon
  readonly chance: PatternChance
  readonly numbers: GroupNumbers
}

/** The permutation test of one pattern. */
export interface PatternChance {
  readonly n: number
  readonly not_compared: Readonly<Record<string, number>>
  readonly mean_r: number | null
  readonly chance_mean_r: number | null
  readonly hit_rate: number | null
  readonly chance_hit_rate: number | null
  /** Hours of days that were shuffled. */
  readonly blocks: number
  /** One-sided. */
  readonly p: number | null
  /** Why p is null. */
  readonly why_no_p: string | null
  /** Adjusted for the number of patterns: Benjamini and Hochberg, Holm. */
  readonly p_fdr: number | null
  readonly p_holm: number | null
  /** At the false-discovery rate of the settings; null without p. */
  readonly is_better_than_chance: boolean | null
  /** At the headline's level, so that it may be said of one pattern alone. */
  readonly is_headline: boolean | null
}
