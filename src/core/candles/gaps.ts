/** Recorded silences by connection: which bars they cut. Times are ms of receipt. */
export interface Gap {
  readonly connection: number
  readonly from_ms: number
  readonly to_ms: number
}

export class GapList {
  readonly all: Gap[] = []
  readonly #by_connection: Gap[][] = []

  add(gap: Gap): void {
    this.all.push(gap)
    const own = this.#by_connection[gap.connection]
    if (own === undefined) this.#by_connection[gap.connection] = [gap]
    else own.push(gap)
  }

  /** True when every connection that carries the instrument (bit mask) was silent at some time in `[from_ms, to_ms)`. */
  cuts(connections: number, from_ms: number, to_ms: number): boolean {
    if (this.all.length === 0 || connections === 0) return false
    for (let connection = 0; connection <= 30; connection++) {
      if ((connections & (1 << connection)) === 0) continue
      const own = this.#by_connection[connection]
      if (own === undefined || !own.some((gap) => gap.from_ms < to_ms && gap.to_ms > from_ms)) return false
    }
    return true
  }
}
