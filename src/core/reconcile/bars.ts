import type { Instrument } from '../market/index.js'
import type { IstDay, TimestampMs } from '../time/index.js'
import type { BarCause } from './causes.js'

/** What a bar says. Prices in feed units (a fraction where theirs are adjusted), volume in units of the feed, undefined where there is none. */
export interface Figures {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number | undefined
}

/** A bar of ours over `[open_time_ms, close_time_ms)`. */
export interface OwnBar extends Figures {
  readonly open_time_ms: TimestampMs
  readonly close_time_ms: TimestampMs
  /** Snapshots with a trade; of an index, which has none, all snapshots. */
  readonly trade_ticks: number
  readonly complete: boolean
  /** Learned after a gap and kept out of `volume`. */
  readonly gap_volume: number
}

/** A bar of theirs. */
export interface TheirBar extends Figures {
  readonly open_time_ms: TimestampMs
  /** The closing price that the exchange announces, where their file has one beside the last trade. */
  readonly official_close?: number | undefined
}

/** A time without data, `[from_ms, to_ms)` in ms of receipt. */
export interface GapSpan {
  readonly from_ms: TimestampMs
  readonly to_ms: TimestampMs
}

/** The bars of a recording read another way, by start. A bar of theirs that is one of these, and not ours, has its cause here. */
export interface OtherReading {
  readonly cause: Extract<BarCause, 'minute_grouping' | 'exchange_clock' | 'arrival_clock' | 'late_trades'>
  readonly bars: ReadonlyMap<TimestampMs, Figures>
}

/** What our bar of the day knows beside its figures. */
export interface OwnDay extends OwnBar {
  /** Traded before we joined; not in `volume`. */
  readonly missed_volume: number
  /** In `volume`, in no bar. */
  readonly late_volume: number
  /** Taken back by the exchange; still in `volume`. */
  readonly correction: number
  readonly official_close: number | undefined
}

/** An auction, or trading after the close, in a bar of its own. */
export interface AuctionBar extends Figures {
  readonly phase: 'pre_open' | 'closing_auction' | 'post_close'
  readonly volume: number
}

/** All that we know of one instrument on one day. */
export interface OwnSeries {
  readonly instrument: Instrument
  readonly day: IstDay
  /** Sorted by start. The bar of the day stands here where days are compared. */
  readonly bars: readonly OwnBar[]
  readonly auctions: readonly AuctionBar[]
  readonly whole_day: OwnDay | undefined
  /** Sum over the bars of a minute; undefined where none were at hand. */
  readonly minute_volume: number | undefined
  /** First and last price of continuous trading; undefined where no minutes were at hand. */
  readonly continuous: { readonly open: number; readonly close: number } | undefined
  /** What the exchange told of the day in its last packet; undefined where it told nothing. */
  readonly exchange: { readonly open: number; readonly high: number; readonly low: number } | undefined
  /** Of this instrument. Sorted by start. */
  readonly gaps: readonly GapSpan[]
  /** First and last record; undefined where a candle file stands for the recording. */
  readonly recorded: GapSpan | undefined
  /** Continuous trading from the first to the last part, and the end of everything. */
  readonly hours: { readonly open_ms: TimestampMs; readonly close_ms: TimestampMs; readonly end_ms: TimestampMs }
  readonly readings: readonly OtherReading[]
}

/** A bar of ours and theirs that begin at the same time, or one that is alone. */
export interface BarPair {
  readonly open_time_ms: TimestampMs
  readonly own: OwnBar | undefined
  readonly their: TheirBar | undefined
}

/** Feed units of a tick; one where the tick size is not known. */
export const tickOf = ({ tick_size, price_divisor }: Instrument): number => Math.max(1, Math.round(tick_size * price_divisor))

/** Both sorted by start, each start once. */
export function* paired(own: readonly OwnBar[], their: readonly TheirBar[]): Generator<BarPair> {
  let [at, against] = [0, 0]
  while (at < own.length || against < their.length) {
    const [mine, theirs] = [own[at], their[against]]
    const open_time_ms = Math.min(
      mine?.open_time_ms ?? Number.POSITIVE_INFINITY,
      theirs?.open_time_ms ?? Number.POSITIVE_INFINITY,
    )
    const [has_own, has_their] = [mine?.open_time_ms === open_time_ms, theirs?.open_time_ms === open_time_ms]
    yield { open_time_ms, own: has_own ? mine : undefined, their: has_their ? theirs : undefined }
    if (has_own) at++
    if (has_their) against++
  }
}

/** The four prices are the same. */
export const samePrices = (a: Figures, b: Figures): boolean =>
  a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close

/** A side without volume says nothing about it. */
export const sameVolume = (a: Figures, b: Figures): boolean =>
  a.volume === undefined || b.volume === undefined || a.volume === b.volume

/** Prices and volume are the same. */
export const sameFigures = (a: Figures, b: Figures): boolean => samePrices(a, b) && sameVolume(a, b)

/** All that `inner` tells could have happened in `outer`: its range and volume. */
export const isInside = (inner: Figures, outer: Figures): boolean =>
  inner.high <= outer.high && inner.low >= outer.low && (inner.volume ?? 0) <= (outer.volume ?? inner.volume ?? 0)

/** Largest difference of the four prices, in feed units. */
export const priceDistance = (a: Figures, b: Figures): number =>
  Math.max(Math.abs(a.open - b.open), Math.abs(a.high - b.high), Math.abs(a.low - b.low), Math.abs(a.close - b.close))
