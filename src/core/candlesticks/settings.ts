/** What a setting measures of a candle: the body, high - low, or the mean of its two shadows. In feed units of price. */
export type Measure = 'body' | 'range' | 'shadow'

/** A limit that follows the market: `factor` times the mean of a measure over the `bars` candles before the one judged. */
export interface CandleSetting {
  /** The name TA-Lib gives it. */
  readonly talib: string
  readonly measure: Measure
  /** 0: the candle is judged by its own measure. */
  readonly bars: number
  readonly factor: number
  readonly doc: string
}

/** TA-Lib's default settings, all that its patterns use. What is long or near is a matter of the candles before. */
export const CANDLE_SETTINGS = {
  body_long: { talib: 'BodyLong', measure: 'body', bars: 10, factor: 1, doc: 'a body above it is long' },
  body_short: { talib: 'BodyShort', measure: 'body', bars: 10, factor: 1, doc: 'a body up to it is short, below it small' },
  body_doji: { talib: 'BodyDoji', measure: 'range', bars: 10, factor: 0.1, doc: 'a body up to it makes a doji' },
  shadow_long: { talib: 'ShadowLong', measure: 'body', bars: 0, factor: 1, doc: 'a shadow above it is long' },
  shadow_very_long: { talib: 'ShadowVeryLong', measure: 'body', bars: 0, factor: 2, doc: 'a shadow above it is very long' },
  shadow_short: { talib: 'ShadowShort', measure: 'shadow', bars: 10, factor: 1, doc: 'a shadow below it is short' },
  shadow_very_short: { talib: 'ShadowVeryShort', measure: 'range', bars: 10, factor: 0.1, doc: 'a shadow below it is none' },
  near: { talib: 'Near', measure: 'range', bars: 5, factor: 0.2, doc: 'prices, or bodies, no further apart are near' },
  far: { talib: 'Far', measure: 'range', bars: 5, factor: 0.6, doc: 'a body smaller by more than it is far smaller' },
  equal: { talib: 'Equal', measure: 'range', bars: 5, factor: 0.05, doc: 'prices no further apart are equal' },
} as const satisfies Readonly<Record<string, CandleSetting>>

/** Name of a setting in `CANDLE_SETTINGS`. */
export type CandleSettingName = keyof typeof CANDLE_SETTINGS

/** How deep a close must reach into an earlier body, as a part of that body: TA-Lib's defaults. */
export const PENETRATION = {
  /** Morning and evening star, with or without a doji, and the abandoned baby. */
  star: 0.3,
  dark_cloud_cover: 0.5,
  /** Here the deepest that the days of reaction may reach. */
  mat_hold: 0.5,
} as const
