import type { ChainListings } from './chain.js'
import type { PlantMinute, PlantSide } from './minute.js'
import type { PlantStage, StageRole } from './stage.js'

/** As alerts have it. */
export type PlantDirection = 'BUY' | 'SELL' | 'NEUTRAL'

/** A pattern that can be planted: one file, one line in the registry. */
export interface PlantDefinition {
  /** The pattern's own, as detectors and alerts have it. */
  readonly id: string
  /** What is played, in a sentence. */
  readonly summary: string
  /** Clock times between which it begins: early enough to end, late enough for what it needs to have gone before. */
  readonly from: string
  readonly until: string
  /** Which ways it is planted. */
  readonly sides: readonly PlantSide[]
  /** Of an option strategy: it takes no side, whatever `sides` says. */
  readonly is_neutral?: true
  /** Played on an index and its options, for so many minutes at most; absent: on a stock. */
  readonly chain_minutes?: number
  /** Its chain needs expiries on both sides of 30 days. */
  readonly needs_month?: true
  /** The first of them at most so many days ahead; absent: whenever. */
  readonly expiry_days_max?: number
  /** Its detector looks back on earlier sessions, which a single day does not bring. */
  readonly needs_history?: true
  /** At the begin: another side than was planned, where the market of the day decides it. */
  sideAt?(stage: PlantStage): PlantSide
  /** Minutes one after the other; each is asked for when the one before is over. */
  script(stage: PlantStage): Generator<PlantMinute, void, void>
}

/** A pattern that was planted, as the truth tells it. */
export interface PlantedPattern {
  readonly pattern_id: string
  /** Number of the listing. */
  readonly listing: number
  readonly direction: PlantDirection
  /** 0..1: from the bare trigger to the textbook. */
  readonly strength: number
  /** Epoch ms: where the first of its minutes begins, and where everything that a detector needs has been told. */
  readonly begin_ms: number
  readonly known_at_ms: number
  /** End of its last minute; from there on the market goes its own way again. */
  readonly end_ms: number
  /** Last price at `known_at_ms`, feed units. */
  readonly price: number
}

/** What is to be planted in a day. */
export interface PlantWishes {
  readonly ids: readonly string[]
  /** (0, 1] */
  readonly strength: number
}

/** A plant that has its place. */
export interface PlantPlan extends StageRole {
  readonly definition: PlantDefinition
  readonly listing: number
  /** Undefined on a stock. */
  readonly chain: ChainListings | undefined
}

/** What a plant of that side claims. */
export const directionOf = ({ is_neutral }: PlantDefinition, side: PlantSide): PlantDirection =>
  is_neutral === true ? 'NEUTRAL' : side > 0 ? 'BUY' : 'SELL'
