import type { Direction } from '../patterns/index.js'

const WORDS: Readonly<Record<Direction, readonly string[]>> = {
  BUY: ['BUY', 'LONG', 'BULLISH', 'UP', 'B', '1', '+1'],
  SELL: ['SELL', 'SHORT', 'BEARISH', 'DOWN', 'S', '-1'],
  NEUTRAL: ['NEUTRAL', 'HOLD', 'WATCH', 'FLAT', 'NONE', '0'],
}
const BY_WORD = new Map(
  Object.entries(WORDS).flatMap(([direction, words]) => words.map((word) => [word, direction as Direction])),
)

/** What is told with a word that is not known. */
export const DIRECTION_WORDS = 'BUY, SELL or NEUTRAL (or LONG, SHORT, BULLISH, BEARISH, UP, DOWN, 1, -1, 0)'

/** `BUY`, `SELL` or `NEUTRAL` from the words that logs use, whatever the case; undefined for any other. */
export function directionOf(value: unknown): Direction | undefined {
  return typeof value === 'string' || typeof value === 'number' ? BY_WORD.get(String(value).trim().toUpperCase()) : undefined
}
