import type { VolumeProfile } from '../indicators/index.js'
import type { Candle, Instrument, Session } from '../market/index.js'
import type { OptionChain } from '../options/index.js'
import type { Asking } from './asking.js'
import type { BarSeries } from './bar-series.js'
import type { Baseline, InstrumentBaseline } from './baseline.js'
import type { ChainInterest } from './options/chain-interest.js'
import type { Regime, RegimeFactors } from './regime.js'
import type { Swings } from './swings.js'

/**
 * Everything a detector may know about one instrument at the end of a minute bar: nothing later. Prices in feed units, percentages in percent
 * points, NaN for what is not known (yet). EMA, RSI: 14 or as named, on bars of a minute; ATR and ADX: Wilder 14 on the interval in their name.
 */
export interface PatternView {
  readonly instrument: Instrument
  /** What a trigger asks through it `mds why` can tell. */
  readonly ask: Asking
  /** Smallest price step. */
  readonly tick: number
  /** End of the bar, and virtual time of the claim. */
  readonly now_ms: number
  /** Of the present question: the whole second of a detector with `cadence: 'second'`, else `now_ms`. */
  readonly second_ms: number
  readonly session: Session
  /** Of the continuous phase that the bar lies in. */
  readonly open_ms: number
  readonly close_ms: number
  /** Begin of the session's first minute bar: later than `open_ms` where the recording, or the trading, began later. */
  readonly begun_ms: number
  /** The newest minute bar. */
  readonly bar: Candle
  readonly m1: BarSeries
  readonly m5: BarSeries
  readonly m15: BarSeries
  /** Confirmed turning points (2 bars left and right). */
  readonly swings_1m: Swings
  readonly swings_5m: Swings
  readonly swings_15m: Swings
  /** Change of the close over so many minute bars of this session, percent; NaN over a gap in the recording. */
  r(bars: number): number
  /** False for indices and instruments without volume: `rv`, `vwap`, `cvd` are NaN then. */
  readonly has_volume: boolean
  /**
   * Volume of the bar against the usual one: by time of day over earlier sessions where known, else against the 20 minutes before it, of which 10
   * must be known: those before the first bar of the session and those that a gap cut are not.
   */
  readonly rv: number
  readonly rv_source: 'tod' | 'roll' | 'none'
  /** The same over the last three minutes. */
  readonly rv3: number
  /**
   * The same over so many minutes that end at `end_ms` (default now, never later). Where a rule measures a move over several bars, it measures
   * the volume over the same ones.
   */
  relativeVolume(minutes: number, end_ms?: number): number
  readonly atr: number
  readonly atr_1m: number
  readonly atr_15m: number
  /** Of the close. */
  readonly atr_pct: number
  readonly atr_1m_pct: number
  readonly ema9: number
  readonly ema21: number
  /** One bar before. */
  readonly ema9_before: number
  readonly ema21_before: number
  readonly rsi: number
  readonly adx_5m: number
  readonly adx_15m: number
  /** Slope of the EMA 20 of bars of 15 minutes: 1 rising, -1 falling, 0 flat or not known. */
  readonly trend_15m: -1 | 0 | 1
  /**
   * Volume-weighted mean price of the session's continuous trades, and the deviation around it. Where trades were missed (a gap, a late begin) it goes
   * on from the average price that the packets tell, the exchange's own, which counts the auction before the open too.
   */
  readonly vwap: number
  readonly vwap_sigma: number
  /** Cumulative volume delta of the session, quote rule. */
  readonly cvd: number
  /** Of the book at the end of the bar. */
  readonly obi5: number
  readonly mid: number
  readonly spread_bps: number
  /** Exchange time of the last packet before the end of the bar, how long before it; NaN where packets carry no time. */
  readonly stale_ms: number
  /** Highest and lowest so far in this session, with the newest bar and without it; where trades were missed, those of the day as the packets tell them. */
  readonly session_high: number
  readonly session_low: number
  readonly session_high_before: number
  readonly session_low_before: number
  /** 09:15-09:30 (the first 15 minutes of the session), once it is over; NaN where nothing traded in it or a minute of it was cut by a gap. */
  readonly opening_high: number
  readonly opening_low: number
  /** From the baseline; undefined without one. */
  readonly baseline: InstrumentBaseline | undefined
  /** Volume by price of this session up to the end of the newest bar. */
  readonly profile: VolumeProfile
  /** By India VIX; NORMAL while it is not known. */
  readonly regime: Regime
  readonly factors: RegimeFactors
  /** Points; NaN when the recording has no India VIX. */
  readonly vix: number
  /** Spot, futures and options of the same underlying. */
  readonly group: UnderlyingGroup
  /** The whole market; for histories of underlyings. */
  readonly market: Market
}

/** What is the same for all instruments of a session. */
export interface Market {
  readonly baseline: Baseline | undefined
  /** India VIX in points, at the end of its last minute bar; NaN when there is none. */
  readonly vix: number
  /** Undefined until India VIX is known. */
  readonly regime: Regime | undefined
}

/** Everything that has one underlying. The underlying is the one of the instrument master: never part of a name (D16). */
export interface UnderlyingGroup {
  /** Its symbol: `NIFTY`, `RELIANCE`. */
  readonly underlying: string
  /** The index or stock itself; undefined until it has had a bar. */
  readonly spot: PatternView | undefined
  /** Those that have had a bar, nearest first. */
  readonly futures: readonly PatternView[]
  /**
   * Its option chains by expiry, the nearest first, expired ones too: those that had been heard of at the last whole minute, as a master lists more
   * than a recording has. Their quotes are those of this very moment. Only detectors that are asked
   * each second may read them: to one that speaks of a closed bar they tell what came after it.
   */
  readonly chains: readonly OptionChain[]
  /** Open interest of the nearest of these that has not expired, as it stood at the last whole minute; undefined until there is one. For detectors of any cadence. */
  readonly interest: ChainInterest | undefined
  /** The view of an option that has had a bar: its VWAP and volume up to its last closed minute. */
  optionOf(token: number): PatternView | undefined
  /** Strategies on the underlying run where its price is best known: the index or stock, else the nearest future. */
  readonly lead: PatternView | undefined
}
