import type { SessionFacts } from '../engine/index.js'
import type { Candle, Instrument } from '../market/index.js'
import type { Direction } from '../patterns/index.js'
import type { FeedSeconds } from './feed-rate.js'
import type { ReportBar } from './packed-bars.js'
import type { SpanS } from './silence.js'

/** All that the page of a day tells: plain data. */
export interface DayReport {
  /** Of mds. */
  readonly version: string
  /** Profiles of the recordings, in their order. */
  readonly profiles: readonly string[]
  /** Label of the bars of the charts: `1m`, `5m` ... */
  readonly interval: string
  /** As `mds info` tells them. */
  readonly facts: SessionFacts
  /** Trade in the time of this clock; see `mds candles --clock`. */
  readonly instruments: readonly InstrumentReport[]
  readonly feed: FeedSeconds
  /** Undefined without alerts (`--no-alerts`). */
  readonly signals: SignalsReport | undefined
  readonly findings: readonly Finding[]
  readonly sources: SourcesReport
}

/** One instrument's day. Prices in feed units of `instrument.price_divisor`. */
export interface InstrumentReport {
  readonly instrument: Instrument
  /** What the page calls it, in links too: the symbol, with exchange or token where others have the same. */
  readonly name: string
  /** In order of time. */
  readonly bars: readonly ReportBar[]
  readonly profile: ProfileReport | undefined
  /** Bar of the day; undefined when nothing traded. */
  readonly day: Candle | undefined
  /** As the packets tell it; 0 when they do not. */
  readonly previous_close: number
  readonly silences: readonly SpanS[]
  /** Hours of continuous trading. */
  readonly hours: readonly SpanS[]
  /** In the order in which they were told. */
  readonly alerts: readonly AlertReport[]
}

/** Volume by price of continuous trading. */
export interface ProfileReport {
  /** Lowest price of the first row. */
  readonly low: number
  /** Height of a row. */
  readonly row: number
  /** Volume of each row, from low to high price. */
  readonly volumes: readonly number[]
  readonly poc: number
  readonly vah: number
  readonly val: number
}

/** An alert, or a step of one (`leg_event`), and how it ended. */
export interface AlertReport {
  readonly id: string
  readonly state: 'emitted' | 'leg_event'
  readonly pattern: string
  readonly subtype: string | undefined
  readonly direction: Direction
  /** `BUY_LIMIT`, `WATCH` ... */
  readonly action: string
  readonly confidence: number
  readonly known_at_ms: number
  readonly price: number
  readonly level: number
  readonly entry: number | undefined
  readonly stop: number | undefined
  /** The nearest first. */
  readonly targets: readonly number[]
  readonly risk_reward: number | undefined
  readonly volume_ratio: number | undefined
  readonly evidence: Readonly<Record<string, unknown>>
  readonly multipliers: Readonly<Record<string, number>>
  /** `pattern symbol confidence` */
  readonly confirmations: readonly string[]
  readonly legs: readonly string[]
  /** Undefined: still active where the recording ends. */
  readonly end: AlertEnd | undefined
}

/** What became of an alert. */
export interface AlertEnd {
  readonly state: 'superseded' | 'target_hit' | 'stop_hit' | 'invalidated' | 'expired'
  readonly at_ms: number
  /** Close of the bar that decided. */
  readonly price: number
}

/** What the detectors did. */
export interface SignalsReport {
  readonly config_hash: string
  /** Name of the baseline file; undefined: none. */
  readonly baseline: string | undefined
  /** Held back by reason, then by pattern; both in the order of names. */
  readonly suppressed: readonly (readonly [string, number])[]
  readonly suppressed_by_pattern: readonly (readonly [string, number])[]
  /** Detectors that were switched off, one sentence each; and what they lacked. */
  readonly faults: readonly string[]
  readonly notices: readonly string[]
}

/** Findings about the data of one kind. */
export interface Finding {
  readonly code: string
  readonly says: string
  readonly count: number
  /** The first ones, for people. */
  readonly first: readonly string[]
}

/** What the page was made of. Names without folders: the same recording elsewhere gives the same page. */
export interface SourcesReport {
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly records: number; readonly packing: string }[]
  readonly masters: readonly string[]
  readonly plugins: readonly string[]
  /** What a gap's number stands for: `profile c1`. */
  readonly connections: readonly string[]
  /** `--symbol`, as given; empty: all. */
  readonly symbols: readonly string[]
}
