import type { Side } from '../side.js'
import type { Swing } from '../swings.js'
import type { PatternView } from '../view.js'
import { closeOf, highKind, lowKind } from './seen.js'
import { lastSwingBefore } from './swing-before.js'

/** A move from one confirmed swing to the next that broke the structure before it. Feed units. */
export interface Leg {
  /** 1: upwards. */
  readonly side: Side
  readonly origin: Swing
  readonly end: Swing
  /** The earlier swing that a close of the leg went beyond. */
  readonly broken: Swing
}

/**
 * The last leg of a side on bars of structure (5.11), both swings of this session: the last confirmed swing high, the last swing low before it,
 * and a close between the two above the last swing high before that low. Mirrored for a leg downwards.
 */
export function legOf(view: PatternView, side: Side): Leg | undefined {
  const { swings_5m, m5 } = view
  const end = swings_5m.last(highKind(side))
  if (end === undefined) return undefined
  const origin = lastSwingBefore(swings_5m, lowKind(side), end.bar)
  if (origin === undefined || origin.bar < m5.session_from) return undefined
  const broken = lastSwingBefore(swings_5m, highKind(side), origin.bar)
  if (broken === undefined) return undefined
  const newest = m5.count - 1
  for (let bar = origin.bar + 1; bar <= end.bar; bar++)
    if (closeOf(m5, newest - bar, side) > side * broken.price) return { side, origin, end, broken }
  return undefined
}

/** Share of a leg that a price has taken back: 0 at its end, 1 at its origin. */
export const retracementOf = ({ origin, end }: Leg, price: number): number => (end.price - price) / (end.price - origin.price)

/** Price at a retracement; below 0 beyond the end of the leg. */
export const priceAt = ({ origin, end }: Leg, retracement: number): number => end.price - retracement * (end.price - origin.price)
