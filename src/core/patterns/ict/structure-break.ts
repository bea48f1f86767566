import type { Swing } from '../swings.js'
import type { PatternView } from '../view.js'
import { closeOf, highKind, lowKind, type Side } from './side.js'

/** A close beyond the last confirmed swing. */
export interface StructureBreak {
  /** 1: upwards. */
  readonly side: Side
  readonly level: Swing
  /** `bos` break of structure, with the trend; `choch` change of character, against it; undefined while no trend is known. */
  readonly kind: 'bos' | 'choch' | undefined
}

/**
 * Whether the newest bar of structure is the one that closes beyond the last confirmed swing high (side 1) or low (side -1). The trend is that of
 * the swings on the other side: after a higher low a break upwards goes on, after a lower low it is a change. Source: bos_choch of
 * smart-money-concepts, which asks for the same order of the two lows.
 */
export function structureBreakOf({ m5, swings_5m }: PatternView, side: Side): StructureBreak | undefined {
  const level = swings_5m.last(highKind(side))
  if (level === undefined) return undefined
  const price = side * level.price
  if (!(closeOf(m5, 0, side) > price && closeOf(m5, 1, side) <= price)) return undefined
  const now = swings_5m.last(lowKind(side))
  const before = swings_5m.last(lowKind(side), 1)
  if (now === undefined || before === undefined) return { side, level, kind: undefined }
  return { side, level, kind: side * (now.price - before.price) > 0 ? 'bos' : 'choch' }
}
