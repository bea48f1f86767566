/** How far two bars agree; the first that fits (decisions.md s). */
export const BAR_CLASSES = {
  exact: 'The same figures, or figures that stand for the same (`official_close`, `empty_bar`)',
  price_1tick: 'Every price within one tick, the volume within 1 %',
  volume_1pct: 'The same prices, the volume within 1 %',
  boundary_shift: 'Trades at the turn of a bar are in the neighbour: what the bars have together is the same',
  auction: 'An auction is in the bar on one side and beside it on the other',
  gap: 'We did not receive all of the bar',
  other: 'Anything else; the cause, where it can be known, stands beside it',
} as const
/** Class of a compared bar. */
export type BarClass = keyof typeof BAR_CLASSES

/** Why two bars differ, each with what proves it. What nothing proves is `unknown`. */
export const BAR_CAUSES = {
  minute_grouping:
    'Their minutes end one second later (1-0 instead of 0-59): the recording, grouped that way, gives their figures',
  exchange_clock: "They go by the exchange's time of the snapshot: the recording, by that clock, gives their figures",
  arrival_clock: 'They go by the time of receipt: the recording, by that clock, gives their figures',
  boundary_trade: 'Volume, high and low of neighbouring bars together are the same, so are the first open and the last close',
  auction_volume: 'Their bar has the volume of the auction, or of trading after the close, in it: the sum is theirs',
  open_rewritten: 'Only the open differs, and theirs is the price of the opening auction, or the open that the exchange tells',
  official_close:
    'One close is the last trade, the other the closing price that the exchange announces (or a trade at it after the close)',
  feed_gap: 'A gap of the recording cuts the bar, and all that we have is inside their bar',
  recording_edge: 'The recording, or that of the instrument, begins or ends there, and all that we have is inside their bar',
  late_trades: 'Told after the bar was final: with late trades (`--late revise`) the recording gives their figures',
  late_volume: 'Volume told too late for its bar: what our bars lack is what our day has as late',
  missing_extreme: 'Open, close and volume are the same, their range is wider: the feed tells snapshots, not each trade',
  their_missing_extreme: 'Open, close and volume are the same, our range is wider: they missed an extreme',
  corporate_action: 'All prices of the symbol differ by one factor: theirs are adjusted',
  price_unit: 'All prices of the symbol differ by a power of ten, the volume does not: another unit',
  tick_rounding: 'All their prices are rounded to a coarser step',
  volume_unit: 'One side counts lots, the other units',
  volume_correction: 'The exchange took volume back; their day is without it',
  block_deal:
    'Their day has volume that the running total never told, though we recorded to the end: block and bulk deals have none in it',
  empty_bar: 'Nothing traded: they have a bar without volume, we have none',
  misaligned: 'Their bar begins at no time at which a bar of this length begins',
  their_missing_bar: 'We have trades there, they have no bar',
  wrong_instrument: 'Their bars are those of another instrument that we recorded',
  wrong_day: 'Their bars are those of another day that we recorded',
  unknown: 'Nothing at hand explains it',
} as const
/** Cause of a difference. */
export type BarCause = keyof typeof BAR_CAUSES

/** A finding about one bar. `cause` is undefined where nothing differs. */
export interface Finding {
  readonly class: BarClass
  readonly cause: BarCause | undefined
  /** What else is to be said, for people. */
  readonly note?: string
}
