import type { Candlestick } from './candlestick.js'

/** A candlestick pattern, defined as TA-Lib defines it. It looks at a few candles; whether a trend led there is not its business. */
export interface CandlestickDefinition {
  /** `cdl_` and the rest of TA-Lib's name in small letters. */
  readonly id: string
  /** Function of TA-Lib. */
  readonly talib: string
  readonly name: string
  readonly summary: string
  /** Candles it looks at, the last one included: the parameters of `recognise`. */
  readonly candles: 1 | 2 | 3 | 4 | 5
  /** Bars TA-Lib wants ahead of the first bar it reports on: mostly the longest average and the candles before the last. */
  readonly lookback: number
  /** What it may report besides 0. */
  readonly reports: readonly number[]
  /** What the sign stands for: bullish or bearish; white or black, which is no forecast; or nothing. */
  readonly sign: 'direction' | 'colour' | 'none'
  /** Also reports the confirmation of what it reported up to three bars ago. */
  readonly confirmable?: true
  /** One of `reports`, or 0. The candles come oldest first. */
  readonly recognise: (...candles: Candlestick[]) => number
}
