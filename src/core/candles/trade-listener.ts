import type { Track } from './track.js'

/** A trade of continuous trading. */
export interface OfferedTrade {
  price: number
  volume: number
  at_s: number
  /** -1 when not known. */
  oi: number
  /** Its volume was learned across a gap (`gap_volume: last`). */
  over_gap: boolean
}

/**
 * What bars that count trades instead of time need to hear. In order of arrival, each trade once; what these bars keep out of theirs (late
 * snapshots, trades told after their minute was final, volume quarantined or spread after a gap) is no trade here either.
 */
export interface TradeListener {
  /** A trade of continuous trading (`auction: fold`: of an auction too), or with volume 0 a value of an instrument without volume. Borrowed. */
  onTrade(track: Track, trade: OfferedTrade): void
  /** Volume learned over a gap of continuous trading. */
  onGapVolume(track: Track, volume: number): void
  /** No trade of the session can come any more. May come twice. */
  onSessionOver(track: Track): void
}
