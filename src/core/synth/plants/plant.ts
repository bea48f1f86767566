import type { Random } from '../../random.js'
import type { PlantStage } from './stage.js'

/** 1 buys, -1 sells. */
export type PlantSide = 1 | -1

/** A pattern that can be planted: one file, one line in the registry. */
export interface PlantDefinition {
  /** The pattern's own, as detectors and alerts have it. */
  readonly id: string
  /** What is played, in a sentence. */
  readonly summary: string
  /** `09:15` clock times between which it begins: early enough to end, late enough for what it needs to have gone before. */
  readonly from: string
  readonly until: string
  /** Its detector looks back on earlier sessions, which a single day does not bring. */
  readonly needs_history?: true
  /** Which ways it is planted. */
  readonly sides: readonly PlantSide[]
  /** At the begin: another side than was planned, where the market of the day decides it. */
  sideAt?(stage: PlantStage): PlantSide
  /** Minutes one after the other; each is asked for when the one before is over. */
  script(stage: PlantStage): Generator<PlantMinute, void, void>
}

/** What an instrument does in a minute. It begins where the minute before it ended. Prices in feed units. */
export interface PlantMinute {
  readonly close: number
  readonly high: number
  readonly low: number
  /** Units. */
  readonly volume: number
  /** Share of the volume that is bought, 0..1. */
  readonly bought: number
  /** Imbalance of the five levels, -1..1. */
  readonly imbalance: number
  /** The pattern is complete when this minute ends. */
  readonly is_known: boolean
}

/** A pattern that was planted, as the truth tells it. */
export interface PlantedPattern {
  readonly pattern_id: string
  /** Number of the listing. */
  readonly listing: number
  readonly side: PlantSide
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
export interface PlantPlan {
  readonly definition: PlantDefinition
  readonly listing: number
  readonly side: PlantSide
  readonly strength: number
  /** Epoch seconds; a whole number of five minutes after the open. */
  readonly begin_s: number
  readonly random: Random
}
