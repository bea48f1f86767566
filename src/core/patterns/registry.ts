import { fairValueGaps } from './fair-value-gaps.js'
import { ictMomentum } from './ict-momentum.js'
import { killzone } from './killzone.js'
import { liquidityPools } from './liquidity-pools.js'
import { optimalTradeEntry } from './optimal-trade-entry.js'
import type { PatternDefinition } from './pattern.js'
import { premiumDiscount } from './premium-discount.js'
import { volumeSpike } from './volume-spike.js'

/** Every detector that ships with mds. The order is that in which one bar's claims are told. */
export const PATTERNS: readonly PatternDefinition[] = [
  volumeSpike,
  liquidityPools,
  fairValueGaps,
  optimalTradeEntry,
  premiumDiscount,
  killzone,
  ictMomentum,
]
