import { Random } from '../../src/core/random.js'
import { createUniverse } from '../../src/core/synth/index.js'
import { SpotLevels } from '../../src/core/synth/levels.js'
import { istDayStartMs, MINUTE_MS, parseDate } from '../../src/core/time/index.js'
import { calendar } from './feed.js'
import type { Found, PlantDayRun, PlantDaySetup } from './plant-day.js'

/** A detection counts as that of a plant from so long before its `known_at` to so long after it. */
export const EARLY_MS = 15 * MINUTE_MS
export const LATE_MS = 5 * MINUTE_MS
/** The default gate. */
export const GATE = 0.85

/** What became of a plant. */
export interface PlantOutcome {
  readonly pattern_id: string
  /** The best of the detections at its place; undefined when there is none. */
  readonly best: Found | undefined
  readonly is_emitted: boolean
}

/** Detections by how far they came. */
export interface Tally {
  /** Confidence 0.60 and up. */
  found: number
  /** At the gate or above. */
  sure: number
  /** Through all gates. */
  emitted: number
}

export const emptyTally = (): Tally => ({ found: 0, sure: 0, emitted: 0 })

export function addTo(tally: Tally, { confidence, is_emitted }: Pick<Found, 'confidence' | 'is_emitted'>): void {
  tally.found++
  if (confidence >= GATE) tally.sure++
  if (is_emitted) tally.emitted++
}

type Planted = PlantDayRun['planted'][number]

/** Same pattern, same instrument, same direction, about the same time. */
export function isAt(plant: Planted, { pattern_id, token, direction, known_at_ms }: Found): boolean {
  if (pattern_id !== plant.pattern_id || token !== plant.token || direction !== plant.direction) return false
  return known_at_ms >= plant.known_at_ms - EARLY_MS && known_at_ms <= plant.known_at_ms + LATE_MS
}

export function outcomesOf({ planted, found }: PlantDayRun): PlantOutcome[] {
  return planted.map((plant) => {
    const here = found.filter((each) => isAt(plant, each)).sort((a, b) => b.confidence - a.confidence)
    return { pattern_id: plant.pattern_id, best: here[0], is_emitted: here.some(({ is_emitted }) => is_emitted) }
  })
}

/** True for detections at the place of a plant. */
export const isPlaced = ({ planted }: PlantDayRun, found: Found): boolean => planted.some((plant) => isAt(plant, found))

/** Claims at the gate or above; those of one pattern, instrument and direction no further apart than a plant's place reaches back are one. */
export function claimsOf(found: readonly Found[]): Found[][] {
  const claims: Found[][] = []
  const open = new Map<string, Found[]>()
  for (const each of found.filter(({ confidence }) => confidence >= GATE).sort((a, b) => a.known_at_ms - b.known_at_ms)) {
    const key = `${each.pattern_id} ${each.token} ${each.direction}`
    const claim = open.get(key)
    if (claim !== undefined && each.known_at_ms - claim.at(-1)!.known_at_ms <= EARLY_MS) claim.push(each)
    else {
      const fresh = [each]
      open.set(key, fresh)
      claims.push(fresh)
    }
  }
  return claims
}

/** Minutes of a day in which there is news of an underlying, and five minutes after: the generator's bursts, which are no plants. */
export function newsOf({ date, seed, instruments }: PlantDaySetup): (found: Found) => boolean {
  const day = parseDate(date) as number
  const { spots } = createUniverse({ day, instruments, seed, calendar })
  const open_s = istDayStartMs(day) / 1000 + 9.25 * 3600
  const levels = new SpotLevels(spots, new Random(seed, `levels ${day}`), open_s)
  const busy = new Set<string>()
  for (let now_s = open_s; now_s < open_s + 22_500; now_s++) {
    levels.step(now_s, open_s + 22_500 - now_s, 1)
    if (now_s % 60 !== 0) continue
    spots.forEach(({ name }, spot) => {
      if (levels.excitement[spot] !== 1) for (let later = 0; later <= 5; later++) busy.add(`${name} ${now_s / 60 + later}`)
    })
  }
  return ({ underlying, known_at_ms }) => busy.has(`${underlying} ${Math.floor(known_at_ms / MINUTE_MS)}`)
}
