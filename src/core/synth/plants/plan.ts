import { Random } from '../../random.js'
import { type IstDay, parseClock } from '../../time/index.js'
import type { HoursGroup } from '../timetable.js'
import type { Universe } from '../universe.js'
import { type ChainListings, chainsOf } from './chain.js'
import { directionOf, type PlantDefinition, type PlantDirection, type PlantPlan, type PlantWishes } from './plant.js'
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

/**
 * What stands in the way of a plant: stocks that are left, time in the recording, an index with options at all or of the expiries it needs, other
 * plants on the same options; or the recording ended before its script.
 */
export type PlantObstacle = 'no_stock' | 'no_room' | 'no_chain' | 'no_expiry' | 'busy_chain' | 'unfinished'

/** A plant that was asked for and is not there. */
export interface MissingPlant {
  readonly pattern_id: string
  readonly direction: PlantDirection
  readonly why: PlantObstacle
}

/** Begins lie on whole five minutes: several patterns are made of bars of five. */
const STEP_S = 300
/** Scripts measure in ATR of fourteen bars of five minutes. */
const WARM_S = 16 * STEP_S
/** Prices must be fine enough to draw a bar with: a tick is at most this part of the price. */
const TICK_PART_MAX = 0.00015

/** Every pattern once for each of its sides: each on a stock of its own, those on chains one after the other. */
export function planPlants({ ids, strength }: PlantWishes, day: PlantDay): { plans: PlantPlan[]; missing: MissingPlant[] } {
  const stocks = freeListings(day)
  const chains = chainsOf(day.universe, day.suits)
  const plans: PlantPlan[] = []
  const missing: MissingPlant[] = []
  for (const definition of PLANTS.filter(({ id }) => ids.includes(id)))
    for (const side of definition.sides) {
      const random = new Random(day.seed, `plant ${day.universe.day} ${definition.id} ${side}`)
      const place =
        definition.chain_minutes === undefined
          ? placeOnStock(definition, { stocks, random, day })
          : placeOnChain(definition, { chains, plans, random, day })
      if (typeof place === 'string')
        missing.push({ pattern_id: definition.id, direction: directionOf(definition, side), why: place })
      else plans.push({ definition, side, strength, random, ...place })
    }
  return { plans, missing }
}

type Place = Pick<PlantPlan, 'listing' | 'chain' | 'begin_s'>

/** Takes the next free stock; or what stands in the way. */
function placeOnStock(
  definition: PlantDefinition,
  { stocks, random, day }: { stocks: number[]; random: Random; day: PlantDay },
): Place | PlantObstacle {
  const [listing] = stocks
  if (listing === undefined) return 'no_stock'
  const begin_s = beginOf(definition, random, listing, day)
  if (begin_s === undefined) return 'no_room'
  stocks.shift()
  return { listing, chain: undefined, begin_s }
}

/** A chain and a time at which nothing else is planted in it. */
function placeOnChain(
  definition: PlantDefinition,
  {
    chains,
    plans,
    random,
    day,
  }: { chains: readonly ChainListings[]; plans: readonly PlantPlan[]; random: Random; day: PlantDay },
): Place | PlantObstacle {
  const { chain_minutes = 0 } = definition
  const fit = chains.filter((chain) => hasExpiries(chain, definition, day.universe.day))
  if (fit.length === 0) return chains.length === 0 ? 'no_chain' : 'no_expiry'
  for (let tries = 0; tries < 40; tries++)
    for (const chain of fit) {
      const begin_s = beginOf(definition, random, chain.index, day)
      if (begin_s === undefined) return 'no_room'
      const isClear = (plan: PlantPlan): boolean =>
        plan.chain?.spot !== chain.spot ||
        begin_s >= plan.begin_s + (plan.definition.chain_minutes ?? 0) * 60 ||
        plan.begin_s >= begin_s + chain_minutes * 60
      if (plans.every(isClear)) return { listing: chain.index, chain, begin_s }
    }
  return 'busy_chain'
}

const MONTH_DAYS = 30

function hasExpiries({ options }: ChainListings, { needs_month, expiry_days_max }: PlantDefinition, day: IstDay): boolean {
  const first = options[0]!.expiry - day
  const last = options.at(-1)!.expiry - day
  return first <= (expiry_days_max ?? first) && (needs_month !== true || (first <= MONTH_DAYS && last > MONTH_DAYS))
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
  return phase !== undefined && phase.start_s >= start_s && begin_s >= phase.start_s + WARM_S ? begin_s : undefined
}
