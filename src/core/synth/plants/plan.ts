import { Random } from '../../random.js'
import { parseClock } from '../../time/index.js'
import type { HoursGroup } from '../timetable.js'
import type { Universe } from '../universe.js'
import type { PlantDefinition, PlantPlan, PlantSide, PlantWishes } from './plant.js'
import { PLANTS } from './registry.js'

/** The day that plants are to find a place in. */
export interface PlantDay {
  readonly universe: Universe
  readonly seed: number
  /** Epoch seconds: midnight, and the begin of the recording. */
  readonly midnight_s: number
  readonly start_s: number
  hoursOf(listing: number): HoursGroup
  /** False for listings to leave alone. */
  suits(listing: number): boolean
}

/** A plant that found none. */
export interface MissingPlant {
  readonly pattern_id: string
  readonly side: PlantSide
  readonly why: string
}

/** Begins lie on whole five minutes: several patterns are made of bars of five. */
const STEP_S = 300
/** Prices must be fine enough to draw a bar with: a tick is at most this part of the price. */
const TICK_PART_MAX = 0.00015

/** Every pattern once for each of its sides, each on an instrument of its own. */
export function planPlants({ ids, strength }: PlantWishes, day: PlantDay): { plans: PlantPlan[]; missing: MissingPlant[] } {
  const free = freeListings(day)
  const plans: PlantPlan[] = []
  const missing: MissingPlant[] = []
  for (const definition of PLANTS.filter(({ id }) => ids.includes(id)))
    for (const side of definition.sides) {
      const random = new Random(day.seed, `plant ${day.universe.day} ${definition.id} ${side}`)
      const listing = free[0]
      const begin_s = listing === undefined ? undefined : beginOf(definition, random, listing, day)
      if (listing === undefined || begin_s === undefined) {
        const why = listing === undefined ? 'no stock is left that is fit for it' : 'the recording leaves no room for it'
        missing.push({ pattern_id: definition.id, side, why })
        continue
      }
      free.shift()
      plans.push({ definition, listing, side, strength, begin_s, random })
    }
  return { plans, missing }
}

/** Stocks that can be planted, in the order in which they are: those without derivatives first, since theirs would tell the same story. */
function freeListings({ universe, seed, suits }: PlantDay): number[] {
  const random = new Random(seed, `planted ${universe.day}`)
  const { listings, spots } = universe
  return listings
    .map(({ instrument, tick, spot }, listing) => ({
      listing,
      is_fit: instrument.instrument_type === 'EQ' && tick <= TICK_PART_MAX * spots[spot]!.previous_close && suits(listing),
      rank: (instrument.has_derivatives === true ? 1 : 0) + random.unit() / 2,
    }))
    .filter(({ is_fit }) => is_fit)
    .sort((a, b) => a.rank - b.rank || a.listing - b.listing)
    .map(({ listing }) => listing)
}

function beginOf(
  { from, until }: PlantDefinition,
  random: Random,
  listing: number,
  { midnight_s, start_s, hoursOf }: PlantDay,
): number | undefined {
  const first_s = midnight_s + (parseClock(from) ?? 0)
  const last_s = midnight_s + (parseClock(until) ?? 0)
  const begin_s = first_s + STEP_S * random.below(1 + Math.floor((last_s - first_s) / STEP_S))
  const phase = hoursOf(listing).phases.find((one) => one.phase === 'continuous' && one.start_s <= begin_s && begin_s < one.end_s)
  return phase !== undefined && phase.start_s >= start_s ? begin_s : undefined
}
