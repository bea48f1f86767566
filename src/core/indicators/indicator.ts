import type { Candle, Session } from '../market/index.js'

/** One number in the name of an indicator, e.g. the 14 of `rsi:14`. */
export interface IndicatorParameter {
  readonly name: string
  readonly default: number
  readonly min: number
  readonly max: number
  /** Default true. */
  readonly integer?: boolean
  readonly doc: string
}

/** One column an indicator writes. */
export interface IndicatorOutput {
  /** Behind the indicator's own name, `_` between; empty for the main one: `macd_12_26_9`, `macd_12_26_9_signal`. */
  readonly suffix: string
  /** `price`: held in feed units, printed in rupees. `count`: quantities. `number`: anything else, as it is. */
  readonly unit: 'price' | 'count' | 'number'
  readonly doc: string
}

/** An indicator over the bars of one instrument and one interval. One file, one line in the registry, one row in the vectors. */
export interface IndicatorDefinition {
  readonly id: string
  readonly summary: string
  /** Who defines it: a book, a paper, TA-Lib, or mds. */
  readonly source: string
  /** In the order of the colon-separated numbers. */
  readonly parameters: readonly IndicatorParameter[]
  readonly outputs: readonly IndicatorOutput[]
  /** Bars it needs ahead of its first value, so the 0-based number of the first bar that has one. */
  warmUp(parameters: readonly number[]): number
  /** What it cannot do without, besides bars. */
  readonly needs?: readonly ('flow' | 'baseline')[]
  create(parameters: readonly number[], surroundings: IndicatorSurroundings): Indicator
}

/** State of one indicator of one instrument. */
export interface Indicator {
  /** Takes the next bar. Values in the order of the outputs, NaN for none; the array is reused. */
  update(candle: Candle): ArrayLike<number>
  /** The bars that follow belong to another session. What is anchored at a session begins anew; the rest goes on. */
  beginSession?(): void
}

/** What an indicator may know besides its bars. */
export interface IndicatorSurroundings {
  /** Rupees x divisor; at least 1 feed unit. */
  readonly tick_size: number
  /** The session of a bar. */
  sessionOf(candle: Candle): Session
  /** Median volume of a bar of `minutes` beginning `minute` minutes into the session, over earlier sessions; undefined without a baseline. */
  usualVolume?(minute: number, minutes: number): number | undefined
  /** Likewise from the open to the end of that minute. */
  usualVolumeSoFar?(minute: number): number | undefined
}
