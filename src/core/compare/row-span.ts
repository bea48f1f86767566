import type { Dictionary } from '../formats/index.js'
import type { RowsSpan } from './row-difference.js'
import type { RowKind } from './row-kind.js'

/** Gathers which intervals rows have and from when to when they go. */
export class SpanOfRows {
  readonly #interval: number
  readonly #time: number
  readonly #texts: Dictionary
  readonly #intervals = new Set<number>()
  #first_ms = Number.POSITIVE_INFINITY
  #last_ms = Number.NEGATIVE_INFINITY

  constructor({ time }: RowKind, columns: readonly { readonly name: string }[], texts: Dictionary) {
    this.#interval = columns.findIndex(({ name }) => name === 'interval')
    this.#time = columns.findIndex(({ name }) => name === time)
    this.#texts = texts
  }

  /** A row, by the value of a column. */
  add(read: (column: number) => number): void {
    const interval = this.#interval < 0 ? Number.NaN : read(this.#interval)
    if (!Number.isNaN(interval)) this.#intervals.add(interval)
    const time_ms = this.#time < 0 ? Number.NaN : read(this.#time)
    if (time_ms < this.#first_ms) this.#first_ms = time_ms
    if (time_ms > this.#last_ms) this.#last_ms = time_ms
  }

  get span(): RowsSpan {
    const has_time = this.#first_ms <= this.#last_ms
    return {
      intervals: [...this.#intervals].map((code) => this.#texts.texts[code] ?? '').sort(),
      first_ms: has_time ? this.#first_ms : null,
      last_ms: has_time ? this.#last_ms : null,
    }
  }
}
