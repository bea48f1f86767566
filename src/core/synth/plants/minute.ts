/** 1 buys, -1 sells. */
export type PlantSide = 1 | -1

/** What an instrument does in a minute. It begins where the minute before it ended. Prices in feed units. */
export interface PlantMinute {
  readonly close: number
  readonly high: number
  readonly low: number
  /** Units; 0 for an index. */
  readonly volume: number
  /** Share of the volume that is bought, 0..1. */
  readonly bought: number
  /** Imbalance of the five levels, -1..1. */
  readonly imbalance: number
  /** The pattern is complete when this minute ends. */
  readonly is_known: boolean
  /** Chains: how dear the options are when it ends, see `SpotLevels.dearness`; absent: as they are. */
  readonly dearness?: number
  /** Chains: how much busier than usual futures and options are; absent: as usual. */
  readonly busy?: number
  /** Chains: what is opened (closed) at its begin, in units. */
  readonly opened?: readonly { readonly listing: number; readonly units: number }[]
}
