import type { Instrument } from '../market/index.js'
import type { Direction } from '../patterns/index.js'
import type { TimestampMs } from '../time/index.js'

/** An alert whose worth is asked. Prices in feed units of the instrument; NaN where the log has none. */
export interface JudgedAlert {
  readonly alert_id: string
  readonly pattern_type: string
  readonly instrument: Instrument
  readonly direction: Direction
  /** 0..1; NaN when not told. */
  readonly confidence: number
  /** When it was told, in virtual time: nothing received before it can be traded on. */
  readonly emitted_at_ms: TimestampMs
  /** For an option strategy both are premiums. */
  readonly stop: number
  readonly target: number
  /** NaN: half an hour after the entry is due. */
  readonly expires_at_ms: TimestampMs
  /** Option strategies: what is traded in place of the instrument; empty for all others. */
  readonly legs: readonly JudgedLeg[]
}

/** One leg of an option strategy. */
export interface JudgedLeg {
  readonly instrument: Instrument
  readonly side: 'BUY' | 'SELL'
  /** Above 0. */
  readonly ratio: number
}

/** The name of an instrument that holds on all days: tokens are used again. */
export const nameOf = ({ exchange, symbol }: Instrument): string => `${exchange}:${symbol}`
