import { breakoutPlant, killzonePlant, liquidityPoolsPlant } from './levels.js'
import { downsideMomentumPlant, momentumEnginePlant, reversalPlant, upsideMomentumPlant } from './momentum.js'
import { ivCrushPlant, kowSignalPlant, premiumCollectionPlant, rangeBoundPlant, trapPlant } from './option-strategies.js'
import type { PlantDefinition } from './plant.js'
import { volumeProfileAdvancedPlant, volumeProfileBreakoutPlant } from './profile.js'
import { fairValueGapsPlant, ictMomentumPlant, optimalTradeEntryPlant, premiumDiscountPlant } from './smart-money.js'
import { divergencePlant, hiddenAccumulationPlant, volumeBreakoutPlant, volumeSpikePlant } from './volume.js'

/** Every pattern that can be planted. */
export const PLANTS: readonly PlantDefinition[] = [
  volumeSpikePlant,
  volumeBreakoutPlant,
  divergencePlant,
  upsideMomentumPlant,
  downsideMomentumPlant,
  breakoutPlant,
  reversalPlant,
  hiddenAccumulationPlant,
  momentumEnginePlant,
  liquidityPoolsPlant,
  fairValueGapsPlant,
  optimalTradeEntryPlant,
  premiumDiscountPlant,
  killzonePlant,
  ictMomentumPlant,
  volumeProfileBreakoutPlant,
  volumeProfileAdvancedPlant,
  kowSignalPlant,
  ivCrushPlant,
  premiumCollectionPlant,
  trapPlant,
  rangeBoundPlant,
]
