import { breakout } from './breakout.js'
import { CANDLESTICK_PATTERNS } from './candlestick-patterns.js'
import { fairValueGaps } from './fair-value-gaps.js'
import { hiddenAccumulation } from './hidden-accumulation.js'
import { ictMomentum } from './ict-momentum.js'
import { killzone } from './killzone.js'
import { liquidityPools } from './liquidity-pools.js'
import { momentumEngine } from './momentum-engine.js'
import { optimalTradeEntry } from './optimal-trade-entry.js'
import { ivCrushPlayStraddle } from './options/iv-crush-play-straddle.js'
import { kowSignalStraddle } from './options/kow-signal-straddle.js'
import { marketMakerTrapDetection } from './options/market-maker-trap-detection.js'
import { premiumCollectionStrategy } from './options/premium-collection-strategy.js'
import { rangeBoundStrangle } from './options/range-bound-strangle.js'
import type { PatternDefinition } from './pattern.js'
import { premiumDiscount } from './premium-discount.js'
import { reversal } from './reversal.js'
import { downsideMomentum, upsideMomentum } from './upside-downside-momentum.js'
import { volumeBreakout } from './volume-breakout.js'
import { volumePriceDivergence } from './volume-price-divergence.js'
import { volumeProfileAdvanced } from './volume-profile-advanced.js'
import { volumeProfileBreakout } from './volume-profile-breakout.js'
import { volumeSpike } from './volume-spike.js'

/** Every detector that ships with mds. The order is that in which one bar's claims are told. */
export const PATTERNS: readonly PatternDefinition[] = [
  volumeSpike,
  volumeBreakout,
  volumePriceDivergence,
  upsideMomentum,
  downsideMomentum,
  breakout,
  reversal,
  hiddenAccumulation,
  volumeProfileBreakout,
  volumeProfileAdvanced,
  momentumEngine,
  liquidityPools,
  fairValueGaps,
  optimalTradeEntry,
  premiumDiscount,
  killzone,
  ictMomentum,
  ivCrushPlayStraddle,
  rangeBoundStrangle,
  marketMakerTrapDetection,
  premiumCollectionStrategy,
  kowSignalStraddle,
  ...CANDLESTICK_PATTERNS,
]
