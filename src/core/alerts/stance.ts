import type { Detection } from '../patterns/index.js'

/**
 * What a claim says about its underlying. Who buys a put expects the underlying to fall, so `BUY` of a put is `down`. NEUTRAL claims are of two
 * kinds: `range`, an option strategy that lives on a calm underlying, and `watch`, which only says that something goes on.
 */
export type Stance = 'up' | 'down' | 'range' | 'watch'

/** The stance of a detection. */
export function stanceOf(detection: Detection): Stance {
  const { candidate, instrument } = detection
  if (candidate.direction === 'NEUTRAL') return isStrategy(detection) ? 'range' : 'watch'
  return (candidate.direction === 'BUY') === (instrument.instrument_type !== 'PE') ? 'up' : 'down'
}

/** A NEUTRAL claim with legs, or of the category of option strategies. Its levels, if any, are premiums. */
export function isStrategy({ candidate, pattern }: Detection): boolean {
  return candidate.direction === 'NEUTRAL' && (pattern.category === 'straddle' || (candidate.legs?.length ?? 0) > 0)
}

/** Up contradicts down; a strategy contradicts either of them, if that is sure enough. */
export function areContrary(a: Stanced, b: Stanced, high_confidence: number): boolean {
  if (a.stance === 'watch' || b.stance === 'watch' || a.stance === b.stance) return false
  if (a.stance === 'range') return b.confidence >= high_confidence
  if (b.stance === 'range') return a.confidence >= high_confidence
  return true
}

interface Stanced {
  readonly stance: Stance
  readonly confidence: number
}
