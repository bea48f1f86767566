import type { Interval } from './interval.js'

/** How bars are cut and what goes into them: the flags of `mds candles`, each value documented there. */
export interface TimeBarOptions {
  /** Sorted from fine to coarse. */
  intervals: readonly Interval[]
  /** Auctions in bars of their own, or folded into the first and last bar of continuous trading. */
  auction: 'separate' | 'fold'
  /** Minutes without a trade: no bar, or the last close carried forward. */
  fill: 'skip' | 'forward'
  /** Trades told after their bar is final: counted in the day only, or the bar told again with a higher revision. */
  late: 'drop' | 'revise'
  /** Volume learned right after a gap: into no bar, into the bar of that packet, or spread over the gap by seconds. */
  gap_volume: 'quarantine' | 'last' | 'spread'
  /** Trades by price, their sides and the book, in bars of a minute or in all but the day's; default in none: it costs as much as the bars. */
  flow?: 'minute' | 'intraday' | undefined
}

/** A trade on its way to a bar. Price and volume in feed units, `at_s` is the second that places it. */
