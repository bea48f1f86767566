const KEPT = 1024

/** How long the last syncs took. */
export class SyncTimes {
  readonly #times_ms: number[] = []
  #next = 0

  add(took_ms: number): void {
    this.#times_ms[this.#next] = took_ms
    this.#next = (this.#next + 1) % KEPT
  }

  /** Undefined while there is none. */
  p99(): number | undefined {
    const sorted = [...this.#times_ms].sort((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * 0.99) - 1]
  }
}
