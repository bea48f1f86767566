import type { Direction } from '../patterns/index.js'
import type { LineFaultKind } from './line-fault.js'

/** One alert as a log tells it: production's, a replay's, or somebody else's. Everything else about it is not known. */
export interface LoggedAlert {
  /** 1-based line of the file; of a Parquet file the 1-based row. */
  readonly line: number
  readonly alert_id: string | undefined
  /** `emitted` or `leg_event`; undefined in logs that have no states. */
  readonly state: string | undefined
  readonly suppress_reason: string | undefined
  /** Id of the pattern, as the log writes it. */
  readonly pattern: string
  /** As the log writes it, without the exchange; `token:N` where it has only a token. */
  readonly symbol: string
  readonly exchange: string | undefined
  readonly instrument_token: number | undefined
  readonly direction: Direction
  /** The other field of the direction, where the log has both and they differ. */
  readonly signal: Direction | undefined
  /** 0 to 1; beyond that the alert is doubtful. */
  readonly confidence: number | undefined
  /** Rupees, as the log has them; NaN never. */
  readonly prices: LoggedPrices
  /** When the information was complete, ms since the epoch: `timestamp_ms`, or what stands for it. */
  readonly timestamp_ms: number
  /** Other times of the record, ms since the epoch. */
  readonly known_at_ms: number | undefined
  readonly emitted_at_ms: number | undefined
  readonly bar_start_ms: number | undefined
  readonly expires_at_ms: number | undefined
  readonly pattern_category: string | undefined
  readonly engine_version: string | undefined
  readonly config_hash: string | undefined
  /** What an option strategy trades; empty for all others, and where the log has them in another form than ours. */
  readonly legs: readonly LoggedLeg[]
  /** Numbers and words of the detector; empty where the log has none. */
  readonly evidence: Readonly<Record<string, unknown>>
  /** Doubtful faults of the record: no number should be measured on it. Empty for a sound one. */
  readonly doubts: readonly LineFaultKind[]
}

/** One leg of an option strategy. */
export interface LoggedLeg {
  readonly symbol: string
  readonly instrument_token: number | undefined
  readonly side: 'BUY' | 'SELL'
  /** Above 0. */
  readonly ratio: number
}

/** Prices that a log may have, in the order in which differences are told. */
export const LOGGED_PRICES = ['price', 'last_price', 'entry_price', 'target_price', 'stop_loss', 'level', 'invalidation'] as const
export type LoggedPriceName = (typeof LOGGED_PRICES)[number]
export type LoggedPrices = Readonly<Partial<Record<LoggedPriceName, number>>>
