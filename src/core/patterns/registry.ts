import type { PatternDefinition } from './pattern.js'
import { volumeProfileAdvanced } from './volume-profile-advanced.js'
import { volumeProfileBreakout } from './volume-profile-breakout.js'
import { volumeSpike } from './volume-spike.js'

/** Every detector that ships with mds. The order is that in which one bar's claims are told. */
export const PATTERNS: readonly PatternDefinition[] = [volumeSpike, volumeProfileBreakout, volumeProfileAdvanced]
