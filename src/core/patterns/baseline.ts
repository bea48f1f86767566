import type { Candle, Instrument } from '../market/index.js'
import type { IstDay } from '../time/index.js'

/** What earlier sessions say, made by `mds baseline`; never anything of the session at hand. */
export interface Baseline {
  /** SHA-256 of the file, hex: part of the effective configuration. */
  readonly sha256: string
  of(instrument: Instrument): InstrumentBaseline | undefined
  /** By the symbol of the underlying: `NIFTY`. */
  ofUnderlying(underlying: string): UnderlyingBaseline | undefined
}

/** One instrument. Prices in feed units. */
export interface InstrumentBaseline {
  readonly previous: PreviousSession | undefined
  /** Over the last five sessions. */
  readonly week_high: number
  readonly week_low: number
  /** Median range (high - low) of 30 one-minute bars over the last five sessions; NaN with fewer. */
  readonly usual_range_30m: number
  /** Bars of earlier sessions, oldest first, for indicators that go on over days. */
  readonly history: Readonly<Record<'1m' | '5m' | '15m', readonly HistoryBar[]>>
  /** Median volume of a bar of `minutes` that begins `minute` minutes into the session; undefined with fewer than 5 sessions. */
  usualVolume(minute: number, minutes: number): number | undefined
  /** Median volume from the open to the end of minute `minute`. */
  usualVolumeSoFar(minute: number): number | undefined
}

/** Figures of the session before. Prices in feed units. */
export interface PreviousSession {
  readonly day: IstDay
  readonly high: number
  readonly low: number
  readonly close: number
  /** Value area and point of control; NaN where no volume by price was kept. */
  readonly vah: number
  readonly val: number
  readonly poc: number
}

/** What is kept of a bar. */
export type HistoryBar = Pick<Candle, 'open_time_ms' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'oi'>

/** Daily figures of an underlying, oldest first. */
export interface UnderlyingBaseline {
  /** At-the-money implied volatility (1 = 100 %) of a constant maturity of 30 days at the close of each session. */
  readonly iv: readonly number[]
  /** Closes of the underlying in rupees. */
  readonly closes: readonly number[]
}
