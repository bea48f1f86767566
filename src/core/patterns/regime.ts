/** How nervous the market is, by India VIX. */
export type Regime = 'LOW' | 'NORMAL' | 'HIGH' | 'PANIC'

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

const LIMITS: readonly (readonly [Regime, number])[] = [
  ['LOW', 15],
  ['NORMAL', 20],
  ['HIGH', 25],
  ['PANIC', Number.POSITIVE_INFINITY],
]
/** A limit must be passed by so much, on the way back too, before the regime changes. */
const HYSTERESIS = 0.5

/** The regime after a new value of India VIX (points), given the one before; undefined at first. */
export function regimeAfter(vix: number, before: Regime | undefined): Regime {
  const plain = LIMITS.find(([, below]) => vix < below)?.[0] ?? 'PANIC'
  if (before === undefined || plain === before) return plain
  const at = LIMITS.findIndex(([name]) => name === before)
  const floor = at === 0 ? Number.NEGATIVE_INFINITY : (LIMITS[at - 1]?.[1] ?? 0) - HYSTERESIS
  const ceiling = (LIMITS[at]?.[1] ?? 0) + HYSTERESIS
  return vix >= floor && vix < ceiling ? before : plain
}
