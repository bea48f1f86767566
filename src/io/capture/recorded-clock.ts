/** What a served recording has told of its time, over all connections of a capture. */
export class RecordedClock {
  readonly #served_ms = new Map<number, number>()
  #now_ms: number

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

  served(connection: number, served_ms: number): void {
    this.#served_ms.set(connection, Math.max(served_ms, this.#served_ms.get(connection) ?? 0))
    this.#now_ms = Math.max(this.#now_ms, served_ms)
  }

  ended(connection: number): void {
    this.#served_ms.delete(connection)
  }

  /** Everything received before this moment has come, on every connection that is open. */
  get complete_before_ms(): number {
    return this.#served_ms.size === 0 ? Number.NEGATIVE_INFINITY : Math.min(...this.#served_ms.values())
  }
}
