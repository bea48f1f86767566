import { breakout } from './breakout.js'
import { hiddenAccumulation } from './hidden-accumulation.js'
import { momentumEngine } from './momentum-engine.js'
import type { PatternDefinition } from './pattern.js'
import { reversal } from './reversal.js'
import { downsideMomentum, upsideMomentum } from './upside-downside-momentum.js'
import { volumeBreakout } from './volume-breakout.js'
import { volumePriceDivergence } from './volume-price-divergence.js'
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
  momentumEngine,
]
