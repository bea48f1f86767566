import type { Candle, Session } from '../market/index.js'

/** One number in the name of an indicator, e.g. the 14 of `rsi:14`. */
export interface IndicatorParameter {
  readonly default: number
  readonly min: number
  readonly max: number
  /** Default true. */
  readonly integer?: boolean
  /** True: columns name it only where it is not the default. Such numbers come last. */
  readonly unnamed?: boolean
  readonly doc: string
}

/** One column an indicator writes. */
export interface IndicatorOutput {
  /** Behind the indicator's own name and numbers, `_` between; empty for the main one: `macd_12_26_9`, `macd_12_26_9_signal`. */
  readonly suffix: string
  /** `price`: held in feed units, printed in rupees. `count`: quantities. `number`: anything else, as it is. */
  readonly unit: 'price' | 'count' | 'number'
  /** True for what may be missing after the warm-up too, e.g. the next node above the price. */
  readonly sparse?: boolean
  readonly doc: string
}

/** Numbers of an indicator by name. */
export type IndicatorNumbers<Name extends string = string> = Readonly<Record<Name, number>>

/** An indicator over the bars of one instrument and one interval. One file, one line in the registry, one row in the vectors. */
export interface IndicatorDefinition<Name extends string = string> {
  readonly id: string
  readonly summary: string
  /** Who defines it: a book, a paper, TA-Lib, or mds. */
  readonly source: string
  /** In the order of the colon-separated numbers. */
  readonly parameters: Readonly<Record<Name, IndicatorParameter>>
  readonly outputs: readonly IndicatorOutput[]
  /** For each output the bars ahead of its first value, so the 0-based number of the first bar that has one, when nothing else is missing. */
  warmUp(numbers: IndicatorNumbers<Name>): readonly number[]
  /** Why these numbers do not go together; each is in its range. */
  whyNot?(numbers: IndicatorNumbers<Name>): string | undefined
  /** What it cannot do without, besides prices. */
  readonly needs?: readonly IndicatorNeed[]
  /** What it does better with. */
  readonly uses?: readonly IndicatorNeed[]
  create(numbers: IndicatorNumbers<Name>, surroundings: IndicatorSurroundings): Indicator
}

/** `volume`: not an index. `flow`: `Candle.flow`. `baseline`: volumes of earlier sessions. */
export type IndicatorNeed = 'volume' | 'flow' | 'baseline'

/** State of one indicator of one instrument. */
export interface Indicator {
  /** Takes the next bar. Values in the order of the outputs, NaN for none; the array is reused. */
  update(candle: Candle): Float64Array
  /** The bars that follow belong to another session. What is anchored at a session begins anew; the rest goes on. */
  beginSession?(): void
}

/** What an indicator may know besides its bars. */
export interface IndicatorSurroundings {
  /** In feed units; at least 1. */
  readonly tick_size: number
  /** False: what happens between two sessions is no part of a true range. */
  readonly gap_tr: boolean
  /** The session of a bar. */
  sessionOf(candle: Candle): Session
  /** What is known of the sessions of the instrument before that of a bar. */
  baselineOf(candle: Candle): VolumeBaseline | undefined
}

/** How much usually trades, from earlier sessions. Quantities in feed units; undefined where too little is known. */
export interface VolumeBaseline {
  /** Mean volume of a session. */
  readonly day_volume?: number | undefined
  /** Median volume of `minutes` minutes that begin `minute` minutes into the session. */
  usualVolume(minute: number, minutes: number): number | undefined
  /** Median volume of the first `minutes` minutes. */
  usualVolumeSoFar(minutes: number): number | undefined
}
