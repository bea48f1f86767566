import { CHAIN_TERMS, type ChainTerms } from '../../options/index.js'

/** 4.3: of a volatility that half a tick moves by more than half a point nothing is concluded. */
export const VOLATILITY_ERROR_MAX = 0.005

/** How detectors look at a chain. */
export const PATTERN_TERMS: ChainTerms = { ...CHAIN_TERMS, volatility_error_max: VOLATILITY_ERROR_MAX }
