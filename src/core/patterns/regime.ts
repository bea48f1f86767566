import type { VixRegimeName } from '../options/index.js'

/** How nervous the market is, by India VIX: `VixRegime`. */
export type Regime = VixRegimeName

/** What a regime changes. One table for all detectors (5.0; the public code scaled one way in one place and the other way in another, D13). */
export interface RegimeFactors {
  /** M: thresholds on volume are multiplied by it. */
  readonly volume: number
  /** k: thresholds on price moves are. */
  readonly move: number
  /** RSI above (or 100 - it, below) is overbought (oversold). */
  readonly overbought: number
}

/** Source: 5.0 (M), 5.3 (k), 5.4 (RSI). */
export const REGIMES: Readonly<Record<Regime, RegimeFactors>> = {
  LOW: { volume: 0.8, move: 0.8, overbought: 65 },
  NORMAL: { volume: 1, move: 1, overbought: 70 },
  HIGH: { volume: 1.3, move: 1.4, overbought: 75 },
  PANIC: { volume: 1.8, move: 1.4, overbought: 75 },
}
