import { PLANTS } from '../../src/core/synth/index.js'
import { type Found, type PlantDayRun, type PlantDaySetup, runPlantDay } from './plant-day.js'
import { addTo, claimsOf, emptyTally, GATE, isPlaced, newsOf, outcomesOf, type Tally } from './plant-score.js'

/** A day to run, and what it is run for. */
export interface PlantJob {
  readonly kind: 'planted' | 'default rate' | 'every 3 s' | 'options'
  readonly setup: PlantDaySetup
}

/** Plants by how far their detections came. */
export interface PlantTally extends Tally {
  planted: number
}

/** Claims by where they are. */
export interface ClaimCount {
  all: number
  near: number
  placed: number
}

/** What is kept of a day. By id of the pattern. */
export interface PlantJobResult {
  readonly kind: PlantJob['kind']
  readonly strength: number
  readonly instruments: number
  /** Ids of the detectors that ran. */
  readonly only: readonly string[]
  /** Plants that found no place, and detectors that were switched off. */
  readonly missing: readonly string[]
  readonly faults: readonly string[]
  readonly plants: Readonly<Record<string, PlantTally>>
  readonly alerts: Readonly<Record<string, Tally>>
  /** See `claimsOf`: of all instruments, of planted ones, and at the place of a plant of their pattern. */
  readonly claims: Readonly<Record<string, ClaimCount>>
  /** Those within news. */
  readonly news: Readonly<Record<string, Tally>>
  /** Why plants whose confidence reached the gate were held back. */
  readonly held: Readonly<Record<string, number>>
}

/** What the days are: the page tells it. Dates and seeds go in pairs. */
export const PLANT_DAYS = {
  strengths: [1, 0.5, 0.25],
  dates: ['2025-10-06', '2025-10-08'],
  seeds: [1, 2],
  noise_seeds: [101, 102],
  instruments: 160,
  /** Packets a second of all: as `mds synth` has it by default, and as planted instruments have it. */
  default_rate: 160 / 32,
  planted_rate: 160 / 3,
} as const

const idsOf = (isWanted: (plant: (typeof PLANTS)[number]) => boolean): string[] => PLANTS.filter(isWanted).map(({ id }) => id)

/** On stocks, and on an index and its options. */
export const STOCK_IDS = idsOf(({ chain_minutes }) => chain_minutes === undefined)
export const CHAIN_IDS = idsOf(({ chain_minutes }) => chain_minutes !== undefined)
/** They say nothing of a stock without a history. */
export const LOOKING_BACK = idsOf(({ chain_minutes, needs_history }) => chain_minutes === undefined && needs_history === true)
/** What fits into one day of one chain. */
export const CHAIN_SETS = [
  ['kow_signal_straddle', 'market_maker_trap_detection'],
  ['iv_crush_play_straddle', 'premium_collection_strategy'],
  ['range_bound_strangle'],
]

/** All days behind the tables. */
export function plantJobs(): PlantJob[] {
  const { strengths, dates, seeds, noise_seeds, instruments, default_rate, planted_rate } = PLANT_DAYS
  const days = (of: readonly number[]) => of.map((seed, n) => ({ date: dates[n % dates.length]!, seed, instruments }))
  const planted = days(seeds)
  const [chain_day] = planted as [(typeof planted)[number]]
  return [
    ...days(noise_seeds).flatMap((day): PlantJob[] => [
      { kind: 'every 3 s', setup: { ...day, rate: planted_rate, only: STOCK_IDS } },
      { kind: 'default rate', setup: { ...day, rate: default_rate, only: STOCK_IDS } },
      { kind: 'every 3 s', setup: { ...day, rate: planted_rate, only: LOOKING_BACK, history: 'all' } },
      { kind: 'default rate', setup: { ...day, rate: default_rate, only: LOOKING_BACK, history: 'all' } },
      { kind: 'options', setup: { ...day, market: 'nifty', rate: planted_rate, only: CHAIN_IDS, history: 'all' } },
    ]),
    ...strengths.flatMap((strength) => [
      ...planted.map(
        (day): PlantJob => ({
          kind: 'planted',
          setup: { ...day, rate: default_rate, plants: { ids: STOCK_IDS, strength }, only: STOCK_IDS },
        }),
      ),
      ...CHAIN_SETS.map(
        (ids): PlantJob => ({
          kind: 'planted',
          setup: { ...chain_day, market: 'nifty', rate: 1, plants: { ids, strength }, only: ids },
        }),
      ),
    ]),
  ]
}

/** Runs a day and counts. */
export function runPlantJob({ kind, setup }: PlantJob): PlantJobResult {
  const run = runPlantDay(setup)
  const plants: Record<string, PlantTally> = {}
  const held: Record<string, number> = {}
  for (const { pattern_id, best, is_emitted } of outcomesOf(run)) {
    const tally = plants[pattern_id] ?? { planted: 0, ...emptyTally() }
    plants[pattern_id] = tally
    tally.planted++
    if (best === undefined) continue
    addTo(tally, { confidence: best.confidence, is_emitted })
    if (best.confidence >= GATE && !is_emitted) held[best.reason] = (held[best.reason] ?? 0) + 1
  }
  return {
    kind,
    strength: setup.plants?.strength ?? 0,
    instruments: run.instruments,
    only: setup.only ?? [],
    missing: run.missing.map(({ pattern_id, why }) => `${pattern_id}: ${why}`),
    faults: run.faults.map(({ pattern_id }) => pattern_id),
    plants,
    alerts: tallied(run.found),
    claims: claimsById(run),
    news: setup.market === undefined && setup.plants === undefined ? tallied(run.found.filter(newsOf(setup))) : {},
    held,
  }
}

function claimsById(run: PlantDayRun): Record<string, ClaimCount> {
  const counts: Record<string, ClaimCount> = {}
  for (const claim of claimsOf(run.found)) {
    const { pattern_id, token } = claim[0]!
    const count = counts[pattern_id] ?? { all: 0, near: 0, placed: 0 }
    counts[pattern_id] = count
    count.all++
    if (run.planted.some((plant) => plant.token === token)) count.near++
    if (claim.some((found) => isPlaced(run, found))) count.placed++
  }
  return counts
}

function tallied(found: readonly Found[]): Record<string, Tally> {
  const tallies: Record<string, Tally> = {}
  for (const each of found) {
    const tally = tallies[each.pattern_id] ?? emptyTally()
    tallies[each.pattern_id] = tally
    addTo(tally, each)
  }
  return tallies
}
