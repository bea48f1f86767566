import type { Side } from '../side.js'
import type { Swing } from '../swings.js'
import type { PatternView } from '../view.js'
import { closeOf, highKind, lowKind, lowOf } from './seen.js'
import { lastSwingBefore } from './swing-before.js'

/** A close beyond the last confirmed swing. */
export interface StructureBreak {
  /** 1: upwards. */
  readonly side: Side
  readonly level: Swing
  /** `bos` break of structure, with the trend; `choch` change of character, against it; undefined while no trend is known. */
  readonly kind: 'bos' | 'choch' | undefined
}

/**
 * Whether the newest bar of structure is the one that closes beyond the last confirmed swing high (side 1) or low (side -1). For a break upwards,
 * the trend is told by the low between that high and the break: above the last confirmed low before the high it goes on, below it changes.
 * Source: bos_choch of smart-money-concepts, which asks for the same order of the two lows.
 */
export function structureBreakOf(
  { m5, swings_5m }: Pick<PatternView, 'm5' | 'swings_5m'>,
  side: Side,
): StructureBreak | undefined {
  const level = swings_5m.last(highKind(side))
  if (level === undefined) return undefined
  const price = side * level.price
  if (!(closeOf(m5, 0, side) > price && closeOf(m5, 1, side) <= price)) return undefined
  const before = lastSwingBefore(swings_5m, lowKind(side), level.bar)
  if (before === undefined) return { side, level, kind: undefined }
  let low = Number.POSITIVE_INFINITY
  for (let ago = m5.count - 2 - level.bar; ago >= 0; ago--) low = Math.min(low, lowOf(m5, ago, side))
  return { side, level, kind: low > side * before.price ? 'bos' : 'choch' }
}
