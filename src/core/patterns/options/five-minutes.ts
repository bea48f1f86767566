import type { PatternView } from '../view.js'

const STEP_MS = 300_000

/**
 * Strategies that are defined on bars of five minutes look at their chain at each whole five minutes, with the quotes of that second. The bar that
 * ends then is told some seconds later: averages of bars are up to the one before it.
 */
export const isWholeFive = ({ second_ms }: PatternView): boolean => second_ms % STEP_MS === 0
