/** What a served recording has told of its time, over all connections of a capture. */
export class RecordedClock {
  readonly #served_ms = new Map<number, number>()
  #now_ms: number
  #complete_ms = Number.NEGATIVE_INFINITY

  /** `first_ms`: where the recording stands before anything has been served. */
  constructor(first_ms: number) {
    this.#now_ms = first_ms
  }

  /** Stamps what is told of the capture itself; never steps back. */
  now(): number {
    return this.#now_ms
  }

  /** A connection is open: until it has told a time, nothing may overtake it. */
  opened(connection: number): void {
    this.#served_ms.set(connection, Number.NEGATIVE_INFINITY)
  }

  /**
   * Answers the time that stamps what follows: the one told, but nothing comes before what was called complete. A connection that is opened anew
   * is heard of a little late.
   */
  served(connection: number, served_ms: number): number {
    const stamp_ms = Math.max(served_ms, this.#complete_ms, this.#served_ms.get(connection) ?? 0)
    this.#served_ms.set(connection, stamp_ms)
    this.#now_ms = Math.max(this.#now_ms, stamp_ms)
    return stamp_ms
  }

  ended(connection: number): void {
    this.#served_ms.delete(connection)
  }

  /** Everything received before the moment it answers has come, on every connection that is open, and nothing earlier will be stamped. */
  complete(): number {
    if (this.#served_ms.size > 0) this.#complete_ms = Math.max(this.#complete_ms, Math.min(...this.#served_ms.values()))
    return this.#complete_ms
  }
}
