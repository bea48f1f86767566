import type { Instrument } from '../market/index.js'
import type { PatternView } from './view.js'

/** Which way an alert points. */
export const PATTERN_DIRECTIONS = ['BUY', 'SELL', 'NEUTRAL'] as const
export type Direction = (typeof PATTERN_DIRECTIONS)[number]

/** What kind of pattern it is; the record of an alert carries it. */
export const PATTERN_CATEGORIES = [
  'volume',
  'momentum',
  'breakout',
  'microstructure',
  'ict',
  'straddle',
  'volume_profile',
  'candlestick',
  'custom',
] as const
export type PatternCategory = (typeof PATTERN_CATEGORIES)[number]

/** A number the user may set; values outside `[min, max]` are refused. */
export interface ParameterSpec {
  readonly default: number
  readonly min: number
  readonly max: number
  /** Whole numbers only: a count, or a switch. */
  readonly integer?: boolean
  /** With its unit. */
  readonly doc: string
}

/** What a detector cannot work without. Instruments that lack it are left out, and the run says so. */
export type Need = 'volume' | 'baseline' | 'option_chain' | 'oi'

/** A detector: rule, defaults, evidence. One file, one line in the registry, one golden case. */
export interface PatternDefinition<P extends string = string> {
  readonly id: string
  readonly summary: string
  readonly category: PatternCategory
  /** Where rule and numbers come from. */
  readonly source: string
  /** 0..90; breaks ties between patterns that contradict each other (6.4). */
  readonly priority: number
  /** Minutes after an alert in which the same one is held back (6.3). */
  readonly cooldown_min: number
  readonly parameters: Readonly<Record<P, ParameterSpec>>
  readonly needs?: readonly Need[]
  /** Which instruments; default all. Option strategies run on the underlying: its index, else its nearest future. */
  readonly on?: 'every_instrument' | 'underlyings'
  /** `bar` (default): asked when a minute bar has closed. `second`: asked at each whole second of the session. */
  readonly cadence?: 'bar' | 'second'
  /** Not among those that run when nobody asks for any. */
  readonly optional?: boolean
  /** Called once per instrument and session; what it closes over is the detector's memory. */
  create(parameters: Readonly<Record<P, number>>): Detector
}

/** Asked in order of virtual time. It knows nothing but the view; the view is borrowed for the call. */
export type Detector = (view: PatternView) => Candidate | undefined

/** A number, word or list that lets a person check the claim. */
export type EvidenceValue = number | string | boolean | readonly (number | string)[]

/** What a detector claims. Prices in feed units; confidence is made of `score` by one rule for all (5.0). */
export interface Candidate {
  readonly direction: Direction
  /** 0..1: how strong, beyond the bare trigger. */
  readonly score: number
  /** Terms of the score whose input is missing. */
  readonly missing?: readonly string[]
  readonly subtype?: string
  /** Default `BUY_LIMIT`, `SELL_LIMIT` or `WATCH`, by direction. */
  readonly action?: string
  /** Of the confidence, for weak subtypes. */
  readonly confidence_max?: number
  /** 0..1: stands in place of `0.60 + 0.38 x score`, for a rule whose public form brings its own; its evidence says so. Not held to 0.98. */
  readonly confidence?: number
  /** Each at most 1, by name; they multiply the confidence. */
  readonly multipliers?: Readonly<Record<string, number>>
  /** The price the pattern is about; default the close of the bar. Alerts of one level within 0.25 ATR are the same alert. */
  readonly level?: number
  /** Default the close. */
  readonly entry?: number
  readonly stop?: number
  /** The nearest first. */
  readonly targets?: readonly number[]
  /** A close beyond it ends the alert. */
  readonly invalidation?: number
  /** Default 60. */
  readonly expires_min?: number
  /** Begin of the bar the pattern is about, where that is not the newest. */
  readonly bar_start_ms?: number
  /** Option strategies: what to trade. */
  readonly legs?: readonly AlertLeg[]
  /** Called in the moment of the claim when every gate has let it through. A detector that manages what it claimed begins there. */
  readonly onEmitted?: () => void
  /** It manages the legs of an earlier claim and is told under that alert, whatever cooldowns say. */
  readonly follows?: FollowUp
  /** Every number of the trigger, and its threshold. */
  readonly evidence: Readonly<Record<string, EvidenceValue>>
}

/** Which claim is followed up: of the same detector and instrument. */
export interface FollowUp {
  /** Of that claim. */
  readonly known_at_ms: number
  /** How the alert ends by it: in profit, in loss or by time. Absent while it goes on. */
  readonly ends?: 'target_hit' | 'stop_hit' | 'expired'
}

/** One leg of an option strategy. */
export interface AlertLeg {
  readonly instrument: Instrument
  readonly side: 'BUY' | 'SELL'
  readonly ratio: number
  /** Feed units. */
  readonly price: number
}
