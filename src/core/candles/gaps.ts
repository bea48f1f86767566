/** Silence longer than this inside session hours is a gap, when no journal says otherwise. */
export const GAP_MS = 15_000

/** A time in which nothing was received, `[from_ms, to_ms)` in ms of receipt. */
export interface Gap {
  readonly connection: number
  readonly from_ms: number
  readonly to_ms: number
  /** Only these instruments, whatever other connection carries them; absent: all that only this connection carries. */
  readonly tokens?: readonly number[]
}

/** What a journal says of a recording. */
export interface Journaled {
  /** In the order (to_ms, from_ms, connection). */
  readonly gaps: readonly Gap[]
  /** True where a capture tells all it knows of the span: silence there is no gap unless one is told. */
  covers(connection: number, from_ms: number, to_ms: number): boolean
  /** True where the capture was killed, or still runs: what a connection missed at the end is not told. Absent: nowhere. */
  isOpen?(connection: number): boolean
}

/** Who carries an instrument: bit mask of connections. */
export interface Carried {
  readonly connections: number
  readonly instrument: { readonly instrument_token: number }
}

type Span = Pick<Gap, 'from_ms' | 'to_ms'>
/** Connections above it share its bit. */
const LAST_BIT = 30
const NONE: readonly Span[] = []
const NO_JOURNAL: Journaled = { gaps: [], covers: () => false }

/** When nothing was received, by connection and by instrument: it decides which bars are complete. */
export class GapList {
  readonly all: Gap[] = []
  readonly #journaled: Journaled
  readonly #by_connection: Gap[][] = []
  readonly #by_token = new Map<number, Gap[]>()
  /** By connection: time of receipt of its latest record; and the latest of them. */
  readonly #heard_ms: number[] = []
  #now_ms = 0
  /** Bit mask of the connections that some bar waits to hear from; and whether one of them was heard since. */
  #awaited = 0
  #was_heard = false

  constructor(journaled: Journaled = NO_JOURNAL) {
    this.#journaled = journaled
  }

  add(gap: Gap): void {
    this.all.push(gap)
    if (gap.tokens !== undefined) for (const token of gap.tokens) append(this.#by_token, token, gap)
    else {
      const own = this.#by_connection[gap.connection]
      if (own === undefined) this.#by_connection[gap.connection] = [gap]
      else own.push(gap)
    }
    this.#was_heard = this.#awaited !== 0
  }

  /** A record has come on this connection; answers the time of the one before. */
  hear(connection: number, received_ms: number): number | undefined {
    const before_ms = this.#heard_ms[connection]
    if (before_ms === undefined || received_ms > before_ms) this.#heard_ms[connection] = received_ms
    if (received_ms > this.#now_ms) this.#now_ms = received_ms
    if ((this.#awaited & bitOf(connection)) !== 0) this.#was_heard = true
    return before_ms
  }

  /** Connections that have been silent for long, each since its latest record, up to now. */
  silent(): Gap[] {
    return this.#heard_ms.flatMap((from_ms, connection) =>
      this.#now_ms - from_ms > GAP_MS ? [{ connection, from_ms, to_ms: this.#now_ms }] : [],
    )
  }

  /**
   * True when all connections that carry the instrument were silent at once at some time in `[from_ms, to_ms)`. A silence under way counts as
   * soon as it is long enough; under a journal, once it is told.
   */
  cuts(carried: Carried, from_ms: number, to_ms: number): boolean {
    return this.#cuts(carried, { from_ms, to_ms }, (connection) => this.#silences(connection))
  }

  /**
   * False while `cuts` may still change: a journaled connection has not been heard since, and what it will tell of its silence decides. Whoever
   * is told so waits for `takeHeard`.
   */
  isSettled(carried: Carried, from_ms: number, to_ms: number): boolean {
    const { connections } = carried
    let silent = 0
    for (let connection = 0; connection <= LAST_BIT; connection++) {
      if ((connections & (1 << connection)) !== 0 && this.#mayBeSilent(connection, to_ms)) silent |= 1 << connection
    }
    if (silent === 0) return true
    const if_silent = this.#cuts(carried, { from_ms, to_ms }, (connection) =>
      (silent & (1 << connection)) === 0
        ? this.#silences(connection)
        : [...this.#silences(connection), { from_ms: this.#heard_ms[connection] ?? from_ms, to_ms }],
    )
    if (if_silent === this.cuts(carried, from_ms, to_ms)) return true
    this.#awaited |= silent
    return false
  }

  /** True once after an awaited connection was heard, or a gap was told: what waits for `isSettled` should ask again. */
  takeHeard(): boolean {
    if (!this.#was_heard) return false
    this.#was_heard = false
    this.#awaited = 0
    return true
  }

  #mayBeSilent(connection: number, to_ms: number): boolean {
    const heard_ms = this.#heard_ms[connection]
    return heard_ms !== undefined && heard_ms < to_ms && this.#journaled.covers(connection, heard_ms, to_ms)
  }

  #cuts({ connections, instrument }: Carried, span: Span, silencesOf: (connection: number) => readonly Span[]): boolean {
    if (this.#by_token.get(instrument.instrument_token)?.some((gap) => common(span, gap).length > 0) === true) return true
    let silent: readonly Span[] | undefined
    for (let connection = 0; connection <= LAST_BIT; connection++) {
      if ((connections & (1 << connection)) === 0) continue
      const own = silencesOf(connection)
      if (own.length === 0) return false
      silent = (silent ?? [span]).flatMap((part) => own.flatMap((gap) => common(part, gap)))
    }
    return silent !== undefined && silent.length > 0
  }

  #silences(connection: number): readonly Span[] {
    const recorded = this.#by_connection[connection] ?? NONE
    const heard_ms = this.#heard_ms[connection] ?? this.#now_ms
    if (this.#now_ms - heard_ms <= GAP_MS || this.#journaled.covers(connection, heard_ms, this.#now_ms)) return recorded
    return [...recorded, { from_ms: heard_ms, to_ms: this.#now_ms }]
  }
}

const bitOf = (connection: number): number => 1 << Math.min(connection, LAST_BIT)

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** What two spans have in common: one span, or none. */
function common(a: Span, b: Span): Span[] {
  const from_ms = Math.max(a.from_ms, b.from_ms)
  const to_ms = Math.min(a.to_ms, b.to_ms)
  return from_ms < to_ms ? [{ from_ms, to_ms }] : []
}
