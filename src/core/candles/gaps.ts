/** Silence longer than this inside session hours is a gap, when no journal says otherwise. */
export const GAP_MS = 15_000

/** Recorded silences by connection: which bars they cut. Times are ms of receipt. */
export interface Gap {
  readonly connection: number
  readonly from_ms: number
  readonly to_ms: number
}

type Span = Pick<Gap, 'from_ms' | 'to_ms'>
/** Connections above it share its bit. */
const LAST_BIT = 30
const NONE: readonly Span[] = []

/** When nothing was received, by connection: it decides which bars are complete. */
export class GapList {
  readonly all: Gap[] = []
  readonly #by_connection: Gap[][] = []
  /** By connection: time of receipt of its latest record; and the latest of them. */
  readonly #heard_ms: number[] = []
  #now_ms = 0

  add(gap: Gap): void {
    this.all.push(gap)
    const own = this.#by_connection[gap.connection]
    if (own === undefined) this.#by_connection[gap.connection] = [gap]
    else own.push(gap)
  }

  /** A record has come on this connection; answers the time of the one before. */
  hear(connection: number, received_ms: number): number | undefined {
    const before_ms = this.#heard_ms[connection]
    if (before_ms === undefined || received_ms > before_ms) this.#heard_ms[connection] = received_ms
    if (received_ms > this.#now_ms) this.#now_ms = received_ms
    return before_ms
  }

  /**
   * True when all connections that carry the instrument (bit mask) were silent at once at some time in `[from_ms, to_ms)`.
   * A silence under way counts as soon as it is long enough.
   */
  cuts(connections: number, from_ms: number, to_ms: number): boolean {
    let silent: readonly Span[] | undefined
    for (let connection = 0; connection <= LAST_BIT; connection++) {
      if ((connections & (1 << connection)) === 0) continue
      const own = this.#silences(connection)
      if (own.length === 0) return false
      silent = (silent ?? [{ from_ms, to_ms }]).flatMap((span) => own.flatMap((gap) => common(span, gap)))
    }
    return silent !== undefined && silent.length > 0
  }

  #silences(connection: number): readonly Span[] {
    const recorded = this.#by_connection[connection] ?? NONE
    const heard_ms = this.#heard_ms[connection] ?? this.#now_ms
    return this.#now_ms - heard_ms > GAP_MS ? [...recorded, { from_ms: heard_ms, to_ms: this.#now_ms }] : recorded
  }
}

/** What two spans have in common: one span, or none. */
function common(a: Span, b: Span): Span[] {
  const from_ms = Math.max(a.from_ms, b.from_ms)
  const to_ms = Math.min(a.to_ms, b.to_ms)
  return from_ms < to_ms ? [{ from_ms, to_ms }] : []
}
