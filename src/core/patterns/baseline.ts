import type { VolumeBaseline } from '../indicators/index.js'
import type { Candle, Instrument } from '../market/index.js'
import type { IstDay } from '../time/index.js'

/** What earlier sessions say, made by `mds baseline`; never anything of the session at hand. */
export interface Baseline {
  /** SHA-256 of all that it holds of earlier sessions, hex: part of the effective configuration. */
  readonly sha256: string
  /** By exchange and symbol, never by token: tokens are reused. */
  of(instrument: Instrument): InstrumentBaseline | undefined
  /** By the symbol of the underlying: `NIFTY`. */
  ofUnderlying(underlying: string): UnderlyingBaseline | undefined
}

/** One instrument. Prices in feed units; volumes are medians of at least 5 sessions, minutes begin with continuous trading. */
export interface InstrumentBaseline extends VolumeBaseline {
  /** The trading day right before this one; undefined where it was not recorded, or not to its end. */
  readonly previous: PreviousSession | undefined
  /** Over the last five trading days; NaN unless all were recorded. */
  readonly week_high: number
  readonly week_low: number
  /** Median range (high - low) of 30 one-minute bars over the last five sessions there are; NaN with fewer. */
  readonly usual_range_30m: number
  /** Mean true range of the trading days right before this one, 14 at most; NaN with fewer than 5. */
  readonly day_atr: number
  /** Bars of the trading days right before this one, oldest first, for indicators that go on over days. */
  readonly history: Readonly<Record<'1m' | '5m' | '15m', readonly HistoryBar[]>>
}

/** Figures of the session before. Prices in feed units. */
export interface PreviousSession {
  readonly day: IstDay
  readonly open: number
  readonly high: number
  readonly low: number
  /** The closing price the exchange announced where the recording has it, else the last price. */
  readonly close: number
  /** Value area and point of control; NaN where no volume by price was kept. */
  readonly vah: number
  readonly val: number
  readonly poc: number
  /** Width of the value area as it was so many minutes into that session, by the last quarter of an hour; NaN where it is not known. */
  vaWidthAt(minute: number): number
}

/** What is kept of a bar. */
export type HistoryBar = Pick<Candle, 'open_time_ms' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'oi'>

/** Daily figures of an underlying, oldest first. */
export interface UnderlyingBaseline {
  /** At-the-money implied volatility (1 = 100 %) of a constant maturity of 30 days at the close of each session with an expiry on each side. */
  readonly iv: readonly number[]
  /** The same of another maturity in calendar days, e.g. 7; sessions without an expiry on each side of it are left out. */
  ivOf(maturity_days: number): readonly number[]
  /** Closes of the underlying in rupees, of each session that has one. */
  readonly closes: readonly number[]
}
