import type { RecordedGap } from '../recording/index.js'
import { FULL_BYTES, FULL_V1_BYTES, QUOTE_BYTES, readLastQuantity, readToken, readVolume } from '../wire/index.js'

/** A running total and when it was told. */
interface Told {
  volume: number
  at_ms: number
}

interface GapTokens {
  readonly gap: RecordedGap
  readonly tokens: ReadonlySet<number> | undefined
  /** As given. */
  readonly n: number
}

/**
 * Volume that traded while nothing was received: the rise of `volume_traded` from the last packet before a gap to the first one behind it,
 * less the quantity of that packet's own last trade, which was seen. Over several gaps in a row it counts for the first.
 */
export class VolumeMissed {
  /** By gap, in the order given: instrument token to volume in feed units. */
  readonly by_gap: ReadonlyMap<number, number>[]
  /** By their ends. */
  readonly #gaps: readonly GapTokens[]
  /** By gap from here on: the earliest begin. */
  readonly #earliest_ms: number[] = []
  readonly #told = new Map<number, Told>()
  readonly #missed: Map<number, number>[]

  constructor(gaps: readonly RecordedGap[]) {
    this.#missed = gaps.map(() => new Map())
    this.by_gap = this.#missed
    this.#gaps = gaps
      .map((gap, n) => ({ gap, tokens: gap.tokens === undefined ? undefined : new Set(gap.tokens), n }))
      .sort((a, b) => a.gap.to_ms - b.gap.to_ms || a.n - b.n)
    let earliest_ms = Number.POSITIVE_INFINITY
    for (let n = this.#gaps.length - 1; n >= 0; n--) {
      earliest_ms = Math.min(earliest_ms, (this.#gaps[n] as GapTokens).gap.from_ms)
      this.#earliest_ms[n] = earliest_ms
    }
  }

  /** A whole packet at `at`; the bytes are borrowed. */
  take(view: DataView, at: number, length: number, received_at_ms: number): void {
    if (length !== FULL_BYTES && length !== QUOTE_BYTES && length !== FULL_V1_BYTES) return
    const token = readToken(view, at)
    const volume = readVolume(view, at)
    const before = this.#told.get(token)
    if (before === undefined) {
      this.#told.set(token, { volume, at_ms: received_at_ms })
      return
    }
    if (volume > before.volume) {
      const n = this.#gapBetween(token, before.at_ms, received_at_ms)
      const missed = volume - before.volume - readLastQuantity(view, at)
      if (n !== undefined && missed > 0) this.#missed[n]?.set(token, (this.#missed[n]?.get(token) ?? 0) + missed)
    }
    before.volume = volume
    before.at_ms = received_at_ms
  }

  /** The first gap of this instrument that lies between two of its packets, at least in part. */
  #gapBetween(token: number, after_ms: number, before_ms: number): number | undefined {
    for (let n = this.#firstEndingAfter(after_ms); n < this.#gaps.length; n++) {
      if ((this.#earliest_ms[n] as number) >= before_ms) return undefined
      const { gap, tokens, n: index } = this.#gaps[n] as GapTokens
      if (gap.from_ms < before_ms && (tokens?.has(token) ?? true)) return index
    }
    return undefined
  }

  #firstEndingAfter(time_ms: number): number {
    let [low, high] = [0, this.#gaps.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#gaps[middle] as GapTokens).gap.to_ms > time_ms) high = middle
      else low = middle + 1
    }
    return low
  }
}
